"""Where the node's log goes: stderr, the level from PEER2PEER_LOG, and the newest lines into memory for those who ask.

Never texts, keys or addresses.
"""

import logging
import os
import sys
from collections import deque
from typing import Final

VARIABLE: Final = "PEER2PEER_LOG"
KEPT: Final = 200
MOST_CHARACTERS: Final = 500
_FORM: Final = "%(asctime)s %(levelname)-7s %(name)s %(message)s"


class Tail(logging.Handler):
    """The newest lines, numbered from 0 on."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._times = logging.Formatter()
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what was logged; of an error's stack trace the stderr alone tells."""
        try:
            line = self._line(record)
        except Exception:  # noqa: BLE001 - as logging does: a line that cannot be made must not end what logged it
            self.handleError(record)
            return
        self._lines.append(line[:MOST_CHARACTERS])
        self._count += 1

    def after(self, count: int) -> tuple[list[str], int]:
        """Return the kept lines that came after the first `count`, and how many there have been."""
        new = min(max(0, self._count - count), len(self._lines)) if count <= self._count else len(self._lines)
        return list(self._lines)[len(self._lines) - new :], self._count

    def _line(self, record: logging.LogRecord) -> str:
        cause = f" cause={record.exc_info[0].__name__}" if record.exc_info and record.exc_info[0] else ""
        time = self._times.formatTime(record)
        return f"{time} {record.levelname:<7} {record.name} {record.getMessage()}{cause}"


tail: Final = Tail()
"""The newest lines of this process."""


def start_log() -> None:
    """Log to stderr from now on; `PEER2PEER_LOG` names the level (default WARNING)."""
    name = os.environ.get(VARIABLE, "warning").upper()
    level = logging.getLevelNamesMapping().get(name, logging.WARNING)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_FORM))
    handler.setLevel(level)
    root = logging.getLogger()
    root.handlers[:] = [handler, tail]
    root.setLevel(logging.WARNING)
    for area in ("node", "protocol", "crypto"):
        logging.getLogger(area).setLevel(min(level, logging.INFO))
