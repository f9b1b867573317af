"""Two fields for a new passphrase, how hard it is to guess, and what happens when it is lost (S60)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gui.state.strength import grade
from gui.widgets.words import words

MOST = 1000


class NewPassphrase(QWidget):
    """Asks for a passphrase twice.

    Signals:
        changed: something was typed.
        entered: Enter was pressed in the last field.
    """

    changed = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first = _field(self.tr("Passphrase"))
        self.second = _field(self.tr("The same again"))
        self.strength = words(" ", role="small")
        self.lost = words(
            self.tr(
                "If you lose it, nobody can open your keys again: not you, not us. Write it down and keep the paper "
                "where you keep your passport."
            ),
            role="small",
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        for field in (self.first, self.second):
            label = words(field.accessibleName(), role="label")
            label.setBuddy(field)
            whole.addWidget(label)
            whole.addWidget(field)
            if field is self.first:
                whole.addWidget(self.strength)
        whole.addSpacing(4)
        whole.addWidget(self.lost)
        self.first.textChanged.connect(lambda *_: self._typed())
        self.second.textChanged.connect(lambda *_: self.changed.emit())
        self.first.returnPressed.connect(self.second.setFocus)
        self.second.returnPressed.connect(self.entered)

    def text(self) -> str:
        """Return the passphrase; empty where none was typed."""
        return self.first.text()

    @property
    def is_begun(self) -> bool:
        """Whether something was typed in either field."""
        return bool(self.first.text() or self.second.text())

    def problem(self) -> str:
        """Return what is wrong with it, in words; empty where nothing is."""
        if self.first.text() != self.second.text():
            return self.tr("The two are not the same. Type the passphrase twice.")
        return ""

    def _typed(self) -> None:
        said = {
            "weak": self.tr("Easy to guess. Four or five words that do not belong together are better."),
            "fair": self.tr("Fair. A word more makes it strong."),
            "strong": self.tr("Strong."),
        }
        self.strength.setText(said[grade(self.first.text())] if self.first.text() else " ")
        self.changed.emit()


def _field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setMaxLength(MOST)
    field.setAccessibleName(name)
    return field
