"""Where a replica finds what it does not keep in memory: the stored operations of one conversation.

The node's is its database (node/store/records.py); `MemoryShelf` serves where nothing is stored.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from crypto.ids import IdentityKey, OpId
from protocol.bodies.content import ContentKind
from protocol.dag import Entry, Key
from protocol.ops import CONTENT, Op
from protocol.outcome import Outcome, Row
from protocol.vouching import Successor


class Shelved(NamedTuple):
    """What is known of a stored content operation without opening it."""

    entry: Entry
    author: IdentityKey
    kind: int
    level: int


class Shelf(Protocol):
    """The stored operations of one conversation."""

    def entries(self, names: Collection[OpId]) -> dict[OpId, Entry]:
        """Return the entries of those of `names` that are stored content operations."""

    def keys(self) -> Iterable[Key]:
        """Return `(depth, id)` of every content operation of the log, in any order."""

    def shelved(self, names: Collection[OpId]) -> dict[OpId, Shelved]:
        """Return what is known of those of `names` that are stored content operations."""

    def written_by(self, author: IdentityKey) -> Iterable[Shelved]:
        """Return a person's content operations, quarantined ones included."""

    def ops(self, names: Sequence[OpId]) -> list[Op]:
        """Return stored operations of both planes in the order of `names`; unknown ones are left out."""

    def citing(self, control: Collection[OpId], *, besides: Collection[OpId]) -> set[OpId]:
        """Return those of `control` that a content operation of the log cites in its `auth`, other than `besides`."""

    def folded(self) -> Iterable[tuple[Op, IdentityKey]]:
        """Return the valid content operations that are no messages and can be read, with their authors."""

    def successors(self, name: OpId) -> Iterable[Successor]:
        """Return what directly follows a content operation in its device's chain, quarantined or not."""

    def keep_proof(self, name: OpId, proof: bytes) -> None:
        """Store a proof in the place of a signature that is false (protocol/vouching.py)."""


class MemoryShelf:
    """A shelf that forgets everything with the process."""

    def __init__(self) -> None:
        self.rows: dict[OpId, Row] = {}

    def commit(self, outcome: Outcome) -> None:
        """Store what came of receiving operations."""
        rows = self.rows
        rows.update(outcome.rows)
        for name, kind in outcome.kinds.items():
            rows[name] = rows[name]._replace(kind=kind)
        for name, level in outcome.levels.items():
            rows[name] = rows[name]._replace(level=level)
        for name, is_quarantined in outcome.quarantined.items():
            rows[name] = rows[name]._replace(is_quarantined=is_quarantined)
        for name, is_shown in outcome.shown.items():
            if name in rows:
                rows[name] = rows[name]._replace(is_shown=is_shown)

    def entries(self, names: Collection[OpId]) -> dict[OpId, Entry]:
        """Return the entries of those of `names` that are stored content operations."""
        return {name: each.entry for name, each in self.shelved(names).items()}

    def keys(self) -> Iterable[Key]:
        """Return `(depth, id)` of every content operation of the log, in any order."""
        return [row.entry.key for row in self._content() if not row.is_quarantined]

    def shelved(self, names: Collection[OpId]) -> dict[OpId, Shelved]:
        """Return what is known of those of `names` that are stored content operations."""
        rows = (self.rows.get(name) for name in names)
        return {row.op.id: _shelved(row) for row in rows if row is not None and row.op.header.plane == CONTENT}

    def written_by(self, author: IdentityKey) -> Iterable[Shelved]:
        """Return a person's content operations, quarantined ones included."""
        return [_shelved(row) for row in self._content() if row.author == author]

    def ops(self, names: Sequence[OpId]) -> list[Op]:
        """Return stored operations of both planes in the order of `names`; unknown ones are left out."""
        return [self.rows[name].op for name in names if name in self.rows]

    def citing(self, control: Collection[OpId], *, besides: Collection[OpId]) -> set[OpId]:
        """Return those of `control` that a content operation of the log cites in its `auth`, other than `besides`."""
        rows = (row for row in self._content() if not row.is_quarantined and row.op.id not in besides)
        cited = {name for row in rows for name in row.entry.auth}
        return cited.intersection(control)

    def folded(self) -> Iterable[tuple[Op, IdentityKey]]:
        """Return the valid content operations that are no messages and can be read, with their authors."""
        rows = [row for row in self._content() if row.level > 0 and row.kind > ContentKind.MESSAGE]
        return [(row.op, row.author) for row in rows]

    def successors(self, name: OpId) -> Iterable[Successor]:
        """Return what directly follows a content operation in its device's chain, quarantined or not."""
        device = self.rows[name].entry.device
        rows = [row for row in self._content() if row.entry.prev == name and row.entry.device == device]
        return [(row.op.id, row.op.header_bytes, row.op.signature) for row in rows]

    def keep_proof(self, name: OpId, proof: bytes) -> None:
        """Store a proof in the place of a signature that is false (protocol/vouching.py)."""
        op = self.rows[name].op
        self.rows[name] = self.rows[name]._replace(op=replace(op, signature=proof))

    def _content(self) -> list[Row]:
        return [row for row in self.rows.values() if row.op.header.plane == CONTENT]


def _shelved(row: Row) -> Shelved:
    return Shelved(row.entry, row.author, row.kind, row.level)
