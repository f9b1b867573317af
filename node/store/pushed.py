"""Which message became of what a client pushed under an id of its own: one pushed again is not written again.

A row is written before its message is: where the message then could not be stored, the row names nothing and counts for
nothing. Of the newest 10,000 it is known; that is more than a client keeps unanswered.
"""

import sqlite3
from typing import Final

from sqlite_utils import Database

from crypto.ids import OpId, blake2b

MOST: Final = 10_000


class Pushed:
    """The client's ids of a profile's own messages; in the database they cannot be read."""

    def __init__(self, database: Database, *, storage_key: bytes) -> None:
        self._connection: sqlite3.Connection = database.conn
        self._storage_key = storage_key

    def find(self, conversation: str, client_id: str) -> OpId | None:
        """Return the message that was, or was to be, written for a client's id."""
        row = self._connection.execute(
            "SELECT message FROM pushed WHERE name = ?", (self._blind(conversation, client_id),)
        ).fetchone()
        return OpId(row[0]) if row is not None else None

    def note(self, conversation: str, client_id: str, message: OpId) -> None:
        """Keep what message is being written for a client's id; what is too old is forgotten."""
        number = self._connection.execute(
            "INSERT OR REPLACE INTO pushed (name, message) VALUES (?, ?)",
            (self._blind(conversation, client_id), message),
        ).lastrowid
        if number is not None and number > MOST:
            self._connection.execute("DELETE FROM pushed WHERE number <= ?", (number - MOST,))

    def _blind(self, conversation: str, client_id: str) -> bytes:
        return blake2b(f"{conversation} {client_id}".encode(), person=b"p2p.pushed", key=self._storage_key, size=16)
