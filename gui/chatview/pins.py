"""A line under the header: the pinned messages one by one, newest first; a click goes there and on to the next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from gui.state.message import Message
from gui.state.plain import plain
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.one_line import OneLine


class PinLine(QFrame):
    """Shows one of the pinned messages; hidden where there is none.

    Signals:
        jump: id of the message to go to.
    """

    jump = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pins")
        self._theme = theme
        self._pins: tuple[Message, ...] = ()
        self._at = 0
        self.button = QToolButton()
        self.button.setIconSize(QSize(16, 16))
        self.button.clicked.connect(self._go)
        self.text = OneLine()
        self.place = QLabel()
        self.place.setProperty("role", "small")
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 3, 20, 3)
        line.setSpacing(8)
        line.addWidget(self.button)
        line.addWidget(self.text, 1)
        line.addWidget(self.place)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def show_pins(self, pins: Sequence[Message]) -> None:
        """Show these, the one pinned last first."""
        pins = tuple(reversed(pins))
        if [pin.id for pin in pins] != [pin.id for pin in self._pins]:
            self._at = 0
        self._pins = pins
        self.setVisible(bool(pins))
        self._show()

    def _show(self) -> None:
        if not self._pins:
            return
        pin = self._pins[self._at]
        words = f"{pin.author_name}: {plain(pin.text)}"
        self.text.setText(words)
        many = len(self._pins) > 1
        counted = self.tr("{at} of {count}").format(at=self._at + 1, count=len(self._pins))
        self.place.setText(counted if many else "")
        self.button.setAccessibleName(self.tr("Go to the pinned message: {words}").format(words=words))
        self.button.setToolTip(self.tr("Go to the pinned message"))

    def _go(self) -> None:
        if self._pins:
            name = self._pins[self._at].id
            self._at = (self._at + 1) % len(self._pins)
            self._show()
            self.jump.emit(name)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there, wherever on the line the click is."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go()

    def _restyle(self) -> None:
        self.button.setIcon(icons.icon("pin", self._theme.tokens.muted))
