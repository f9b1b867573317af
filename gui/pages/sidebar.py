"""The left side: who I am, new and join, the conversations."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.session import Session
from gui.theme import icons
from gui.theme.palette import Theme
from gui.theme.tokens import person_colour
from gui.widgets.avatar import initials
from gui.widgets.conversation_list import ConversationList

WIDTH = 308


class Me(QWidget):
    """My own circle."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setFixedSize(34, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(person_colour(self._session.identity)))
        painter.drawEllipse(QRectF(1, 1, 32, 32))
        font = QFont(self.font())
        font.setPointSizeF(9)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(QRectF(1, 1, 32, 32), Qt.AlignmentFlag.AlignCenter, initials(self._session.name))
        painter.end()


class Sidebar(QFrame):
    """Name, buttons and list.

    Signals:
        new, join, theme: a button was pressed.
        chosen: id of a conversation.
    """

    new = Signal()
    join = Signal()
    theme = Signal()
    chosen = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "sidebar")
        self.setFixedWidth(WIDTH)
        self._session = session
        self._theme = theme
        self._me = Me(session)
        self._name = QLabel()
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setProperty("role", "label")
        self._id = QLabel()
        self._id.setProperty("role", "small")
        self._id.setTextFormat(Qt.TextFormat.PlainText)
        self.list = ConversationList(session.conversations, theme, session.now)
        self.list.chosen.connect(self.chosen)
        self._new = self._tool("New conversation (Ctrl+N)", self.new)
        self._join = self._tool("Join with a link (Ctrl+J)", self.join)
        self._dark = self._tool("Light or dark", self.theme)
        self.nothing = QLabel("Your conversations will be listed here.")
        self.nothing.setProperty("role", "muted")
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.nothing.setContentsMargins(28, 32, 28, 0)
        self._lay_out()
        session.me.connect(self._show_me)
        session.conversations.changed.connect(self._show_nothing)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._show_me()
        self._show_nothing()

    def _lay_out(self) -> None:
        who = QVBoxLayout()
        who.setSpacing(0)
        who.addWidget(self._name)
        who.addWidget(self._id)
        top = QHBoxLayout()
        top.setContentsMargins(18, 14, 10, 10)
        top.setSpacing(10)
        top.addWidget(self._me)
        top.addLayout(who, 1)
        for button in (self._dark, self._join, self._new):
            top.addWidget(button)
            top.setSpacing(2)
        top.insertSpacing(1, 8)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 1, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self.nothing, 1)
        whole.addWidget(self.list, 1)

    def _tool(self, tip: str, signal: SignalInstance) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setIconSize(QSize(20, 20))
        button.clicked.connect(signal)
        return button

    def _show_me(self) -> None:
        metrics = self._name.fontMetrics()
        self._name.setText(metrics.elidedText(self._session.name or "Peer2Peer", Qt.TextElideMode.ElideRight, 120))
        self._id.setText(self._session.identity[:8])
        self._id.setVisible(bool(self._session.identity))
        self._me.update()

    def _show_nothing(self) -> None:
        empty = self._session.conversations.loaded and not self._session.conversations.ordered()
        self.nothing.setVisible(empty)
        self.list.setVisible(not empty)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self._new.setIcon(icons.icon("plus", tokens.text))
        self._join.setIcon(icons.icon("link", tokens.text))
        self._dark.setIcon(icons.icon("theme", tokens.text))
