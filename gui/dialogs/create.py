"""Create a conversation: title, description, with or without an AI (S1, S2)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from gui.api.errors import ApiError
from gui.dialogs.base import Dialog
from gui.requests import participants
from gui.session import Session
from gui.state.details import Providers
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.counter import add_counted
from gui.widgets.long_edit import LongEdit
from gui.widgets.switch import Switch
from gui.widgets.words import words
from gui.wording import number

MAX_TITLE = 200
MAX_DESCRIPTION = 2000


class CreateDialog(Dialog):
    """Asks for what a new conversation needs.

    Signals:
        created: id of the new conversation.
    """

    created = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.set_title(self.tr("New conversation"))
        self._session = session
        self.body.addWidget(
            words(self.tr("Give the idea a name. You can invite people as soon as it is created."), role="muted")
        )
        self.title = QLineEdit()
        self.title.setPlaceholderText(self.tr("For example: A garden on the roof"))
        self.description = LongEdit(3)
        self.description.setPlaceholderText(self.tr("What is it about? (optional)"))
        self.ai = Switch(self.tr("Invite an AI participant, named Assistant"), theme)
        self.ai.setChecked(True)
        self.which = words("", role="small")
        self._counted(self.tr("Title"), self.title, MAX_TITLE)
        self._counted(self.tr("Description"), self.description, MAX_DESCRIPTION)
        self.body.addSpacing(8)
        self.body.addWidget(self.ai)
        self.body.addWidget(self.which)
        self.add_button(self.tr("Cancel"), self.reject)
        self._create = self.add_button(self.tr("Create"), self.create_now, primary=True)
        self.title.textChanged.connect(lambda *_: self.say(""))
        self.ai.toggled.connect(self.which.setVisible)
        self.title.setFocus()
        spawn(self._look(), name="providers")

    def _counted(self, label: str, field: QLineEdit | QPlainTextEdit, most: int) -> None:
        self.body.addSpacing(6)
        add_counted(self.body, label, field, most)

    async def _look(self) -> None:
        """Say on what the AI would run."""
        try:
            found = await participants.providers(self._session.client)
        except ApiError:
            return  # it is only a remark
        if self.alive():
            self.which.setText(self.provider_words(found))
            self.which.setVisible(self.ai.isChecked())
            self.fit()

    def provider_words(self, found: Providers) -> str:
        """Return what the AI would run on, and what that takes."""
        chosen = found.get(found.default)
        if chosen is None:
            return self.tr("No AI provider works here yet: it would say what is missing when it is asked.")
        if chosen.name == "local":
            if chosen.memory_bytes:
                taken = round(chosen.memory_bytes / 2**20)
                said = self.tr("It runs on this computer ({model}), which takes {count} MB of memory now.")
                return said.format(model=chosen.default_model, count=taken)
            return self.tr("It runs on this computer ({model}); that takes memory while it answers.").format(
                model=chosen.default_model
            )
        if chosen.name == "ollama":
            return self.tr("It runs by Ollama ({model}).").format(
                model=chosen.default_model or self.tr("its usual model")
            )
        return self.tr("It answers by {provider} ({model}); what is said goes there, and you pay for it.").format(
            provider=chosen.name, model=chosen.default_model or self.tr("its usual model")
        )

    def create_now(self) -> None:
        """Create it, or say what is missing."""
        title, description = self.title.text().strip(), self.description.toPlainText().strip()
        if not title:
            self.say(self.tr("Give the conversation a title."))
            self.title.setFocus()
            return
        if len(title) > MAX_TITLE:
            over = self.tr("The title is {count} characters too long; {most} fit.")
            self.say(over.format(count=number(len(title) - MAX_TITLE), most=number(MAX_TITLE)))
            self.title.setFocus()
            return
        if len(description) > MAX_DESCRIPTION:
            over = self.tr("The description is {count} characters too long; {most} fit.")
            self.say(over.format(count=number(len(description) - MAX_DESCRIPTION), most=number(MAX_DESCRIPTION)))
            self.description.setFocus()
            return
        self.work(self._create_it, busy=self._create, label=self.tr("Creating…"))

    async def _create_it(self) -> None:
        made = await self._session.create(
            self.title.text().strip(), self.description.toPlainText().strip(), ai=self.ai.isChecked()
        )
        self.created.emit(made)
        self.accept()
