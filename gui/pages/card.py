"""A card of a page: a heading with what stands beside it, and below it what belongs together."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QVBoxLayout, QWidget

from gui.widgets.words import words

INSIDE_PX = 20


class Card(QFrame):
    """Stands with others of its kind in the column of a page."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.heading = words(title, role="heading")
        self.head = Head(self.heading)
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        self.whole = QVBoxLayout(self)
        self.whole.setSpacing(12)
        self.whole.addWidget(self.head)
        self.whole.addLayout(self.body)
        self.set_margin(INSIDE_PX)

    def set_margin(self, pixels: int) -> None:
        """Keep so much free at both sides."""
        self.whole.setContentsMargins(pixels, 16, pixels, 18)


class Head(QWidget):
    """A heading with buttons beside it, or below where there is no room for a word of it and for them."""

    def __init__(self, heading: QLabel) -> None:
        super().__init__()
        self._parts: list[QWidget] = []
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(10)
        self._add(heading, 1)

    def add(self, button: QWidget) -> None:
        """Put a button at its end."""
        self._add(button, 0)

    def _add(self, part: QWidget, stretch: int) -> None:
        self._parts.append(part)
        self._line.addWidget(part, stretch)

    def minimumSizeHint(self) -> QSize:
        """Return the least: each of them has to fit."""
        widths = (part.minimumSizeHint().width() for part in self._parts if not part.isHidden())
        return QSize(max(widths, default=0), self._line.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons below where the line is too short."""
        shown = [part.minimumSizeHint().width() for part in self._parts if not part.isHidden()]
        is_tight = event.size().width() < sum(shown) + self._line.spacing() * (len(shown) - 1)
        self._line.setDirection(QBoxLayout.Direction.TopToBottom if is_tight else QBoxLayout.Direction.LeftToRight)
        for button in self._parts[1:]:
            self._line.setAlignment(button, Qt.AlignmentFlag.AlignLeading if is_tight else Qt.AlignmentFlag(0))
        super().resizeEvent(event)
