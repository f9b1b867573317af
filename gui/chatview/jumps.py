"""Going about in the open conversation: to any message, to the first unread one, to pinned ones, and back."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.api.errors import ApiError
from gui.chatview.pins import PinLine
from gui.chatview.view import ChatView
from gui.requests import marks, pages
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.row import SENDING
from gui.tasks import spawn

log = logging.getLogger("gui.jumps")


class Jumps(QObject):
    """Leads the view of one conversation at a time to its messages, and loads what stands around them.

    Signals:
        said: why something could not be done.
    """

    said = Signal(str)

    def __init__(self, session: Session, view: ChatView, pins: PinLine) -> None:
        super().__init__(view)
        self.one: Conversation | None = None
        """The conversation that is shown."""
        self._client = session.client
        self._view = view
        self._pins = pins
        self._wanted = ""  # a message to go to as soon as the conversation is loaded
        self._going = ""  # what is jumped to, while what stands around it is being loaded
        self._pinned: tuple[str, ...] = ()
        self._disconnect: list[Callable[[], None]] = []
        pins.jump.connect(self.reveal)
        view.older_wanted.connect(lambda: self.ask(self._older))
        view.newer_wanted.connect(lambda: self.ask(self._newer))
        view.newest_wanted.connect(self._to_newest)
        view.unread_wanted.connect(lambda name: self.ask(self._open_unread, name))
        view.quote_wanted.connect(self._want_quote)

    def show_conversation(self, one: Conversation) -> None:
        """Show another conversation, from its first unread message or its end."""
        for disconnect in self._disconnect:
            disconnect()
        self.one, self._wanted, self._pinned = one, "", ()
        self._disconnect = [
            one.moved.connect(self._moved),
            one.about.connect(self._about),
            one.timeline.inserted.connect(self._came),
        ]
        self._pins.show_pins(())
        self._view.show_timeline(
            one.timeline,
            first_unread=lambda: "" if self._wanted else one.first_unread,
            quoted=one.message,
        )
        self._about()

    def reveal(self, message_id: str) -> None:
        """Go to a message, wherever it is, and light it up; as soon as the conversation is loaded."""
        one = self.one
        if one is None:
            return
        if not one.loaded:
            self._wanted = message_id
        elif one.shown.find(message_id) is not None:
            self._view.scroll_to(message_id, flash=True)
        elif one.timeline.find(message_id) is not None:
            one.back()
            self._view.scroll_to(message_id, flash=True)
        else:
            self.ask(self._go_around, message_id)

    def ask(self, work: Callable[..., Coroutine[Any, Any, None]], *arguments: object) -> None:
        """Do something with the node and the open conversation; where that is refused, it is said."""
        if self.one is not None:
            spawn(self._told(work(self.one, *arguments)), name=getattr(work, "__name__", "ask"))

    async def _told(self, work: Awaitable[None]) -> None:
        try:
            await work
        except ApiError as error:
            self.said.emit(error.reason)
        except KeyError:
            pass  # the conversation was left meanwhile

    def _about(self) -> None:
        one = self.one
        if one is None or not one.loaded:
            return
        if self._wanted:
            wanted, self._wanted = self._wanted, ""
            self._view.give_up_unread()
            self.reveal(wanted)
        if one.summary.pins != self._pinned:
            self._pinned = one.summary.pins
            self.ask(self._load_pins)
        self._view.refresh()

    def _moved(self) -> None:
        if self.one is not None:
            self._view.swap_timeline(self.one.shown, to=self._going)

    def _came(self, at: int, count: int) -> None:
        """Note what came to the newest messages while older ones are shown; what I send is shown at once."""
        one = self.one
        if one is None:
            return
        row = one.timeline.row(at)
        if row.kind == "mine" and row.state == SENDING:
            one.first_unread = ""
            if one.window is not None:
                self._to_newest()
        elif one.window is not None and at > 0 and row.kind != "stream":
            self._view.note_unseen(count)

    def _to_newest(self) -> None:
        if self.one is not None:
            self.one.back()
            self._view.to_bottom()

    async def _older(self, one: Conversation) -> None:
        await pages.older(self._client, one)

    async def _newer(self, one: Conversation) -> None:
        await pages.newer(self._client, one)

    async def _go_around(self, one: Conversation, message_id: str) -> None:
        self._going = message_id
        try:
            found = await pages.around(self._client, one, message_id)
        finally:
            self._going = ""
        if not found:
            self.said.emit(self.tr("That message is not here any more."))
        elif self.one is one:
            self._view.scroll_to(message_id, flash=True)

    async def _open_unread(self, one: Conversation, message_id: str) -> None:
        """Open a conversation at its first unread message; whoever went elsewhere meanwhile stays there."""
        unread, standing = one.summary.unread, self._view.standing
        try:
            await pages.around(self._client, one, message_id, wanted=lambda: not standing.is_opened)
        except ApiError as error:
            log.info("the first unread message could not be loaded code=%s", error.code)
        if self.one is not one:
            return
        if one.shown.find(message_id) is not None:
            self._view.note_unseen(unread)
        elif not standing.is_opened:
            self._view.give_up_unread()

    def _want_quote(self, message_id: str) -> None:
        if self.one is not None and message_id not in self.one.quotes:
            self.one.quotes[message_id] = None
            self.ask(self._load_quote, message_id)

    async def _load_quote(self, one: Conversation, message_id: str) -> None:
        await pages.quoted(self._client, one, message_id)
        if self.one is one and one.quotes.get(message_id) is not None:
            self._view.refresh()

    async def _load_pins(self, one: Conversation) -> None:
        found = await marks.pins(self._client, one)
        if self.one is one:
            self._pins.show_pins(found)
