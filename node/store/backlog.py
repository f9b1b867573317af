"""Reads timelines beside the event loop, with a connection of its own, for whoever goes through all of them."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from crypto.ids import OpId
from node.store.shown import Place
from protocol.ops import CONTENT, Op, stored_header

_COLUMNS: Final = "vts_ms, depth, id, plane, kind, header, signature, body"


class Extent(NamedTuple):
    """How much stands in a timeline."""

    places: int
    newest_ms: int


class Line(NamedTuple):
    """What stands at one place of a timeline; without the operation where it is none of those asked for."""

    place: Place
    op: Op | None


class Backlog:
    """The timelines of a profile; one thread at a time may use it."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def extents(self) -> dict[int, Extent]:
        """Return how much stands in each timeline that is not empty, by the conversation's key."""
        rows = self._connection.execute(
            "SELECT conversation, count(*), max(vts_ms) FROM operations WHERE shown = 1 GROUP BY conversation"
        )
        return {key: Extent(count, newest_ms) for key, count, newest_ms in rows}

    def page(self, conversation: int, kinds: Sequence[int], *, before: Place | None, limit: int) -> list[Line]:
        """Return at most `limit` of a timeline, newest first: from its end, or from before a place.

        Only content of these kinds comes with its operation, without a check of its bytes; a row that is damaged comes
        without.
        """
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM operations WHERE conversation = ? AND shown = 1 "  # noqa: S608 - constants
            "AND (vts_ms, depth, id) < (?, ?, ?) ORDER BY vts_ms DESC, depth DESC, id DESC LIMIT ?",
            (conversation, *(before or (1 << 62, 0, b"")), limit),
        )
        return list(_lines(rows, kinds))

    def named(self, conversation: int, kinds: Sequence[int], names: Sequence[OpId]) -> list[Line]:
        """Return, in any order, those of `names` that stand in a timeline; see `page`."""
        marks = ",".join("?" * len(names))
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM operations WHERE conversation = ? AND shown = 1 AND id IN ({marks})",  # noqa: S608 - marks
            (conversation, *names),
        )
        return list(_lines(rows, kinds))


def _lines(rows: Iterable[tuple[Any, ...]], kinds: Sequence[int]) -> Iterator[Line]:
    for vts_ms, depth, name, plane, kind, header, signature, body in rows:
        op = _op(name, header, signature, body) if plane == CONTENT and kind in kinds else None
        yield Line((vts_ms, depth, name), op)


def _op(name: bytes, header: bytes, signature: bytes, body: bytes) -> Op | None:
    try:
        return Op(OpId(name), stored_header(header), header, signature, body)
    except (ValueError, TypeError):  # damaged
        return None
