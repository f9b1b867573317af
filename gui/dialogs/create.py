"""Create a conversation: title, description, with or without an AI (S1, S2)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from gui.dialogs.base import Dialog
from gui.session import Session
from gui.theme.palette import Theme
from gui.widgets.switch import Switch

MAX_TITLE = 200
MAX_DESCRIPTION = 2000


class CreateDialog(Dialog):
    """Asks for what a new conversation needs.

    Signals:
        created: id of the new conversation.
    """

    created = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            "New conversation", "Give the idea a name. You can invite people as soon as it is created.", parent
        )
        self._session = session
        self.title = QLineEdit()
        self.title.setMaxLength(MAX_TITLE)
        self.title.setPlaceholderText("For example: A garden on the roof")
        self.description = QPlainTextEdit()
        self.description.setPlaceholderText("What is it about? (optional)")
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(84)
        self.ai = Switch("Invite an AI participant, named Assistant", theme)
        self.ai.setChecked(True)
        self.add_field("Title", self.title)
        self.add_field("Description", self.description)
        self.body.addSpacing(8)
        self.body.addWidget(self.ai)
        self.add_button("Cancel", self.reject)
        self._create = self.add_button("Create", self.create_now, primary=True)
        self.title.textChanged.connect(lambda *_: self.say(""))

    def create_now(self) -> None:
        """Create it, or say what is missing."""
        if not self.title.text().strip():
            self.say("Give the conversation a title.")
            self.title.setFocus()
            return
        over = len(self.description.toPlainText().strip()) - MAX_DESCRIPTION
        if over > 0:
            self.say(f"The description is {over:,} characters too long; {MAX_DESCRIPTION:,} fit.")
            return
        self.work(self._create_it, busy=self._create, label="Creating…")

    async def _create_it(self) -> None:
        made = await self._session.create(
            self.title.text().strip(), self.description.toPlainText().strip(), ai=self.ai.isChecked()
        )
        self.created.emit(made)
        self.accept()
