"""Real hosts on loopback, and a proxy between them that can fall silent."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest
import trio

from node.network import Network, open_network

LOOPBACK = "/ip4/127.0.0.1/tcp/0"


async def until(condition: Callable[[], bool], *, within_s: float = 5) -> None:
    """Wait for a condition that no event announces."""
    with trio.fail_after(within_s):
        while not condition():
            await trio.sleep(0.005)


@asynccontextmanager
async def open_pair() -> AsyncIterator[tuple[Network, Network]]:
    async with (
        open_network(seed=b"a" * 32, listen=[LOOPBACK]) as one,
        open_network(seed=b"b" * 32, listen=[LOOPBACK]) as two,
    ):
        yield one, two


@dataclass
class Proxy:
    """Carries bytes to a port until told to fall silent; then it reads nothing more and keeps every socket open."""

    address: str = ""
    silent: bool = False

    async def carry(self, target_port: int, client: trio.SocketStream) -> None:
        async with await trio.open_tcp_stream("127.0.0.1", target_port) as server, trio.open_nursery() as nursery:
            nursery.start_soon(self.pump, client, server)
            nursery.start_soon(self.pump, server, client)

    async def pump(self, source: trio.SocketStream, sink: trio.SocketStream) -> None:
        try:
            while data := await source.receive_some():
                if self.silent:
                    await trio.sleep_forever()
                await sink.send_all(data)
            await sink.aclose()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return


@asynccontextmanager
async def open_proxy(target: str) -> AsyncIterator[Proxy]:
    port = int(target.split("/")[4])
    proxy = Proxy()
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, partial(proxy.carry, port), 0, host="127.0.0.1"))
        proxy.address = f"/ip4/127.0.0.1/tcp/{listeners[0].socket.getsockname()[1]}"
        yield proxy
        nursery.cancel_scope.cancel()


@pytest.fixture
def pair() -> Callable[[], AbstractAsyncContextManager[tuple[Network, Network]]]:
    return open_pair


@pytest.fixture
def proxied() -> Callable[[str], AbstractAsyncContextManager[Proxy]]:
    return open_proxy


@pytest.fixture
def eventually() -> Callable[..., Awaitable[None]]:
    return until
