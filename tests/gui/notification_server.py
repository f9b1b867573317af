"""A small server of notifications on a session bus of its own, written after the specification, for tests alone.

It keeps what it was given, and does what a person would: `click` and `close`.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jeepney import HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusConnection, DBusRouter, Proxy, open_dbus_connection
from jeepney.low_level import Message
from jeepney.wrappers import DBusAddress

from gui.tasks import spawn

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
ADDRESS = DBusAddress(PATH, NAME, NAME)
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><keep_umask/><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>
"""


@dataclass
class Shown:
    """What one call of Notify held."""

    number: int
    program: str
    title: str
    body: str
    actions: list[str]
    hints: dict[str, Any]


@dataclass
class Server:
    """The server's side."""

    connection: DBusConnection
    capabilities: list[str]
    shown: list[Shown] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)

    async def serve(self) -> None:
        """Answer until cancelled."""
        while True:
            message = await self.connection.receive()
            if message.header.message_type == MessageType.method_call:
                await self.connection.send(self._answer(message))

    def _answer(self, message: Message) -> Message:
        match message.header.fields.get(HeaderFields.member), message.body:
            case "GetCapabilities", _:
                return new_method_return(message, "as", (self.capabilities,))
            case "Notify", (program, replaces, _, title, body, actions, hints, _):
                number = replaces or len(self.shown) + 1
                self.shown.append(Shown(number, program, title, body, actions, hints))
                return new_method_return(message, "u", (number,))
            case "CloseNotification", (number,):
                self.closed.append(number)
                return new_method_return(message)
        return new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")

    async def click(self, number: int) -> None:
        """Do what a click does: the server tells the action, and that the notification is gone."""
        await self.connection.send(new_signal(ADDRESS, "ActionInvoked", "us", (number, "default")))
        await self.connection.send(new_signal(ADDRESS, "NotificationClosed", "uu", (number, 2)))


@asynccontextmanager
async def bus(folder: Path) -> AsyncIterator[str]:
    """Start a session bus of its own, and give its address; nobody shows notifications there yet."""
    daemon = shutil.which("dbus-daemon")
    assert daemon is not None
    config = folder / "bus.conf"
    config.write_text(CONFIG)
    line = [daemon, f"--config-file={config}", "--nofork", "--nopidfile", "--print-address"]
    process = await asyncio.create_subprocess_exec(*line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    address = (await asyncio.wait_for(process.stdout.readline(), 10)).decode().strip()
    try:
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def server(*capabilities: str) -> AsyncIterator[Server]:
    """Show notifications on the session bus of the environment."""
    connection = await open_dbus_connection()
    async with DBusRouter(connection) as router:
        await Proxy(message_bus, router).RequestName(NAME)
    found = Server(connection, list(capabilities))
    serving = spawn(found.serve())
    try:
        yield found
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        with suppress(OSError):
            await connection.close()
