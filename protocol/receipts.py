"""Who holds and who has read what (docs/protocol.md, "Registers"), without an operation for each receipt.

A device names the heads of what it has stored, or shown to its owner, in a register; an operation counts where it is
one of them or lies in their past. So one value speaks for a whole history, and what arrives late is never falsely read.

The operations of one device form a chain, and whoever has one of them has all before it. So it is enough to know how
far along a device's chain somebody has come.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import Final

from crypto.codec import decode, encode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, DeviceKey, OpId
from protocol.dag import Entry, Plane

MOST_HEADS: Final = 64
"""Heads in one register; what hangs on others alone counts as not held."""
_MOST_STEPS: Final = 2_000
_ALONE: Final = 256
"""Steps down from the heads that were named before the walk from the log's heads begins."""

Place = tuple[int, int, bytes]
"""Where something stands in the timeline: `(vts, depth, id)`."""


def dump_heads(plane: Plane, names: Iterable[OpId]) -> bytes:
    """Return a register's value that names these operations; of too many the highest `(depth, id)`."""
    highest = sorted(((plane.entry(name).depth, name) for name in names), reverse=True)[:MOST_HEADS]
    return encode([*sorted(name for _, name in highest)])


def load_heads(value: bytes | None) -> tuple[OpId, ...]:
    """Return the heads in a register's value; none where there is no value or it is malformed."""
    if value is None:
        return ()
    try:
        names = decode(value)
    except CodecError:
        return ()
    if type(names) is not list or len(names) > MOST_HEADS:
        return ()
    if any(type(name) is not bytes or len(name) != ID_BYTES for name in names) or names != sorted(set(names)):
        return ()
    return tuple(OpId(name) for name in names)


def shown_up_to(plane: Plane, place: Place) -> set[OpId]:
    """Return the heads of everything here that stands at or before a place in the timeline.

    Display order follows causality, so that set holds the past of each of its operations, and its heads say it exactly.
    What was written at the same time and stands later is not in it, nor is what arrives later and stands earlier. Empty
    where very much stands after the place.
    """
    found: set[OpId] = set()
    waiting = list(plane.heads)
    seen = set(waiting)
    while waiting:
        entry = plane.entry(waiting.pop())
        if (entry.vts_ms, entry.depth, entry.id) <= place:
            found.add(entry.id)
            continue
        fresh = [name for name in entry.cited if name not in seen]
        seen.update(fresh)
        waiting += fresh
        if len(seen) > _MOST_STEPS:
            return set()
    return _heads_of(plane, found)


def _heads_of(plane: Plane, names: set[OpId]) -> set[OpId]:
    """Return those of some operations that lie in the past of no other of them; where that is far to see, some more."""
    heads, seen = set(names), set[OpId]()
    lowest = min((plane.entry(name).depth for name in names), default=0)
    waiting = list(names)
    while waiting and len(seen) <= _MOST_STEPS:
        entry = plane.entry(waiting.pop())
        if entry.depth > lowest:
            fresh = [name for name in entry.cited if name not in seen]
            seen.update(fresh)
            heads.difference_update(fresh)
            waiting += fresh
    return heads


class Reached:
    """What one device says it has, measured against the log that is here."""

    def __init__(self, plane: Plane) -> None:
        self.unknown: frozenset[OpId] = frozenset()
        """Heads it names that are not here."""
        self._plane = plane
        self._heads: set[OpId] = set()
        self._top = -1
        self._ends: dict[DeviceKey, Entry | None] = {}

    def update(self, heads: Iterable[OpId]) -> None:
        """Take in a newer value, or the same once more where more operations are here now.

        As long as it names something unknown, the heads of the value before count too: what was held is still held.
        """
        named = set(heads)
        known = {name for name in named if name in self._plane}
        self.unknown = frozenset(named - known)
        if self.unknown:
            kept = sorted(((self._plane.entry(name).depth, name) for name in self._heads | known), reverse=True)
            known = {name for _, name in kept[:MOST_HEADS]}
        self._heads = known
        self._top = max((self._plane.entry(name).depth for name in known), default=-1)
        self._ends.clear()

    def has(self, entry: Entry) -> bool:
        """Return whether the device has an operation that is here."""
        if entry.depth >= self._top or entry.id in self._heads:
            return entry.id in self._heads
        if entry.device in self._plane.forked:
            return any(self._plane.in_past(entry.id, name) for name in self._heads)
        end = self.end(entry.device)
        return end is not None and entry.seq <= end.seq

    def end(self, device: DeviceKey) -> Entry | None:
        """Return the last operation on a device's chain that is held there; None where none is, or the chain forks.

        The log is walked from both ends, and whichever comes first decides: from the heads that were named down to the
        first operation of the chain, and from the log's heads down until all that is left is held.
        """
        if device in self._plane.forked or device not in self._plane.tips:
            return None
        if device not in self._ends:
            self._ends[device] = self._find_end(device)
        return self._ends[device]

    def _find_end(self, device: DeviceKey) -> Entry | None:
        plane = self._plane
        if self._heads.issuperset(plane.heads):
            return self._before(device, None)
        lowest: Entry | None = None
        lacking = plane.outside(self._heads)
        held = [(-plane.entry(name).depth, name) for name in self._heads]
        heapify(held)
        seen = set(self._heads)
        steps = 0
        while held:
            steps += 1
            entry = plane.entry(heappop(held)[1])
            if entry.device == device:
                return entry
            for name in entry.cited:
                if name not in seen:
                    seen.add(name)
                    heappush(held, (-plane.entry(name).depth, name))
            if steps > _ALONE:
                lacked = next(lacking, None)
                if lacked is None:
                    return self._before(device, lowest)
                if lacked.device == device and (lowest is None or lacked.seq < lowest.seq):
                    lowest = lacked
        return None

    def _before(self, device: DeviceKey, lowest: Entry | None) -> Entry | None:
        """Return the last operation of a chain that is held, `lowest` the first that is not."""
        plane = self._plane
        if lowest is not None:
            return plane.entry(lowest.prev) if lowest.prev is not None else None
        name: OpId | None = plane.tips[device][1]
        while name is not None and name in plane.quarantine:  # the end of a chain may have fallen
            name = plane.entry(name).prev
        return plane.entry(name) if name is not None else None
