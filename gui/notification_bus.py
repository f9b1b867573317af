"""The notifications of a Linux desktop, over its session bus (org.freedesktop.Notifications, specification 1.2).

The bus is spoken to when the first notification is to be shown, and not before.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from gui.observe import Signal
from gui.tasks import spawn

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.asyncio import DBusConnection, DBusRouter

log = logging.getLogger("gui.notifications")

NAME: Final = "org.freedesktop.Notifications"
PATH: Final = "/org/freedesktop/Notifications"
ANSWER_S: Final = 5.0
MOST_SHOWN: Final = 100
"""So many are remembered for a click."""


class NotificationBus:
    """Shows notifications, each with a key of ours.

    Signals:
        clicked: key of the notification that was clicked.
    """

    def __init__(self) -> None:
        self.clicked: Signal[str] = Signal()
        self._keys: dict[int, str] = {}
        self._one_by_one = asyncio.Lock()
        self._connection: DBusConnection | None = None
        self._router: DBusRouter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._reads_markup = False

    @staticmethod
    def is_there() -> bool:
        """Tell whether this system has a session bus; whether somebody shows notifications is known when one is."""
        return sys.platform == "linux" and bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))

    async def show(self, title: str, body: str, key: str, *, action: str) -> bool:
        """Show plain text; False where nobody does.

        Args:
            title: one line.
            body: what stands below it.
            key: what `clicked` tells.
            action: what a click does, for a server that shows it as a button.
        """
        async with self._one_by_one:
            return await self._show(title, body, key, action)

    async def _show(self, title: str, body: str, key: str, action: str) -> bool:
        try:
            await self._open()
            words = _escaped(body) if self._reads_markup else body
            hints = {"desktop-entry": ("s", "peer2peer"), "category": ("s", "im.received")}
            values = ("Peer2Peer", 0, "peer2peer", title, words, ["default", action], hints, -1)
            number = (await self._call("Notify", "susssasa{sv}i", values))[0]
        except (OSError, EOFError, KeyError, ValueError, TimeoutError) as error:
            log.info("no notification shown cause=%s", type(error).__name__)
            await self.end()
            return False
        self._keys[int(number)] = key
        while len(self._keys) > MOST_SHOWN:
            del self._keys[next(iter(self._keys))]
        return True

    async def withdraw(self) -> None:
        """Take away what is shown, also what is just being shown."""
        async with self._one_by_one:
            numbers = list(self._keys)
            self._keys.clear()
            for number in numbers:
                with contextlib.suppress(OSError, EOFError, TimeoutError):
                    await self._call("CloseNotification", "u", (number,))

    async def end(self) -> None:
        """Leave the bus; what is shown stays."""
        self._keys.clear()
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        router, self._router = self._router, None
        connection, self._connection = self._connection, None
        if router is not None:
            with contextlib.suppress(OSError, EOFError):
                await router.__aexit__(None, None, None)
        if connection is not None:
            with contextlib.suppress(OSError):
                await connection.close()

    async def _open(self) -> None:
        from jeepney import MatchRule
        from jeepney.bus_messages import message_bus
        from jeepney.io.asyncio import DBusRouter, Proxy, open_dbus_connection

        if self._listening is not None:
            return
        await self.end()
        async with asyncio.timeout(ANSWER_S):
            self._connection = await open_dbus_connection()
            self._router = DBusRouter(self._connection)
            able = (await self._call("GetCapabilities", "", ()))[0]
            self._reads_markup = "body-markup" in able
            rule = MatchRule(type="signal", interface=NAME, path=PATH)
            queue: asyncio.Queue[Message] = asyncio.Queue()
            self._filter = self._router.filter(rule, queue=queue)
            await Proxy(message_bus, self._router).AddMatch(rule)
        self._listening = spawn(self._listen(queue), name="notifications")

    async def _call(self, method: str, signature: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return what a method returns (OSError: the bus is gone, or says that there is no such service)."""
        from jeepney import DBusAddress, DBusErrorResponse, new_method_call
        from jeepney.io.common import RouterClosed
        from jeepney.wrappers import unwrap_msg

        if self._router is None:
            raise ConnectionError("not connected")
        message = new_method_call(DBusAddress(PATH, NAME, NAME), method, signature, values)
        try:
            async with asyncio.timeout(ANSWER_S):
                return tuple(unwrap_msg(await self._router.send_and_get_reply(message)))
        except (DBusErrorResponse, RouterClosed) as error:
            raise ConnectionError(type(error).__name__) from error

    async def _listen(self, queue: asyncio.Queue[Message]) -> None:
        from jeepney import HeaderFields

        with self._filter:
            while True:
                message = await queue.get()
                self._heard(str(message.header.fields.get(HeaderFields.member)), message.body)

    def _heard(self, signal: str, body: Any) -> None:
        match signal, body:
            case "ActionInvoked", (int() as number, str()) if number in self._keys:
                self.clicked.emit(self._keys[number])
            case "NotificationClosed", (int() as number, *_):
                self._keys.pop(number, None)


def _escaped(text: str) -> str:
    """Return plain text for a server that reads markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
