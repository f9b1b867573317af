"""One open conversation: header with people and phase, messages, who types and answers, input."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from gui.api.errors import ApiError
from gui.chatview.pane import Messages
from gui.requests import answers, conversations, talk
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.drafts import Draft, Quoted
from gui.state.plain import plain
from gui.state.timeline import Row
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.answers_strip import AnswersStrip
from gui.widgets.closed_line import ClosedLine, closed_words
from gui.widgets.mention_popup import mentionable
from gui.widgets.message_input import MessageInput
from gui.widgets.page_header import PageHeader

COLUMN_PX = 1100
KEEP_MS = 1000


class ConversationPage(QFrame):
    """Shows the session's open conversation.

    Signals:
        menu, invite, settings, search: pressed in the header or chosen in its menu.
        add_ai: an AI is to be added.
        phase: a phase was clicked.
        link: a link in a message was clicked.
        said: something to confirm quietly, or why something could not be done.
    """

    menu = Signal()
    invite = Signal()
    settings = Signal()
    search = Signal()
    add_ai = Signal()
    phase = Signal(str)
    link = Signal(str)
    said = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._session = session
        self._theme = theme
        self._one: Conversation | None = None
        self._disconnect: Callable[[], None] | None = None
        self.header = PageHeader(theme)
        self.title, self.subtitle = self.header.title, self.header.subtitle
        self.people, self.phases = self.header.people, self.header.phases
        self.menu_button, self.invite_button = self.header.menu_button, self.header.invite_button
        self.settings_button = self.header.settings_button
        self.messages = Messages(session, theme)
        self.view = self.messages.view
        self.answers = AnswersStrip(theme)
        self.typing = self.answers.typing
        self.anew = QLabel()
        self.anew.setProperty("role", "small")
        self.anew.setWordWrap(True)
        self.anew.hide()
        self.input = MessageInput(theme)
        self.closed = ClosedLine(theme)
        self._keep = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._lay_out()
        self._connect()

    def _connect(self) -> None:
        session = self._session
        self.header.menu.connect(self.menu)
        self.header.invite.connect(self.invite)
        self.header.settings.connect(self.settings)
        self.header.more.connect(self._show_menu)
        self.phases.asked.connect(self.phase)
        self.messages.link.connect(self.link)
        self.messages.wanted.connect(lambda what: self.invite.emit() if what == "invite" else self.add_ai.emit())
        self.messages.discarded.connect(self._discarded)
        self.messages.reply.connect(self.reply_to)
        self.messages.edit_wanted.connect(self.edit_message)
        self.messages.said.connect(self.said)
        self.input.submitted.connect(self._send)
        self.input.corrected.connect(self._correct)
        self.input.last_wanted.connect(self._edit_last)
        self.input.edited.connect(session.typed)
        self.input.emptied.connect(session.stopped_typing)
        self.input.changed.connect(self._draft_changed)
        self._keep.timeout.connect(self.keep_draft)
        self.answers.stop.connect(lambda message, ai: self._try(self._stop(message, ai)))
        session.me.connect(self._about)

    def _lay_out(self) -> None:
        below = QWidget()
        below.setMaximumWidth(COLUMN_PX)
        column = QVBoxLayout(below)
        column.setContentsMargins(20, 0, 20, 16)
        column.setSpacing(4)
        column.addWidget(self.answers)
        column.addWidget(self.anew)
        column.addWidget(self.input)
        column.addWidget(self.closed)
        centred = QHBoxLayout()
        centred.setContentsMargins(0, 0, 0, 0)
        centred.addStretch(1)
        centred.addWidget(below, 1000)
        centred.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addWidget(self.messages, 1)
        whole.addLayout(centred)

    def show_conversation(self, one: Conversation) -> None:
        """Show another conversation, with its draft in the input."""
        self.keep_draft()
        if self._disconnect is not None:
            self._disconnect()
        self._one = one
        self._disconnect = one.about.connect(self._about)
        self.messages.show_conversation(one)
        self.typing.watch(one.typing)
        self.answers.watch(one.work, self._is_mine)
        self.input.load(self._session.drafts.get(one.id))
        self._keep.stop()
        self._about()
        self.take_keyboard()

    def take_keyboard(self) -> None:
        """Let what is typed from now on be a message; where nothing can be written, go through what was."""
        if self.input.isHidden():
            self.view.setFocus()
        else:
            self.input.edit.setFocus()

    def keep_draft(self) -> None:
        """Remember what is written and not sent."""
        self._keep.stop()
        if self._one is not None:
            self._session.drafts.keep(self._one.id, self.input.draft())

    def set_menu_visible(self, visible: bool) -> None:
        """Offer the list by a button where it is folded away."""
        self.menu_button.setVisible(visible)

    def actions_menu(self) -> QMenu:
        """Return the menu of what can be done with this conversation now."""
        menu = QMenu(self)
        one = self._one
        if one is None:
            return menu
        if one.may("invite"):
            menu.addAction(self.tr("Invite people…"), self.invite.emit)
        menu.addAction(self.tr("Search in this conversation…"), self.search.emit)
        menu.addAction(self.tr("Settings…"), self.settings.emit)
        if one.may("message") and one.ais:
            menu.addAction(self.tr("New AI session"), lambda: self._try(self._begin_session()))
        if one.may("archive") or one.may("leave"):
            menu.addSeparator()
        if one.may("archive"):
            on = not one.summary.archived
            words = self.tr("Archive for everybody") if on else self.tr("Bring back from the archive")
            menu.addAction(words, lambda: self._try(self._archive(on=on)))
        if one.may("leave"):
            menu.addAction(self.tr("Leave…"), self._leave)
        return menu

    def edit_message(self, key: str) -> None:
        """Write another text for a message of mine."""
        row = self._row(key)
        may = self._one is not None and self._one.may("edit")
        if may and row is not None and row.kind == "mine" and row.message_id and not row.deleted:
            self.input.correct(Quoted(row.message_id, row.name, plain(row.text)), row.text)

    def reply_to(self, key: str) -> None:
        """Write a reply to a message."""
        row = self._row(key)
        if row is not None and row.message_id:
            name = self.tr("yourself") if row.kind == "mine" else row.name
            self.input.reply(Quoted(row.message_id, name, plain(row.text)))

    def _show_menu(self) -> None:
        button = self.header.more_button
        menu = self.actions_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        corner = button.mapToGlobal(button.rect().bottomRight())
        menu.popup(corner - QPoint(menu.sizeHint().width(), -4))

    def _about(self) -> None:
        one = self._one
        if one is None:
            return
        self.header.show_conversation(one)
        closed = "" if one.may("message") else closed_words(one.summary.status)
        self.closed.tell(closed)
        self.input.setVisible(not closed)
        self.input.know(mentionable(one.members, one.ais), for_ai=self._session.for_ai)
        since = one.session_since
        self.anew.setVisible(since is not None)
        if since is not None:
            words = self.tr("New AI session since {time}: AIs that answer you are not given what was said before.")
            self.anew.setText(words.format(time=since.strftime("%H:%M")))
        self.answers.refresh()

    def _is_mine(self, message_id: str) -> bool:
        row = self._row(message_id)
        return row is not None and row.kind == "mine"

    def _draft_changed(self) -> None:
        if not self._keep.isActive():
            self._keep.start()

    def _send(self, text: str, reply_to: str, for_ai: bool) -> None:
        if self._one is not None:
            not_for_ai = not for_ai if self._one.ais else None
            self._session.send(text, reply_to=reply_to or None, not_for_ai=not_for_ai)
            self.keep_draft()

    def _edit_last(self) -> None:
        one = self._one
        for at in reversed(range(len(one.timeline))) if one is not None else ():
            assert one is not None
            row = one.timeline.row(at)
            if row.kind == "mine" and row.message_id and not row.deleted:
                self.edit_message(row.key)
                return

    def _correct(self, message_id: str, text: str) -> None:
        if self._one is not None:
            spawn(self._correct_now(self._one, message_id, text), name="edit")

    async def _correct_now(self, one: Conversation, message_id: str, text: str) -> None:
        try:
            await talk.edit(self._session.client, one, message_id, text)
        except (ApiError, KeyError) as error:
            reason = error.reason if isinstance(error, ApiError) else self.tr("The conversation was closed.")
            if self._edits(one, message_id):
                self.input.refuse(reason)
            else:
                self.said.emit(self.tr("An edit was not saved: {reason}").format(reason=reason))
            return
        if self._edits(one, message_id):
            self.input.corrected_now()
        draft = self._session.drafts.get(one.id)
        if draft.edit is not None and draft.edit.id == message_id:
            self._session.drafts.keep(one.id, replace(draft, text=draft.aside, edit=None, aside=""))

    def _edits(self, one: Conversation, message_id: str) -> bool:
        edit = self.input.draft().edit
        return self._one is one and edit is not None and edit.id == message_id

    def _discarded(self, text: str) -> None:
        draft = self.input.draft()
        if text and not draft.text.strip() and draft.edit is None:
            self.input.load(Draft(text, reply=draft.reply, for_ai=draft.for_ai))  # it can still be taken up again
            self._about()
            self.keep_draft()

    def _row(self, key: str) -> Row | None:
        return self._one.row(key) if self._one is not None else None

    def _try(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something with the node; say why where that fails."""
        spawn(self._tried(work), name="page")

    async def _tried(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except ApiError as error:
            self.said.emit(error.reason)
        except KeyError:
            self.said.emit(self.tr("The conversation was closed before your node could answer."))

    async def _stop(self, message_id: str, ai: str) -> None:
        if self._one is not None:
            await answers.stop(self._session.client, self._one, message_id, ai)

    async def _begin_session(self) -> None:
        if self._one is not None:
            await talk.begin_session(self._session.client, self._one)
            self.said.emit(self.tr("New AI session: AIs begin anew with you"))

    async def _archive(self, *, on: bool) -> None:
        if self._one is not None:
            await conversations.archive(self._session.client, self._one.id, on=on)
            self.said.emit(self.tr("Conversation archived") if on else self.tr("Conversation brought back"))

    def _leave(self) -> None:
        one = self._one
        if one is None:
            return
        from gui.dialogs.leave import LeaveDialog

        dialog = LeaveDialog(self._session, one.summary, self._theme, self.window())
        dialog.said.connect(self.said)
        dialog.open()
