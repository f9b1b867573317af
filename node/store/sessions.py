"""My AI sessions: what the AI is to know besides the talk, and from where on it is given the talk (S51, S55, S57).

Every conversation has one, and so has every private session, which is nothing but this. They stay on this node.
"""

import json
import sqlite3
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any, Final

from sqlite_utils import Database

SESSION_BYTES: Final = 16
_COLUMNS: Final = "session, context, since, turns"


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

    def __init__(self, database: Database) -> None:
        self._connection: sqlite3.Connection = database.conn

    def get(self, name: str) -> AiSession:
        """Return a session; one that nobody has used yet begins now."""
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM ai_sessions WHERE name = ?", (name,)).fetchone()  # noqa: S608 - constants
        if row is None:
            return self.begin(name)
        session, context, since, turns = row
        return AiSession(session, json.loads(context), since, tuple((role, text) for role, text in json.loads(turns)))

    def begin(self, name: str, *, since: bytes = b"") -> AiSession:
        """Begin a session anew, with nothing in it."""
        return self._keep(name, AiSession(token_bytes(SESSION_BYTES), {}, since))

    def set_context(self, name: str, context: dict[str, Any]) -> AiSession:
        """Lay facts over those there are; a null takes one away."""
        before = self.get(name)
        merged = {key: value for key, value in {**before.context, **context}.items() if value is not None}
        return self._keep(name, AiSession(before.id, merged, before.since, before.turns))

    def add_turns(self, name: str, *turns: tuple[str, str], most: int) -> None:
        """Keep what was said in a private session; of the oldest, what is more than `most` goes."""
        before = self.get(name)
        self._keep(name, AiSession(before.id, before.context, before.since, (*before.turns, *turns)[-most:]))

    def _keep(self, name: str, session: AiSession) -> AiSession:
        self._connection.execute(
            "INSERT OR REPLACE INTO ai_sessions (name, session, context, since, turns) VALUES (?, ?, ?, ?, ?)",
            (name, session.id, json.dumps(session.context), session.since, json.dumps(session.turns)),
        )
        return session
