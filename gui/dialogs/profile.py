"""My profile: the name that others see, and who I am to them (S61)."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from gui.dialogs.base import Dialog
from gui.requests.own_node import rename_me
from gui.session import Session
from gui.widgets.words import words

MAX_NAME = 80


class ProfileDialog(Dialog):
    """Shows who I am and lets me go by another name.

    Signals:
        renamed: the name that counts now.
        copied: the id is on the clipboard.
    """

    renamed = Signal(str)
    copied = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        said = QCoreApplication.translate
        super().__init__(
            said("ProfileDialog", "Your profile"),
            said("ProfileDialog", "This is how the members of your conversations see you."),
            parent,
        )
        self._session = session
        self.name = QLineEdit(session.name)
        self.name.setMaxLength(MAX_NAME)
        self.name.selectAll()
        self.add_field(self.tr("Name"), self.name)
        self.identity = QLineEdit(session.identity)
        self.identity.setReadOnly(True)
        self.identity.setCursorPosition(0)
        self.copy = QPushButton(self.tr("Copy"))
        self.copy.setAutoDefault(False)
        self.copy.setAccessibleName(self.tr("Copy your id"))
        self.copy.clicked.connect(lambda *_: self._copy())
        label = words(self.tr("Your id"), role="label")
        label.setBuddy(self.identity)
        self.identity.setAccessibleName(self.tr("Your id"))
        line = QHBoxLayout()
        line.addWidget(self.identity, 1)
        line.addWidget(self.copy)
        self.body.addSpacing(6)
        self.body.addWidget(label)
        self.body.addLayout(line)
        self.body.addWidget(
            words(self.tr("It was made with your keys and stays the same whatever you are called."), role="small")
        )
        self.add_button(self.tr("Cancel"), self.reject)
        self._save = self.add_button(self.tr("Save"), self.save_now, primary=True)
        self.name.textChanged.connect(lambda *_: self.say(""))

    def save_now(self) -> None:
        """Take the name, or say what is wrong with it."""
        name = " ".join(self.name.text().split())
        if not name:
            self.say(self.tr("A name can't be empty."))
        elif name == self._session.name:
            self.accept()
        else:
            self.work(self._rename, busy=self._save, label=self.tr("Saving…"))

    async def _rename(self) -> None:
        self.renamed.emit(await rename_me(self._session, self.name.text()))
        self.accept()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._session.identity)
        self.copied.emit()
