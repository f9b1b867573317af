"""What goes wrong unforeseen in the desktop: kept in a file and told; the window never ends or hangs in silence.

An error in a slot, in a method that Qt calls, in a callback of the loop, in a thread or in a spawned coroutine ends
nothing but itself. All of them come here as records of Python's logging.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox

from gui.clock import monotonic

FILE: Final = "desktop.log"
MOST_BYTES: Final = 512 * 1024
"""The file's size; as much again is kept of what stood there before."""
AGAIN_S: Final = 60.0
"""The same fault is written again only so much later: a widget may fail each time it is painted."""
TOLD_S: Final = 10.0

log = logging.getLogger("gui.faults")


class Faults(QObject):
    """Keeps what went wrong while it lives.

    Signals:
        happened: something went wrong; not more often than every ten seconds.
    """

    happened = Signal()

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        """Keep it in the folder of a profile, which may not exist yet."""
        super().__init__(parent)
        self.path = home / FILE
        self._handler = _Keeper(self.path, self)
        self._told_s = float("-inf")
        self._before = sys.excepthook, threading.excepthook
        logging.getLogger().addHandler(self._handler)
        sys.excepthook = self._raised
        threading.excepthook = self._raised_in_thread

    def end(self) -> None:
        """Keep nothing more."""
        sys.excepthook, threading.excepthook = self._before
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()

    def of_loop(self, _: object, context: Mapping[str, Any]) -> None:
        """Keep what an asyncio loop tells; without the values it names, which may be somebody's words."""
        error = context.get("exception")
        log.error("loop: %s", context.get("message") or "a callback failed", exc_info=error)

    async def confess(self) -> None:
        """Say in a box of its own that the program can't go on; return when that was read."""
        said = QCoreApplication.translate("Faults", "Peer2Peer can't begin. What went wrong stands in {file}.")
        read = asyncio.Event()
        box = QMessageBox(QMessageBox.Icon.Critical, "Peer2Peer", said.format(file=self.path))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.finished.connect(lambda *_: read.set())
        box.open()
        await read.wait()

    def tell(self) -> None:
        """Tell that something went wrong; from any thread, heard in Qt's."""
        now_s = monotonic()
        if now_s - self._told_s >= TOLD_S:
            self._told_s = now_s
            self.happened.emit()

    def _raised(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
        else:
            log.error("an error was not handled", exc_info=(kind, error, trace))

    def _raised_in_thread(self, said: Any) -> None:
        if said.exc_value is not None:
            self._raised(said.exc_type, said.exc_value, said.exc_traceback)


class _Keeper(RotatingFileHandler):
    """Writes warnings and errors into a file that only its owner reads."""

    def __init__(self, path: Path, faults: Faults) -> None:
        super().__init__(path, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8", delay=True)
        self.setLevel(logging.WARNING)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        self._faults = faults
        self._written_s: dict[tuple[object, ...], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record that was not written just now; tell of an error."""
        now_s, place = monotonic(), _place(record)
        if now_s - self._written_s.get(place, float("-inf")) >= AGAIN_S:
            if len(self._written_s) > 200:
                self._written_s.clear()
            self._written_s[place] = now_s
            super().emit(record)
        if record.levelno >= logging.ERROR:
            self._faults.tell()

    def handleError(self, record: logging.LogRecord) -> None:
        """Do without the file where it can't be written."""

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(os.fdopen(opened, "ab"), encoding="utf-8", line_buffering=True)


def _place(record: logging.LogRecord) -> tuple[object, ...]:
    """Return what tells one fault from another: where it was raised, else where it was logged."""
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    raised = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace is not None else ()
    return record.name, record.lineno, record.msg, *raised
