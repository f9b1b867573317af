"""What went wrong, in words, below what it is about; a screen reader says it too."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from gui.widgets.announcing import announce


class ErrorLine(QLabel):
    """Hidden where nothing is wrong."""

    def __init__(self, parent: QWidget | None = None, *, keeps_place: bool = False) -> None:
        """`keeps_place`: what stands below stays where it is when the error goes."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("role", "error")
        self._keeps_place = keeps_place
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(keeps_place)
        self.setSizePolicy(policy)
        self.hide()

    def say(self, problem: str) -> None:
        """Show what is wrong; an empty text takes it away."""
        if problem or not self._keeps_place:
            self.setText(problem)
        self.setVisible(bool(problem))
        announce(self, problem)
