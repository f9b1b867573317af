"""Sets, changes or removes the passphrase of the profile (S60)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from gui.dialogs.base import Dialog
from gui.widgets.new_passphrase import MOST, NewPassphrase

Change = Callable[[str, str], Awaitable[None]]
"""Changes the passphrase from one text to another; empty is none. Raises ApiError."""


class PassphraseDialog(Dialog):
    """Asks for the old passphrase where there is one, and for the new one where there is to be one.

    Signals:
        changed: it was done.
    """

    changed = Signal()

    def __init__(self, change: Change, *, locked: bool, remove: bool = False, parent: QWidget | None = None) -> None:
        said = QCoreApplication.translate
        title = said("PassphraseDialog", "Set a passphrase")
        if locked:
            title = said("PassphraseDialog", "Change the passphrase")
        if remove:
            title = said("PassphraseDialog", "Remove the passphrase")
        about = said(
            "PassphraseDialog",
            "It locks your keys on this computer and is asked for at each start. It is kept nowhere.",
        )
        if remove:
            about = said(
                "PassphraseDialog",
                "Whoever can read the files of your account can then read your conversations and write in your name.",
            )
        super().__init__(title, about, parent)
        self._change = change
        self.before: QLineEdit | None = None
        self.new: NewPassphrase | None = None
        if locked:
            self.before = QLineEdit()
            self.before.setEchoMode(QLineEdit.EchoMode.Password)
            self.before.setMaxLength(MOST)
            self.add_field(self.tr("Passphrase until now"), self.before)
            self.before.textChanged.connect(lambda *_: self.say(""))
        if not remove:
            self.new = NewPassphrase()
            self.new.changed.connect(lambda: self.say(""))
            self.body.addSpacing(6)
            self.body.addWidget(self.new)
        self.add_button(self.tr("Cancel"), self.reject)
        label = self.tr("Remove") if remove else self.tr("Change") if locked else self.tr("Set")
        self._do = self.add_button(label, self.change_now, primary=True)

    def change_now(self) -> None:
        """Change it, or say what is missing."""
        if self.before is not None and not self.before.text():
            self.say(self.tr("Type the passphrase that you have used until now."))
        elif self.new is not None and not self.new.text():
            self.say(self.tr("Type a new passphrase."))
        elif self.new is not None and self.new.problem():
            self.say(self.new.problem())
        else:
            self.work(self._change_it, busy=self._do, label=self.tr("One moment…"))

    async def _change_it(self) -> None:
        before = self.before.text() if self.before is not None else ""
        after = self.new.text() if self.new is not None else ""
        await self._change(before, after)
        self.changed.emit()
        self.accept()
