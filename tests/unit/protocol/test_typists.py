"""Who types, and until when."""

import math

from crypto.ids import IdentityKey
from protocol.typists import LASTS_S, Typists
from tests.builders import fixed

ME, BEN, CAT = (IdentityKey(fixed(name)) for name in ("me", "ben", "cat"))


def heard(
    typists: Typists, who: IdentityKey, now_s: float, *, is_typing: bool = True, ts_ms: int | None = None
) -> bool:
    ts_ms = int(now_s * 1000) if ts_ms is None else ts_ms
    return typists.heard(who, is_typing=is_typing, ts_ms=ts_ms, now_s=now_s)


def test_a_signal_lasts_and_is_renewed() -> None:
    typists = Typists(ME)
    assert typists.due_s() == math.inf
    assert heard(typists, BEN, 10.0)
    assert heard(typists, CAT, 11.0)
    assert heard(typists, BEN, 12.0), "each signal is told on: clients count too"
    assert typists.due_s() == 11.0 + LASTS_S
    assert typists.expire(13.9) == []
    assert typists.expire(14.0) == [CAT]
    assert (BEN in typists, CAT in typists) == (True, False)
    assert typists.expire(15.0) == [BEN]
    assert typists.due_s() == math.inf


def test_the_end() -> None:
    typists = Typists(ME)
    assert not heard(typists, BEN, 1.0, is_typing=False), "who did not type cannot stop"
    heard(typists, BEN, 1.0)
    assert heard(typists, BEN, 1.5, is_typing=False)
    assert BEN not in typists
    heard(typists, BEN, 2.0)
    assert typists.left(BEN)
    assert not typists.left(BEN)


def test_the_message_is_here() -> None:
    typists = Typists(ME)
    heard(typists, BEN, 2.0)
    assert not typists.spoke(BEN, ts_ms=1_999), "an older message that came late"
    assert typists.spoke(BEN, ts_ms=2_000)
    assert BEN not in typists
    assert not typists.spoke(BEN, ts_ms=2_100)
    assert not heard(typists, BEN, 2.2, ts_ms=2_050), "a signal that the message has overtaken"
    assert heard(typists, BEN, 2.3, ts_ms=2_101), "the next message"
    assert not typists.spoke(BEN, ts_ms=1_000)
    assert not heard(typists, BEN, 2.4, ts_ms=2_100), "an old message does not make the newer one forgotten"
    assert BEN in typists


def test_oneself_at_another_device_is_oneself() -> None:
    typists = Typists(ME)
    assert not heard(typists, ME, 1.0)
    assert ME not in typists
