"""The service manager that started the node, where it is systemd: told when the node is ready, alive, and going down.

The protocol (sd_notify(3)): datagrams of `NAME=value` lines to the socket in NOTIFY_SOCKET; WATCHDOG_USEC says how
often a sign of life is due. Without the first nothing is sent.
"""

import os
import socket
from collections.abc import Mapping
from logging import getLogger
from typing import Final

import trio

log = getLogger("node.daemon")

READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"
ALIVE: Final = "WATCHDOG=1"
SHARE: Final = 3
"""Signs of life in each interval, so that one may be late."""


class ServiceManager:
    """Whoever is to be told how the node fares."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Find out from the environment variables whom to tell, and how often."""
        path = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        interval_us, process = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
        is_meant = not process or process == str(os.getpid())
        self.interval_s = int(interval_us) / 1e6 if interval_us.isdecimal() and is_meant else 0.0

    def tell(self, *lines: str) -> None:
        """Send these lines, if anybody wants them; what cannot be sent is logged and lost."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
                channel.setblocking(False)
                channel.sendto("\n".join(lines).encode(), self._address)
        except (OSError, AttributeError) as error:  # the latter: no such sockets on this system
            log.warning("the service manager cannot be told error=%s", error)

    async def keep_alive(self) -> None:
        """Give signs of life until cancelled; they stop when the event loop hangs, and the node is started again."""
        if not self._address or self.interval_s <= 0:
            return
        while True:
            self.tell(ALIVE)
            await trio.sleep(self.interval_s / SHARE)
