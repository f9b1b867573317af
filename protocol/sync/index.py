"""The ordered set of a plane's keys, with the sum of any range at hand (docs/protocol.md, "Sync").

A key is `(depth, id)`; packed, it is 6 bytes of depth and 32 of id, so that the order of keys is the order of byte
strings and every prefix of a packed key is a bound between keys. Keys lie in blocks of up to 128, each with the sum of
its ids: a range is whole blocks and two partial ones, an append touches the last block, an insert one block. A key
costs about 40 bytes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate, islice, pairwise
from operator import eq
from typing import Final, NewType

from crypto.ids import ID_BYTES, OpId, blake2b
from protocol.errors import RemoteError, UsageError

Key = tuple[int, OpId]

Bound = NewType("Bound", bytes)
"""A place between keys: 6 bytes of depth, then 0 to 32 bytes of an id; it lies before every key it is a prefix of."""

DEPTH_BYTES: Final = 6
KEY_BYTES: Final = DEPTH_BYTES + ID_BYTES
MOST_DEPTH: Final = (1 << 8 * DEPTH_BYTES) - 1
START: Final = Bound(b"")
"""Before every key."""
END: Final = Bound(b"\xff" * (KEY_BYTES + 1))
"""After every key: longer than the highest, and beginning like it."""
FINGERPRINT_BYTES: Final = 16
ELEMENT_BYTES: Final = 16

_BLOCK: Final = 128
_SUM_MASK: Final = (1 << 8 * ID_BYTES) - 1
_FIELD_BITS: Final = 8 * KEY_BYTES
_ID_FIELDS: Final = int.from_bytes((b"\xff" * ID_BYTES + bytes(DEPTH_BYTES)) * _BLOCK, "little")
"""Keeps the ids and blanks the depths of a block read as one little-endian number from its first id on."""
_WIDTHS: Final = [_FIELD_BITS << power for power in range(_BLOCK.bit_length() - 1)]
_HALVES: Final = [(width, (1 << width) - 1) for width in _WIDTHS]
"""Where to cut such a number of up to 2, 4, 8, … ids in two, and what keeps its lower part."""


def bound(depth: int, prefix: bytes = b"") -> Bound:
    """Return the bound before every key of `depth` whose id begins with `prefix` or comes after it."""
    if not 0 <= depth <= MOST_DEPTH or len(prefix) > ID_BYTES:
        raise UsageError("bad_request", "a bound is a depth of 48 bits and at most 32 bytes of an id")
    return Bound(depth.to_bytes(DEPTH_BYTES, "big") + prefix)


def after(key: Key) -> Bound:
    """Return the shortest bound behind `key`: it lies behind every key of that depth."""
    return bound(key[0] + 1) if key[0] < MOST_DEPTH else END


def parse_bound(value: object) -> Bound:
    """Return `value`, from anyone, as a bound (RemoteError `bad_frame` where it is none)."""
    if type(value) is bytes and (not value or DEPTH_BYTES <= len(value) <= KEY_BYTES or value == END):
        return Bound(value)
    raise RemoteError("bad_frame", "a sync frame names a place that cannot be")


def fingerprint(total: int, count: int) -> bytes:
    """Return the 16 bytes that stand for `count` elements whose sum is `total`, taken modulo 2^256."""
    data = (total & _SUM_MASK).to_bytes(ID_BYTES, "little") + count.to_bytes(8, "little")
    return blake2b(data, person=b"p2p.recon.fp", size=FINGERPRINT_BYTES)


def separator(lower: bytes, upper: bytes) -> Bound:
    """Return the shortest bound between two packed keys, `lower` being less than `upper`."""
    if lower[:DEPTH_BYTES] != upper[:DEPTH_BYTES]:
        return Bound(upper[:DEPTH_BYTES])
    different = next(at for at in range(DEPTH_BYTES, KEY_BYTES) if lower[at] != upper[at])
    return Bound(upper[: different + 1])


class KeyIndex:
    """An ordered set of keys; positions count from 0 in key order."""

    __slots__ = ("_blocks", "_count", "_counts_before", "_firsts", "_sums", "_sums_before")

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        """Take in `keys`, in any order; sorted ones are fastest (UsageError where one is malformed)."""
        self._blocks: list[bytes] = []
        self._firsts: list[bytes] = []
        self._sums: list[int] = []
        self._sums_before: list[int] = [0]
        """The sum of all blocks before each; as far as it is known, like the next."""
        self._counts_before: list[int] = [0]
        self._count = 0
        self._extend(_packed(keys))

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: Key) -> bool:
        depth, name = key
        if not 0 <= depth <= MOST_DEPTH or len(name) != ID_BYTES:
            return False
        packed = depth.to_bytes(DEPTH_BYTES, "big") + name
        number, offset = self._find(packed)
        return number < len(self._blocks) and _key(self._blocks[number], offset) == packed

    # --- changing ---

    def add(self, key: Key) -> None:
        """Put `key` in its place; one that is there already changes nothing."""
        new = _packed((key,))
        if not self._blocks or new[0] > self._blocks[-1][-KEY_BYTES:]:
            self._extend(new)
        else:
            self._merge(max(0, bisect_right(self._firsts, new[0]) - 1), new)

    def update(self, keys: Iterable[Key]) -> None:
        """Put every key in its place, however they are scattered (UsageError where one is malformed)."""
        new = _packed(keys)
        if not new:
            return
        first_behind = bisect_right(new, self._blocks[-1][-KEY_BYTES:]) if self._blocks else 0
        if first_behind * 4 > self._count:
            self._rebuild(new)
            return
        at = 0
        while at < first_behind:
            number = max(0, bisect_right(self._firsts, new[at]) - 1)
            upper = self._firsts[number + 1] if number + 1 < len(self._firsts) else END
            until = bisect_left(new, upper, at, first_behind)
            self._merge(number, new[at:until])
            at = until
        self._extend(new[first_behind:])

    def discard(self, key: Key) -> None:
        """Take `key` out, if it is there."""
        if key not in self:
            return
        number, offset = self._find(key[0].to_bytes(DEPTH_BYTES, "big") + key[1])
        data = self._blocks[number]
        rest = data[: offset * KEY_BYTES] + data[(offset + 1) * KEY_BYTES :]
        self._replace(number, [rest] if rest else [])

    # --- looking ---

    @property
    def total(self) -> int:
        """The sum of all ids as little-endian numbers, modulo 2^256."""
        return self.sum_before(len(self)) & _SUM_MASK

    def position(self, place: Bound) -> int:
        """Return how many keys lie before `place`."""
        number, offset = self._find(place)
        return self._settled()[number] + offset

    def sum_before(self, position: int) -> int:
        """Return the sum of the ids of the first `position` keys, not reduced."""
        number, offset = self._at(position)
        before = self._sums_before[number]
        if not offset:
            return before
        data = self._blocks[number]
        if 2 * offset * KEY_BYTES <= len(data):
            return before + _sum_of(data[: offset * KEY_BYTES])
        return before + self._sums[number] - _sum_of(data[offset * KEY_BYTES :])

    def packed(self, first: int, last: int) -> list[bytes]:
        """Return the packed keys from position `first` up to `last`, which is not among them."""
        found: list[bytes] = []
        while first < last:
            number, offset = self._at(first)
            data = self._blocks[number]
            until = min(len(data), (offset + last - first) * KEY_BYTES)
            found += [data[at : at + KEY_BYTES] for at in range(offset * KEY_BYTES, until, KEY_BYTES)]
            first += until // KEY_BYTES - offset
        return found

    def elements(self, first: int, last: int) -> list[bytes]:
        """Return what stands for the keys from position `first` up to `last` in lists: 16 bytes of each id."""
        return [key[DEPTH_BYTES : DEPTH_BYTES + ELEMENT_BYTES] for key in self.packed(first, last)]

    def key_at(self, position: int) -> Key:
        """Return the key at `position` (UsageError beyond the ends)."""
        if not 0 <= position < len(self):
            raise UsageError("bad_request", f"there is no key at position {position}")
        number, offset = self._at(position)
        return _unpacked(_key(self._blocks[number], offset))

    def newest(self, most: int) -> list[Key]:
        """Return the `most` highest keys, or all, ascending."""
        count = len(self)
        return [_unpacked(key) for key in self.packed(max(0, count - most), count)]

    def range(self, lower: Bound = START, upper: Bound = END) -> list[Key]:
        """Return the keys from `lower` up to `upper`, ascending."""
        return [_unpacked(key) for key in self.packed(self.position(lower), self.position(upper))]

    def count(self, lower: Bound = START, upper: Bound = END) -> int:
        """Return how many keys lie from `lower` up to `upper`."""
        return max(0, self.position(upper) - self.position(lower))

    def fingerprint(self, lower: Bound = START, upper: Bound = END) -> bytes:
        """Return the fingerprint of the keys from `lower` up to `upper`."""
        first, last = self.position(lower), self.position(upper)
        if last <= first:
            return fingerprint(0, 0)
        return fingerprint(self.sum_before(last) - self.sum_before(first), last - first)

    def bound_at(self, position: int) -> Bound:
        """Return the shortest bound between the key at `position` and the one before it; the ends beyond the ends."""
        if position <= 0:
            return START
        if position >= len(self):
            return END
        lower, upper = self.packed(position - 1, position + 1)
        return separator(lower, upper)

    def split(self, lower: Bound, upper: Bound, parts: int) -> list[Bound]:
        """Return the inner bounds that cut the keys from `lower` to `upper` into at most `parts` nearly equal parts."""
        first, last = self.position(lower), self.position(upper)
        return [self.bound_at(position) for position in cuts(first, last, parts)]

    # --- blocks ---

    def _settled(self) -> list[int]:
        """Return how many keys lie before each block, and at last how many there are; both running sums are whole."""
        counts, sums = self._counts_before, self._sums_before
        known = len(counts) - 1
        if known < len(self._blocks):
            counts += accumulate((len(data) // KEY_BYTES for data in self._blocks[known:]), initial=counts.pop())
            sums += accumulate(self._sums[known:], initial=sums.pop())
        return counts

    def _find(self, place: bytes) -> tuple[int, int]:
        """Return the block and the offset in it of the first key not below `place`."""
        number = bisect_right(self._firsts, place) - 1
        if number < 0:
            return 0, 0
        offset = _offset(self._blocks[number], place)
        return (number + 1, 0) if offset * KEY_BYTES == len(self._blocks[number]) else (number, offset)

    def _at(self, position: int) -> tuple[int, int]:
        """Return the block and the offset in it of a position."""
        counts = self._settled()
        number = min(bisect_right(counts, position) - 1, len(self._blocks))
        return number, position - counts[number]

    def _extend(self, keys: list[bytes]) -> None:
        """Append `keys`, sorted and all above the highest."""
        self._count += len(keys)
        if keys and self._blocks and len(self._blocks[-1]) < _BLOCK * KEY_BYTES:
            room = _BLOCK - len(self._blocks[-1]) // KEY_BYTES
            joined = b"".join(keys[:room])
            self._forget(len(self._blocks) - 1)
            self._blocks[-1] += joined
            self._sums[-1] += _sum_of(joined)
            keys = keys[room:]
        for at in range(0, len(keys), _BLOCK):
            data = b"".join(keys[at : at + _BLOCK])
            self._blocks.append(data)
            self._firsts.append(keys[at])
            self._sums.append(_sum_of(data))

    def _merge(self, number: int, keys: list[bytes]) -> None:
        """Put `keys`, sorted, into one block; it is cut in two or more where it grows too large."""
        data = self._blocks[number]
        count = len(data) // KEY_BYTES
        if len(keys) == 1 and count < _BLOCK:
            place = _offset(data, keys[0]) * KEY_BYTES
            if data[place : place + KEY_BYTES] != keys[0]:
                self._replace(number, [data[:place] + keys[0] + data[place:]])
            return
        both = [data[at : at + KEY_BYTES] for at in range(0, len(data), KEY_BYTES)] + keys
        both.sort()
        both = _unique(both)
        pieces = -(-len(both) // _BLOCK)
        edges = [0, *cuts(0, len(both), pieces), len(both)]
        self._replace(number, [b"".join(both[first:last]) for first, last in pairwise(edges)])

    def _rebuild(self, new: list[bytes]) -> None:
        everything = self.packed(0, len(self)) + new
        everything.sort()
        self._blocks, self._firsts, self._sums, self._count = [], [], [], 0
        self._forget(0)
        self._extend(_unique(everything))

    def _replace(self, number: int, blocks: list[bytes]) -> None:
        self._count += (sum(map(len, blocks)) - len(self._blocks[number])) // KEY_BYTES
        self._blocks[number : number + 1] = blocks
        self._firsts[number : number + 1] = [data[:KEY_BYTES] for data in blocks]
        self._sums[number : number + 1] = [_sum_of(data) for data in blocks]
        self._forget(number)

    def _forget(self, number: int) -> None:
        """Drop the running sums behind block `number`."""
        del self._counts_before[number + 1 :], self._sums_before[number + 1 :]


def cuts(first: int, last: int, parts: int) -> list[int]:
    """Return the inner positions that cut `first` to `last` into at most `parts` nearly equal parts, none empty."""
    count = last - first
    parts = min(parts, count)
    return [first + count * part // parts for part in range(1, parts)]


def _key(data: bytes, offset: int) -> bytes:
    return data[offset * KEY_BYTES : (offset + 1) * KEY_BYTES]


def _offset(data: bytes, place: bytes) -> int:
    """Return how many of a block's keys lie before `place`."""
    low, high = 0, len(data) // KEY_BYTES
    while low < high:
        middle = (low + high) // 2
        if data[middle * KEY_BYTES : (middle + 1) * KEY_BYTES] < place:
            low = middle + 1
        else:
            high = middle
    return low


