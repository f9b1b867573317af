"""Ordered sets as reconciliation sees them, and the fingerprints of their parts (docs/protocol.md, "Sync").

A fingerprint is a sum of ids and therefore no proof: who grinds ids can make two sets agree that differ. The proof is
that heads are equal. Where they are not after a run, another with a fresh salt sums keyed hashes instead of ids.
"""

from bisect import bisect_left
from itertools import accumulate, pairwise
from typing import Final, Protocol

from crypto.ids import blake2b
from protocol.errors import RemoteError
from protocol.sync.index import DEPTH_BYTES, ELEMENT_BYTES, END, START, Bound, KeyIndex, cuts, fingerprint, separator
from protocol.sync.ranges import FINGERPRINT, Range

SALT_BYTES: Final = 16


class View(Protocol):
    """An ordered set as reconciliation sees it: by positions and bounds. `KeyIndex` is one."""

    def __len__(self) -> int: ...

    def position(self, place: Bound, /) -> int:
        """Return how many keys lie before `place`."""

    def sum_before(self, position: int, /) -> int:
        """Return the sum of what stands for the first `position` keys."""

    def bound_at(self, position: int, /) -> Bound:
        """Return the shortest bound between the key at `position` and the one before it; the ends beyond the ends."""

    def packed(self, first: int, last: int, /) -> list[bytes]:
        """Return the packed keys from position `first` up to `last`."""

    def elements(self, first: int, last: int, /) -> list[bytes]:
        """Return what stands for them in lists."""


class Salted:
    """The keys that an index holds now, with a keyed hash of each id for its element."""

    def __init__(self, index: KeyIndex, salt: bytes) -> None:
        self._keys = index.packed(0, len(index))
        self._elements = [
            blake2b(key[DEPTH_BYTES:], person=b"p2p.recon.salt", key=salt, size=ELEMENT_BYTES) for key in self._keys
        ]
        numbers = (int.from_bytes(element, "little") for element in self._elements)
        self._sums_before = list(accumulate(numbers, initial=0))

    def __len__(self) -> int:
        return len(self._keys)

    def position(self, place: Bound) -> int:
        """Return how many keys lie before `place`."""
        return bisect_left(self._keys, place)

    def sum_before(self, position: int) -> int:
        """Return the sum of the first `position` elements."""
        return self._sums_before[position]

    def bound_at(self, position: int) -> Bound:
        """Return the shortest bound between the key at `position` and the one before it; the ends beyond the ends."""
        if 0 < position < len(self._keys):
            return separator(self._keys[position - 1], self._keys[position])
        return END if position else START

    def packed(self, first: int, last: int) -> list[bytes]:
        """Return the packed keys from position `first` up to `last`."""
        return self._keys[first:last]

    def elements(self, first: int, last: int) -> list[bytes]:
        """Return the elements from position `first` up to `last`."""
        return self._elements[first:last]


def view_of(index: KeyIndex, salt: bytes = b"") -> View:
    """Return `index` itself, or as `salt` shows it, which takes a hash a key (RemoteError for a malformed salt)."""
    if len(salt) not in (0, SALT_BYTES):
        raise RemoteError("bad_frame", "a reconciliation's salt is malformed")
    return Salted(index, salt) if salt else index


class Sums:
    """Fingerprints of a view by position; a position where two ranges meet is summed once."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[int, int] = {}

    def fingerprint(self, first: int, last: int) -> bytes:
        """Return the fingerprint of the keys from position `first` up to `last`."""
        return fingerprint(self._before(last) - self._before(first), last - first)

    def _before(self, position: int) -> int:
        known = self._known.get(position)
        if known is None:
            known = self._known[position] = self._view.sum_before(position)
        return known


def fingerprints(view: View, sums: Sums, first: int, last: int, upper: Bound, *, parts: int) -> list[Range]:
    """Return the fingerprints of nearly equal parts of what a view has from `first` to `last`."""
    edges = [first, *cuts(first, last, parts), last]
    uppers = [*map(view.bound_at, edges[1:-1]), upper]
    return [
        Range(bound, FINGERPRINT, sums.fingerprint(low, high))
        for bound, (low, high) in zip(uppers, pairwise(edges), strict=True)
    ]


def pieces(data: bytes, size: int) -> list[bytes]:
    """Return `data` cut into parts of `size` bytes."""
    return [data[at : at + size] for at in range(0, len(data), size)]
