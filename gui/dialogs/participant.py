"""Adds an AI participant or changes one, and tries it first where that is wished (S35, S39, S40)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from gui.api.errors import ApiError
from gui.dialogs.base import Dialog
from gui.dialogs.participant_form import ParticipantForm
from gui.requests import participants
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.objects import Ai
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.words import words
from gui.wording import number


class ParticipantDialog(Dialog):
    """The form of one AI.

    Signals:
        saved: a sentence about what was done.
    """

    saved = Signal(str)

    def __init__(
        self, session: Session, one: Conversation, ai: Ai | None, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__("", "", parent)
        self._session = session
        self._one = one
        self._ai = ai
        self._here = ai is None or ai.here
        self.set_title(self.tr("Add an AI") if ai is None else self.tr("Change {name}").format(name=ai.name))
        self.body.addWidget(words(self._about(), role="muted"))
        self.form = ParticipantForm(theme, ai, [each.name for each in one.ais])
        self.body.addWidget(self.form)
        self.answer = words("", role="small")
        self.answer.hide()
        self.form.provider_chosen.connect(self.answer.hide)
        self.foot.addWidget(self.answer)
        self.test = QPushButton(self.tr("Test this AI"))
        self.test.setAutoDefault(False)
        self.test.setVisible(self._here)
        self.test.clicked.connect(lambda *_: self.test_now())
        self.buttons.insertWidget(0, self.test)
        self.add_button(self.tr("Cancel"), self.reject)
        label = self.tr("Add") if ai is None else self.tr("Save")
        self.save = self.add_button(label, self.save_now, primary=True)
        spawn(self._load(), name="providers")

    def _about(self) -> str:
        if self._ai is None:
            return self.tr("It runs on this computer, with your key or your model. Others can stand by for it later.")
        if self._ai.here:
            return self.tr("It runs on this computer.")
        return self.tr("It runs at {name}: the provider and the model must be ones that are there.").format(
            name=self._ai.host_name
        )

    # --- providers ---------------------------------------------------------------------------------------------------

    async def _load(self) -> None:
        client = self._session.client
        try:
            if self._ai is None or self._here:
                found = await participants.providers(client)
            else:
                found = await participants.offers(client, self._one.id, self._ai.id)
        except ApiError as error:
            if self.alive():
                self.form.lack(error.reason)
                self.fit()
            return
        if self.alive():
            self.form.offer(found)
            self.fit()

    # --- doing -------------------------------------------------------------------------------------------------------

    def save_now(self) -> None:
        """Add or change it, or say what is missing."""
        problem = self.form.problem()
        if problem:
            self.say(problem)
            self._show_field()
            return
        label = self.tr("Adding…") if self._ai is None else self.tr("Saving…")
        self.work(self._save, busy=self.save, label=label)

    async def _save(self) -> None:
        settings, client = self.form.settings(), self._session.client
        if self._ai is None:
            await participants.add(client, self._one.id, settings)
            done = self.tr("{name} was added").format(name=settings["name"])
        else:
            changed = {key: value for key, value in settings.items() if value != getattr(self._ai, key)}
            if changed:  # the rest may have been changed by somebody else meanwhile
                await participants.change(client, self._one.id, self._ai.id, changed)
            done = self.tr("{name} was changed").format(name=settings["name"])
        if self.alive():
            self.saved.emit(done)
            self.accept()

    def _show_field(self) -> None:
        """Scroll to the field where something is missing."""
        field = self.form.focusWidget()
        if field is not None:
            self.area.ensureWidgetVisible(field)

    def test_now(self) -> None:
        """Let the model answer one short thing."""
        if not self.form.settings()["provider"]:
            self.say(self.form.problem())
            self._show_field()
            return
        self.answer.setText(self.tr("Asking the model… One that runs here may have to be loaded first."))
        self.answer.show()
        self.fit()
        self.work(self._test, busy=self.test, label=self.tr("Testing…"))

    async def _test(self) -> None:
        keys = ("provider", "model", "persona", "system_prompt", "temperature")
        settings = {key: value for key, value in self.form.settings().items() if key in keys}
        try:
            tried = await participants.attempt(self._session.client, settings)
        except ApiError:
            if self.alive():
                self.answer.hide()
            raise
        if self.alive():
            self.answer.setText(
                self.tr("{model} answered after {seconds} s: “{text}”").format(
                    model=tried.model, seconds=number(tried.ms / 1000), text=tried.text
                )
            )
            self.fit()
