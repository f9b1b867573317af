"""One plane of a conversation's log: which operations it holds and how they hang together (docs/protocol.md, "Log").

Entries enter only when everything they cite is here, so the plane is closed under ancestors at all times. What is
synced is the *log*: every valid operation and its ancestors. An operation that is not valid, and on which no valid one
hangs, lies in quarantine: kept, since a later control operation may make it valid, but neither served nor counted.
Order is `(depth, id)`, a linear extension of causality that needs no clock.

Of a long plane only the newest entries are in memory; the others are asked of a shelf.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple, Protocol

from crypto.ids import DeviceKey, OpId, blake2b
from protocol.errors import RemoteError
from protocol.ops import Header
from protocol.sync.index import Key, KeyIndex, bound

__all__ = ["Entries", "Entry", "Key", "Plane"]

RECENT: Final = 2048
"""Entries of a shelved plane that stay in memory."""
_BULK: Final = 2000
_MANY: Final = 32


class Entry(NamedTuple):
    """What is needed of an operation to place others."""

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
    def cited(self) -> tuple[OpId, ...]:
        """The operations this one hangs on in its plane: parents and predecessor."""
        if self.prev is None or self.prev in self.parents:
            return self.parents
        return (*self.parents, self.prev)


class Entries(Protocol):
    """Where the entries of a long plane lie."""

    def entries(self, names: Collection[OpId]) -> dict[OpId, Entry]:
        """Return those of `names` that are stored, quarantined ones included."""

    def keys(self) -> Iterable[Key]:
        """Return `(depth, id)` of every operation of the log, in any order."""


class Plane:
    """The operations of one plane."""

    def __init__(self, shelf: Entries | None = None, *, pinned: Callable[[set[OpId]], set[OpId]] | None = None) -> None:
        """Start empty; without a shelf everything stays in memory.

        `pinned` says which of some operations that are not valid belong to the log for another plane's sake.
        """
        self.pinned = pinned
        self.heads: dict[OpId, int] = {}
        """Operations of the log that no other of the log cites, with their depth."""
        self.tips: dict[DeviceKey, tuple[int, OpId]] = {}
        """`(seq, id)` of each device's operation with the highest seq, whatever its verdict."""
        self.forked: set[DeviceKey] = set()
        """Devices that signed two operations with one seq: harmless, but something is wrong with them."""
        self.invalid: set[OpId] = set()
        """Operations without a valid verdict."""
        self.quarantine: set[OpId] = set()
        """Those of them that are not part of the log."""
        self.count = 0
        """Operations of the log."""
        self._shelf = shelf
        self._entries: dict[OpId, Entry] = {}
        self._index: KeyIndex | None = KeyIndex() if shelf is None else None
        self._fresh: list[Key] = []
        """Added to the log since the index was last used."""
        self._absent: set[OpId] = set()
        """Looked for on the shelf in vain, and not added since."""

    # --- what is here ------------------------------------------------------------------------------------------------

    def __contains__(self, name: OpId) -> bool:
        return self.get(name) is not None

    def __len__(self) -> int:
        return self.count

    def get(self, name: OpId) -> Entry | None:
        """Return an operation's entry, whether in the log or in quarantine."""
        entry = self._entries.get(name)
        if entry is None and self._shelf is not None and name not in self._absent:
            entry = self._shelf.entries([name]).get(name)
            if entry is not None:
                self._entries[name] = entry
        return entry

    def entry(self, name: OpId) -> Entry:
        """Return the entry of an operation that is here (KeyError where it is not)."""
        entry = self.get(name)
        if entry is None:
            raise KeyError(name)
        return entry

    def fetch(self, names: Collection[OpId]) -> set[OpId]:
        """Bring entries into memory at one go; return those of `names` that are here."""
        entries, absent = self._entries, self._absent
        found = {name for name in names if name in entries}
        if self._shelf is not None and len(found) < len(names):
            lacking = [name for name in names if name not in found and name not in absent]
            for at in range(0, len(lacking), _BULK):
                shelved = self._shelf.entries(lacking[at : at + _BULK])
                entries.update(shelved)
                found.update(shelved)
            absent.update(name for name in lacking if name not in found)
        return found

    def known(self, keys: Collection[Key]) -> set[OpId]:
        """Return those of the operations with these keys that are here; the shelf is not asked where many are new."""
        if self._shelf is None or len(keys) < _MANY:
            return self.fetch([name for _, name in keys])
        index, entries, quarantine = self.index, self._entries, self.quarantine
        found = {key[1] for key in keys if key[1] in entries or key[1] in quarantine or key in index}
        self._absent.update(name for _, name in keys if name not in found)
        return found

    def is_new(self, name: OpId) -> None:
        """Note that an operation was written just now, so that it need not be looked for."""
        self._absent.add(name)

    def log(self) -> list[OpId]:
        """Return every operation of the log, ascending `(depth, id)`."""
        return [name for _, name in self.index.range()]

    @property
    def index(self) -> KeyIndex:
        """The log's keys with their sums; built at first use."""
        if self._index is None:
            assert self._shelf is not None
            self._index = KeyIndex(self._shelf.keys())
            self._fresh = [key for key in self._fresh if key not in self._index]
        if self._fresh:
            self._index.update(self._fresh)
            self._fresh = []
        return self._index

    def head_keys(self) -> list[Key]:
        """Return the heads as `(depth, id)`, ascending."""
        return sorted((depth, name) for name, depth in self.heads.items())

    def heads_hash(self) -> bytes:
        """Return 32 bytes that are equal on two nodes exactly when their logs hold the same operations."""
        return blake2b(b"".join(sorted(self.heads)), person=b"p2p.heads.1")

    # --- taking in ---------------------------------------------------------------------------------------------------

    def missing(self, header: Header) -> list[OpId]:
        """Return what `header` cites in this plane and is not here."""
        held = self._entries
        lacking = [name for name in header.parents if name not in held and self.get(name) is None]
        prev = header.prev
        if prev is not None and prev not in held and prev not in lacking and self.get(prev) is None:
            lacking.append(prev)
        return lacking

    def place(self, name: OpId, header: Header) -> Entry:
        """Return the entry for an operation whose citations are all here, its position checked, without adding it.

        Raises:
            RemoteError: `bad_position`: its depth or its place in the device's chain is not what the rules say.
        """
        depth, vts_ms = 0, header.ts_ms
        for parent in header.parents:
            above = self.entry(parent)
            if above.depth >= depth:
                depth = above.depth + 1
            if above.vts_ms > vts_ms:
                vts_ms = above.vts_ms
        if header.depth != depth:
            raise RemoteError("bad_position", "an operation's depth is not one more than its parents'")
        if header.prev is not None:
            before = self.entry(header.prev)
            if before.device != header.device or before.seq + 1 != header.seq or before.depth >= depth:
                raise RemoteError("bad_position", "an operation does not follow its device's chain")
        return Entry(
            name, header.device, header.seq, header.prev, header.parents, header.auth, depth, header.ts_ms, vts_ms
        )

    def add(self, entry: Entry, *, is_valid: bool = True) -> list[OpId]:
        """Add an entry made by `place`; return what left quarantine with it. Adding it again changes nothing.

        An operation that is not valid goes into quarantine; one that is brings what it cites out of it.
        """
        if entry.id in self._entries:
            return []
        self._entries[entry.id] = entry
        self._absent.discard(entry.id)
        tip = self.tips.get(entry.device)
        if tip is None or (entry.seq, entry.id) > tip:
            self.tips[entry.device] = (entry.seq, entry.id)
        if tip is not None and entry.seq <= tip[0]:
            self.forked.add(entry.device)
        if not is_valid:
            self.invalid.add(entry.id)
            self.quarantine.add(entry.id)
            return []
        return self._enter(entry)

    def _enter(self, entry: Entry) -> list[OpId]:
        """Make an entry part of the log with whatever it hangs on; return what came out of quarantine for it."""
        released: list[OpId] = []
        entering = [entry]
        cited: set[OpId] = set()
        while entering:
            each = entering.pop()
            self.count += 1
            self._fresh.append((each.depth, each.id))
            self.heads[each.id] = each.depth
            cited.update(each.cited)
            if self.quarantine:
                back = [name for name in each.cited if name in self.quarantine]
                self.quarantine.difference_update(back)
                released += back
                entering += [self.entry(name) for name in back]
        for name in cited:
            self.heads.pop(name, None)
        return released

    def judge(self, verdicts: Iterable[tuple[OpId, bool]]) -> tuple[list[OpId], list[OpId]]:
        """Take in changed verdicts of operations that are here; return `(entered the log, left it)`."""
        entered: list[OpId] = []
        for name, is_valid in verdicts:
            if not is_valid:
                self.invalid.add(name)
                continue
            self.invalid.discard(name)
            if name in self.quarantine:
                self.quarantine.discard(name)
                entered += [name, *self._enter(self.entry(name))]
        left = self._expel()
        return [name for name in entered if name not in self.quarantine], [name for name in left if name not in entered]

    def release(self, name: OpId) -> list[OpId]:
        """Make a quarantined operation part of the log, though it is not valid; return what came out with it."""
        self.quarantine.discard(name)
        return [name, *self._enter(self.entry(name))]

    def _expel(self) -> list[OpId]:
        """Put into quarantine every operation that is not valid and on which nothing valid hangs.

        Walks the log from its end down to the deepest place where a new head may appear, not further.
        """
        candidates = self.invalid - self.quarantine
        if candidates and self.pinned is not None:
            candidates -= self.pinned(candidates)
        if not candidates:
            return []
        self.fetch(candidates)
        cited_names = {cited for name in candidates for cited in self.entry(name).cited}
        self.fetch(cited_names)
        lowest = min(self.entry(name).depth for name in cited_names | candidates)
        index = self.index
        keys = index.range(bound(lowest))
        left: list[OpId] = []
        cited: set[OpId] = set()
        heads = {name: depth for name, depth in self.heads.items() if depth < lowest}
        for at in range(len(keys), 0, -_BULK):
            part = keys[max(0, at - _BULK) : at]
            self.fetch([name for _, name in part])
            for depth, name in reversed(part):
                if name in candidates and name not in cited:
                    left.append(name)
                    continue
                if name not in cited:
                    heads[name] = depth
                cited.update(self.entry(name).cited)
        for name in left:
            index.discard((self.entry(name).depth, name))
        self.heads = heads
        self.quarantine.update(left)
        self.count -= len(left)
        return left

    def forget(self, names: Iterable[OpId]) -> None:
        """Drop quarantined operations altogether; nothing of the log cites them."""
        for name in names:
            self.quarantine.discard(name)
            self.invalid.discard(name)
            self._entries.pop(name, None)

    def trim(self) -> None:
        """Let go of entries that the shelf holds; call it once everything added is stored."""
        if len(self._absent) > 4 * RECENT:
            self._absent.clear()
        if self._index is None:
            self._fresh = []
        if self._shelf is not None and len(self._entries) > 2 * RECENT:
            surplus = list(islice(self._entries, len(self._entries) - RECENT))
            for name in surplus:
                del self._entries[name]

    # --- relations ---------------------------------------------------------------------------------------------------

    def in_past(self, ancestor: OpId, of: OpId) -> bool:
        """Return whether `ancestor` lies in the past of `of` (an operation is not in its own past)."""
        floor = self.entry(ancestor).depth
        waiting = list(self.entry(of).cited)
        seen = set(waiting)
        while waiting:
            name = waiting.pop()
            if name == ancestor:
                return True
            entry = self.entry(name)
            if entry.depth > floor:
                fresh = [cited for cited in entry.cited if cited not in seen]
                seen.update(fresh)
                waiting.extend(fresh)
        return False

    def outside(self, heads: Iterable[OpId]) -> Iterator[Entry]:
        """Yield the log's operations that are neither among `heads` nor in their past, deepest first.

        Heads that are not here are passed over. The walk goes no deeper than where both sides have met.
        """
        known = {name for name in heads if name in self}
        covered: dict[OpId, bool] = {}
        layers: dict[int, list[OpId]] = {}
        open_count = 0

        def visit(name: OpId, is_covered: bool) -> None:
            nonlocal open_count
            before = covered.get(name)
            if before is None:
                covered[name] = is_covered
                open_count += not is_covered
                layers.setdefault(self.entry(name).depth, []).append(name)
            elif is_covered and not before:
                covered[name] = True
                open_count -= 1

        for name in known:
            visit(name, True)
        for name in self.heads:
            visit(name, name in known)
        while open_count:
            depth = max(layers)
            for name in layers.pop(depth):
                is_covered = covered[name]
                entry = self.entry(name)
                if not is_covered:
                    open_count -= 1
                    yield entry
                for cited in entry.cited:
                    visit(cited, is_covered or cited in known)

    def is_on_chain(self, name: OpId, device: DeviceKey, seq: int, head: OpId) -> bool:
        """Return whether a device's operation lies on the chain of predecessors that ends in `head`."""
        at = self.get(head)
        if at is None or at.device != device or at.seq < seq:
            return False
        if name not in self:
            return False  # everything below `head` is here, so this is a fork that nobody has noticed yet
        if device not in self.forked:
            return True
        while at.seq > seq:
            assert at.prev is not None
            at = self.entry(at.prev)
        return at.id == name
