"""The bare limit as a peer: entries of bare_entry.py from one SQLite file to another over a py-libp2p stream.

`python -m tests.bench.rivals.bare_peer every|last writer|reader FOLDER`, driven like the other rivals (see peer.py).
"""

import json
import os
import sys
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgpack
import trio

warnings.simplefilter("ignore")

from libp2p import new_host  # noqa: E402 - its imports warn
from libp2p.abc import IHost, INetStream  # noqa: E402
from libp2p.custom_types import TProtocol  # noqa: E402
from libp2p.network.config import ConnectionConfig  # noqa: E402
from libp2p.network.stream.exceptions import StreamError  # noqa: E402
from libp2p.peer.peerinfo import info_from_p2p_addr  # noqa: E402
from multiaddr.multiaddr import Multiaddr  # noqa: E402

from tests.bench.rivals.bare_entry import Author, Checker, Row, Table, now_ms  # noqa: E402

FETCH = TProtocol("/rivals/fetch/1")
LIVE = TProtocol("/rivals/live/1")
LISTEN = [Multiaddr("/ip4/127.0.0.1/tcp/0")]
BATCH = 250
READ_BYTES = 1 << 18
CHECKPOINT_EVERY = 100

Commands = dict[str, Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]]


class Framed:
    """A stream cut into frames: four bytes of length, then that many."""

    def __init__(self, stream: INetStream) -> None:
        self._stream = stream
        self._held = bytearray()

    async def send(self, frame: bytes) -> None:
        await self._stream.write(len(frame).to_bytes(4, "big") + frame)

    async def receive(self) -> bytes:
        """Return the next frame; EOFError when the stream has ended."""
        size = int.from_bytes(await self._exactly(4), "big")
        return await self._exactly(size)

    async def _exactly(self, size: int) -> bytes:
        while len(self._held) < size:
            chunk = await self._stream.read(READ_BYTES)
            if not chunk:
                raise EOFError
            self._held += chunk
        found = bytes(self._held[:size])
        del self._held[:size]
        return found


class Writer:
    """Adds entries, one transaction each, and serves them."""

    def __init__(self, table: Table, content_key: bytes) -> None:
        self._table = table
        self._author = Author(content_key)
        self._listeners: list[Framed] = []
        self.public = self._author.public

    async def append(self, wanted: dict[str, Any]) -> dict[str, Any]:
        began_ms = now_ms()
        for number in range(wanted["count"]):
            if number % CHECKPOINT_EVERY == 0:
                await trio.lowlevel.checkpoint()
            row = self._author.write()
            self._table.add([row])
            for listener in self._listeners:
                await listener.send(msgpack.packb([row[1]]))
            if wanted.get("pause_ms"):
                await trio.sleep(wanted["pause_ms"] / 1000)
        return {"began_ms": began_ms, "ended_ms": now_ms()}

    async def serve_fetch(self, stream: INetStream) -> None:
        framed = Framed(stream)
        count = int.from_bytes(await framed.receive(), "big")
        for start in range(0, count, BATCH):
            await framed.send(msgpack.packb(self._table.packed(start, min(BATCH, count - start))))

    async def serve_live(self, stream: INetStream) -> None:
        framed = Framed(stream)
        self._listeners.append(framed)
        await framed.send(b"")
        await trio.sleep_forever()


