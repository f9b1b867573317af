"""The index of keys against a plain sorted list."""

import random
from bisect import bisect_left
from itertools import pairwise

import pytest

from crypto.ids import OpId, blake2b
from protocol.errors import RemoteError, UsageError
from protocol.sync.index import (
    END,
    KEY_BYTES,
    MOST_DEPTH,
    START,
    Bound,
    Key,
    KeyIndex,
    after,
    bound,
    cuts,
    fingerprint,
    parse_bound,
    separator,
)
from tests.builders import fixed


def keys(count: int, *, label: str = "key", width: int = 3) -> list[Key]:
    """Return `count` sorted keys, up to `width` of one depth."""
    return sorted((at // width, OpId(fixed(f"{label} {at}"))) for at in range(count))


def packed(key: Key) -> bytes:
    return key[0].to_bytes(6, "big") + key[1]


def sum_of(held: list[Key]) -> int:
    return sum(int.from_bytes(name, "little") for _, name in held)


def slow_fingerprint(held: list[Key]) -> bytes:
    data = (sum_of(held) % (1 << 256)).to_bytes(32, "little") + len(held).to_bytes(8, "little")
    return blake2b(data, person=b"p2p.recon.fp", size=16)


def check(index: KeyIndex, held: list[Key]) -> None:
    """Compare everything that an index says with the sorted list."""
    assert index.range() == held
    assert len(index) == index.count() == len(held)
    assert index.total == sum_of(held) % (1 << 256)
    assert index.fingerprint() == slow_fingerprint(held)


@pytest.mark.parametrize("count", [0, 1, 2, 127, 128, 129, 1000])
def test_made_of_keys_in_any_order(count: int) -> None:
    held = keys(count)
    mixed = held + held[: count // 2]
    random.Random(count).shuffle(mixed)
    check(KeyIndex(held), held)
    check(KeyIndex(mixed), held)
    check(KeyIndex(iter(reversed(held))), held)


def test_grows_at_the_end() -> None:
    held = keys(700)
    index = KeyIndex()
    for at, key in enumerate(held):
        index.add(key)
        index.add(key)
        assert len(index) == at + 1
        if at % 50 == 0:
            check(index, held[: at + 1])
    check(index, held)


@pytest.mark.parametrize("size", [1, 7, 200, 2000])
def test_takes_scattered_batches(size: int) -> None:
    everything = keys(2400)
    random.Random(5).shuffle(everything)
    index = KeyIndex(everything[:400])
    for at in range(400, 2400, size):
        index.update(everything[at : at + size])
        index.update(everything[at - 3 : at + 2])
    check(index, sorted(everything))
    index.update([])
    check(index, sorted(everything))


def test_single_keys_go_anywhere() -> None:
    everything = keys(900)
    random.Random(6).shuffle(everything)
    index = KeyIndex()
    for at, key in enumerate(everything):
        index.add(key)
        if at % 100 == 99:
            check(index, sorted(everything[: at + 1]))


def test_gives_keys_up() -> None:
    held = keys(600)
    index = KeyIndex(held)
    for key in held[::2]:
        index.discard(key)
    check(index, held[1::2])
    index.discard(held[0])
    check(index, held[1::2])
    for key in held:
        index.discard(key)
    check(index, [])
    index.add(held[3])
    check(index, [held[3]])


def test_knows_what_it_holds() -> None:
    held = keys(300)
    index = KeyIndex(held[::2])
    assert all(key in index for key in held[::2])
    assert not any(key in index for key in held[1::2])
    assert (MOST_DEPTH + 1, held[0][1]) not in index
    assert (-1, held[0][1]) not in index
    assert (0, OpId(b"short")) not in index


def test_ranges_by_bounds() -> None:
    held = keys(1000, width=7)
    index = KeyIndex(held)
    source = random.Random(1)
    places = [START, END, bound(0), bound(MOST_DEPTH), bound(40, b"\x80"), bound(40, b"\xff" * 32)]
    places += [Bound(packed(held[at])[: source.randint(6, KEY_BYTES)]) for at in source.sample(range(1000), 60)]
    for lower in places:
        for upper in source.sample(places, 12):
            inside = [key for key in held if lower <= packed(key) < upper]
            assert index.range(lower, upper) == inside
            assert index.count(lower, upper) == len(inside)
            assert index.fingerprint(lower, upper) == slow_fingerprint(inside)


def test_sums_at_every_position() -> None:
    held = keys(300)
    index = KeyIndex(held)
    assert [index.sum_before(at) for at in range(301)] == [sum_of(held[:at]) for at in range(301)]
    most = KeyIndex((0, OpId(b"\xff" * 31 + bytes((at,)))) for at in range(256))
    assert most.total == sum_of(most.range()) % (1 << 256)


def test_a_fingerprint_is_taken_modulo_and_covers_the_count() -> None:
    assert fingerprint(5, 1) == fingerprint(5 + (1 << 256), 1) != fingerprint(5, 2)
    assert fingerprint(-1, 0) == fingerprint((1 << 256) - 1, 0)


def test_positions_and_the_newest() -> None:
    held = keys(400)
    index = KeyIndex(held)
    assert [index.key_at(at) for at in range(400)] == held
    assert [index.position(Bound(packed(key))) for key in held] == list(range(400))
    assert index.newest(150) == held[-150:]
    assert index.newest(1000) == held
    assert index.newest(0) == []
    assert index.packed(120, 270) == [packed(key) for key in held[120:270]]
    assert index.elements(120, 130) == [name[:16] for _, name in held[120:130]]
    for at in (-1, 400):
        with pytest.raises(UsageError):
            index.key_at(at)


@pytest.mark.parametrize("parts", [1, 2, 3, 16, 64])
def test_splits_into_nearly_equal_parts(parts: int) -> None:
    held = keys(500, width=40)
    index = KeyIndex(held)
    lower, upper = bound(2), bound(11, b"\x70")
    inner = index.split(lower, upper, parts)
    edges = [lower, *inner, upper]
    assert edges == sorted(set(edges))
    sizes = [index.count(low, high) for low, high in pairwise(edges)]
    assert sum(sizes) == index.count(lower, upper)
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == parts


def test_does_not_split_below_one_key_each() -> None:
    index = KeyIndex(keys(3))
    assert len(index.split(START, END, 16)) == 2
    assert index.split(bound(5), END, 16) == []
    assert cuts(4, 4, 16) == []


def test_bounds_between_neighbours_are_short() -> None:
    one, two = b"\0" * 5 + b"\x07" + b"\x11" * 32, b"\0" * 5 + b"\x08" + bytes(32)
    assert separator(one, two) == bound(8)
    near = one[:20] + b"\x12" + bytes(17)
    assert separator(one, near) == one[:20] + b"\x12"
    last = one[:-1] + b"\x12"
    assert separator(one, last) == last
    index = KeyIndex(keys(300, width=50))
    packed_keys = index.packed(0, 300)
    for at in range(1, 300):
        between = index.bound_at(at)
        assert packed_keys[at - 1] < between <= packed_keys[at]
        assert len(between) == 6 or not packed_keys[at - 1] < between[:-1]
    assert index.bound_at(0) == START
    assert index.bound_at(300) == END


def test_the_ends_lie_beyond_every_key() -> None:
    highest = (MOST_DEPTH, OpId(b"\xff" * 32))
    index = KeyIndex([(0, OpId(bytes(32))), highest])
    assert index.count(START, END) == 2
    assert after(highest) == END
    assert after((7, OpId(bytes(32)))) == bound(8)
    assert index.range(after((0, OpId(bytes(32)))), END) == [highest]


@pytest.mark.parametrize("place", [START, END, bound(0), bound(MOST_DEPTH, b"\xff" * 32), bound(9, b"\x01")])
def test_bounds_from_others(place: Bound) -> None:
    assert parse_bound(bytes(place)) == place


@pytest.mark.parametrize("value", [b"\0", bytes(5), bytes(39), b"\xff" * 40, 7, "text", None, bytearray(6)])
def test_refuses_what_is_no_bound(value: object) -> None:
    with pytest.raises(RemoteError, match="cannot be") as caught:
        parse_bound(value)
    assert caught.value.code == "bad_frame"


@pytest.mark.parametrize(
    "key", [(-1, bytes(32)), (MOST_DEPTH + 1, bytes(32)), (0, bytes(31)), (0, bytes(33)), (0, b"")]
)
def test_refuses_malformed_keys(key: Key) -> None:
    index = KeyIndex(keys(3))
    with pytest.raises(UsageError):
        index.add(key)
    with pytest.raises(UsageError):
        index.update([(1, OpId(fixed("sound"))), key])
    check(index, keys(3))


@pytest.mark.parametrize(("depth", "prefix"), [(-1, b""), (MOST_DEPTH + 1, b""), (0, bytes(33))])
def test_refuses_malformed_places(depth: int, prefix: bytes) -> None:
    with pytest.raises(UsageError):
        bound(depth, prefix)


def test_positions_by_bisection_of_a_plain_list() -> None:
    held = [packed(key) for key in keys(500, width=9)]
    index = KeyIndex(keys(500, width=9))
    source = random.Random(2)
    for _ in range(300):
        place = Bound(source.randrange(60).to_bytes(6, "big") + source.randbytes(source.randrange(4)))
        assert index.position(place) == bisect_left(held, place)
