"""Where to go, and what is done from the list: search, switcher, people's cards, archiving, leaving (S3, S7, S18)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.api.errors import ApiError
from gui.pages.conversation_page import ConversationPage
from gui.pages.keys import Keys
from gui.pages.sidebar import Sidebar
from gui.requests import conversations as requests
from gui.search.switcher import Switcher
from gui.session import Session
from gui.state.objects import Member
from gui.tasks import spawn
from gui.theme.palette import Theme


class Shell(Protocol):
    """What is asked of the window."""

    keys: Keys

    def open(self, conversation_id: str) -> None:
        """Open a conversation."""

    def new(self) -> None:
        """Ask for a new conversation."""

    def join(self) -> None:
        """Ask for an invite link."""

    def say(self, text: str) -> None:
        """Confirm something quietly."""

    def unfold(self) -> None:
        """Show the sidebar, where it is folded away."""

    def fold(self) -> None:
        """Fold the sidebar away where the window is narrow."""

    def close_settings(self) -> None:
        """Go back from the settings to the messages."""


class Steering(QObject):
    """Connects sidebar, switcher and cards with the window and the node."""

    def __init__(
        self, window: QWidget, shell: Shell, session: Session, theme: Theme, sidebar: Sidebar, page: ConversationPage
    ) -> None:
        super().__init__(window)
        self._window = window
        self._shell = shell
        self._session = session
        self._theme = theme
        self._sidebar = sidebar
        self._page = page
        self.switcher = Switcher(session, theme, window)
        self.switcher.conversation.connect(self._go)
        self.switcher.person.connect(self.show_person)
        self.switcher.action.connect(lambda name: {"new": shell.new, "join": shell.join}[name]())
        session.problem.connect(shell.say)
        sidebar.theme.connect(lambda: theme.use("light" if theme.tokens.dark else "dark"))
        sidebar.chosen.connect(shell.open)
        sidebar.chosen.connect(lambda *_: self._enter())
        sidebar.searched.connect(self._leave_search)
        sidebar.new.connect(lambda: shell.new())
        sidebar.join.connect(lambda: shell.join())
        sidebar.user.copied.connect(lambda: shell.say(self.tr("Your id is on the clipboard")))
        sidebar.found.connect(self.reveal)
        sidebar.person.connect(self.show_person)
        sidebar.archived.connect(lambda name, on: self._do(self._archive, name, on))
        sidebar.read.connect(lambda name: self._do(self._mark_read, name))
        sidebar.left.connect(self.ask_leave)
        page.menu.connect(shell.unfold)
        page.search.connect(self.search_here)
        page.said.connect(shell.say)
        page.people.asked.connect(self.show_person)
        page.messages.person.connect(self.show_person)
        for name, done in (("switch", self.switch), ("find", self.search_here), ("search", self.search)):
            shell.keys.set(name, done)

    def _enter(self) -> None:
        """Give the open conversation the keyboard, also where it was open before."""
        self._shell.close_settings()
        self._page.take_keyboard()

    def _leave_search(self) -> None:
        """Go back to the conversation, where one is in view and nothing else has the keyboard."""
        if self._session.open_one is None:
            return
        is_free = self._sidebar.list.hasFocus()
        self._shell.fold()
        if is_free:
            self._page.take_keyboard()

    def switch(self) -> None:
        """Show the switcher, or take it away."""
        if self._session.conversations.loaded:
            self.switcher.begin()

    def search(self) -> None:
        """Search everywhere."""
        self._shell.unfold()
        self._sidebar.start_search()

    def search_here(self) -> None:
        """Search in the open conversation, else everywhere."""
        one = self._session.open_one
        self._shell.unfold()
        self._sidebar.start_search(one.summary if one is not None else None)

    def reveal(self, conversation_id: str, message_id: str) -> None:
        """Open a conversation at a message."""
        self._go(conversation_id)
        self._page.messages.reveal(message_id)

    def _go(self, conversation_id: str) -> None:
        self._shell.open(conversation_id)
        self._shell.close_settings()

    def show_person(self, identity: str) -> None:
        """Show somebody's card."""
        one = self._session.open_one

        def here() -> Member | None:
            return next((each for each in one.members if each.identity == identity), None) if one is not None else None

        member = here()
        known = next((each for each, _ in self._sidebar.finding.people if each.identity == identity), None)
        name = member.name if member is not None else (known.name if known is not None else identity[:8])
        from gui.dialogs.person import PersonDialog

        card = PersonDialog(self._session, self._theme, identity, name, member, self._window)
        card.direct.connect(self._go)
        card.said.connect(self._shell.say)
        if one is not None:
            end = one.about.connect(lambda: card.follow(here()))
            card.finished.connect(lambda *_: end())
        card.open()

    def ask_leave(self, conversation_id: str) -> None:
        """Ask whether to leave a conversation, and leave it."""
        summary = self._session.conversations.get(conversation_id)
        if summary is not None:
            from gui.dialogs.leave import LeaveDialog

            dialog = LeaveDialog(self._session, summary, self._theme, self._window)
            dialog.said.connect(self._shell.say)
            dialog.open()

    async def _archive(self, conversation_id: str, on: bool) -> None:
        await requests.archive(self._session.client, conversation_id, on=on)
        self._shell.say(self.tr("Archived") if on else self.tr("Taken out of the archive"))

    async def _mark_read(self, conversation_id: str) -> None:
        await requests.mark_read(self._session.client, conversation_id)

    def _do(self, work: Callable[..., Awaitable[None]], *values: object) -> None:
        """Do something with the node; a refusal is said."""

        async def done() -> None:
            try:
                await work(*values)
            except ApiError as error:
                self._shell.say(error.reason)

        spawn(done(), name=work.__name__)
