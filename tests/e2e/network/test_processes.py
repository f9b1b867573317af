"""The network between separate processes: one that freezes, one that is killed, one that is found."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from node.network import LinkDown, LinkUp, open_network
from node.network.discovery import discover

LOOPBACK = "/ip4/127.0.0.1/tcp/0"
PROGRAM = """
import trio
from node.network import open_network
from node.network.discovery import discover

async def main():
    async with open_network(seed=b"b" * 32, listen=["/ip4/127.0.0.1/tcp/0"]) as network:
        async with discover(network.peer_id, network.addresses, interfaces=["127.0.0.1"]):
            print(network.peer_id, network.addresses()[0], flush=True)
            await trio.sleep_forever()

trio.run(main)
"""


@asynccontextmanager
async def other_process() -> AsyncIterator[tuple[trio.Process, str, str]]:
    """Run a node in a process of its own; yields the process, its peer id and its address."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    process = await trio.lowlevel.open_process(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        line = b""
        with trio.fail_after(30):
            while not line.endswith(b"\n"):
                line += await process.stdout.receive_some(500)
        peer_id, address = line.decode().split()
        yield process, peer_id, address
    finally:
        os.kill(process.pid, signal.SIGCONT)
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
            await process.stdout.aclose()


@pytest.mark.trio
@pytest.mark.slow
async def test_a_frozen_peer_is_noticed_and_comes_back() -> None:
    async with other_process() as (process, peer_id, address), open_network(seed=b"a" * 32, listen=[]) as network:
        events = network.link_events()
        await network.dial(peer_id, [address])
        assert await events.receive() == LinkUp(peer_id)
        os.kill(process.pid, signal.SIGSTOP)
        frozen = time.monotonic()
        with trio.fail_after(12):
            assert await events.receive() == LinkDown(peer_id)
        print(f"noticed after {time.monotonic() - frozen:.1f} s")
        os.kill(process.pid, signal.SIGCONT)
        await network.dial(peer_id, [address])
        with trio.fail_after(5):
            assert await events.receive() == LinkUp(peer_id)
            assert await network.ping(peer_id) < 5


@pytest.mark.trio
@pytest.mark.slow
async def test_a_killed_peer_is_noticed_at_once_and_a_node_is_found_by_name() -> None:
    async with (
        other_process() as (process, peer_id, address),
        open_network(seed=b"a" * 32, listen=[]) as network,
        discover(network.peer_id, lambda: [LOOPBACK.replace("/0", "/9")], interfaces=["127.0.0.1"]) as nodes,
    ):
        with trio.fail_after(10):
            found = await nodes.receive()
        assert (found.peer_id, found.addresses) == (peer_id, (address.split("/p2p/")[0],))
        events = network.link_events()
        await network.dial(found.peer_id, found.addresses)
        assert await events.receive() == LinkUp(peer_id)
        process.kill()
        with trio.fail_after(2):
            assert await events.receive() == LinkDown(peer_id)
