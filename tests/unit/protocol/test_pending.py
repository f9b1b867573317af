"""What waits: for what, how much of it, and how it goes."""

import pytest

from crypto.ids import DeviceKey, OpId
from protocol import limits
from protocol.ops import Header, Op
from protocol.pending import Pending
from tests.builders import fixed

NOW = 1_000_000


def name(label: str) -> OpId:
    return OpId(fixed(label))


def op(label: str, *parents: str, device: str = "ana", prev: str = "", auth: str = "") -> Op:
    header = Header(
        plane=1,
        device=DeviceKey(fixed(device)),
        seq=1 if prev else 0,
        prev=name(prev) if prev else None,
        parents=tuple(sorted(map(name, parents))),
        auth=(name(auth),) if auth else (),
        depth=len(parents),
        ts_ms=0,
        epoch=None,
        body_bytes=0,
        body_hash=b"",
    )
    return Op(name(label), header, b"", b"", b"")


def waiting(*labels: str) -> set[OpId]:
    return {name(label) for label in labels}


def test_waits_for_what_lacks_until_it_is_taken() -> None:
    pool, child = Pending(), op("child", "one", "two", prev="before", auth="control")
    pool.add(child, [name("one"), name("before"), name("control")], now_ms=NOW)
    assert child.id in pool
    assert len(pool) == 1
    assert pool.missing() == waiting("one", "before", "control")
    assert not pool.is_awaited(name("two")), "that one was here"
    for label in ("one", "before", "control"):
        assert pool.is_awaited(name(label))
        assert pool.waiting_for(name(label)) == [child]
    pool.arrived(name("one"))
    assert pool.missing() == waiting("before", "control")
    pool.take(child)
    assert len(pool) == 0
    assert pool.missing() == set()
    pool.take(child)  # it is gone already


def test_what_waits_itself_is_not_asked_for() -> None:
    """Asked for is the oldest that lacks, not every step on the way to it."""
    pool = Pending()
    pool.add(op("three", "two"), [name("two")], now_ms=NOW)
    assert pool.missing() == waiting("two")
    pool.add(op("two", "one"), [name("one")], now_ms=NOW)
    assert pool.missing() == waiting("one")
    assert pool.is_awaited(name("two"))


def test_what_comes_again_waits_for_what_lacks_now() -> None:
    pool, child = Pending(), op("child", "one", "two")
    pool.add(child, [name("one"), name("two")], now_ms=NOW)
    pool.add(child, [name("two")], now_ms=NOW)
    assert len(pool) == 1
    assert pool.missing() == waiting("two")


def test_who_has_an_operation_refused_takes_its_descendants_with_it() -> None:
    pool = Pending()
    for label, parents in (("b", "a"), ("c", "b"), ("d", "cx"), ("other", "x")):
        pool.add(op(label, *parents), [name(parent) for parent in parents], now_ms=NOW)
    pool.refuse(name("a"))
    assert [label for label in ("b", "c", "d", "other") if name(label) in pool] == ["other"]
    assert pool.missing() == waiting("x")
    pool.refuse(name("nobody waits for this"))
    pool.refuse(name("x"))
    assert len(pool) == 0
    assert pool.missing() == set()


def test_refusing_ends_where_forged_names_go_round_in_a_circle() -> None:
    """Ids are hashes, so there is no such circle; a pool that met one must still come to an end."""
    pool = Pending()
    pool.add(op("one", "two"), [name("two")], now_ms=NOW)
    pool.add(op("two", "one"), [name("one")], now_ms=NOW)
    pool.refuse(name("one"))
    assert len(pool) == 0


def test_a_device_has_so_much_room_and_takes_none_of_another_s() -> None:
    pool = Pending()
    for number in range(limits.PENDING_PER_DEVICE + 10):
        pool.add(op(f"flood {number}", "x", device="eve"), [name("x")], now_ms=NOW)
    pool.add(op("honest", "y"), [name("y")], now_ms=NOW)
    assert len(pool) == limits.PENDING_PER_DEVICE + 1
    assert name("honest") in pool
    assert name("flood 0") in pool
    assert name(f"flood {limits.PENDING_PER_DEVICE}") not in pool
    pool.take(op("flood 3", "x", device="eve"))
    pool.add(op("late", "x", device="eve"), [name("x")], now_ms=NOW)
    assert name("late") in pool, "room that was freed is room"


def test_what_had_no_room_is_not_asked_for() -> None:
    pool = Pending()
    for number in range(limits.PENDING_PER_DEVICE + 1):
        pool.add(op(f"flood {number}", f"parent {number}", device="eve"), [name(f"parent {number}")], now_ms=NOW)
    assert len(pool.missing()) == limits.PENDING_PER_DEVICE


def test_where_too_many_wait_the_device_with_the_most_loses_its_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PENDING_PER_CONVERSATION", 6)
    pool = Pending()
    for number in range(4):
        pool.add(op(f"eve {number}", "x", device="eve"), [name("x")], now_ms=NOW)
    for label in ("ana", "ben", "cat"):
        pool.add(op(label, "y", device=label), [name("y")], now_ms=NOW)
    assert len(pool) == 6
    assert name("eve 3") not in pool
    assert all(name(label) in pool for label in ("ana", "ben", "cat", "eve 2"))


def test_many_devices_stay_within_the_bound_of_a_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PENDING_PER_CONVERSATION", 40)
    pool = Pending()
    for number in range(300):
        pool.add(op(f"{number}", f"p{number}", device=f"{number}"), [name(f"p{number}")], now_ms=NOW)
        assert len(pool) <= 40
        assert len(pool.missing()) <= 40
        assert len(pool._of) <= 40, "nothing is remembered of devices that came to nothing"
        assert len(pool._for) <= 40


def test_nothing_waits_longer_than_a_day() -> None:
    pool = Pending()
    pool.add(op("old", "x"), [name("x")], now_ms=NOW)
    pool.add(op("new", "y"), [name("y")], now_ms=NOW + 5)
    pool.expire(now_ms=NOW + limits.PENDING_MS - 1)
    assert len(pool) == 2
    pool.expire(now_ms=NOW + limits.PENDING_MS)
    assert name("old") not in pool
    assert pool.missing() == waiting("y")
    pool.expire(now_ms=NOW - 10 * limits.PENDING_MS)  # a clock that went back
    assert name("new") in pool


def test_coming_again_is_no_way_to_wait_for_ever() -> None:
    pool, child = Pending(), op("child", "x")
    for hours in range(24):
        pool.add(child, [name("x")], now_ms=NOW + hours * 3_600_000)
    pool.expire(now_ms=NOW + limits.PENDING_MS)
    assert len(pool) == 0


def test_what_comes_again_keeps_nothing_else_waiting() -> None:
    pool = Pending()
    pool.add(op("first", "x"), [name("x")], now_ms=NOW)
    pool.add(op("second", "y"), [name("y")], now_ms=NOW + 1)
    pool.add(op("first", "x"), [name("x")], now_ms=NOW + limits.PENDING_MS - 1)
    pool.expire(now_ms=NOW + limits.PENDING_MS + 1)
    assert len(pool) == 0
