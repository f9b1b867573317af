"""The running desktop: profile, node, session and window, joined together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from gui import i18n
from gui.actions import Actions
from gui.api.client import Client
from gui.api.endpoint import Endpoint
from gui.api.errors import ApiError, NodeFailed, NodeLocked
from gui.api.node_process import NodeProcess
from gui.api.profile import Profile
from gui.beginning import Beginning
from gui.faults import FILE
from gui.pages.window import Window
from gui.place import Place
from gui.requests.invites import SCHEME
from gui.session import Session
from gui.state.settings import Settings
from gui.tasks import spawn
from gui.telling import Telling
from gui.theme.palette import Theme

log = logging.getLogger("gui.desktop")


class Desktop:
    """Everything that runs between the start and the end of the program."""

    def __init__(
        self,
        home: Path,
        theme: Theme,
        *,
        command: Sequence[str] | None = None,
        settings: Settings | None = None,
        link: str = "",
        hidden: bool = False,
    ) -> None:
        """Show nothing yet.

        Args:
            home: the profile's folder.
            theme: the look.
            command: how a node is run.
            settings: those of the profile; read from its folder where None.
            link: an invite to offer as soon as there is a session.
            hidden: begin in the tray, where there is one.
        """
        self.profile = Profile(home)
        self.theme = theme
        self.settings = settings or Settings(home)
        self.node = NodeProcess(self.profile, command=command)
        self.closed = asyncio.Event()
        self._link = link
        self._hidden = hidden
        self._connection: asyncio.Task[None] | None = None
        self._show_last = True
        self._then: Callable[[], None] = lambda: None
        self._endings: list[Callable[[], None]] = [self.settings.changed.connect(self._setting_changed)]
        self.telling = Telling(self.settings)
        self.telling.wanted.connect(self._told)
        self.telling.clicked.connect(self._reveal)
        self._begin()

    def _begin(self) -> None:
        """Make a session and a window for it; nothing is connected yet."""
        self.client = Client(self._endpoint)
        self.session = Session(self.client, unsent=self.profile.home / "unsent")
        self.session.conversations.rule_of = self.settings.own_rule
        self.window = Window(self.theme)
        self.window.side.set_px(self.settings.sidebar_px)
        self.place = Place(self.window, self.settings)
        self.actions = Actions(self)
        self.window.closed.connect(self._window_closed)
        self.window.sidebar_dragged.connect(lambda width: self.settings.set("sidebar_px", width))
        self.session.opened.connect(self._opened)
        self._list_loaded = self.session.conversations.changed.connect(self._listed)
        self.telling.follow(self.session, self.window)

    @property
    def has_tray(self) -> bool:
        """Whether there is a tray to be in."""
        return self.telling.tray.available

    def start(self) -> None:
        """Show the window; find or start the node, after the first steps where there is no identity yet."""
        if self.profile.has_identity():
            self._connect()
        else:
            beginning = Beginning(self.profile, self.node, self.session, self._run)
            first = self.window.ask_first(self.session, beginning.prepare)
            first.created.connect(lambda name: self._first_done(name, ""))
            first.joined.connect(lambda name, title: self._first_done(name, title, joined=True))
            first.offer(self._link)
        if not (self._hidden and self.has_tray):
            self.window.show()

    def quit(self) -> None:
        """End the program."""
        self.closed.set()

    async def stop(self) -> None:
        """Close the window and the connection, and end the node where it was started here."""
        if self.window.isVisible():
            self.place.remember()
        self.window.hide()
        await self.telling.end()
        for end in self._endings:
            end()
        await self._disconnect()
        await self.node.stop()
        # Not left to Python's collector, which would take the widgets apart in any order and at any time.
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    async def reopen(self, *, locked: bool = False) -> None:
        """Begin anew in another window, in the same place: in another language, or with the keys locked."""
        old, was_shown = self.window, self.window.isVisible()
        self.place.remember()
        await self._disconnect()
        if locked:
            await self.node.stop()
            self.node.passphrase = None
        self.telling.leave()
        self._show_last = True
        self._begin()
        self._connect()
        if was_shown:
            self.window.show()
        old.hide()
        old.deleteLater()

    def open_link(self, link: str) -> None:
        """Show the window, and offer to join by a link where one was given."""
        self.window.come_forward()
        if not link.startswith(SCHEME):
            return
        if self.window.first_start is not None:
            self.window.first_start.offer(link)
        elif self.session.conversations.loaded:
            self.window.join(link)
        else:
            self._link = link

    def _told(self, wanted: str) -> None:
        """Do what the tray's menu wants."""
        if wanted == "quit":
            self.quit()
            return
        self.window.come_forward()
        if wanted == "new":
            self.window.new()

    def _reveal(self, conversation_id: str, message_id: str) -> None:
        """Show what a notification told of; behind a lock only what asks for the passphrase."""
        self.window.come_forward()
        if self.session.conversations.get(conversation_id) is None:
            return
        if message_id:
            self.window.reveal(conversation_id, message_id)
        else:
            self.window.open(conversation_id)

    def tell_fault(self) -> None:
        """Say that something went wrong unforeseen, and where it stands."""
        said = QCoreApplication.translate("Desktop", "Something went wrong here. What it was stands in {file}.")
        self.window.say(said.format(file=self.profile.home / FILE))

    # --- the session -------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.window.show_session(self.session)
        self._run()

    def _run(self) -> None:
        if self._connection is None:
            self._connection = spawn(self.client.run(), name="client")

    async def _disconnect(self) -> None:
        if self.window.page is not None:
            self.window.page.keep_draft()
        self.session.reading.tell_rest()  # while there is somebody to tell it to
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.cancel()
            await asyncio.gather(connection, return_exceptions=True)
        self.session.write_down()

    def _listed(self) -> None:
        """Go on where the person was, once the list is there; then offer the link that the program was started with."""
        if not self.session.conversations.loaded or self.window.first_start is not None:
            return
        self._list_loaded()
        last = self.settings.last_conversation
        if self._show_last and last and self.session.open_one is None and self.session.conversations.get(last):
            self.window.open(last)
        self._show_last = False
        assert self.window.sidebar is not None
        rows = self.window.sidebar.list.rows
        rows.fold_all(self.settings.folded)
        rows.folds.connect(lambda keys: self.settings.set("folded", keys))
        link, self._link = self._link, ""
        if link.startswith(SCHEME):
            self.window.join(link)
        then, self._then = self._then, lambda: None
        then()

    def _opened(self) -> None:
        if self.session.open_one is not None:
            self.settings.set("last_conversation", self.session.open_one.id)

    def _window_closed(self) -> None:
        self.place.remember()
        if not (self.has_tray and self.settings.close_to_tray):
            self.quit()

    def _setting_changed(self, name: str) -> None:
        if name == "theme":
            self.theme.use(self.settings.theme)
        elif name == "text_percent":
            self.theme.resize_text(self.settings.text_percent)
        elif name == "conversation_notifications":
            self.session.conversations.refresh_rules()
        elif name == "language":
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            i18n.install(app, self.settings.language)
            spawn(self._speak(), name="language")

    async def _speak(self) -> None:
        self._then = lambda: self.actions.act("settings")
        await self.reopen()

    # --- the first start ---------------------------------------------------------------------------------------------

    def _first_done(self, conversation: str, title: str, *, joined: bool = False) -> None:
        self._link = ""
        self.window.show_session(self.session)
        if joined:
            self.window.welcome(conversation, title)
        else:
            self.window.open(conversation)
        self._listed()

    # --- the node ----------------------------------------------------------------------------------------------------

    async def _endpoint(self) -> Endpoint:
        while True:
            try:
                found = await self.node.endpoint()
            except NodeLocked as locked:
                reason = locked.reason if self.node.passphrase is not None else ""
                self.node.passphrase = await self._ask_passphrase(reason)
            except OSError as error:
                said = QCoreApplication.translate("Desktop", "Your node could not be started: {reason}.")
                raise NodeFailed(said.format(reason=error.strerror or error)) from error
            else:
                self.window.unlocked()
                return found

    async def _ask_passphrase(self, reason: str) -> str:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def given(passphrase: str) -> None:
            if not answer.done():
                answer.set_result(passphrase)

        page = self.window.ask_passphrase(reason)
        page.given.connect(given)
        page.quit.connect(self.quit)
        try:
            return await answer
        finally:
            if isValid(page):
                page.given.disconnect(given)
                page.quit.disconnect(self.quit)

    async def change_passphrase(self, before: str, after: str) -> None:
        """Lock the keys with another passphrase; an empty one is none (ApiError where that is refused)."""
        try:
            await self.node.change_passphrase(before, after)
        except OSError as error:
            raise ApiError(error.strerror or str(error)) from error
