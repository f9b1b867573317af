"""The people of a database, each under a small number that stands for them in its rows."""

import sqlite3

from crypto.ids import IdentityKey
from node.store.database import damaged


class PeopleRows:
    """Who wrote what is stored, of all conversations."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[IdentityKey, int] = {}
        self._identities: dict[int, IdentityKey] = {}

    def __contains__(self, identity: IdentityKey) -> bool:
        return identity in self._numbers

    def __getitem__(self, identity: IdentityKey) -> int:
        return self._numbers[identity]

    def forget(self) -> None:
        """Forget who was met: a transaction that failed gives their numbers to others."""
        self._numbers.clear()
        self._identities.clear()

    def meet(self, identity: IdentityKey) -> None:
        """Give somebody a number, inside a transaction."""
        self._connection.execute("INSERT OR IGNORE INTO people (identity) VALUES (?)", (identity,))
        (key,) = self._connection.execute("SELECT key FROM people WHERE identity = ?", (identity,)).fetchone()
        self._numbers[identity] = key
        self._identities[key] = identity

    def number(self, identity: IdentityKey) -> int:
        """Return the number under which somebody's operations are stored; -1 where there are none."""
        known = self._numbers.get(identity)
        if known is None:
            row = self._connection.execute("SELECT key FROM people WHERE identity = ?", (identity,)).fetchone()
            known = row[0] if row else -1
        return known

    def identity(self, key: int) -> IdentityKey:
        """Return who stands behind a number (StartError `damaged_database` where nobody does)."""
        found = self._identities.get(key)
        if found is None:
            row = self._connection.execute("SELECT identity FROM people WHERE key = ?", (key,)).fetchone()
            if row is None:
                raise damaged()
            found = self._identities[key] = IdentityKey(row[0])
            self._numbers[found] = key
        return found
