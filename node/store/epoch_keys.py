"""The epoch keys of one conversation, closed under the profile's storage key."""

import sqlite3
from collections.abc import Iterator, Mapping
from secrets import token_bytes

from crypto.ids import OpId
from crypto.sealed import NONCE_BYTES, close, open_closed


class EpochKeyRows:
    """The keys that are held."""

    def __init__(self, connection: sqlite3.Connection, key: int, storage_key: bytes) -> None:
        self._connection = connection
        self._key = key
        self._storage_key = storage_key

    def read(self) -> Iterator[tuple[OpId, bytes]]:
        """Yield each epoch with its key."""
        rows = self._connection.execute("SELECT epoch, closed FROM epoch_keys WHERE conversation = ?", (self._key,))
        for epoch, closed in rows:
            yield OpId(epoch), open_closed(self._storage_key, closed, associated=epoch)

    def write(self, keys: Mapping[OpId, bytes]) -> None:
        """Keep keys, inside a transaction."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO epoch_keys (conversation, epoch, closed) VALUES (?, ?, ?)",
            [(self._key, epoch, self._close(epoch, key)) for epoch, key in keys.items()],
        )

    def _close(self, epoch: OpId, key: bytes) -> bytes:
        return close(self._storage_key, key, nonce=token_bytes(NONCE_BYTES), associated=epoch)
