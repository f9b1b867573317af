"""What is shown while the keys are locked: asks for the passphrase (S60, S61)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from gui.theme.palette import Theme
from gui.widgets.error_line import ErrorLine
from gui.widgets.mark import Mark
from gui.widgets.words import words

COLUMN_PX = 380


class LockedPage(QFrame):
    """Asks for a passphrase until it opens the profile.

    Signals:
        given: a passphrase to try.
        quit: the person gave up.
    """

    given = Signal(str)
    quit = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        title = words(self.tr("Unlock your profile"), role="title")
        about = words(self.tr("Your keys are locked with a passphrase. It never leaves this machine."), role="muted")
        for label in (title, about):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(self.tr("Passphrase"))
        self.passphrase.setPlaceholderText(self.tr("Passphrase"))
        self.passphrase.returnPressed.connect(self.unlock)
        self.error = ErrorLine()
        self.quit_button = QPushButton(self.tr("Quit"))
        self.quit_button.clicked.connect(lambda *_: self.quit.emit())
        self.unlock_button = QPushButton(self.tr("Unlock"))
        self.unlock_button.setProperty("role", "primary")
        self.unlock_button.clicked.connect(lambda *_: self.unlock())
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.quit_button)
        buttons.addWidget(self.unlock_button, 1)
        inner = QWidget()
        inner.setMaximumWidth(COLUMN_PX)
        column = QVBoxLayout(inner)
        column.setSpacing(10)
        column.addWidget(Mark(theme), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addWidget(title)
        column.addWidget(about)
        column.addSpacing(12)
        column.addWidget(self.passphrase)
        column.addWidget(self.error)
        column.addLayout(buttons)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(inner, 1000)
        across.addStretch(1)
        whole = QVBoxLayout(self)
        whole.addStretch(2)
        whole.addLayout(across)
        whole.addStretch(3)
        self.busy(False)

    def unlock(self) -> None:
        """Try the passphrase."""
        if not self.passphrase.text():
            self.say(self.tr("Type your passphrase."))
        elif self.unlock_button.isEnabled():
            self.say("")
            self.busy(True)
            self.given.emit(self.passphrase.text())

    def busy(self, busy: bool) -> None:
        """Show that it is tried."""
        self.unlock_button.setEnabled(not busy)
        self.unlock_button.setText(self.tr("Unlocking…") if busy else self.tr("Unlock"))
        self.passphrase.setReadOnly(busy)

    def ask(self, reason: str) -> None:
        """Ask, again where the one given was wrong."""
        self.busy(False)
        self.say(reason)
        self.passphrase.selectAll()
        self.passphrase.setFocus()

    def say(self, problem: str) -> None:
        """Show what is wrong; an empty text takes it away."""
        self.error.say(problem)
