"""A card of a page: a heading with what stands beside it, and below it what belongs together."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from gui.widgets.words import words

INSIDE_PX = 20


class Card(QFrame):
    """Stands with others of its kind in the column of a page."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.heading = words(title, role="heading")
        self.head = QHBoxLayout()
        self.head.setSpacing(10)
        self.head.addWidget(self.heading, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        self.whole = QVBoxLayout(self)
        self.whole.setSpacing(12)
        self.whole.addLayout(self.head)
        self.whole.addLayout(self.body)
        self.set_margin(INSIDE_PX)

    def set_margin(self, pixels: int) -> None:
        """Keep so much free at both sides."""
        self.whole.setContentsMargins(pixels, 16, pixels, 18)
