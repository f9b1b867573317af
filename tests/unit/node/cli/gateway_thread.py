"""A gateway with literal data in a thread of its own, so that the command line can run beside it."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trio

from tests.unit.node.gateway.fake_backend import FakeBackend, serving, write_profile


class GatewayThread:
    """Serves a profile's folder between `start` and `stop`; may be started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.backend = FakeBackend()

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=trio.run, args=(self._run, ready))
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        self.call(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function in the gateway's thread."""
        return trio.from_thread.run_sync(function, *args, trio_token=self._token)

    async def _run(self, ready: threading.Event) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._stop = trio.Event()
        async with serving(self.backend) as gateway:
            write_profile(self.home, gateway)
            ready.set()
            await self._stop.wait()
        (self.home / "api.json").unlink()
