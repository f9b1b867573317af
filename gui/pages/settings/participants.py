"""The AI participants of a conversation: what each runs on and where; adding, changing, pausing them (S35-S37)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.dialogs.confirm import ConfirmDialog
from gui.dialogs.hosts import HostsDialog
from gui.dialogs.participant import ParticipantDialog
from gui.dialogs.participant_form import policy_words
from gui.pages.settings.section import Section, badge
from gui.requests import participants
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.objects import Ai, Member
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.face import Face
from gui.widgets.layouts import row
from gui.widgets.person_words import presence_word
from gui.widgets.switch import Switch
from gui.widgets.tool import more_tool
from gui.widgets.words import words


class ParticipantsSection(Section):
    """Lists the AIs with what can be done about each."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__("", session, theme)
        self.rows: dict[str, AiRow] = {}
        self._later: set[str] = set()
        self.add = QPushButton(self.tr("Add an AI"))
        self.add.clicked.connect(lambda *_: self.add_now())
        self.head.add(self.add)
        self.nothing = words(self.tr("No AI takes part here."), role="muted")
        self.who_may = words(self.tr("Only an owner or an admin can change AI participants."), role="small")
        self.paused = Switch(self.tr("Pause all AIs"), theme)
        self.paused.setAccessibleDescription(self.tr("No AI answers in this conversation while this is on"))
        self.paused.clicked.connect(lambda on: self._pause(on=bool(on)))
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self.body.addWidget(self.nothing)
        self.body.addLayout(self._list)
        self.body.addWidget(self.paused)
        self.body.addWidget(self.who_may)

    def open(self, one: Conversation) -> None:
        """Show another conversation."""
        self._later.clear()
        super().open(one)

    def refresh(self) -> None:
        """Show the AIs as they are set now."""
        one = self.one
        if one is None:
            return
        self.heading.setText(self.tr("AI participants ({count})").format(count=len(one.ais)))
        self.nothing.setVisible(not one.ais)
        self.add.setVisible(self.may("ai"))
        self.who_may.setVisible(self.belongs and not self.may("ai"))
        self.paused.setVisible(bool(one.ais))
        self.paused.setEnabled(self.may("pause"))
        self.paused.setChecked(one.summary.ai_paused)
        for gone in self.rows.keys() - {ai.id for ai in one.ais}:
            left = self.rows.pop(gone)
            self._list.removeWidget(left)
            left.hide()
            left.deleteLater()
        for at, ai in enumerate(one.ais):
            shown = self.rows.get(ai.id)
            if shown is None:
                shown = self.rows[ai.id] = AiRow(self.theme)
                shown.agreed.connect(self._agree)
                shown.put_off.connect(self._put_off)
            if self._list.indexOf(shown) != at:
                self._list.insertWidget(at, shown)
            asks = ai.asks_me and ai.id not in self._later and self.belongs
            shown.show_ai(ai, one.members, self._actions(ai), paused=one.summary.ai_paused, asks=asks)

    def add_now(self) -> None:
        """Ask for a new AI."""
        self._form(None)

    def _actions(self, ai: Ai) -> list[tuple[str, Callable[[], None]]]:
        found: list[tuple[str, Callable[[], None]]] = []
        if self.may("ai"):
            found.append((self.tr("Change…"), lambda: self._form(ai)))
            found.append((self.tr("Where it runs…"), lambda: self._hosts(ai)))
        mine = any(host.here for host in ai.hosts)
        if self.belongs and mine and ai.asks_me and ai.id in self._later:
            found.append((self.tr("Agree to run it here"), lambda: self._agree(ai.id)))
        elif self.belongs and mine and not ai.asks_me and self.one is not None and len(ai.hosts) > 1:
            found.append((self.tr("Run it here no longer"), lambda: self._withdraw(ai)))
        if self.may("ai"):
            found.append((self.tr("Remove…"), lambda: self._remove(ai)))
        return found

    def _form(self, ai: Ai | None) -> None:
        assert self.one is not None
        dialog = ParticipantDialog(self.session, self.one, ai, self.theme, self.window())
        dialog.saved.connect(self.said)
        dialog.open()

    def _hosts(self, ai: Ai) -> None:
        assert self.one is not None
        dialog = HostsDialog(self.session, self.one, ai, self.theme, self.window())
        dialog.saved.connect(lambda: self.said.emit(self.tr("Saved")))
        dialog.open()

    def _remove(self, ai: Ai) -> None:
        assert self.one is not None
        client, name = self.session.client, self.one.id
        dialog = ConfirmDialog(
            self.tr("Remove {name}?").format(name=ai.name),
            self.tr("It answers no more. What it has said stays."),
            self.tr("Remove {name}").format(name=ai.name),
            lambda: participants.remove(client, name, ai.id),
            self.window(),
        )
        done = self.tr("{name} was removed").format(name=ai.name)
        dialog.done_it.connect(lambda: self.said.emit(done))
        dialog.open()

    def _pause(self, *, on: bool) -> None:
        one = self.one
        if one is None:
            return

        async def pause() -> None:
            await participants.pause(self.session.client, one, on=on)

        done = self.tr("All AIs are paused") if on else self.tr("The AIs answer again")
        self.work(pause, busy=self.paused, done=done)

    def _agree(self, ai: str) -> None:
        one = self.one
        if one is None:
            return

        async def agree() -> None:
            await participants.accept(self.session.client, one.id, ai, on=True)

        self._later.discard(ai)
        self.work(agree, done=self.tr("Your computer answers for it when it is its turn"))

    def _withdraw(self, ai: Ai) -> None:
        one = self.one
        if one is None:
            return

        async def withdraw() -> None:
            await participants.accept(self.session.client, one.id, ai.id, on=False)

        self._later.add(ai.id)
        self.work(withdraw, done=self.tr("Your computer does not answer for {name} any more").format(name=ai.name))

    def _put_off(self, ai: str) -> None:
        self._later.add(ai)
        self.refresh()


