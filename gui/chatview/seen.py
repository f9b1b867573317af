"""Up to where messages were seen: what is older than the newest one seen is not told again."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from gui.state.row import Row

LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class Seen:
    """The newest message of one conversation that was told as seen."""

    def __init__(self) -> None:
        self._told = ""
        self._moment = LONG_AGO

    def look(self, rows: Iterable[Row]) -> str:
        """Return the id of the newest message among `rows`, newest first; empty where it was told before."""
        row = next((row for row in rows if row.message_id), None)
        if row is None or row.ts < self._moment or row.message_id == self._told:
            return ""
        self._told, self._moment = row.message_id, row.ts
        return row.message_id