class Reader:
    """Fetches a log into its own table, and follows it."""

    def __init__(self, host: IHost, table: Table, nursery: trio.Nursery, *, every_signature: bool) -> None:
        self._host = host
        self._table = table
        self._nursery = nursery
        self._every_signature = every_signature
        self._arrived: list[tuple[float, float]] = []
        self._more = trio.Event()

    async def fetch(self, wanted: dict[str, Any]) -> dict[str, Any]:
        meeting = wanted["from"]
        checker = Checker(bytes.fromhex(meeting["author"]), bytes.fromhex(meeting["content_key"]))
        began_ms = now_ms()
        peer = info_from_p2p_addr(Multiaddr(meeting["address"]))
        await self._host.connect(peer)
        connected_ms = now_ms()
        framed = Framed(await self._host.new_stream(peer.peer_id, [FETCH]))
        await framed.send(wanted["count"].to_bytes(4, "big"))
        while self._table.count < wanted["count"]:
            batch = msgpack.unpackb(await framed.receive())
            self._table.add(checker.take(batch, every_signature=self._every_signature))
        ended_ms = now_ms()
        followed = Framed(await self._host.new_stream(peer.peer_id, [LIVE]))
        await followed.send(b"")
        await followed.receive()
        self._nursery.start_soon(self._follow, followed, checker)
        return {"began_ms": began_ms, "connected_ms": connected_ms, "ended_ms": ended_ms}

    async def count(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return {"entries": self._table.readable()}

    async def arrivals(self, wanted: dict[str, Any]) -> dict[str, Any]:
        with trio.move_on_after(wanted["wait_s"]):
            while len(self._arrived) < wanted["count"]:
                await self._more.wait()
        taken, self._arrived = self._arrived, []
        last_ms = taken[-1][0] if taken else 0.0
        return {"arrived": len(taken), "latencies_ms": [late_ms for _, late_ms in taken], "last_ms": last_ms}

    async def _follow(self, framed: Framed, checker: Checker) -> None:
        while True:
            rows: list[Row] = checker.take(msgpack.unpackb(await framed.receive()), every_signature=True)
            self._table.add(rows)
            arrived_ms = now_ms()
            self._arrived += [(arrived_ms, arrived_ms - row[3]) for row in rows]
            self._more.set()
            self._more = trio.Event()


@asynccontextmanager
async def _host() -> AsyncIterator[IHost]:
    host = new_host(
        listen_addrs=LISTEN,
        muxer_preference="YAMUX",
        connection_config=ConnectionConfig(max_connections_per_peer=1),
    )
    async with host.run(listen_addrs=LISTEN):
        yield host


async def _serve(meeting: dict[str, Any], commands: Commands) -> None:
    """Say how to be met, then answer commands until the input ends, and give up the one under way then."""
    print(json.dumps({"ready": meeting}), flush=True)
    incoming, wanted_commands = trio.open_memory_channel[dict[str, Any]](8)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_read_commands, incoming, nursery.cancel_scope)
        async for wanted in wanted_commands:
            print(json.dumps(await commands[wanted["do"]](wanted)), flush=True)


async def _read_commands(incoming: trio.MemorySendChannel[dict[str, Any]], until_input_ends: trio.CancelScope) -> None:
    async with trio.lowlevel.FdStream(os.dup(0)) as lines:
        held = b""
        async for chunk in lines:
            held += chunk
            while b"\n" in held:
                line, _, held = held.partition(b"\n")
                await incoming.send(json.loads(line))
    until_input_ends.cancel()


async def _run(every_signature: bool, role: str, table: Table) -> None:
    async with _host() as host, trio.open_nursery() as nursery:
        if role == "writer":
            content_key = os.urandom(32)
            writer = Writer(table, content_key)
            host.set_stream_handler(FETCH, _until_gone(writer.serve_fetch))
            host.set_stream_handler(LIVE, _until_gone(writer.serve_live))
            address = str(host.get_addrs()[0])
            meeting = {"address": address, "author": writer.public.hex(), "content_key": content_key.hex()}
            await _serve(meeting, {"append": writer.append})
        else:
            reader = Reader(host, table, nursery, every_signature=every_signature)
            await _serve({}, {"fetch": reader.fetch, "count": reader.count, "arrivals": reader.arrivals})
        nursery.cancel_scope.cancel()


def _until_gone(serve: Callable[[INetStream], Awaitable[None]]) -> Callable[[INetStream], Awaitable[None]]:
    """Return the handler, which ends quietly when the other side goes."""

    async def handler(stream: INetStream) -> None:
        try:
            await serve(stream)
        except (EOFError, StreamError):
            return

    return handler


if __name__ == "__main__":
    FOLDER = Path(sys.argv[3])
    FOLDER.mkdir()
    TABLE = Table(FOLDER / "entries.db")
    trio.run(_run, sys.argv[1] == "every", sys.argv[2], TABLE)
    TABLE.close()
