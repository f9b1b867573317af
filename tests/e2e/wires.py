"""The wires between nodes, and to a server, as a test lays them: they can be cut, and all that passes is recorded.

Each node listens on a port that nobody is told, and announces the port of a relay before it. So whatever the nodes say
to each other goes through here, and none finds a way around a cut. Who calls is known by the process that holds the
other end.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import trio

from tests.e2e.nodes import Node, Nodes

LOOPBACK = "127.0.0.1"


class Wires:
    """Relays before nodes, which are named like the folders of their profiles; made by `laid`.

    Attributes:
        passed: every byte that one node sent another, in the order of arrival at the relays.
    """

    def __init__(self, nursery: trio.Nursery) -> None:
        self.passed = bytearray()
        self._nursery = nursery
        self._nodes: dict[str, Node] = {}
        self._ports: dict[str, int] = {}
        self._open: dict[trio.CancelScope, frozenset[str]] = {}
        self._sides: tuple[frozenset[str], ...] = ()

    async def start(self, nodes: Nodes, home: Path, **options: Any) -> Node:
        """Start a node behind a relay; the others reach it only there."""
        serve = partial(trio.serve_tcp, partial(self._carry, home.name), 0, host=LOOPBACK)
        [listener] = await self._nursery.start(serve)
        address = f"/ip4/{LOOPBACK}/tcp/{listener.socket.getsockname()[1]}"
        node = await nodes.start_beside(home, "--announce", address, **options)
        assert node.listen == address
        self._nodes[home.name] = node
        self._ports[home.name] = _listening(node)
        return node

    def cut(self, *sides: set[str]) -> None:
        """Let nothing pass between nodes of different sides, until mended."""
        self._sides = tuple(map(frozenset, sides))
        for scope, ends in self._open.items():
            if not self._may_talk(ends):
                scope.cancel()

    def mend(self) -> None:
        self._sides = ()

    def _may_talk(self, ends: frozenset[str]) -> bool:
        return not self._sides or any(ends <= side for side in self._sides)

    async def _carry(self, called: str, near: trio.SocketStream) -> None:
        """Carry one connection to its end, or to a cut."""
        async with near:
            caller = await trio.to_thread.run_sync(self._caller, near.socket.getpeername()[1])
            ends = frozenset({called, caller})
            if called not in self._ports or not caller or not self._may_talk(ends):
                return
            with trio.CancelScope() as scope:
                self._open[scope] = ends
                try:
                    far = await trio.open_tcp_stream(LOOPBACK, self._ports[called])
                    async with far, trio.open_nursery() as nursery:
                        nursery.start_soon(_pump, near, far, self.passed)
                        nursery.start_soon(_pump, far, near, self.passed)
                except OSError:
                    return
                finally:
                    del self._open[scope]

    def _caller(self, port: int) -> str:
        """Return whose connection comes from this port; empty where it is gone already."""
        for name, node in self._nodes.items():
            if any(each.laddr.port == port for each in _sockets(node) if each.laddr):
                return name
        return ""


@dataclass
class Tap:
    """A wire to a server.

    Attributes:
        port: where it begins.
        asked: every byte that went to the server.
        answered: every byte that came back.
        is_cut: it takes no connection any more.
    """

    port: int = 0
    asked: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)
    is_cut: bool = False

    async def carry(self, target: int, near: trio.SocketStream) -> None:
        async with near:
            if self.is_cut:
                return
            async with await trio.open_tcp_stream(LOOPBACK, target) as far, trio.open_nursery() as nursery:
                nursery.start_soon(_pump, near, far, self.asked)
                nursery.start_soon(_pump, far, near, self.answered)


@asynccontextmanager
async def tapped(target: int) -> AsyncIterator[Tap]:
    """Yield a wire to this port of loopback."""
    tap = Tap()
    async with trio.open_nursery() as nursery:
        [listener] = await nursery.start(partial(trio.serve_tcp, partial(tap.carry, target), 0, host=LOOPBACK))
        tap.port = listener.socket.getsockname()[1]
        yield tap
        nursery.cancel_scope.cancel()


async def _pump(source: trio.SocketStream, sink: trio.SocketStream, record: bytearray) -> None:
    try:
        while data := await source.receive_some():
            record += data
            await sink.send_all(data)
        await sink.send_eof()
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        await source.aclose()
        await sink.aclose()


def _sockets(node: Node) -> list[Any]:
    try:
        return psutil.Process(node.process.pid).net_connections("tcp")
    except psutil.NoSuchProcess:
        return []


def _listening(node: Node) -> int:
    """Return the port on which a node listens for others."""
    channel = int(node.api.rpartition(":")[2])
    ports = {each.laddr.port for each in _sockets(node) if each.status == psutil.CONN_LISTEN}
    [port] = ports - {channel}
    return int(port)


@asynccontextmanager
async def laid() -> AsyncIterator[Wires]:
    """Yield wires without a node on them; they are gone after the block."""
    async with trio.open_nursery() as nursery:
        yield Wires(nursery)
        nursery.cancel_scope.cancel()
