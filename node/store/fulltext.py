"""The words of messages, in memory alone: which messages hold what is wanted, newest first (S18).

SQLite's FTS5, without the texts themselves. The number of a row begins with the hour of its message, so that
matches come out of the index newest hour first and a page costs the same however many there are. No number is given
twice: what an edit or a deletion leaves behind in the index belongs to a number whose message is gone.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from heapq import nlargest
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from crypto.ids import OpId
from node.store.shown import Place
from node.store.wanted import Wanted
from node.store.words import spelled

NEWEST: Final = "newest"
RELEVANCE: Final = "relevance"
WEIGHED: Final = 5_000
"""Matches, the newest, among which the most relevant are looked for."""
_HOUR_MS: Final = 3_600_000
_WITHIN_HOUR: Final = 24
"""Bits for the messages of an hour."""
_END: Final = 1 << 62
_TABLES: Final = """
CREATE TABLE messages (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    vts_ms INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    id BLOB,
    same INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX messages_by_id ON messages (id) WHERE id IS NOT NULL;
CREATE VIRTUAL TABLE words USING fts5(text, conversation, content='', tokenize='ascii', prefix='1 2');
"""
_MATCH: Final = "number, messages.conversation, id, vts_ms, depth"
_FOUND: Final = (
    "FROM words CROSS JOIN messages ON number = words.rowid "
    "WHERE words MATCH ? AND words.rowid < ? AND id IS NOT NULL ORDER BY words.rowid DESC"
)


class Entry(NamedTuple):
    """A message as it reads now; without a text where it is not to be found."""

    conversation: int
    id: OpId
    vts_ms: int
    depth: int
    text: str | None


class Match(NamedTuple):
    """A message that holds what is wanted."""

    conversation: int
    id: OpId
    place: Place
    score: float = 0.0
    """The lower, the more relevant."""


class FullText:
    """An index in memory; one thread at a time may use it."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA temp_store = MEMORY")  # sorting spills onto no disk
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()

    def put(self, entries: Sequence[Entry]) -> None:
        """Take in messages as they read now, in place of how they read before."""
        connection = self._connection
        connection.execute("BEGIN")
        try:
            new = [entry for entry in entries if not self._is_known(entry) and entry.text is not None]
            rows = sorted(self._numbered(new))  # FTS5 takes them at once only in this order
            connection.executemany(
                "INSERT INTO words (rowid, text, conversation) VALUES (?, ?, ?)",
                [(number, spelled(entry.text or ""), str(entry.conversation)) for number, entry in rows],
            )
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def find(
        self, wanted: Wanted, *, limit: int, conversation: int | None = None, after: Place | None = None
    ) -> list[Match]:
        """Return at most `limit` messages, newest first, those before the place `after`."""
        if not wanted.terms:
            return []
        end = (after[0] // _HOUR_MS + 1) << _WITHIN_HOUR if after else _END
        rows = self._connection.execute(
            f"SELECT {_MATCH} {_FOUND}",
            (_expression(wanted, conversation), end),
        )
        found: list[Match] = []
        for _, hour in groupby(rows, lambda row: row[0] >> _WITHIN_HOUR):
            matches = (match for match in map(_match, hour) if after is None or match.place < after)
            found += nlargest(limit - len(found), matches, key=attrgetter("place"))
            if len(found) >= limit:
                break
        rows.close()
        return found

    def weigh(self, wanted: Wanted, *, limit: int, conversation: int | None = None, skip: int = 0) -> list[Match]:
        """Return at most `limit` of the newest WEIGHED matches, the most relevant first, after `skip` of them."""
        if not wanted.terms:
            return []
        rows = self._connection.execute(
            f"SELECT {_MATCH}, bm25(words, 1.0, 0.0) {_FOUND} LIMIT {WEIGHED}",
            (_expression(wanted, conversation), _END),
        ).fetchall()
        matches = [_match(row) for row in rows]
        matches.sort(key=attrgetter("place"), reverse=True)
        matches.sort(key=attrgetter("score"))
        return matches[skip : skip + limit]

    def _is_known(self, entry: Entry) -> bool:
        """Return whether a message is here as it reads now; what is here of another text is given up."""
        row = self._connection.execute("SELECT same FROM messages WHERE id = ?", (entry.id,)).fetchone()
        if row is None:
            return False
        if entry.text is not None and row[0] == hash(entry.text):
            return True
        self._connection.execute("UPDATE messages SET id = NULL WHERE id = ?", (entry.id,))
        return False

    def _numbered(self, entries: Sequence[Entry]) -> Iterator[tuple[int, Entry]]:
        """Give messages their numbers."""
        for entry in entries:
            first = entry.vts_ms // _HOUR_MS << _WITHIN_HOUR
            (last,) = self._connection.execute(
                "SELECT max(number) FROM messages WHERE number BETWEEN ? AND ?",
                (first, first | (1 << _WITHIN_HOUR) - 1),
            ).fetchone()
            number = first if last is None else last + 1
            self._connection.execute(
                "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)",
                (number, entry.conversation, entry.vts_ms, entry.depth, entry.id, hash(entry.text)),
            )
            yield number, entry


def _expression(wanted: Wanted, conversation: int | None) -> str:
    within = f' AND conversation : "{conversation}"' if conversation is not None else ""
    return f"text : ({wanted.expression}){within}"


def _match(row: Sequence[Any]) -> Match:
    _, conversation, name, vts_ms, depth, *score = row
    return Match(conversation, OpId(name), (vts_ms, depth, name), *score)
