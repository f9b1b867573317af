"""One conversation's rows: its operations, heads, keys and registers, written together (docs/architecture.md, "Store").

Epoch keys lie closed under the profile's storage key, and operations as they travel, so the file holds no readable
text.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any, Final

from sqlite_utils import Database

from crypto.ids import ConversationId, DeviceKey, IdentityKey, OpId
from crypto.sealed import NONCE_BYTES, close, open_closed
from node.store.database import damaged, transaction
from protocol.dag import Entry
from protocol.ops import CONTENT, CONTROL, Op, stored_header
from protocol.registers import Register, parse_register
from protocol.replica import FOLDED_KINDS, LOCKED, Outcome, Replica, Row

_OP: Final = "id, header, signature, body"
_SHOWN: Final = "id, plane, kind, depth, vts_ms, author, header, signature, body"


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored operation that stands in the timeline."""

    op: Op
    kind: int
    vts_ms: int
    author: IdentityKey


class Records:
    """The stored form of one conversation."""

    def __init__(self, database: Database, key: int, conversation: ConversationId, storage_key: bytes) -> None:
        self._database = database
        self._connection: sqlite3.Connection = database.conn
        self._key = key
        self._conversation = conversation
        self._storage_key = storage_key

    # --- writing -----------------------------------------------------------------------------------------------------

    def commit(self, outcome: Outcome, replica: Replica, *, registers: Sequence[Register] = ()) -> None:
        """Store everything in `outcome` with the heads it leads to, in one transaction."""
        with transaction(self._database) as connection:
            connection.executemany(
                "INSERT INTO operations (conversation, id, plane, kind, depth, vts_ms, author, shown, header, "
                "signature, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [self._operation(row) for row in outcome.rows],
            )
            connection.executemany(
                "UPDATE operations SET kind = ? WHERE conversation = ? AND id = ?",
                [(kind, self._key, name) for name, kind in outcome.kinds.items()],
            )
            connection.executemany(
                "UPDATE operations SET shown = ? WHERE conversation = ? AND id = ?",
                [(int(shown), self._key, name) for name, shown in outcome.shown.items()],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO epoch_keys (conversation, epoch, closed) VALUES (?, ?, ?)",
                [(self._key, epoch, self._close(epoch, key)) for epoch, key in outcome.keys.items()],
            )
            self._write_registers(connection, registers)
            if outcome.rows:
                connection.execute(
                    "UPDATE conversations SET control_heads = ?, content_heads = ? WHERE key = ?",
                    (replica.control.heads_hash(), replica.content.heads_hash(), self._key),
                )

    def _operation(self, row: Row) -> tuple[Any, ...]:
        op = row.op
        return (
            self._key,
            op.id,
            op.header.plane,
            row.kind,
            op.header.depth,
            row.entry.vts_ms,
            row.author,
            int(row.shown),
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

    def set_read(self, vts_ms: int) -> None:
        """Keep up to where this person has read."""
        self._connection.execute(
            "UPDATE conversations SET read_vts_ms = max(read_vts_ms, ?) WHERE key = ?", (vts_ms, self._key)
        )

    # --- loading -----------------------------------------------------------------------------------------------------

    def load(self, replica: Replica) -> list[Register]:
        """Fill an empty replica with what is stored; return the registers.

        Raises:
            StartError: `damaged_database`: operations are missing or changed.
        """
        try:
            for epoch, closed in self._connection.execute(
                "SELECT epoch, closed FROM epoch_keys WHERE conversation = ?", (self._key,)
            ):
                replica.keyring.hold(OpId(epoch), open_closed(self._storage_key, closed, associated=epoch))
            marks = ",".join("?" * len(FOLDED_KINDS))
            folded = self._ops(f"plane = ? AND kind IN ({marks})", CONTENT, *FOLDED_KINDS)
            locked = self._ops("plane = ? AND kind = ?", CONTENT, LOCKED)
            control = self._ops("plane = ?", CONTROL)
            replica.restore(list(control), list(self._entries()), list(folded), list(locked))
            self._check_heads(replica)
            return [
                parse_register(encoded)
                for (encoded,) in self._connection.execute(
                    "SELECT encoded FROM registers WHERE conversation = ?", (self._key,)
                )
            ]
        except Exception as error:  # what is stored is read without checking it again: damage may show as any of them
            raise damaged() from error

    def _ops(self, where: str, *values: object) -> Iterator[Op]:
        rows = self._connection.execute(
            f"SELECT {_OP} FROM operations WHERE conversation = ? AND {where} ORDER BY number",  # noqa: S608 - constants
            (self._key, *values),
        )
        for name, header, signature, body in rows:
            yield Op(OpId(name), stored_header(header), header, signature, body)

    def _entries(self) -> Iterator[Entry]:
        shared: dict[bytes, bytes] = {}  # one object for each id, however often it is cited
        rows = self._connection.execute(
            "SELECT id, vts_ms, header FROM operations WHERE conversation = ? AND plane = ? ORDER BY number",
            (self._key, CONTENT),
        )
        for name, vts_ms, data in rows:
            header = stored_header(data)
            yield Entry(
                OpId(shared.setdefault(name, name)),
                DeviceKey(shared.setdefault(header.device, header.device)),
                header.seq,
                OpId(shared.setdefault(header.prev, header.prev)) if header.prev else None,
                tuple(OpId(shared.setdefault(parent, parent)) for parent in header.parents),
                tuple(OpId(shared.setdefault(each, each)) for each in header.auth),
                header.depth,
                header.ts_ms,
                vts_ms,
            )

    def _check_heads(self, replica: Replica) -> None:
        stored = self._connection.execute(
            "SELECT control_heads, content_heads FROM conversations WHERE key = ?", (self._key,)
        ).fetchone()
        if len(replica.control) and stored != (replica.control.heads_hash(), replica.content.heads_hash()):
            raise ValueError("the heads stored are not those of the operations stored")

    # --- reading -----------------------------------------------------------------------------------------------------

    def fetch(self, names: Sequence[OpId]) -> list[list[Any]]:
        """Return stored operations as they travel, in the order of `names`; unknown ones are left out."""
        found = {}
        for at in range(0, len(names), 500):
            part = names[at : at + 500]
            marks = ",".join("?" * len(part))
            rows = self._connection.execute(
                f"SELECT {_OP} FROM operations WHERE conversation = ? AND id IN ({marks})",  # noqa: S608 - only marks
                (self._key, *part),
            )
            found.update({name: [header, signature, body] for name, header, signature, body in rows})
        return [found[name] for name in names if name in found]

    def get(self, name: OpId) -> Shown | None:
        """Return one stored operation."""
        rows = self._connection.execute(
            f"SELECT {_SHOWN} FROM operations WHERE conversation = ? AND id = ?",  # noqa: S608 - constants
            (self._key, name),
        )
        return next(_shown(rows), None)

    def page(self, *, before: OpId | None, limit: int) -> list[Shown]:
        """Return at most `limit` of the timeline in display order: the newest, or those just before one."""
        if before is None:
            rows = self._connection.execute(
                f"SELECT {_SHOWN} FROM operations WHERE conversation = ? AND shown = 1 "  # noqa: S608 - constants
                "ORDER BY vts_ms DESC, depth DESC, id DESC LIMIT ?",
                (self._key, limit),
            )
        else:
            rows = self._connection.execute(
                f"SELECT {_SHOWN} FROM operations WHERE conversation = ?1 AND shown = 1 "  # noqa: S608 - constants
                "AND (vts_ms, depth, id) < "
                "(SELECT vts_ms, depth, id FROM operations WHERE conversation = ?1 AND id = ?2) "
                "ORDER BY vts_ms DESC, depth DESC, id DESC LIMIT ?3",
                (self._key, before, limit),
            )
        return list(_shown(rows))[::-1]

    def timeline(self) -> Iterable[OpId]:
        """Yield the ids of everything shown, in display order."""
        rows = self._connection.execute(
            "SELECT id FROM operations WHERE conversation = ? AND shown = 1 ORDER BY vts_ms, depth, id", (self._key,)
        )
        return (OpId(name) for (name,) in rows)

    def find(self, prefix: str) -> list[OpId]:
        """Return up to two shown operations whose ids begin with these hex digits."""
        low = bytes.fromhex(prefix.ljust(64, "0"))
        high = bytes.fromhex(prefix.ljust(64, "f"))
        rows = self._connection.execute(
            "SELECT id FROM operations WHERE conversation = ? AND id BETWEEN ? AND ? AND shown = 1 LIMIT 2",
            (self._key, low, high),
        )
        return [OpId(name) for (name,) in rows]

    def unread(self, own: IdentityKey, kinds: Sequence[int]) -> int:
        """Return how many messages of others came after what this person has read; 1,000 stands for more."""
        marks = ",".join("?" * len(kinds))
        row = self._connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM operations WHERE conversation = ? AND shown = 1 "  # noqa: S608 - marks
            "AND vts_ms > (SELECT read_vts_ms FROM conversations WHERE key = ?) "
            f"AND plane = ? AND kind IN ({marks}) AND (author <> ? OR kind <> ?) LIMIT 1000)",
            (self._key, self._key, CONTENT, *kinds, own, kinds[0]),
        ).fetchone()
        return int(row[0])

    def _close(self, epoch: OpId, key: bytes) -> bytes:
        return close(self._storage_key, key, nonce=token_bytes(NONCE_BYTES), associated=epoch)


def _shown(rows: Iterable[tuple[Any, ...]]) -> Iterator[Shown]:
    for name, _plane, kind, _depth, vts_ms, author, header, signature, body in rows:
        yield Shown(Op(OpId(name), stored_header(header), header, signature, body), kind, vts_ms, IdentityKey(author))
