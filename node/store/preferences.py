"""What the person of a profile prefers, for all conversations: names and values, on this node alone."""

import json
import sqlite3
from typing import Any

from sqlite_utils import Database

from node.store.database import storing


class Preferences:
    """The preferences of a profile."""

    def __init__(self, database: Database) -> None:
        self._connection: sqlite3.Connection = database.conn

    def get(self, name: str, default: Any = None) -> Any:
        """Return what was set under a name; `default` where nothing was."""
        row = self._connection.execute("SELECT value FROM preferences WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row is not None else default

    def set(self, name: str, value: Any) -> None:
        """Keep a value (anything JSON can say); None forgets the name (UsageError where it cannot be stored)."""
        with storing():
            if value is None:
                self._connection.execute("DELETE FROM preferences WHERE name = ?", (name,))
            else:
                self._connection.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?)", (name, json.dumps(value)))
