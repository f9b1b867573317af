"""The chains of devices that signed falsely: what follows what, and proofs in the place of false signatures.

Only there is it asked (protocol/vouching.py), so no index is kept on disk: the first question about an author looks
through everything of theirs, later ones only through what came since.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from crypto.ids import DeviceKey, OpId
from protocol.ops import stored_header
from protocol.vouching import Successor

_OF_AUTHOR: Final = (
    "SELECT number, header FROM operations WHERE number > ? AND conversation = ? AND author = ? AND plane = 1"
)


@dataclass(slots=True)
class _Followers:
    """The row numbers of what follows an operation in its device's chain, for one author."""

    newest: int = 0
    numbers: dict[tuple[DeviceKey, OpId], list[int]] = field(default_factory=dict)


class ChainRows:
    """The chains of one conversation's content."""

    def __init__(self, connection: sqlite3.Connection, key: int) -> None:
        self._connection = connection
        self._key = key
        self._followers: dict[int, _Followers] = {}

    def successors(self, name: OpId) -> Sequence[Successor]:
        """Return what directly follows a stored operation in its device's chain, quarantined or not."""
        author, data = self._connection.execute(
            "SELECT author, header FROM operations WHERE conversation = ? AND id = ?", (self._key, name)
        ).fetchone()
        return [
            self._connection.execute(
                "SELECT id, header, signature FROM operations WHERE number = ?", (number,)
            ).fetchone()
            for number in self._of(author).numbers.get((stored_header(data).device, name), ())
        ]

    def keep_proof(self, name: OpId, proof: bytes) -> None:
        """Store a proof in the place of a signature; where the disk does not take it, it is made again."""
        with suppress(sqlite3.Error):
            self._connection.execute(
                "UPDATE operations SET signature = ? WHERE conversation = ? AND id = ?", (proof, self._key, name)
            )

    def _of(self, author: int) -> _Followers:
        followers = self._followers.setdefault(author, _Followers())
        for number, data in self._connection.execute(_OF_AUTHOR, (followers.newest, self._key, author)):
            header = stored_header(data)
            if header.prev is not None:
                followers.numbers.setdefault((header.device, header.prev), []).append(number)
            followers.newest = max(followers.newest, number)
        return followers
