"""Receipts: what a register's value may be, and what it costs to say who has what (tests/props has the rest)."""

import pytest

from crypto.codec import Value, encode
from crypto.ids import DeviceKey, OpId
from protocol.dag import Entry, Plane
from protocol.receipts import MOST_HEADS, Reached, dump_heads, load_heads, shown_up_to
from tests.builders import fixed

ANA, BEN = DeviceKey(fixed("ana")), DeviceKey(fixed("ben"))
NAMES: list[Value] = sorted(fixed(f"head {number}") for number in range(MOST_HEADS + 1))


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"\xc1",
        encode("text"),
        encode({1: 2}),
        encode([1]),
        encode([NAMES[0], "text"]),
        encode([b"short"]),
        encode([NAMES[1], NAMES[0]]),
        encode([NAMES[0], NAMES[0]]),
        encode(NAMES),
        encode([[NAMES[0]]]),
        encode([NAMES[0]]) + b"\0",
    ],
)
def test_a_malformed_value_names_nothing(value: bytes | None) -> None:
    assert load_heads(value) == ()


class Counted(Plane):
    """A plane that counts how often it is asked for an entry."""

    asked = 0

    def get(self, name: OpId) -> Entry | None:
        self.asked += 1
        return super().get(name)


def chain(count: int, *, ana_every: int) -> tuple[Counted, list[Entry]]:
    """Return a log in which each operation follows the one before; one of so many is Ana's, the others are Ben's."""
    plane, entries = Counted(), list[Entry]()
    last: dict[DeviceKey, Entry] = {}
    for number in range(count):
        device = BEN if number % ana_every else ANA
        prev = last.get(device)
        parents = (entries[-1].id,) if entries else ()
        seq, before = (prev.seq + 1, prev.id) if prev else (0, None)
        entry = Entry(OpId(fixed(f"op {number}")), device, seq, before, parents, (), number, number, number)
        plane.add(entry)
        entries.append(entry)
        last[device] = entry
    return plane, entries


@pytest.mark.parametrize("at", [3_999, 3_990, 2_000, 20])
def test_a_receipt_costs_what_lies_near_it_not_the_whole_log(at: int) -> None:
    plane, entries = chain(4_000, ana_every=10)
    reached = Reached(plane)
    reached.update([entries[at].id])
    plane.asked = 0
    assert [entry.depth for entry in entries[::10] if reached.has(entry)] == [*range(0, at + 1, 10)]
    assert plane.asked < 100


def test_who_never_wrote_is_found_out_from_the_nearer_end() -> None:
    plane, entries = chain(4_000, ana_every=4_000)  # all but the first operation are Ben's
    reached = Reached(plane)
    reached.update([entries[3_900].id])
    plane.asked = 0
    assert reached.has(entries[0])
    assert plane.asked < 1_500


def test_of_too_many_heads_the_highest_are_named() -> None:
    plane = Plane()
    entries = [
        Entry(OpId(fixed(f"op {n}")), DeviceKey(fixed(f"d {n}")), 0, None, (), (), 0, n, n)
        for n in range(MOST_HEADS + 3)
    ]
    for entry in entries:
        plane.add(entry)
    named = load_heads(dump_heads(plane, plane.heads))
    assert named == tuple(sorted(entry.id for entry in entries)[3:])
    reached = Reached(plane)
    reached.update(named)
    assert {entry.id for entry in entries if reached.has(entry)} == set(named)


def test_very_much_after_a_place_is_not_walked_through() -> None:
    plane, entries = chain(4_000, ana_every=10)
    plane.asked = 0
    assert shown_up_to(plane, (10, 10, entries[10].id)) == set()
    assert plane.asked < 2_100
    assert shown_up_to(plane, (3_998, 3_998, entries[3_998].id)) == {entries[3_998].id}


def test_a_chain_that_forked_is_asked_one_by_one() -> None:
    plane, entries = chain(30, ana_every=3)
    twin = entries[27]._replace(id=OpId(fixed("twin")), parents=(entries[2].id,), depth=28)
    plane.add(twin)
    reached = Reached(plane)
    reached.update([twin.id])
    assert ANA in plane.forked
    assert reached.end(ANA) is None
    assert reached.has(twin)
    assert reached.has(entries[24])  # by its predecessor
    assert not reached.has(entries[27])


def test_what_had_fallen_when_a_receipt_was_told_is_not_held_by_it_when_it_comes_back() -> None:
    plane, entries = chain(6, ana_every=2)
    fallen = entries[4]._replace(id=OpId(fixed("fallen")), seq=3, prev=entries[4].id, parents=(entries[4].id,), depth=5)
    later = entries[5]._replace(id=OpId(fixed("later")), seq=3, prev=entries[5].id, parents=(entries[5].id,), depth=6)
    plane.add(fallen)
    plane.add(later)
    plane.judge([(fallen.id, False)])
    reached = Reached(plane)
    reached.update(plane.heads)
    assert reached.has(entries[4])
    plane.judge([(fallen.id, True)])
    assert not reached.has(fallen)
