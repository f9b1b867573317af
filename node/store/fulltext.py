"""The words of messages, in memory alone: which messages hold what is wanted, newest first (S18).

SQLite's FTS5, without the texts themselves. The number of a row begins with the day of its message, so that
matches come out of the index newest day first and a page costs the same however many there are. No number is given
twice: what an edit or a deletion leaves behind in the index belongs to a number whose message is gone.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from crypto.ids import OpId
from node.store.shown import Place
from node.store.wanted import Wanted
from node.store.words import forget, spelled

NEWEST: Final = "newest"
RELEVANCE: Final = "relevance"
WEIGHED: Final = 5_000
"""Matches, the newest, among which the most relevant are looked for."""
_DAY_MS: Final = 86_400_000
_WITHIN_DAY: Final = 22
"""Bits for the messages of a day; those beyond four million are left out."""
_END: Final = 1 << 62
_BULK: Final = 100
_MARKS: Final = ",".join("?" * _BULK)
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
        forget()

    def put(self, entries: Sequence[Entry]) -> None:
        """Take in messages as they read now, in place of how they read before."""
        connection = self._connection
        connection.execute("BEGIN")
        try:
            known = self._known(entries)
            rows = sorted(self._numbered([entry for entry in entries if self._is_new(entry, known)]))
            connection.executemany(
                "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (number, each.conversation, each.vts_ms, each.depth, each.id, hash(each.text))
                    for number, each in rows
                ],
            )
            connection.executemany(  # FTS5 takes them at one go only in the order of their numbers
                "INSERT INTO words (rowid, text, conversation) VALUES (?, ?, ?)",
                [(number, spelled(each.text or ""), str(each.conversation)) for number, each in rows],
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
        end = (after[0] // _DAY_MS + 1) << _WITHIN_DAY if after else _END
        rows = self._connection.execute(
            f"SELECT {_MATCH} {_FOUND}",
            (_expression(wanted, conversation), end),
        )
        found: list[Match] = []
        for _, day in groupby(rows, lambda row: row[0] >> _WITHIN_DAY):
            matches = (match for match in map(_match, day) if after is None or match.place < after)
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

    def _known(self, entries: Sequence[Entry]) -> dict[bytes, int]:
        """Return those of these messages that are here, with what tells whether their texts are the same."""
        known: dict[bytes, int] = {}
        for at in range(0, len(entries), _BULK):
            names = [entry.id for entry in entries[at : at + _BULK]]
            names += [names[-1]] * (_BULK - len(names))  # one statement for every length
            known.update(self._connection.execute(f"SELECT id, same FROM messages WHERE id IN ({_MARKS})", names))  # noqa: S608 - marks
        return known

    def _is_new(self, entry: Entry, known: Mapping[bytes, int]) -> bool:
        """Return whether a message is to be taken in; what is here of another text of it is given up."""
        same = known.get(entry.id)
        if same is not None and (entry.text is None or hash(entry.text) != same):
            self._connection.execute("UPDATE messages SET id = NULL WHERE id = ?", (entry.id,))
            same = None
        return same is None and entry.text is not None

    def _numbered(self, entries: Sequence[Entry]) -> Iterator[tuple[int, Entry]]:
        """Give messages their numbers."""
        last: dict[int, int] = {}
        for entry in entries:
            first = entry.vts_ms // _DAY_MS << _WITHIN_DAY
            if first not in last:
                (found,) = self._connection.execute(
                    "SELECT max(number) FROM messages WHERE number BETWEEN ? AND ?",
                    (first, first | (1 << _WITHIN_DAY) - 1),
                ).fetchone()
                last[first] = first - 1 if found is None else found
            if last[first] < first | (1 << _WITHIN_DAY) - 1:
                last[first] += 1
                yield last[first], entry


def _expression(wanted: Wanted, conversation: int | None) -> str:
    within = f' AND conversation : "{conversation}"' if conversation is not None else ""
    return f"text : ({wanted.expression}){within}"


def _match(row: Sequence[Any]) -> Match:
    _, conversation, name, vts_ms, depth, *score = row
    return Match(conversation, OpId(name), (vts_ms, depth, name), *score)
