"""The running desktop: profile, node, session and window, joined together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent

from gui.api.client import Client, Endpoint
from gui.api.errors import ApiError, NodeFailed, NodeLocked
from gui.api.node_process import NodeProcess
from gui.api.profile import Profile
from gui.dialogs.passphrase import PassphraseDialog
from gui.pages.window import Window
from gui.session import Session
from gui.tasks import spawn
from gui.theme.palette import Theme

log = logging.getLogger("gui.desktop")


class Desktop:
    """Everything that runs between the start and the end of the program."""

    def __init__(self, home: Path, theme: Theme, *, command: Sequence[str] | None = None) -> None:
        self.profile = Profile(home)
        self.node = NodeProcess(self.profile, command=command)
        self.client = Client(self._endpoint)
        self.session = Session(self.client)
        self.window = Window(theme)
        self.closed = asyncio.Event()
        self._connection: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Show the window; find or start the node, after asking for a name where there is no identity yet."""
        self.window.closed.connect(self.quit)
        self.window.named.connect(lambda name: spawn(self._make_identity(name), name="init"))
        if self.profile.has_identity():
            self._connect()
        else:
            self.window.ask_name()
        self.window.show()

    def quit(self) -> None:
        """End the program."""
        self.closed.set()

    async def stop(self) -> None:
        """Close the window and the connection, and end the node where it was started here."""
        self.window.hide()
        if self._connection is not None:
            self._connection.cancel()
            await asyncio.gather(self._connection, return_exceptions=True)
        await self.node.stop()
        # Not left to Python's collector, which would take the widgets apart in any order and at any time.
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _connect(self) -> None:
        self.window.show_session(self.session)
        self._connection = spawn(self.client.run(), name="client")

    async def _make_identity(self, name: str) -> None:
        try:
            await self.node.make_identity(name)
        except (NodeFailed, OSError) as error:
            if self.window.first_start is not None:
                reason = error.reason if isinstance(error, ApiError) else str(error)
                self.window.first_start.say(reason)
            return
        self._connect()

    async def _endpoint(self) -> Endpoint:
        while True:
            try:
                return await self.node.endpoint()
            except NodeLocked as locked:
                reason = locked.reason if self.node.passphrase is not None else ""
                self.node.passphrase = await self._ask_passphrase(reason)
            except OSError as error:
                raise NodeFailed(f"Your node could not be started: {error.strerror or error}.") from error

    async def _ask_passphrase(self, reason: str) -> str:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def given(passphrase: str) -> None:
            if not answer.done():
                answer.set_result(passphrase)

        dialog = PassphraseDialog(reason, self.window)
        dialog.given.connect(given)
        dialog.open()
        passphrase = await answer
        if not passphrase:
            self.quit()
            raise NodeFailed("Your profile is locked.")
        return passphrase