class AiRow(QWidget):
    """One AI: what it is, where it runs, whether it asks for my computer, and a menu.

    Signals:
        agreed, put_off: its id; my computer is to answer for it, or not now.
    """

    agreed = Signal(str)
    put_off = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._ai = ""
        self.face = Face(theme)
        self.name = words("")
        self.about = words("", role="small")
        self.where = words("", role="small")
        self.badge = badge("", "ai")
        self.more, self.actions_menu = more_tool()
        self.ask = QFrame()
        self.ask.setProperty("role", "ask")
        self.question = words("")
        self.agree = QPushButton(self.tr("Agree"))
        self.agree.clicked.connect(lambda *_: self.agreed.emit(self._ai))
        self.later = QPushButton(self.tr("Not now"))
        self.later.clicked.connect(lambda *_: self.put_off.emit(self._ai))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.later)
        buttons.addWidget(self.agree)
        asking = QVBoxLayout(self.ask)
        asking.setContentsMargins(14, 10, 14, 12)
        asking.addWidget(self.question)
        asking.addLayout(buttons)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 4, 0, 4)
        whole.setSpacing(8)
        texts = (self.name, self.about, self.where)
        whole.addLayout(row(*texts, before=self.face, after=(self.badge, self.more)))
        whole.addWidget(self.ask)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_ai(
        self,
        ai: Ai,
        members: tuple[Member, ...],
        actions: list[tuple[str, Callable[[], None]]],
        *,
        paused: bool,
        asks: bool,
    ) -> None:
        """Show an AI, and what can be done about it."""
        self._ai = ai.id
        presence = {one.identity: one.here for one in members}
        there = presence.get(ai.host, "offline")
        self.face.show_ai(awake=there != "offline" and not paused)
        self.name.setText(ai.name)
        model = ai.model or self.tr("its usual model")
        self.about.setText(f"{ai.provider}  ·  {model}  ·  {policy_words(ai.policy)}")
        self.where.setText(self._places(ai, there))
        self.badge.setText(self.tr("Paused"))
        self.badge.setVisible(paused)
        self.question.setText(self._asks(ai))
        self.ask.setVisible(asks)
        self.more.setAccessibleName(self.tr("What can be done about {name}").format(name=ai.name))
        self.more.setVisible(bool(actions))
        self.actions_menu.clear()
        for label, act in actions:
            self.actions_menu.addAction(label).triggered.connect(lambda *_, act=act: act())

    def _places(self, ai: Ai, presence: str) -> str:
        if ai.here:
            found = [self.tr("runs on this computer")]
        else:
            said = self.tr("runs at {name} ({presence})")
            found = [said.format(name=ai.host_name, presence=presence_word(presence))]
        others = dict.fromkeys(
            self.tr("this computer") if host.here else host.name for host in ai.hosts if not host.on_duty
        )
        if others:
            found.append(self.tr("stands by: {names}").format(names=", ".join(others)))
        if ai.hourly:
            found.append(self.tr("{count} answers an hour at most").format(count=ai.hourly))
        return "  ·  ".join(found)

    def _asks(self, ai: Ai) -> str:
        return self.tr(
            "{by} asks that your computer answers for {name}. It would do that by {provider}, with your key or your "
            "model."
        ).format(by=ai.by_name or self.tr("Somebody"), name=ai.name, provider=ai.provider)

    def _restyle(self) -> None:
        self.more.setIcon(icons.icon("more", self._theme.tokens.muted))
