"""Reconciliation against set difference, the index against a sorted list, and both against hostile bytes."""

import contextlib
import random
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from crypto.ids import OpId
from protocol.errors import RemoteError
from protocol.sync import recon
from protocol.sync.index import MOST_DEPTH, Bound, Key, KeyIndex
from protocol.sync.ranges import dump_ranges, load_ranges
from protocol.sync.recon import Reconciler
from protocol.sync.respond import respond
from tests.builders import fixed
from tests.props.mutation import mutated
from tests.reconciling import reconcile


def packed(key: Key) -> bytes:
    return key[0].to_bytes(6, "big") + key[1]


class Keys(set[Key]):
    """A set of keys that does not fill the screen when a test fails."""

    def __repr__(self) -> str:
        return f"<{len(self)} keys>"


@st.composite
def crowds(draw: st.DrawFn) -> tuple[set[Key], set[Key]]:
    """Draw two sets that share some, none or all of their keys: deep, flat, or with ids that begin alike."""
    source = random.Random(draw(st.integers(0, 1 << 32)))
    deepest = draw(st.sampled_from([0, 3, 50, 2_000, MOST_DEPTH]))
    begin = draw(st.sampled_from([b"", b"\0" * 12, b"\xff" * 11, b"\x55" * 3]))
    sizes = st.sampled_from([0, 0, 1, 2, 24, 25, 63, 64, 65, 300, 1_500])

    def some() -> set[Key]:
        count = draw(sizes)
        return {(source.randint(0, deepest), OpId(begin + source.randbytes(32 - len(begin)))) for _ in range(count)}

    common, mine, theirs = some(), some(), some()
    if draw(st.booleans()):  # one side was away: what it lacks is deepest
        theirs = {(min(MOST_DEPTH, depth + deepest), name) for depth, name in theirs}
    return Keys(common | mine), Keys(common | theirs)


def check(sets: tuple[set[Key], set[Key]], salt: bytes) -> None:
    asking, answering = sets
    run = reconcile(KeyIndex(asking), KeyIndex(answering), salt=salt)
    mine, theirs = {name for _, name in asking}, {name for _, name in answering}
    assert run.need == theirs - mine
    assert run.lack <= mine - theirs
    differing = len(asking ^ answering)
    note(f"{len(mine - theirs)} and {len(theirs - mine)} differ: {run}")
    assert run.round_trips <= 4
    assert run.up_bytes <= 800 + 24 * len(asking) + 200 * differing
    assert run.down_bytes <= 64 + 2_200 * differing
    again = reconcile(KeyIndex(sorted(asking)), KeyIndex(sorted(answering)), salt=salt)
    assert again.wire == run.wire


salts = st.sampled_from([b"", fixed("salt", 16)])
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(sets=crowds(), salt=salts)
def test_equals_set_difference(sets: tuple[set[Key], set[Key]], salt: bytes) -> None:
    check(sets, salt)


@pytest.mark.soak
@settings(quick, max_examples=10_000)
@given(sets=crowds(), salt=salts)
def test_equals_set_difference_at_length(sets: tuple[set[Key], set[Key]], salt: bytes) -> None:
    check(sets, salt)


@quick
@given(sets=crowds(), ranges=st.integers(258, 400), ids=st.integers(88, 400))
def test_equals_set_difference_in_small_frames(sets: tuple[set[Key], set[Key]], ranges: int, ids: int) -> None:
    """An answering side that has little room sends ranges back as they are; it is asked again."""
    asking, answering = sets
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recon, "MOST_RANGES", ranges)
        patch.setattr(recon, "MOST_IDS", ids)
        run = reconcile(KeyIndex(asking), KeyIndex(answering))
    assert run.need == {name for _, name in answering - asking}


