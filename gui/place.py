"""Where the window stands: remembered, and never outside the screens there are now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from gui.state.settings import Settings

SETTLED_MS: Final = 800
SEEN_PX: Final = 120
"""So much of the window's top must lie on a screen, so that it can be taken hold of."""


def fitted(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """Return the place nearest to `wanted` that lies on a screen: the one that shows most of it, else the first."""
    if not screens:
        return wanted

    def shown(screen: QRect) -> int:
        both = screen.intersected(wanted)
        return max(0, both.width()) * max(0, both.height())

    screen = max(screens, key=shown)
    width, height = min(wanted.width(), screen.width()), min(wanted.height(), screen.height())
    left = min(max(wanted.x(), screen.left()), screen.left() + screen.width() - width)
    top = min(max(wanted.y(), screen.top()), screen.top() + screen.height() - height)
    return QRect(left, top, width, height)


class Place(QObject):
    """Puts a window where it was last, and remembers where it goes."""

    def __init__(self, window: QWidget, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self.remember)
        remembered = settings.window
        if remembered is not None:
            x, y, width, height, filled = remembered
            screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
            window.setGeometry(fitted(QRect(x, y, width, height), screens))
            if filled:
                window.showMaximized()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember soon where the window went."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize) and self._window.isVisible():
            self._settled.start()
        return False

    def remember(self) -> None:
        """Remember where the window is now."""
        self._settled.stop()
        window = self._window
        if window.isMinimized():
            return
        place = window.normalGeometry() if window.isMaximized() else window.geometry()
        if place.isValid():
            filled = window.isMaximized() or window.isFullScreen()
            self._settings.set("window", [place.x(), place.y(), place.width(), place.height(), filled])
