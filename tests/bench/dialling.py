"""Dialling a known peer, against 20 ms."""

import time

import trio

from node.network import open_network
from tests.bench.result import Result, at_most

DIALS = 20
LIMIT_MS = 20.0
LOOPBACK = "/ip4/127.0.0.1/tcp/0"


def bench_dialling() -> list[Result]:
    """From the call of `dial` until the connection is up, Noise and Yamux included; both ends in one process."""
    found = trio.run(_dials)
    return [at_most("dialling a known peer", found, "ms", against="20 ms", limit=LIMIT_MS, most=1.0)]


async def _dials() -> list[float]:
    found = []
    async with open_network(seed=bytes(32), listen=[LOOPBACK]) as one:
        for number in range(DIALS):
            async with open_network(seed=bytes([number + 1]) * 32, listen=[LOOPBACK]) as two:
                began_s = time.perf_counter()
                await two.dial(one.peer_id, one.addresses())
                found.append((time.perf_counter() - began_s) * 1000)
    return found
