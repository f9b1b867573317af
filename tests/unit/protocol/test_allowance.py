"""How much a device may say."""

import pytest

from protocol import limits
from protocol.allowance import SPARED, Allowance

PER_S = limits.EPHEMERAL_PER_S
BYTES_PER_S = limits.EPHEMERAL_BYTES_PER_S


def spent(allowance: Allowance, now_s: float, *, size_bytes: int = 1, is_light: bool = False) -> int:
    """Return how many frames pass at one moment."""
    count = 0
    while count < 1000 and allowance.wait_s(now_s, is_light=is_light) == 0:
        allowance.spend(size_bytes)
        count += 1
    return count


def test_frames() -> None:
    allowance = Allowance(burst_s=2.0)
    assert spent(allowance, 50.0) == 2 * PER_S
    assert allowance.wait_s(50.0) == pytest.approx(1 / PER_S)
    assert spent(allowance, 51.0) == PER_S
    assert spent(allowance, 51.0) == 0
    assert spent(allowance, 1e6) == 2 * PER_S, "a long silence earns no more than the burst"


def test_a_light_frame_leaves_some_to_others() -> None:
    allowance = Allowance(burst_s=4.0)
    assert spent(allowance, 0.0, is_light=True) == 4 * PER_S * (1 - SPARED)
    assert allowance.wait_s(0.0, is_light=True) == pytest.approx(1 / PER_S)
    assert spent(allowance, 0.0) == 4 * PER_S * SPARED
    large = Allowance(burst_s=4.0)
    large.spend(int(4 * BYTES_PER_S * (1 - SPARED)) + BYTES_PER_S)
    assert large.wait_s(0.0, is_light=True) == pytest.approx(1.0)
    assert large.wait_s(0.0) == 0


def test_a_frame_larger_than_all_is_paid_for_afterwards() -> None:
    allowance = Allowance(burst_s=1.0)
    assert spent(allowance, 10.0, size_bytes=3 * BYTES_PER_S) == 1
    assert allowance.wait_s(10.0) == pytest.approx(2.0)
    assert allowance.wait_s(12.1) == 0


def test_who_waits_as_long_as_was_said_may_go_on() -> None:
    allowance = Allowance(burst_s=2.0)
    now_s = 12_345.678
    for number in range(2000):
        wait_s = allowance.wait_s(now_s, is_light=number % 3 == 0)
        now_s += wait_s
        assert allowance.wait_s(now_s, is_light=number % 3 == 0) == 0
        allowance.spend(7 * number)


def test_a_clock_that_goes_back_earns_nothing() -> None:
    allowance = Allowance(burst_s=1.0)
    assert spent(allowance, 10.0) == PER_S
    assert allowance.wait_s(5.0) > 0
    assert spent(allowance, 6.0) == PER_S