@quick
@given(data=st.data())
def test_the_index_equals_a_sorted_list(data: st.DataObject) -> None:
    source = random.Random(data.draw(st.integers(0, 1 << 32)))
    depths = data.draw(st.sampled_from([1, 20, 5_000]))

    def some(count: int) -> list[Key]:
        return [(source.randrange(depths), OpId(source.randbytes(32))) for _ in range(count)]

    held = set(some(data.draw(st.sampled_from([0, 1, 300, 800]))))
    index = KeyIndex(held)
    for _ in range(data.draw(st.integers(1, 8))):
        match data.draw(st.sampled_from(["add", "update", "behind", "discard"])):
            case "add":
                new = some(1)
                index.add(new[0])
                held.update(new)
            case "update":
                new = some(data.draw(st.integers(0, 200)))
                index.update(new)
                held.update(new)
            case "behind":
                new = [(depths + source.randrange(3), OpId(source.randbytes(32))) for _ in range(150)]
                index.update(new)
                held.update(new)
            case _:
                for key in source.sample(sorted(held), min(len(held), data.draw(st.integers(0, 60)))):
                    index.discard(key)
                    held.discard(key)
        assert len(index) == len(held)
    assert index.range() == sorted(held)
    assert index.fingerprint() == KeyIndex(held).fingerprint()
    places = sorted(Bound(source.randrange(depths + 2).to_bytes(6, "big") + source.randbytes(k % 3)) for k in range(8))
    for lower in places:
        assert index.position(lower) == sum(packed(key) < lower for key in held)
        for upper in places:
            inside = {key for key in held if lower <= packed(key) < upper}
            assert index.fingerprint(lower, upper) == KeyIndex(inside).fingerprint()


# --- hostile bytes ---------------------------------------------------------------------------------------------------


@cache
def conversation() -> tuple[KeyIndex, KeyIndex, tuple[bytes, ...]]:
    """Return two indexes that differ here and there, and the frames of their reconciliation, both ways."""
    everything = [(at // 2, OpId(fixed(f"fuzz {at}"))) for at in range(600)]
    mine = KeyIndex(key for at, key in enumerate(everything) if at % 90)
    theirs = KeyIndex(key for at, key in enumerate(everything) if at % 70)
    wire = reconcile(mine, theirs).wire + reconcile(KeyIndex(everything[:9]), theirs).wire
    return mine, theirs, tuple(sorted(wire, key=len))


def feed(data: bytes, *, opened: bool) -> Any:
    """Let both sides read `data`: only a RemoteError may come of it, and only as much work as frames allow."""
    mine, theirs, _ = conversation()
    try:
        ranges = load_ranges(data)
        assert dump_ranges(ranges) == data
        answer = respond(theirs, ranges)
        assert load_ranges(dump_ranges(answer)) == answer
    except RemoteError:
        pass
    reconciler = Reconciler(mine)
    try:
        flight = reconciler.open()
        if not opened:
            flight = reconciler.answer(respond(theirs, flight[0]))
        for _ in range(3):
            reconciler.answer(load_ranges(data))
    except RemoteError:
        pass
    assert len(reconciler._differing) <= len(mine)
    assert len(reconciler.need) <= 3 * 4096


frames = st.deferred(lambda: mutated(conversation()[2])) | st.binary(max_size=80)


@settings(max_examples=120, deadline=None)
@given(data=frames, opened=st.booleans())
def test_hostile_frames_are_refused(data: bytes, opened: bool) -> None:
    feed(data, opened=opened)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(data=frames, opened=st.booleans())
def test_hostile_frames_are_refused_at_length(data: bytes, opened: bool) -> None:
    feed(data, opened=opened)


def campaign(count: int, seed: int) -> int:
    """Mutate sound frames: what comes of them is ranges that come back the same, or a RemoteError; return how many."""
    source = random.Random(seed)
    _, theirs, good = conversation()
    sound = 0
    for _ in range(count):
        data = bytearray(source.choice(good))
        for _ in range(source.randint(1, 3)):
            at = source.randrange(len(data) + 1)
            if source.random() < 0.5 and at < len(data):
                data[at] = source.randrange(256)
            elif source.random() < 0.5:
                del data[at : at + source.randint(1, 20)]
            else:
                data[at:at] = source.randbytes(source.randint(1, 3))
        with contextlib.suppress(RemoteError):
            ranges = load_ranges(bytes(data))
            assert dump_ranges(ranges) == data
            sound += 1
            if sound % 50 == 0:
                respond(theirs, ranges)
    return sound


def test_twenty_thousand_mutations() -> None:
    assert campaign(20_000, 4) > 1_000, "hardly any frame came through: the mutations test too little"


@pytest.mark.soak
def test_two_hundred_thousand_mutations() -> None:
    assert campaign(200_000, 5) > 10_000
