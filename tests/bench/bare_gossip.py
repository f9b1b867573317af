"""The limit for live messages: py-libp2p's gossipsub alone, two processes on loopback, the same bytes.

`python -m tests.bench.bare_gossip` is the receiving side; `paced` is the sending one. Times are of the monotonic clock,
which the processes share.
"""

import json
import subprocess
import sys
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio

warnings.simplefilter("ignore")

from libp2p import new_host  # noqa: E402 - its imports warn
from libp2p.abc import IHost  # noqa: E402
from libp2p.network.config import ConnectionConfig  # noqa: E402
from libp2p.peer.peerinfo import info_from_p2p_addr  # noqa: E402
from libp2p.pubsub.gossipsub import PROTOCOL_ID_V11, GossipSub  # noqa: E402
from libp2p.pubsub.pubsub import Pubsub  # noqa: E402
from libp2p.tools.anyio_service import background_trio_service  # noqa: E402
from multiaddr.multiaddr import Multiaddr  # noqa: E402

TOPIC = "bench"
STAMP_BYTES = 8


@asynccontextmanager
async def _running() -> AsyncIterator[tuple[IHost, GossipSub, Pubsub]]:
    """Yield a host with gossipsub, as the library's own examples run it."""
    listen = [Multiaddr("/ip4/127.0.0.1/tcp/0")]
    host = new_host(
        listen_addrs=listen,
        muxer_preference="YAMUX",
        connection_config=ConnectionConfig(max_connections_per_peer=1),
    )
    router = GossipSub(
        protocols=[PROTOCOL_ID_V11],
        degree=6,
        degree_low=4,
        degree_high=12,
        heartbeat_interval=1,
        spam_protection_enabled=False,
    )
    pubsub = Pubsub(host, router)
    async with (
        host.run(listen_addrs=listen),
        background_trio_service(pubsub),
        background_trio_service(router),
    ):
        await pubsub.wait_until_ready()
        yield host, router, pubsub


async def _receive() -> None:
    async with _running() as (host, _, pubsub):
        subscription = await pubsub.subscribe(TOPIC)
        print(json.dumps({"address": str(host.get_addrs()[0])}), flush=True)
        while True:
            message = await subscription.get()
            sent_ns = int.from_bytes(message.data[:STAMP_BYTES], "big")
            print(json.dumps({"ms": (time.monotonic_ns() - sent_ns) / 1e6}), flush=True)


def paced(count: int, *, size_bytes: int, pause_s: float) -> list[float]:
    """Return the milliseconds that each of `count` messages took from publish to the other side's subscription."""
    return trio.run(_paced, count, size_bytes, pause_s)


async def _paced(count: int, size_bytes: int, pause_s: float) -> list[float]:
    receiver = await trio.lowlevel.open_process(
        [sys.executable, "-m", "tests.bench.bare_gossip"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    found: list[float] = []
    try:
        async with _running() as (host, router, pubsub):
            own = await pubsub.subscribe(TOPIC)
            lines = _lines(receiver)
            address = (await anext(lines))["address"]
            await host.connect(info_from_p2p_addr(Multiaddr(address)))
            while not router.mesh.get(TOPIC):
                await trio.sleep(0.05)
            for _ in range(count):
                stamp = time.monotonic_ns().to_bytes(STAMP_BYTES, "big")
                await pubsub.publish(TOPIC, stamp + bytes(size_bytes - STAMP_BYTES))
                with trio.fail_after(5):
                    found.append((await anext(lines))["ms"])
                await own.get()
                await trio.sleep(pause_s)
            receiver.kill()
            await host.close()
    finally:
        receiver.kill()
        with trio.CancelScope(shield=True):
            await receiver.wait()
    return found


async def _lines(process: trio.Process) -> AsyncIterator[dict[str, Any]]:
    assert process.stdout is not None
    buffered = b""
    async for chunk in process.stdout:
        buffered += chunk
        while b"\n" in buffered:
            line, buffered = buffered.split(b"\n", 1)
            yield json.loads(line)


if __name__ == "__main__":
    trio.run(_receive)
