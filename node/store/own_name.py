"""The name that the person of a profile chose last; the key file keeps the one that they began with (S60)."""

import sqlite3
from secrets import token_bytes
from typing import Final

from sqlite_utils import Database

from crypto.errors import SealError
from crypto.sealed import NONCE_BYTES, close, open_closed
from node.store.preferences import Preferences

_NAME: Final = "name"
_ASSOCIATED: Final = b"own name"


class OwnName:
    """Keeps one name, closed under the profile's storage key like everything else in its database."""

    def __init__(self, database: Database, *, storage_key: bytes) -> None:
        self._preferences = Preferences(database)
        self._storage_key = storage_key

    def get(self) -> str | None:
        """Return the name; None where nothing but that of the key file was ever chosen, or it cannot be read."""
        try:
            closed = bytes.fromhex(self._preferences.get(_NAME) or "")
            return open_closed(self._storage_key, closed, associated=_ASSOCIATED).decode() if closed else None
        except (SealError, ValueError, TypeError, sqlite3.Error):
            return None

    def set(self, name: str) -> None:
        """Keep a name (UsageError where that cannot be)."""
        closed = close(self._storage_key, name.encode(), nonce=token_bytes(NONCE_BYTES), associated=_ASSOCIATED)
        self._preferences.set(_NAME, closed.hex())
