"""What of a conversation's operations stands in its timeline, and how far this person has read it."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crypto.ids import ConversationId, IdentityKey, OpId
from node.store.database import damaged
from node.store.people import PeopleRows
from protocol.ops import CONTENT, NO_CONVERSATION, Op, body_hash, op_id, stored_header

_SHOWN: Final = "id, kind, vts_ms, author, header, signature, body"

Place = tuple[int, int, bytes]
"""`(vts_ms, depth, id)`: where something stands in a timeline."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored operation that stands in the timeline."""

    op: Op
    kind: int
    vts_ms: int
    author: IdentityKey


class ShownRows:
    """The timeline of one conversation."""

    def __init__(
        self, connection: sqlite3.Connection, key: int, conversation: ConversationId, people: PeopleRows
    ) -> None:
        self._connection = connection
        self._key = key
        self._conversation = conversation
        self._people = people

    def get(self, name: OpId) -> Shown | None:
        """Return one operation of the timeline; None where it does not stand there."""
        rows = self._connection.execute(
            f"SELECT {_SHOWN} FROM operations WHERE conversation = ? AND id = ? AND shown = 1",  # noqa: S608 - constants
            (self._key, name),
        )
        return next(self._shown(rows), None)

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
        return list(self._shown(rows))[::-1]

    def first_page(self, *, limit: int) -> list[Shown]:
        """Return at most `limit` of the timeline in display order: the oldest."""
        rows = self._connection.execute(
            f"SELECT {_SHOWN} FROM operations WHERE conversation = ? AND shown = 1 "  # noqa: S608 - constants
            "ORDER BY vts_ms, depth, id LIMIT ?",
            (self._key, limit),
        )
        return list(self._shown(rows))

    def page_after(self, name: OpId, *, limit: int) -> list[Shown]:
        """Return at most `limit` of the timeline in display order: those just after one."""
        rows = self._connection.execute(
            f"SELECT {_SHOWN} FROM operations WHERE conversation = ?1 AND shown = 1 "  # noqa: S608 - constants
            "AND (vts_ms, depth, id) > "
            "(SELECT vts_ms, depth, id FROM operations WHERE conversation = ?1 AND id = ?2) "
            "ORDER BY vts_ms, depth, id LIMIT ?3",
            (self._key, name, limit),
        )
        return list(self._shown(rows))

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
            (self._key, self._key, CONTENT, *kinds, self._people.number(own), kinds[0]),
        ).fetchone()
        return int(row[0])

    def first_unread(self, own: IdentityKey, kinds: Sequence[int]) -> OpId | None:
        """Return the first of the messages that `unread` counts; None where there is none."""
        marks = ",".join("?" * len(kinds))
        row = self._connection.execute(
            "SELECT id FROM operations WHERE conversation = ? AND shown = 1 "  # noqa: S608 - marks
            "AND vts_ms > (SELECT read_vts_ms FROM conversations WHERE key = ?) "
            f"AND plane = ? AND kind IN ({marks}) AND (author <> ? OR kind <> ?) ORDER BY vts_ms, depth, id LIMIT 1",
            (self._key, self._key, CONTENT, *kinds, self._people.number(own), kinds[0]),
        ).fetchone()
        return OpId(row[0]) if row is not None else None

    def unread_messages(self, own: IdentityKey, kind: int, *, limit: int) -> list[OpId]:
        """Return the newest messages of one kind that others wrote after what this person has read, newest first."""
        rows = self._connection.execute(
            "SELECT id FROM operations WHERE conversation = ?1 AND shown = 1 "
            "AND vts_ms > (SELECT read_vts_ms FROM conversations WHERE key = ?1) "
            "AND plane = ?2 AND kind = ?3 AND author <> ?4 ORDER BY vts_ms DESC, depth DESC, id DESC LIMIT ?5",
            (self._key, CONTENT, kind, self._people.number(own), limit),
        )
        return [OpId(name) for (name,) in rows]

    def set_read(self, vts_ms: int) -> None:
        """Keep up to where this person has read."""
        self._connection.execute(
            "UPDATE conversations SET read_vts_ms = max(read_vts_ms, ?) WHERE key = ?", (vts_ms, self._key)
        )

    def read_up_to(self) -> int:
        """Return the place in time, as `vts`, up to which this person has read."""
        row = self._connection.execute("SELECT read_vts_ms FROM conversations WHERE key = ?", (self._key,)).fetchone()
        return int(row[0])

    def _shown(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[Shown]:
        for name, kind, vts_ms, author, header, signature, body in rows:
            yield Shown(self._checked(name, header, signature, body), kind, vts_ms, self._people.identity(author))

    def _checked(self, name: bytes, header: bytes, signature: bytes, body: bytes) -> Op:
        """Return a stored operation whose bytes are those that were stored (StartError where they are not)."""
        op = Op(OpId(name), stored_header(header), header, signature, body)
        where = NO_CONVERSATION if op.is_genesis else self._conversation
        if op_id(where, header) != name or body_hash(body) != op.header.body_hash:
            raise damaged()
        return op
