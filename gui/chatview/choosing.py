"""Choosing messages: the line that says how many are chosen, and what a copy of them looks like."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from gui.chatview.author import shown_name
from gui.clock import Now
from gui.state import times
from gui.state.row import Row


class ChoosingLine(QFrame):
    """How many messages are chosen, with Copy and Cancel.

    Signals:
        copied, done: a button was pressed.
    """

    copied = Signal()
    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pins")
        self.count = QLabel()
        self.copy_button = QPushButton(self.tr("Copy"))
        self.copy_button.setProperty("role", "primary")
        self.copy_button.clicked.connect(lambda *_: self.copied.emit())
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.clicked.connect(lambda *_: self.done.emit())
        line = QHBoxLayout(self)
        line.setContentsMargins(20, 8, 20, 8)
        line.setSpacing(10)
        line.addWidget(self.count, 1)
        line.addWidget(self.cancel_button)
        line.addWidget(self.copy_button)
        self.hide()

    def show_count(self, count: int) -> None:
        """Say how many there are."""
        self.count.setText(self.tr("%n selected", "", count))
        self.copy_button.setEnabled(count > 0)


def as_text(rows: Iterable[Row], me: str, now: Now) -> str:
    """Return messages as text: who, when, and what, a blank line between them."""
    parts = []
    for row in rows:
        name = me if row.kind == "mine" else shown_name(row)
        parts.append(f"{name}, {times.stamp(row.ts, now())}\n{row.text}")
    return "\n\n".join(parts)
