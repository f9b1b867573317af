"""Asks for the passphrase of a locked profile (S60)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from gui.dialogs.base import Dialog


class PassphraseDialog(Dialog):
    """Asks once; a wrong passphrase opens it again with the reason.

    Signals:
        given: the passphrase, or an empty text where the person gave up.
    """

    given = Signal(str)

    def __init__(self, reason: str, parent: QWidget | None = None) -> None:
        super().__init__(
            "Unlock your profile",
            "Your keys are locked with a passphrase. It never leaves this machine.",
            parent,
        )
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.add_field("Passphrase", self.passphrase)
        self.say(reason)
        self.add_button("Quit", self.reject)
        self.add_button("Unlock", self.unlock, primary=True)

    def unlock(self) -> None:
        """Give the passphrase."""
        if self.passphrase.text():
            self.given.emit(self.passphrase.text())
            self.accept()
        else:
            self.say("Type your passphrase.")

    def reject(self) -> None:
        """Give up."""
        self.given.emit("")
        super().reject()