def _packed(keys: Iterable[Key]) -> list[bytes]:
    """Return `keys` packed, sorted, each once."""
    try:
        packed = [depth.to_bytes(DEPTH_BYTES, "big") + name for depth, name in keys]
    except OverflowError as error:
        raise UsageError("bad_request", "a depth has at most 48 bits") from error
    if not {*map(len, packed)} <= {KEY_BYTES}:
        raise UsageError("bad_request", "an id has 32 bytes")
    packed.sort()
    return _unique(packed)


def _unique(packed: list[bytes]) -> list[bytes]:
    """Return sorted keys, each once."""
    if any(map(eq, packed, islice(packed, 1, None))):
        return list(dict.fromkeys(packed))
    return packed


def _unpacked(key: bytes) -> Key:
    return int.from_bytes(key[:DEPTH_BYTES], "big"), OpId(key[DEPTH_BYTES:])


def _sum_of(data: bytes) -> int:
    """Return the sum of the ids in packed keys, at most a block of them.

    The whole block is one long number whose digits are the ids, 304 bits apart: 48 bits of room above each. Adding its
    upper half to its lower one, again and again, leaves the sum.
    """
    count = len(data) // KEY_BYTES
    number = int.from_bytes(data[DEPTH_BYTES:], "little") & _ID_FIELDS
    for width, lower in _HALVES[(count - 1).bit_length() - 1 :: -1] if count > 1 else ():
        number = (number >> width) + (number & lower)
    return number
