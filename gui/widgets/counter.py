"""How many characters a field holds and how many fit; it comes into sight when that matters."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit

from gui.widgets.words import words
from gui.wording import number

NEAR = 0.8
"""Part of the room from which on it is shown."""


class Counter(QLabel):
    """Follows a field."""

    def __init__(self, field: QLineEdit | QPlainTextEdit, most: int) -> None:
        super().__init__()
        self._field = field
        self._most = most
        self.setProperty("role", "small")
        field.textChanged.connect(lambda *_: self._count())
        self._count()

    @property
    def over(self) -> int:
        """How many characters are too many."""
        return max(0, self._length() - self._most)

    def _length(self) -> int:
        field = self._field
        return len((field.text() if isinstance(field, QLineEdit) else field.toPlainText()).strip())

    def _count(self) -> None:
        length = self._length()
        self.setText(f"{number(length)} / {number(self._most)}")
        self.setVisible(length >= self._most * NEAR)
        kind = "over" if length > self._most else ""
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)


def add_counted(column: QBoxLayout, label: str, field: QLineEdit | QPlainTextEdit, most: int) -> None:
    """Add a field under its label, with the count of its characters beside that."""
    text = words(label, role="label")
    text.setBuddy(field)
    field.setAccessibleName(label)
    head = QHBoxLayout()
    head.addWidget(text, 1)
    head.addWidget(Counter(field, most))
    column.addLayout(head)
    column.addWidget(field)
