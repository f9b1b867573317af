"""The chains of devices that signed falsely: what follows what, and proofs in the place of false signatures.

Only there is it asked (protocol/vouching.py), so no index is kept on disk. An operation whose signature was not looked
at came in one frame with the one that vouches for it, and both were stored together: so only the rows that follow
closely are looked through, a block at a time, however much an author has written.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from crypto.ids import DeviceKey, OpId
from protocol.ops import stored_header
from protocol.vouching import Successor

REACH: Final = 10_000
"""Rows from an operation to what follows it in its chain: those of a frame, and what had waited for them."""
BLOCK: Final = 2_500
_KEPT: Final = 8
"""Blocks kept in mind."""
_OF_AUTHOR: Final = (
    "SELECT number, header FROM operations "
    "WHERE number > ? AND number <= ? AND conversation = ? AND author = ? AND plane = 1"
)


@dataclass(slots=True)
class _Block:
    """Which of an author's rows, of one block, follow an operation in its device's chain."""

    newest: int
    numbers: dict[tuple[DeviceKey, OpId], list[int]] = field(default_factory=dict)


class ChainRows:
    """The chains of one conversation's content."""

    def __init__(self, connection: sqlite3.Connection, key: int) -> None:
        self._connection = connection
        self._key = key
        self._blocks: OrderedDict[tuple[int, int], _Block] = OrderedDict()
        """By author and block, the one asked for last at the end."""

    def successors(self, name: OpId) -> Iterator[Successor]:
        """Yield what directly follows a stored operation in its device's chain, quarantined or not, nearest first."""
        number, author, data = self._connection.execute(
            "SELECT number, author, header FROM operations WHERE conversation = ? AND id = ?", (self._key, name)
        ).fetchone()
        place = stored_header(data).device, name
        for at in range(number // BLOCK, (number + REACH) // BLOCK + 1):
            for found in self._block(author, at).numbers.get(place, ()):
                yield self._connection.execute(
                    "SELECT id, header, signature FROM operations WHERE number = ?", (found,)
                ).fetchone()

    def keep_proof(self, name: OpId, proof: bytes) -> None:
        """Store a proof in the place of a signature; where the disk does not take it, it is made again."""
        with suppress(sqlite3.Error):
            self._connection.execute(
                "UPDATE operations SET signature = ? WHERE conversation = ? AND id = ?", (proof, self._key, name)
            )

    def _block(self, author: int, at: int) -> _Block:
        """Return a block, with what was stored since it was looked at."""
        block = self._blocks.pop((author, at), None) or _Block(at * BLOCK - 1)
        self._blocks[author, at] = block
        if len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
        rows = self._connection.execute(_OF_AUTHOR, (block.newest, (at + 1) * BLOCK - 1, self._key, author))
        for number, data in rows.fetchall():
            header = stored_header(data)
            if header.prev is not None:
                block.numbers.setdefault((header.device, header.prev), []).append(number)
            block.newest = max(block.newest, number)
        return block
