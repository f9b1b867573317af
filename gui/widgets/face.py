"""One circle: a person's initials with their presence, or the mark of an AI."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.theme.palette import Theme
from gui.widgets.circle import paint_ai, paint_circle, paint_presence

SIZE = 38


class Face(QWidget):
    """The circle at the beginning of a row or a card; the text beside it says the same in words."""

    def __init__(self, theme: Theme, size: int = SIZE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._identity = self._name = ""
        self._presence = "offline"
        self._ai = False
        self.setFixedSize(size, size)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self.update)

    def show_person(self, identity: str, name: str, presence: str) -> None:
        """Show somebody."""
        self._identity, self._name, self._presence, self._ai = identity, name, presence, False
        self.update()

    def show_ai(self, *, awake: bool) -> None:
        """Show an AI; one that does not answer now is pale."""
        self._presence, self._ai = "online" if awake else "offline", True
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the circle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        here = self._presence != "offline"
        if self._ai:
            painter.setOpacity(1.0 if here else 0.55)
            paint_ai(painter, circle, self._theme.tokens)
        else:
            paint_circle(painter, circle, self._identity, self._name, pale=None if here else self._theme.tokens)
            paint_presence(painter, circle, self._presence, self._theme)
        painter.end()
