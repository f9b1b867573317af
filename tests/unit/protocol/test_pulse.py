"""When heartbeats are sent."""

import math

import pytest

from protocol import limits
from protocol.presence import LONGEST_S, SHORTEST_S
from protocol.pulse import GAP_S, JITTER, Pulse, interval_s


@pytest.mark.parametrize(
    ("people", "expected_s"), [(0, 5.0), (1, 5.0), (20, 5.0), (21, 5.25), (40, 10.0), (200, 50.0), (1000, 60.0)]
)
def test_the_interval_grows_with_the_people_who_are_here(people: int, expected_s: float) -> None:
    assert interval_s(people, is_met=False) == expected_s


def test_where_all_are_connected_with_us_heartbeats_are_rare() -> None:
    assert interval_s(3, is_met=True) == LONGEST_S


def test_every_interval_may_be_stated() -> None:
    for people in range(2 * limits.MEMBERS):
        for is_met in (False, True):
            assert SHORTEST_S <= interval_s(people, is_met=is_met) <= LONGEST_S


def test_jitter() -> None:
    for share, expected_s in ((0.0, 10 * (1 - JITTER)), (1.0, 10 * (1 + JITTER))):
        pulse = Pulse(lambda low, high, share=share: low + share * (high - low))  # type: ignore[misc]
        assert pulse.due_s == math.inf
        pulse.said(100.0, 10.0)
        assert pulse.due_s == pytest.approx(100.0 + expected_s)


def test_waking() -> None:
    pulse = Pulse(lambda _low, high: high)
    pulse.wake(100.0)
    assert pulse.due_s == 100.0
    pulse.said(100.0, 10.0)
    pulse.wake(100.1)
    assert pulse.due_s == 100.0 + GAP_S, "never two within the gap"
    pulse.wake(100.1, within_s=0.3)
    assert pulse.due_s == 100.0 + GAP_S
    pulse.said(101.0, 10.0)
    pulse.wake(105.0, within_s=2.0)
    assert pulse.due_s == 107.0
    pulse.wake(105.0, within_s=50.0)
    assert pulse.due_s == 107.0, "what is due earlier stays"
    pulse.rest()
    assert pulse.due_s == math.inf


def test_where_nobody_would_have_heard_it_is_tried_soon_and_ever_less_often() -> None:
    pulse = Pulse(lambda _low, high: high)
    pulse.wake(100.0)
    pauses = []
    for _ in range(9):
        now_s = pulse.due_s
        pulse.look_again(now_s, 5.0)
        pauses.append(pulse.due_s - now_s)
    assert pauses == [0.25, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
    pulse.wake(200.0)
    assert pulse.due_s < 200.0, "what is due earlier stays"
    pulse.look_again(200.0, 5.0)
    assert pulse.due_s == 200.25
