"""The icon in the system's tray with the count of what is unread, and its menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from gui.theme.app_icon import app_icon, app_pixmap

SHOWN_MS = 8000
ICON_PX = 64

Entry = tuple[str, Callable[[], object]]
"""Words of the menu, and what they do."""


class Tray(QObject):
    """Without a tray on this system it shows nothing.

    Signals:
        chosen: the icon was clicked.
        balloon_clicked: key of the notification that was clicked.
    """

    chosen = Signal()
    balloon_clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__(None)
        self._icon: QSystemTrayIcon | None = None
        self._menu: QMenu | None = None
        self._key = ""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._icon = QSystemTrayIcon(app_icon(), self)
            self._icon.setToolTip("Peer2Peer")
            self._icon.activated.connect(self._activated)
            self._icon.messageClicked.connect(lambda: self.balloon_clicked.emit(self._key))
            self._icon.show()

    @property
    def available(self) -> bool:
        """Whether there is a tray to be in."""
        return self._icon is not None

    def offer(self, entries: Sequence[Entry]) -> None:
        """Offer these in the menu, in the place of those from before."""
        if self._icon is not None:
            before, self._menu = self._menu, QMenu()
            for text, done in entries:
                self._menu.addAction(text, done)
            self._icon.setContextMenu(self._menu)
            if before is not None:
                before.deleteLater()

    def count(self, unread: int) -> None:
        """Show how many messages are unread."""
        if self._icon is not None:
            self._icon.setIcon(badged(unread))
            self._icon.setToolTip(self.tr("Peer2Peer, %n unread", "", unread) if unread else "Peer2Peer")

    def show_balloon(self, title: str, body: str, key: str) -> None:
        """Show a notification beside the icon, where this system can; the last one is the one that is clicked."""
        if self._icon is not None and QSystemTrayIcon.supportsMessages():
            self._key = key
            self._icon.showMessage(_safe(title), _safe(body), app_icon(), SHOWN_MS)

    def end(self) -> None:
        """Go."""
        if self._icon is not None:
            self._icon.hide()
        if self._menu is not None:
            self._menu.deleteLater()
        self.deleteLater()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason != QSystemTrayIcon.ActivationReason.Context:
            self.chosen.emit()


def badged(unread: int) -> QIcon:
    """Return the program's icon with a number on it; none for 0."""
    if not unread:
        return app_icon()
    picture = QPixmap(app_pixmap(ICON_PX))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    badge = QRectF(ICON_PX * 0.42, ICON_PX * 0.42, ICON_PX * 0.58, ICON_PX * 0.58)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#c42b3a"))
    painter.drawEllipse(badge)
    font = QFont()
    font.setPixelSize(round(ICON_PX * (0.4 if unread < 10 else 0.3)))
    font.setWeight(QFont.Weight.Bold)
    painter.setFont(font)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(unread) if unread < 100 else "99")
    painter.end()
    return QIcon(picture)


def _safe(text: str) -> str:
    """Return plain text for a desktop that may read it as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
