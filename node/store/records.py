"""One conversation's rows: its operations, keys and registers, written together (docs/architecture.md, "Store").

Epoch keys lie closed under the profile's storage key, and operations as they travel, so the file holds no readable
text. What can be worked out from the operations (heads, tips of devices) is written as a checkpoint now and then
(checkpoints.py).
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from sqlite_utils import Database

from crypto.ids import ConversationId, IdentityKey, OpId
from node.store.chains import ChainRows
from node.store.checkpoints import CHECKPOINT_EVERY, SHELVED, Checkpoints, stored_entry
from node.store.database import damaged, transaction
from node.store.epoch_keys import EpochKeyRows
from node.store.people import PeopleRows
from node.store.shown import ShownRows
from protocol.contents import LOCKED
from protocol.dag import Entry, Key
from protocol.ops import CONTENT, Op, stored_header
from protocol.outcome import Outcome, Row
from protocol.registers import Register, parse_register
from protocol.replica import Replica
from protocol.shelf import Shelved
from protocol.sync.compact import Stored
from protocol.vouching import Successor

_BULK: Final = 500
_OP: Final = "id, header, signature, body"
_INSERT: Final = (
    "INSERT INTO operations (conversation, plane, kind, level, quarantined, shown, depth, vts_ms, author, id, header, "
    "signature, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Records:
    """The stored form of one conversation; a `protocol.shelf.Shelf`."""

    def __init__(self, database: Database, key: int, conversation: ConversationId, storage_key: bytes) -> None:
        self._database = database
        self._connection: sqlite3.Connection = database.conn
        self._key = key
        self._conversation = conversation
        self._keys = EpochKeyRows(database.conn, key, storage_key)
        self._people = PeopleRows(database.conn)
        self.shown = ShownRows(database.conn, key, conversation, self._people)
        """What stands in the timeline."""
        self._chains = ChainRows(database.conn, key)
        self._checkpoints = Checkpoints(database.conn, key)
        self._since_checkpoint = 0

    # --- writing -----------------------------------------------------------------------------------------------------

    def commit(self, outcome: Outcome, replica: Replica, *, registers: Sequence[Register] = ()) -> None:
        """Store everything in `outcome`, in one transaction."""
        rows = outcome.rows.values()
        if self._is_one_message(outcome, registers):
            self._connection.execute(_INSERT, self._operation(next(iter(rows))))
            self._since_checkpoint += 1
            return
        try:
            self._commit_all(outcome, replica, registers)
        except BaseException:  # people met in vain: their numbers go to others
            self._people.forget()
            raise

    def _commit_all(self, outcome: Outcome, replica: Replica, registers: Sequence[Register]) -> None:
        rows = outcome.rows.values()
        since = self._since_checkpoint + len(rows)
        is_moved = bool(outcome.quarantined or outcome.levels)
        with transaction(self._database) as connection:
            for author in sorted({row.author for row in rows if row.author not in self._people}):
                self._people.meet(author)
            if len(rows) == 1:
                connection.execute(_INSERT, self._operation(next(iter(rows))))
            elif rows:
                connection.executemany(_INSERT, [self._operation(row) for row in rows])
            for column, values in (
                ("kind", outcome.kinds),
                ("level", outcome.levels),
                ("quarantined", outcome.quarantined),
                ("shown", outcome.shown),
            ):
                if values:
                    connection.executemany(
                        f"UPDATE operations SET {column} = ? WHERE conversation = ? AND id = ?",  # noqa: S608 - constants
                        [(int(value), self._key, name) for name, value in values.items()],
                    )
            if outcome.keys:
                self._keys.write(outcome.keys)
            if registers:
                self._write_registers(connection, registers)
            if since >= CHECKPOINT_EVERY or is_moved:
                self._checkpoints.write(connection, replica)
                since = 0
        self._since_checkpoint = since

    def _is_one_message(self, outcome: Outcome, registers: Sequence[Register]) -> bool:
        """Return whether one row is all there is to store: a statement by itself is a transaction."""
        if len(outcome.rows) != 1 or self._since_checkpoint + 1 >= CHECKPOINT_EVERY:
            return False
        if registers or outcome.kinds or outcome.levels or outcome.quarantined or outcome.shown or outcome.keys:
            return False
        return next(iter(outcome.rows.values())).author in self._people

    def _operation(self, row: Row) -> tuple[Any, ...]:
        op, entry = row.op, row.entry
        return (
            self._key,
            op.header.plane,
            row.kind,
            row.level,
            row.is_quarantined,
            row.is_shown,
            entry.depth,
            entry.vts_ms,
            self._people[row.author],
            op.id,
            op.header_bytes,
            op.signature,
            op.body,
        )

    def _write_registers(self, connection: sqlite3.Connection, registers: Sequence[Register]) -> None:
        connection.executemany(
            "INSERT OR REPLACE INTO registers (conversation, device, slot, encoded) VALUES (?, ?, ?, ?)",
            [(self._key, register.device, register.slot, register.encoded) for register in registers],
        )

    def set_status(self, status: str) -> None:
        """Keep the conversation's status: `joining`, `active`, `archived` or `left`."""
        self._connection.execute("UPDATE conversations SET status = ? WHERE key = ?", (status, self._key))

    # --- loading -----------------------------------------------------------------------------------------------------

    def load(self, replica: Replica) -> list[Register]:
        """Fill an empty replica with what is stored; return the registers.

        Raises:
            StartError: `damaged_database`: operations are missing or changed.
        """
        try:
            for epoch, key in self._keys.read():
                replica.keyring.hold(epoch, key)
            self._restore(replica)
            return [
                parse_register(encoded)
                for (encoded,) in self._connection.execute(
                    "SELECT encoded FROM registers WHERE conversation = ?", (self._key,)
                )
            ]
        except Exception as error:  # what is stored is read without checking it again: damage may show as any of them
            raise damaged() from error

    def _restore(self, replica: Replica) -> None:
        base, self._since_checkpoint = self._checkpoints.read(self)
        rows = self._connection.execute(
            f"SELECT {_OP}, level, quarantined FROM operations "  # noqa: S608 - constants
            "WHERE conversation = ? AND plane = 0 ORDER BY number",
            (self._key,),
        )
        replica.restore(
            [
                (Op(OpId(name), stored_header(header), header, signature, body), level, bool(quarantined))
                for name, header, signature, body, level, quarantined in rows
            ],
            heads=base.head_keys(),
            tips=base.tips,
            forked=base.forked,
            count=base.count,
            invalid={
                OpId(name): bool(quarantined)
                for name, quarantined in self._connection.execute(
                    "SELECT id, quarantined FROM operations WHERE conversation = ? AND level < 1 AND plane = 1",
                    (self._key,),
                )
            },
            folded=self.folded(),
            locked=[
                Op(OpId(name), stored_header(header), header, signature, body)
                for name, header, signature, body in self._connection.execute(
                    f"SELECT {_OP} FROM operations "  # noqa: S608 - constants
                    "WHERE conversation = ? AND plane = 1 AND kind <> 1 AND kind = ?",
                    (self._key, LOCKED),
                )
            ],
        )

    # --- the shelf ---------------------------------------------------------------------------------------------------

    def entries(self, names: Collection[OpId]) -> dict[OpId, Entry]:
        """Return the entries of those of `names` that are stored content operations."""
        return {
            name: stored_entry(name, vts_ms, header)
            for name, vts_ms, header, plane in self._by_id(f"{SHELVED}, plane", names)
            if plane == CONTENT
        }

    def keys(self) -> Iterable[Key]:
        """Return `(depth, id)` of every content operation of the log, in the order of their ids."""
        found: list[Key] = self._connection.execute(
            "SELECT depth, id FROM operations INDEXED BY operations_by_id "
            "WHERE conversation = ? AND plane = 1 AND quarantined = 0",
            (self._key,),
        ).fetchall()
        return found

    def shelved(self, names: Collection[OpId]) -> dict[OpId, Shelved]:
        """Return what is known of those of `names` that are stored content operations."""
        return {
            name: Shelved(stored_entry(name, vts_ms, header), self._people.identity(author), kind, level)
            for name, vts_ms, header, author, kind, level, plane in self._by_id(
                f"{SHELVED}, author, kind, level, plane", names
            )
            if plane == CONTENT
        }

    def written_by(self, author: IdentityKey) -> Iterable[Shelved]:
        """Return a person's content operations, quarantined ones included."""
        return [
            Shelved(stored_entry(name, vts_ms, header), author, kind, level)
            for name, vts_ms, header, kind, level in self._connection.execute(
                f"SELECT {SHELVED}, kind, level FROM operations "  # noqa: S608 - constants
                "WHERE conversation = ? AND author = ? AND plane = 1",
                (self._key, self._people.number(author)),
            )
        ]

    def ops(self, names: Sequence[OpId]) -> list[Op]:
        """Return stored operations of both planes in the order of `names`; unknown ones are left out."""
        return [
            Op(name, stored_header(header), header, signature, body)
            for name, header, signature, body in self.fetch(names)
        ]

    def citing(self, control: Collection[OpId], *, besides: Collection[OpId]) -> set[OpId]:
        """Return those of `control` that a content operation of the log cites in its `auth`, other than `besides`."""
        wanted, found = set(control), set[OpId]()
        for name, header in self._connection.execute(
            "SELECT id, header FROM operations WHERE conversation = ? AND plane = 1 AND quarantined = 0", (self._key,)
        ):
            if not wanted:
                break
            if name in besides:
                continue
            cited = wanted.intersection(stored_header(header).auth)
            found |= cited
            wanted -= cited
        return found

    def successors(self, name: OpId) -> Iterable[Successor]:
        """Return what directly follows a content operation in its device's chain, quarantined or not."""
        return self._chains.successors(name)

    def keep_proof(self, name: OpId, proof: bytes) -> None:
        """Store a proof in the place of a signature that is false (protocol/vouching.py)."""
        self._chains.keep_proof(name, proof)

    def _by_id(self, columns: str, names: Collection[OpId]) -> Iterator[tuple[Any, ...]]:
        if len(names) == 1:
            yield from self._connection.execute(
                f"SELECT {columns} FROM operations WHERE conversation = ? AND id = ?",  # noqa: S608 - constants
                (self._key, *names),
            )
            return
        listed = list(names)
        for at in range(0, len(listed), _BULK):
            part = listed[at : at + _BULK]
            part += [part[-1]] * (_BULK - len(part))  # one statement for every length
            yield from self._connection.execute(
                f"SELECT {columns} FROM operations WHERE conversation = ? AND id IN ({_MARKS})",  # noqa: S608 - marks
                (self._key, *part),
            )

    # --- reading -----------------------------------------------------------------------------------------------------

    def fetch(self, names: Sequence[OpId]) -> list[Stored]:
        """Return stored operations as they travel, in the order of `names`; unknown ones are left out."""
        found = {row[0]: row for row in self._by_id(_OP, names)}
        return [found[name] for name in names if name in found]

    def wires(self) -> Iterator[Stored]:
        """Yield every stored operation as it travels, in the order in which they were stored."""
        last = 0
        while True:
            rows = self._connection.execute(
                f"SELECT number, {_OP} FROM operations "  # noqa: S608 - constants
                "WHERE number > ? AND conversation = ? ORDER BY number LIMIT ?",
                (last, self._key, _BULK),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from (row[1:] for row in rows)

    def folded(self) -> Iterator[tuple[Op, IdentityKey]]:
        """Yield the valid content operations that are no messages and can be read, with their authors."""
        for name, header, signature, body, author in self._connection.execute(
            f"SELECT {_OP}, author FROM operations "  # noqa: S608 - constants
            "WHERE conversation = ? AND plane = 1 AND kind <> 1 AND kind > 1 AND level > 0",
            (self._key,),
        ).fetchall():
            yield Op(OpId(name), stored_header(header), header, signature, body), self._people.identity(author)


_MARKS: Final = ",".join("?" * _BULK)
