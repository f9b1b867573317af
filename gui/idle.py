"""Notices that nobody has touched the window for a while, and that somebody does again (S22)."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gui.clock import Monotonic, monotonic

AWAY_S = 300.0
_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.InputMethod,
        QEvent.Type.FocusIn,
    }
)


class Idle(QObject):
    """Watches what reaches one window; its timer fires once in five minutes at most, and not at all while away.

    Signals:
        away: True after five minutes without a touch, False with the next one.
    """

    away = Signal(bool)

    def __init__(self, window: QWidget, *, after_s: float = AWAY_S, clock: Monotonic = monotonic) -> None:
        super().__init__(window)
        self._window = window
        self._after_s = after_s
        self._clock = clock
        self._touched_s = clock()
        self.is_away = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.look)
        self._timer.start(round(after_s * 1000))
        # All input comes through the native window first: watching that alone spares a look at every other event.
        window.installEventFilter(self)
        self._watch()

    def _watch(self) -> None:
        handle = self._window.windowHandle()
        if handle is not None:
            handle.removeEventFilter(self)
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note a touch; nothing is held back."""
        if watched is self._window:
            if event.type() in (QEvent.Type.Show, QEvent.Type.WinIdChange):
                self._watch()
        elif event.type() in _TOUCHES:
            self._touched_s = self._clock()
            if self.is_away:
                self.is_away = False
                self._timer.start(round(self._after_s * 1000))
                self.away.emit(False)
        return False

    def look(self) -> None:
        """Say that the person is away where the last touch is long enough ago, else look again when it would be."""
        left_s = self._touched_s + self._after_s - self._clock()
        if left_s > 0:
            self._timer.start(round(left_s * 1000) + 50)
        elif not self.is_away:
            self.is_away = True
            self.away.emit(True)
