"""One plane of a conversation's log: which operations it holds, how they hang together, and what a peer lacks.

Entries enter only when everything they cite is here, so the plane is closed under ancestors at all times. Order is
`(depth, id)`, a linear extension of causality that needs no clock (docs/protocol.md, "Order").
"""

from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from crypto.ids import DeviceKey, OpId, blake2b
from protocol.errors import RemoteError
from protocol.ops import Header

Key = tuple[int, OpId]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept in memory of an operation."""

    id: OpId
    device: DeviceKey
    seq: int
    prev: OpId | None
    parents: tuple[OpId, ...]
    auth: tuple[OpId, ...]
    depth: int
    ts_ms: int
    vts_ms: int
    """`max(ts, vts of the parents)`: the place in display order, a pure function of the set."""

    @property
    def key(self) -> Key:
        """`(depth, id)`."""
        return (self.depth, self.id)

    @property
    def cited(self) -> Iterator[OpId]:
        """The operations this one hangs on in its plane: parents and predecessor."""
        yield from self.parents
        if self.prev is not None and self.prev not in self.parents:
            yield self.prev


class Plane:
    """The ancestor-closed set of one plane's operations."""

    def __init__(self) -> None:
        self.entries: dict[OpId, Entry] = {}
        self.keys: list[Key] = []
        """All `(depth, id)`, ascending."""
        self.heads: dict[OpId, int] = {}
        """Operations that no operation cites, with their depth."""
        self.tips: dict[DeviceKey, Entry] = {}
        """Each device's entry with the highest seq."""

    def __contains__(self, name: OpId) -> bool:
        return name in self.entries

    def __len__(self) -> int:
        return len(self.entries)

    def missing(self, header: Header) -> list[OpId]:
        """Return what `header` cites in this plane and is not here."""
        cited = header.parents if header.prev is None else (*header.parents, header.prev)
        return [name for name in cited if name not in self.entries]

    def place(self, name: OpId, header: Header) -> Entry:
        """Return the entry for an operation whose citations are all here, its position checked, without adding it.

        Raises:
            RemoteError: `bad_position`: its depth or its place in the device's chain is not what the rules say.
        """
        depth, vts_ms = 0, header.ts_ms
        for parent in header.parents:
            above = self.entries[parent]
            depth = max(depth, above.depth + 1)
            vts_ms = max(vts_ms, above.vts_ms)
        if header.depth != depth:
            raise RemoteError("bad_position", "an operation's depth is not one more than its parents'")
        if header.prev is not None:
            before = self.entries[header.prev]
            if before.device != header.device or before.seq + 1 != header.seq or before.depth >= depth:
                raise RemoteError("bad_position", "an operation does not follow its device's chain")
        return Entry(
            name, header.device, header.seq, header.prev, header.parents, header.auth, depth, header.ts_ms, vts_ms
        )

    def add(self, entry: Entry) -> None:
        """Add an entry made by `place`; adding it again changes nothing."""
        if entry.id in self.entries:
            return
        self.entries[entry.id] = entry
        if not self.keys or self.keys[-1] < entry.key:
            self.keys.append(entry.key)
        else:
            insort(self.keys, entry.key)
        for name in entry.cited:
            self.heads.pop(name, None)
        self.heads[entry.id] = entry.depth
        tip = self.tips.get(entry.device)
        if tip is None or (entry.seq, entry.id) > (tip.seq, tip.id):
            self.tips[entry.device] = entry

    def head_keys(self) -> list[Key]:
        """Return the heads as `(depth, id)`, ascending."""
        return sorted((depth, name) for name, depth in self.heads.items())

    def heads_hash(self) -> bytes:
        """Return 32 bytes that are equal on two nodes exactly when their planes hold the same operations."""
        return blake2b(b"".join(sorted(self.heads)), person=b"p2p.heads.1")

    def sample(self, most: int) -> list[OpId]:
        """Return heads and then ever sparser older operations: enough for a peer to see where we stand."""
        names = [name for _, name in self.head_keys()[-most // 2 :]]
        step = 1
        while step < len(self.keys) and len(names) < most:
            name = self.keys[-1 - step][1]
            if name not in names:
                names.append(name)
            step *= 2
        return names

    def lacking(self, haves: Iterable[OpId]) -> list[OpId]:
        """Return what a peer lacks that holds `haves` and all their ancestors: ascending `(depth, id)`.

        Names in `haves` that are not here are ignored. Exact: walks down from the heads, painting what the peer has,
        and stops where nothing unpainted is left.
        """
        had = {name for name in haves if name in self.entries}
        queue: list[tuple[int, bytes]] = []
        painted: dict[OpId, bool] = {}
        unpainted = 0

        def visit(name: OpId, is_had: bool) -> None:
            nonlocal unpainted
            known = painted.get(name)
            if known is None:
                painted[name] = is_had
                unpainted += not is_had
                # deepest first; the id is only a tie-break
                heappush(queue, (-self.entries[name].depth, name))
            elif is_had and not known:
                painted[name] = True
                unpainted -= 1

        for name in had:
            visit(name, True)
        for name in self.heads:
            visit(name, name in had)
        lacking: list[Key] = []
        while unpainted:
            depth, raw = heappop(queue)
            name = OpId(raw)
            is_had = painted[name]
            if not is_had:
                unpainted -= 1
                lacking.append((-depth, name))
            for cited in self.entries[name].cited:
                visit(cited, is_had or cited in had)
        return [name for _, name in sorted(lacking)]

    def in_past(self, ancestor: OpId, of: OpId) -> bool:
        """Return whether `ancestor` lies in the past of `of` (an operation is not in its own past)."""
        floor = self.entries[ancestor].depth
        waiting = list(self.entries[of].cited)
        seen = set(waiting)
        while waiting:
            name = waiting.pop()
            if name == ancestor:
                return True
            entry = self.entries[name]
            if entry.depth > floor:
                fresh = [cited for cited in entry.cited if cited not in seen]
                seen.update(fresh)
                waiting.extend(fresh)
        return False
