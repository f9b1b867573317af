"""A field for a text of several lines, so high as that many lines are at any text size."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

AROUND_PX = 16
"""Border and padding, above and below together."""


class LongEdit(QPlainTextEdit):
    """Plain text; Tab leaves it."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines = lines
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the height of its lines."""
        lines = self._lines * self.fontMetrics().lineSpacing()
        return QSize(super().sizeHint().width(), lines + AROUND_PX + round(2 * self.document().documentMargin()))

    def minimumSizeHint(self) -> QSize:
        """Return the same height, and hardly any width."""
        return QSize(80, self.sizeHint().height())
