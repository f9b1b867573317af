"""Receipts against a walk through all ancestors: who has what, and what was shown, for any shape of log."""

from collections.abc import Collection, Iterable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.ids import DeviceKey, OpId
from protocol import receipts
from protocol.dag import Entry, Plane
from protocol.receipts import MOST_HEADS, Reached, dump_heads, load_heads, shown_up_to
from tests.builders import fixed

DEVICES = [DeviceKey(fixed(f"device {number}")) for number in range(3)]
SEEDS = st.integers(0, 1 << 32)


def grown(random: Random, count: int, *, forks: bool) -> list[Entry]:
    """Return the operations of a random log, each after what it cites; with `forks` devices step back now and then."""
    plane, entries = Plane(), list[Entry]()
    for number in range(count):
        device = random.choice(DEVICES)
        newest = random.sample(entries[-6:], min(len(entries[-6:]), random.randint(0, 3)))
        own = [entry for entry in entries if entry.device == device]
        prev = (random.choice(own) if forks and random.random() < 0.1 else own[-1]) if own else None
        parents = {entry.id for entry in newest} | ({prev.id} if prev is not None else set())
        above = [plane.entry(name) for name in parents]
        ts_ms = random.randint(0, 40)
        entry = Entry(
            OpId(fixed(f"op {number} {random.random()}")),
            device,
            prev.seq + 1 if prev is not None else 0,
            prev.id if prev is not None else None,
            tuple(sorted(parents)),
            (),
            1 + max((each.depth for each in above), default=-1),
            ts_ms,
            max([ts_ms, *(each.vts_ms for each in above)]),
        )
        plane.add(entry)
        entries.append(entry)
    return entries


def past(entries: Collection[Entry], heads: Iterable[OpId]) -> set[OpId]:
    """Return `heads` and everything they hang on, as far as it is among `entries`."""
    cited = {entry.id: entry.cited for entry in entries}
    found: set[OpId] = set()
    waiting = [name for name in heads if name in cited]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += cited[name]
    return found


@settings(max_examples=120, deadline=None)
@given(seed=SEEDS, count=st.integers(1, 60), forks=st.booleans(), alone=st.sampled_from([0, 2, 256]))
def test_who_has_what_is_what_a_walk_through_all_ancestors_says(seed: int, count: int, forks: bool, alone: int) -> None:
    random = Random(seed)
    entries = grown(random, count, forks=forks)
    plane = Plane()
    held = {device: Reached(plane) for device in DEVICES}
    told: dict[DeviceKey, set[OpId]] = {device: set() for device in DEVICES}
    before, receipts._ALONE = receipts._ALONE, alone
    try:
        for arrived, entry in enumerate(entries, 1):
            plane.add(entry)
            here = entries[:arrived]
            for device, reached in held.items():
                if random.random() < 0.3:
                    told[device] = {each.id for each in random.sample(here, random.randint(0, min(3, arrived)))}
                    reached.update(told[device])
                expected = past(here, told[device])
                asked = here if random.random() < 0.3 else here[-4:]
                assert {each.id for each in asked if reached.has(each)} == {each.id for each in asked} & expected
    finally:
        receipts._ALONE = before


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS, count=st.integers(2, 50))
def test_what_was_held_stays_held_while_a_newer_receipt_names_what_is_not_here_yet(seed: int, count: int) -> None:
    random = Random(seed)
    entries = grown(random, count, forks=False)
    plane, arrived = Plane(), random.randint(1, count - 1)
    for entry in entries[:arrived]:
        plane.add(entry)
    reached = Reached(plane)
    older, newer = random.choice(entries[:arrived]).id, random.choice(entries[arrived:]).id
    reached.update([older])
    reached.update([newer])
    assert reached.unknown == {newer}
    here = past(entries[:arrived], [older])
    assert {entry.id for entry in entries[:arrived] if reached.has(entry)} == here
    for entry in entries[arrived:]:
        plane.add(entry)
    reached.update([newer])
    assert not reached.unknown
    assert {entry.id for entry in entries if reached.has(entry)} == past(entries, [newer])


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS, count=st.integers(1, 50), flips=st.integers(1, 8))
def test_operations_that_fall_and_come_back_change_no_answer_about_the_others(
    seed: int, count: int, flips: int
) -> None:
    random = Random(seed)
    entries = grown(random, count, forks=False)
    plane = Plane()
    for entry in entries:
        plane.add(entry)
    reached = Reached(plane)
    for _ in range(flips):
        plane.judge([(random.choice(entries).id, random.random() < 0.4) for _ in range(3)])
        log = [entry for entry in entries if entry.id not in plane.quarantine]
        heads = {each.id for each in random.sample(entries, min(2, count))}
        reached.update(heads)
        assert {entry.id for entry in log if reached.has(entry)} == {each.id for each in log} & past(entries, heads)


@settings(max_examples=120, deadline=None)
@given(seed=SEEDS, count=st.integers(1, 60))
def test_what_was_shown_is_exactly_what_stands_at_or_above_a_place(seed: int, count: int) -> None:
    random = Random(seed)
    entries = grown(random, count, forks=False)
    plane = Plane()
    for entry in entries:
        plane.add(entry)
    last = random.choice(entries)
    place = (last.vts_ms, last.depth, last.id)
    heads = shown_up_to(plane, place)
    assert past(entries, heads) == {entry.id for entry in entries if (entry.vts_ms, entry.depth, entry.id) <= place}
    assert not any(name in past(entries, heads - {name}) for name in heads)
    reached = Reached(plane)
    reached.update(load_heads(dump_heads(plane, heads)))
    if len(heads) <= MOST_HEADS:
        assert all(reached.has(entry) == (entry.id in past(entries, heads)) for entry in entries)
