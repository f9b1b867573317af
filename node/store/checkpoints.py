"""What can be worked out from a conversation's operations (heads, tips of devices), written down now and then.

A load takes the last checkpoint and adds what came after it, so it costs the same however long a conversation is; rows
that are missing show in what the checkpoint says of them.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from crypto.codec import Value, decode_own, encode
from crypto.ids import DeviceKey, OpId
from protocol.dag import Entry, Plane
from protocol.ops import stored_header
from protocol.replica import Replica
from protocol.shelf import Shelf

CHECKPOINT_EVERY: Final = 512
"""Operations after which heads and tips are written again."""
SHELVED: Final = "id, vts_ms, header"
"""The columns of which `stored_entry` makes an entry."""


class Checkpoints:
    """The checkpoint of one conversation."""

    def __init__(self, connection: sqlite3.Connection, key: int) -> None:
        self._connection = connection
        self._key = key

    def write(self, connection: sqlite3.Connection, replica: Replica) -> None:
        """Write where the content stands, inside a transaction."""
        content = replica.content
        newest = connection.execute("SELECT max(number) FROM operations").fetchone()[0] or 0
        heads: list[Value] = [[depth, name] for depth, name in content.head_keys()]
        tips: list[Value] = [[device, seq, name] for device, (seq, name) in sorted(content.tips.items())]
        forked: list[Value] = [*sorted(content.forked)]
        checkpoint = encode([newest, content.count, heads, tips, forked, replica.control.heads_hash()])
        connection.execute("UPDATE conversations SET checkpoint = ? WHERE key = ?", (checkpoint, self._key))

    def read(self, shelf: Shelf) -> tuple[Plane, int]:
        """Return the content as it stands, and how many operations came since the checkpoint.

        Raises:
            ValueError: rows are missing.
        """
        (data,) = self._connection.execute(
            "SELECT checkpoint FROM conversations WHERE key = ?", (self._key,)
        ).fetchone()
        checkpoint: list[Any] = decode_own(data) if data else [0, 0, [], [], [], b""]
        newest, count, heads, tips, forked, control_heads = checkpoint
        later = list(self._later(newest))
        content = Plane(shelf)
        content.heads = {OpId(name): depth for depth, name in heads}
        content.tips = {DeviceKey(device): (seq, OpId(name)) for device, seq, name in tips}
        content.forked, content.count = {DeviceKey(device) for device in forked}, count
        for entry, is_valid in later:
            if any(name not in content for name in entry.cited):
                raise ValueError("operations are missing")
            content.add(entry, is_valid=is_valid)
        self._check(content, control_heads=control_heads, newest=newest, has_checkpoint=bool(data))
        return content, len(later)

    def _later(self, newest: int) -> Iterator[tuple[Entry, bool]]:
        """Yield the entries of content that came after a checkpoint, and whether each is valid."""
        for name, vts_ms, header, level in self._connection.execute(
            f"SELECT {SHELVED}, level FROM operations "  # noqa: S608 - constants
            "WHERE number > ? AND conversation = ? AND plane = 1 ORDER BY number",
            (newest, self._key),
        ):
            yield stored_entry(name, vts_ms, header), level > 0

    def _check(self, content: Plane, *, control_heads: bytes, newest: int, has_checkpoint: bool) -> None:
        """Raise ValueError where rows are missing; what is inside them, `doctor --verify` checks."""
        (count,) = self._connection.execute(
            "SELECT count(*) FROM operations INDEXED BY operations_by_id "
            "WHERE conversation = ? AND plane = 1 AND quarantined = 0",
            (self._key,),
        ).fetchone()
        if count != content.count or len(content.fetch(content.heads)) != len(content.heads):
            raise ValueError("operations are missing")
        if has_checkpoint:
            control = Plane()
            for name, vts_ms, header in self._connection.execute(
                f"SELECT {SHELVED} FROM operations "  # noqa: S608 - constants
                "WHERE conversation = ? AND plane = 0 AND quarantined = 0 AND number <= ? ORDER BY number",
                (self._key, newest),
            ):
                control.add(stored_entry(name, vts_ms, header))
            if control.heads_hash() != control_heads:
                raise ValueError("control operations are missing")


def stored_entry(name: bytes, vts_ms: int, data: bytes) -> Entry:
    """Return the entry of a stored operation, by its columns SHELVED."""
    header = stored_header(data)
    return Entry(
        OpId(name),
        header.device,
        header.seq,
        header.prev,
        header.parents,
        header.auth,
        header.depth,
        header.ts_ms,
        vts_ms,
    )
