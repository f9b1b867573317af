"""My AI sessions: what the AI is to know besides the talk, and from where on it is given the talk (S51, S55, S57).

Every conversation has one, and so has every private session, which is nothing but this. They stay on this node, closed
under the profile's storage key like everything else in its database.
"""

import json
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any, Final

from sqlite_utils import Database

from crypto.ids import blake2b
from crypto.sealed import NONCE_BYTES, close, open_closed
from node.store.database import storing
from protocol.errors import UsageError

SESSION_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class AiSession:
    """One session.

    Attributes:
        id: of the session, new whenever it begins anew.
        context: facts for every answer in it.
        since: the newest message before it began; empty where it goes back to the conversation's beginning.
        turns: of a private session, what was said in it: `[role, text]`, oldest first.
    """

    id: bytes
    context: dict[str, Any]
    since: bytes = b""
    turns: tuple[tuple[str, str], ...] = ()


class AiSessions:
    """All sessions of a profile, by the name of their topic."""

    def __init__(self, database: Database, *, storage_key: bytes) -> None:
        self._connection: sqlite3.Connection = database.conn
        self._storage_key = storage_key

    def get(self, name: str) -> AiSession:
        """Return a session; one that nobody has used yet begins now, and at the next look where it cannot be stored."""
        row = self._connection.execute("SELECT closed FROM ai_sessions WHERE name = ?", (self._blind(name),)).fetchone()
        if row is None:
            new = _begun()
            with suppress(UsageError):
                self._keep(name, new)
            return new
        session, context, since, turns = json.loads(open_closed(self._storage_key, row[0], associated=name.encode()))
        return AiSession(
            bytes.fromhex(session), context, bytes.fromhex(since), tuple((role, text) for role, text in turns)
        )

    def begin(self, name: str, *, since: bytes = b"") -> AiSession:
        """Begin a session anew, with nothing in it (UsageError where it cannot be stored)."""
        return self._keep(name, _begun(since))

    def set_context(self, name: str, context: dict[str, Any]) -> AiSession:
        """Lay facts over those there are; a null takes one away (UsageError where that cannot be stored)."""
        before = self.get(name)
        merged = {key: value for key, value in {**before.context, **context}.items() if value is not None}
        return self._keep(name, AiSession(before.id, merged, before.since, before.turns))

    def add_turns(self, name: str, *turns: tuple[str, str], most: int) -> None:
        """Keep what was said in a private session; of the oldest, what is more than `most` goes."""
        before = self.get(name)
        self._keep(name, AiSession(before.id, before.context, before.since, (*before.turns, *turns)[-most:]))

    def _keep(self, name: str, session: AiSession) -> AiSession:
        told = json.dumps([session.id.hex(), session.context, session.since.hex(), session.turns]).encode()
        closed = close(self._storage_key, told, nonce=token_bytes(NONCE_BYTES), associated=name.encode())
        with storing():
            self._connection.execute(
                "INSERT OR REPLACE INTO ai_sessions (name, closed) VALUES (?, ?)", (self._blind(name), closed)
            )
        return session

    def _blind(self, name: str) -> bytes:
        """Return what stands for a session's name in the database: names may tell something, too."""
        return blake2b(name.encode(), person=b"p2p.session", key=self._storage_key)


def _begun(since: bytes = b"") -> AiSession:
    return AiSession(token_bytes(SESSION_BYTES), {}, since)
