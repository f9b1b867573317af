"""The loop of asyncio on Qt's: what is due is run together, from one timer.

qasync gives each callback a timer of its own, and each turn of a socket a callback more; a message that comes takes a
dozen of them.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable
from typing import Any

import qasync
from PySide6.QtCore import QBasicTimer, QObject, QSocketNotifier, Qt, QTimerEvent, Signal

from gui.clock import monotonic

SLICE_S = 0.008
"""How long callbacks run before keys and painting have their turn."""


class Loop(qasync.QEventLoop):  # type: ignore[misc]
    """Runs asyncio's callbacks in turns of Qt's loop, in the order in which they were wanted."""

    def __init__(self, app: QObject) -> None:
        self._turns = Turns()
        self._readers: dict[int, asyncio.Handle] = {}
        super().__init__(app)

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """Run a callback in the next turn."""
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._turns.add(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """Run a callback in the next turn, wanted by another thread; one that comes too late is given up."""
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._turns.add_from_thread(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """Run a callback when `delay` seconds are over."""
        if delay <= 0:
            return self.call_soon(callback, *args, context=context)
        later: asyncio.Handle = super().call_later(delay, callback, *args, context=context)
        return later

    def close(self) -> None:
        """Give up what is due."""
        super().close()
        self._turns.end()

    def _add_reader(self, fd: int, callback: Callable[..., object], *args: Any) -> None:
        """Run a callback as soon as there is something to read, and then what is due by it."""
        self._check_closed()
        self._remove_reader(fd)
        handle, turns = asyncio.Handle(callback, args, self, None), self._turns

        def ready() -> None:
            if self._readers.get(fd) is handle:
                handle._run()
                turns.run()

        notifier = QSocketNotifier(qasync._fileno(fd), QSocketNotifier.Type.Read)
        notifier.activated["int"].connect(ready)  # type: ignore[index]
        self._read_notifiers[fd], self._readers[fd] = notifier, handle

    def _remove_reader(self, fd: int) -> bool:
        self._readers.pop(fd, None)
        return bool(super()._remove_reader(fd))


class Turns(QObject):
    """The callbacks that are due."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._due: deque[asyncio.Handle] = deque()
        self._timer = QBasicTimer()
        self.wanted.connect(self.run, Qt.ConnectionType.QueuedConnection)

    def add(self, handle: asyncio.Handle) -> None:
        """Take one more."""
        self._due.append(handle)
        if not self._timer.isActive():
            self._timer.start(0, self)

    def add_from_thread(self, handle: asyncio.Handle) -> None:
        """Take one more; a timer could be started by its own thread only."""
        self._due.append(handle)
        self.wanted.emit()

    def run(self) -> None:
        """Run those that are due now, as many as the time allows; what they want is for another turn."""
        due, end_s = self._due, monotonic() + SLICE_S
        for _ in range(len(due)):
            if not due or monotonic() > end_s:
                break  # one of them ran a loop within this one, which took the others; or it is somebody else's turn
            handle = due.popleft()
            if not handle.cancelled():
                handle._run()
        if not due:
            self._timer.stop()

    def timerEvent(self, event: QTimerEvent) -> None:
        """Have a turn."""
        self.run()

    def end(self) -> None:
        """Run no more of them."""
        self._timer.stop()
        self._due = deque(maxlen=0)  # takes nothing, whichever thread it comes from
