"""The program's mark."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.theme.palette import Theme
from gui.widgets.cell import paint_cell


class Mark(QWidget):
    """A cell that divides."""

    def __init__(self, theme: Theme, size: int = 76) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(round(size * 1.5), size)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        paint_cell(painter, QRectF(self.rect()), "anaphase", QColor(tokens.ai_accent), QColor(tokens.surface))
        painter.end()
