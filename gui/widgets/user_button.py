"""Who I am, at the top of the list, and the menu behind it (S61)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from gui.session import Session
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.circle import paint_circle

CIRCLE_PX = 34
GAP_PX = 10
SHORT = 8


class UserButton(QPushButton):
    """My circle, name, short id and whether I am online; a click opens the menu.

    Signals:
        wanted: `profile`, `settings`, `network`, `shortcuts`, `lock` or `quit`.
        copied: my id is on the clipboard.
    """

    wanted = Signal(str)
    copied = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "me")
        self._session = session
        self._theme = theme
        self.lockable: Callable[[], bool] = lambda: False
        """Tells whether there is something to lock and to unlock with."""
        self._menu: QMenu | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(self.sizePolicy().Policy.Expanding, self.sizePolicy().Policy.Fixed)
        self.clicked.connect(lambda *_: self.open_menu())
        self._disconnect = [session.me.connect(self._show), session.client.online.connect(lambda *_: self._show())]
        theme.changed.connect(self.update)
        self._show()

    def sizeHint(self) -> QSize:
        """Return the room for circle and name."""
        return QSize(160, max(CIRCLE_PX + 6, self.fontMetrics().height() * 2 + 4))

    def minimumSizeHint(self) -> QSize:
        """Return the least: the circle and some letters."""
        return QSize(CIRCLE_PX + 60, self.sizeHint().height())

    def open_menu(self) -> None:
        """Open the menu below."""
        menu = self.menu_of_mine()
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def menu_of_mine(self) -> QMenu:
        """Return the menu as it is to be now."""
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = menu = QMenu(self)
        menu.setAccessibleName(self.tr("Your menu"))
        colour = self._theme.tokens.text
        short = self._session.identity[:SHORT]
        if short:
            menu.addAction(icons.icon("copy", colour), self.tr("Copy your id ({id}…)").format(id=short), self._copy)
            menu.addSeparator()
        for name, icon, text in (
            ("profile", "person", self.tr("Profile…")),
            ("settings", "gear", self.tr("Settings")),
            ("network", "network", self.tr("Network")),
            ("shortcuts", "keys", self.tr("Shortcuts")),
            ("", "", ""),
            ("lock", "lock", self.tr("Lock")),
            ("quit", "power", self.tr("Quit")),
        ):
            if not name:
                menu.addSeparator()
            elif name != "lock" or self.lockable():
                action = QAction(icons.icon(icon, colour), text, menu)
                action.setObjectName(name)
                action.triggered.connect(lambda *_, name=name: self.wanted.emit(name))
                menu.addAction(action)
        return menu

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._session.identity)
        self.copied.emit()

    def _presence(self) -> str:
        return self.tr("online") if self._session.client.connected else self.tr("not connected")

    def _show(self) -> None:
        name = self._session.name or "Peer2Peer"
        said = self.tr("You: {name}, {presence}. Menu").format(name=name, presence=self._presence())
        self.setAccessibleName(said)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, the circle with its dot, the name over the short id."""
        super().paintEvent(event)
        tokens = self._theme.tokens
        session = self._session
        is_right = self.isRightToLeft()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = self.width() - CIRCLE_PX - 4 if is_right else 4
        circle = QRectF(left, (self.height() - CIRCLE_PX) / 2, CIRCLE_PX, CIRCLE_PX)
        paint_circle(painter, circle, session.identity, session.name)
        dot = QRectF(circle.right() - 9, circle.bottom() - 9, 10, 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.window))
        painter.drawEllipse(dot.adjusted(-1, -1, 1, 1))
        painter.setBrush(QColor(tokens.good if session.client.connected else tokens.faint))
        painter.drawEllipse(dot.adjusted(1, 1, -1, -1))
        width = self.width() - CIRCLE_PX - GAP_PX - 10
        words = QRectF(6 if is_right else CIRCLE_PX + GAP_PX + 4, 0, width, self.height())
        side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
        name_font = QFont(self.font())
        name_font.setWeight(QFont.Weight.DemiBold)
        small = QFont(self.font())
        small.setPointSizeF(self.font().pointSizeF() * 0.86)
        below = session.identity[:SHORT] if session.client.connected else self._presence()
        for part, text_font, colour, text in (
            (words.adjusted(0, 2, 0, -words.height() / 2), name_font, tokens.text, session.name or "Peer2Peer"),
            (words.adjusted(0, words.height() / 2, 0, -2), small, tokens.muted, below),
        ):
            painter.setFont(text_font)
            painter.setPen(QColor(colour))
            elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(width))
            painter.drawText(part, side | Qt.AlignmentFlag.AlignVCenter, elided)
        painter.end()
