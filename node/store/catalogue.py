"""What the profile knows beside operations: which conversations there are, and where peers were met."""

import json
import sqlite3
from dataclasses import dataclass

from sqlite_utils import Database

from crypto.ids import ConversationId
from node.store.database import transaction

_ADDRESSES_KEPT = 8


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation of this profile."""

    key: int
    id: ConversationId
    created_ms: int
    status: str


@dataclass(frozen=True, slots=True)
class KnownPeer:
    """A node met before, or named in an invite."""

    peer_id: str
    addresses: tuple[str, ...]
    last_seen_ms: int


class Catalogue:
    """The lists of a profile."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sqlite3.Connection = database.conn

    def conversations(self) -> list[Listed]:
        """Return all conversations, oldest first."""
        rows = self._connection.execute("SELECT key, id, created_ms, status FROM conversations ORDER BY key")
        return [Listed(key, ConversationId(name), made, status) for key, name, made, status in rows]

    def add_conversation(self, conversation: ConversationId, *, created_ms: int, status: str) -> Listed:
        """Enter a conversation; return its entry."""
        self._connection.execute(
            "INSERT INTO conversations (id, created_ms, status) VALUES (?, ?, ?)", (conversation, created_ms, status)
        )
        return next(listed for listed in self.conversations() if listed.id == conversation)

    def drop_conversation(self, key: int) -> None:
        """Forget a conversation that came to nothing, with all its rows."""
        with transaction(self._database) as connection:
            for table in ("operations", "epoch_keys", "registers"):
                connection.execute(f"DELETE FROM {table} WHERE conversation = ?", (key,))  # noqa: S608 - constants
            connection.execute("DELETE FROM conversations WHERE key = ?", (key,))

    def peers(self) -> list[KnownPeer]:
        """Return known peers, last met first."""
        rows = self._connection.execute("SELECT peer_id, addresses, last_seen_ms FROM peers ORDER BY last_seen_ms DESC")
        return [KnownPeer(peer_id, _addresses(addresses), seen) for peer_id, addresses, seen in rows]

    def remember_peer(self, peer_id: str, addresses: tuple[str, ...], *, seen_ms: int) -> None:
        """Keep where a peer was met; newer addresses come first, older ones are kept while there is room."""
        row = self._connection.execute(
            "SELECT addresses, last_seen_ms FROM peers WHERE peer_id = ?", (peer_id,)
        ).fetchone()
        known = _addresses(row[0]) if row else ()
        merged = tuple(dict.fromkeys((*addresses, *known)))[:_ADDRESSES_KEPT]
        seen_ms = max(seen_ms, row[1] if row else 0)
        self._connection.execute(
            "INSERT OR REPLACE INTO peers (peer_id, addresses, last_seen_ms) VALUES (?, ?, ?)",
            (peer_id, json.dumps(merged), seen_ms),
        )


def _addresses(stored: str) -> tuple[str, ...]:
    """Return stored addresses; none where they are damaged: they are only hints, and are learned again."""
    try:
        found = json.loads(stored)
    except ValueError:
        return ()
    return tuple(each for each in found if type(each) is str) if type(found) is list else ()
