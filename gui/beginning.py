"""The first start behind its pages: keys are made and the node is started before there is a conversation (S60)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from gui.api.errors import NodeFailed
from gui.api.node_process import NodeProcess
from gui.api.profile import Profile
from gui.requests.own_node import rename_me
from gui.session import Session


class Beginning:
    """What `FirstStart` prepares with; it may be asked again, after going back or a failure."""

    def __init__(self, profile: Profile, node: NodeProcess, session: Session, connect: Callable[[], None]) -> None:
        """`connect` keeps the session connected from then on."""
        self._profile = profile
        self._node = node
        self._session = session
        self._connect = connect
        self._made: tuple[str, str] | None = None
        self._preparing = asyncio.Lock()

    async def prepare(self, name: str, passphrase: str, tell: Callable[[str], None]) -> None:
        """Make keys and start the node; after going back, another name or passphrase is taken over."""
        said = QCoreApplication.translate
        async with self._preparing:  # what was cancelled may still be ending
            await self._make_keys(name, passphrase, tell)
        self._node.passphrase = passphrase or None
        tell(said("Desktop", "Starting your node…"))
        await self._until_joined()
        if self._made is not None and self._made[0] != name:
            await rename_me(self._session, name)
            self._made = (name, passphrase)

    async def _make_keys(self, name: str, passphrase: str, tell: Callable[[str], None]) -> None:
        said = QCoreApplication.translate
        try:
            if self._made is None and not self._profile.has_identity():
                tell(said("Desktop", "Making your keys…"))
                self._made = (name, passphrase)
                try:
                    await self._node.make_identity(name, passphrase)
                finally:
                    if not self._profile.has_identity():
                        self._made = None
            elif self._made is not None and self._made[1] != passphrase:
                tell(said("Desktop", "Changing the passphrase…"))
                await self._node.change_passphrase(self._made[1], passphrase)
                self._made = (self._made[0], passphrase)
        except OSError as error:
            reason = said("Desktop", "Your keys could not be made: {reason}.")
            raise NodeFailed(reason.format(reason=error.strerror or error)) from error

    async def _until_joined(self) -> None:
        """Return as soon as the node answers (NodeFailed where it says why it does not)."""
        client = self._session.client
        joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def met() -> None:
            if self._session.identity and not joined.done():
                joined.set_result(None)

        def online(is_online: bool, reason: str) -> None:
            if not is_online and not joined.done():
                joined.set_exception(NodeFailed(reason))

        ends = [self._session.me.connect(met), client.online.connect(online)]
        try:
            self._connect()
            if client.connected:
                met()
            await joined
        finally:
            for end in ends:
                end()
