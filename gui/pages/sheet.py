"""A page over the conversation with a title and a way back; its cards stand in one scrolling column."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from gui.pages.card import INSIDE_PX, Card
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.one_line import OneLine
from gui.widgets.words import words

COLUMN_PX = 720
MARGIN_PX = 20
NARROW_FROM_PX = 560
NARROW_PX = (10, 12)
"""What is left free around the cards, and within them, where there is little room."""
WORDS_EM = 9
"""So much room the words beside a control need, in heights of a line."""


class Sheet(QFrame):
    """A page that is left with its arrow or Escape; its cards stand under one another.

    Signals:
        left: the person wants to go back.
    """

    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.theme = theme
        self._cards: list[Card] = []
        self.back = QToolButton()
        self.back.setToolTip(self.tr("Back (Esc)"))
        self.back.setAccessibleName(self.tr("Back"))
        self.back.setIconSize(QSize(20, 20))
        self.back.clicked.connect(lambda *_: self.left.emit())
        self.heading = QLabel()
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setProperty("role", "heading")
        self.below = OneLine(role="small")
        self.below.hide()
        self.column = QVBoxLayout()
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(16)
        self.area = QScrollArea()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._header())
        whole.addWidget(self.area, 1)
        self._lay_out()
        theme.changed.connect(self._restyle)
        self._restyle()

    def _header(self) -> QFrame:
        header = QFrame()
        header.setProperty("role", "header")
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(self.heading)
        titles.addWidget(self.below)
        top = QHBoxLayout(header)
        top.setContentsMargins(12, 12, 16, 12)
        top.setSpacing(10)
        top.addWidget(self.back)
        top.addLayout(titles, 1)
        return header

    def _lay_out(self) -> None:
        content = QWidget()
        content.setProperty("role", "column")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QWidget()
        inner.setLayout(self.column)
        inner.setMaximumWidth(COLUMN_PX)
        self._across = QHBoxLayout(content)
        self._across.addStretch(1)
        self._across.addWidget(inner, 1000)
        self._across.addStretch(1)
        self.area.setProperty("role", "page")
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(content)

    def set_title(self, title: str, below: str = "") -> None:
        """Say what this page is, and in small words below what of."""
        self.heading.setText(title)
        self.below.setText(below)
        self.below.setVisible(bool(below))
        self.setAccessibleName(title)

    def add_card(self, card: Card) -> None:
        """Add a card to the column."""
        self._cards.append(card)
        self.column.addWidget(card)

    def add_part(self, title: str) -> QVBoxLayout:
        """Add a card under a title; return its column."""
        card = Card(title)
        self.add_card(card)
        return card.body

    def room(self) -> int:
        """Return the width that is left within a card."""
        margin, inside = self._margins()
        room = self.width() - self.area.verticalScrollBar().sizeHint().width() - 2 * margin
        return min(room, COLUMN_PX) - 2 * (inside + 1)  # within the outline

    def _margins(self) -> tuple[int, int]:
        return NARROW_PX if self.width() < NARROW_FROM_PX else (MARGIN_PX, INSIDE_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave less free where there is little room."""
        super().resizeEvent(event)
        margin, inside = self._margins()
        self._across.setContentsMargins(margin, margin, margin, margin)
        for card in self._cards:
            card.set_margin(inside)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _restyle(self) -> None:
        self.back.setIcon(icons.icon("back", self.theme.tokens.text, mirrored=self.isRightToLeft()))


class Row(QWidget):
    """A label, what it is about in small words, and the control that sets it: beside them, or below in little room."""

    def __init__(self, label: str, control: QWidget, hint: str = "") -> None:
        super().__init__()
        text = words(label)
        text.setBuddy(control)
        control.setAccessibleName(label)
        left = QVBoxLayout()
        left.setSpacing(2)
        left.addWidget(text)
        if hint:
            left.addWidget(words(hint, role="small"))
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(10)
        self._line.addLayout(left, 1)
        self._line.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self._control = control

    def minimumSizeHint(self) -> QSize:
        """Return the least: the control alone has to fit."""
        least = self._line.minimumSize()
        return QSize(self._control.minimumSizeHint().width(), least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the control below where it would leave too little for the words."""
        is_tight = event.size().width() < self._control.sizeHint().width() + WORDS_EM * self.fontMetrics().height()
        self._line.setDirection(QBoxLayout.Direction.TopToBottom if is_tight else QBoxLayout.Direction.LeftToRight)
        side = Qt.AlignmentFlag.AlignLeading if is_tight else Qt.AlignmentFlag.AlignVCenter
        self._line.setAlignment(self._control, side)
        super().resizeEvent(event)
