"""Live messages between two nodes: paced latency against bare gossipsub, and a burst of a thousand."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from node.client import Client, connect
from tests.bench.bare_gossip import paced
from tests.bench.processes import NodeProcess, running
from tests.bench.result import Result, at_least, at_most, percentile, told

MESSAGES = 200
PAUSE_S = 0.02
TEXT = "An idea that is long enough to be worth a message. " * 4
FRAME_BYTES = 640
"""What one such message takes on the operations topic: header, signature, padded ciphertext, frame."""
RUNS = 3


def bench_live() -> list[Result]:
    """Latency from `message` on A's channel to the event on B's, and the burst."""
    bare50, bare99, ours50, ours99, rates, arrived = [], [], [], [], [], []
    for _ in range(RUNS):
        bare = paced(MESSAGES, size_bytes=FRAME_BYTES, pause_s=PAUSE_S)
        bare50.append(percentile(bare, 0.50))
        bare99.append(percentile(bare, 0.99))
        latencies, burst = _ours()
        ours50.append(percentile(latencies, 0.50))
        ours99.append(percentile(latencies, 0.99))
        arrived.append(float(burst[0]))
        rates.append(burst[1])
    against = "bare py-libp2p gossipsub, same bytes"
    ours = "message on A to event on B"
    return [
        told("bare gossipsub p50", bare50, "ms"),
        told("bare gossipsub p99", bare99, "ms"),
        at_most(f"{ours}, p50", ours50, "ms", against=f"{against}, p50", limit=sorted(bare50)[1], most=2.0),
        at_most(f"{ours}, p99", ours99, "ms", against=f"{against}, p99", limit=sorted(bare99)[1], most=3.0),
        at_least("burst of 1,000: arrived", arrived, "messages", against="all of them", limit=1000.0, least=1.0),
        told("burst of 1,000: rate until the last is on B", rates, "messages/s"),
    ]


def _ours() -> tuple[list[float], tuple[int, float]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "a", name="Ana") as ana,
        running(Path(folder) / "b", name="Bo") as bo,
    ):
        return trio.run(_talk, ana, bo)


@asynccontextmanager
async def sharing(
    ana: NodeProcess, bo: NodeProcess, *, events_of_host: bool = False
) -> AsyncIterator[tuple[Client, Client, str]]:
    """Yield both nodes' clients in one new conversation without an AI, joined on both; Bo's hears of events."""
    async with connect(ana.home, events=events_of_host) as a, connect(bo.home, events=True) as b:
        await a.join("node")
        await b.join("node")
        made = await a.call("node", "create", {"title": "Bench", "ai": False})
        link = (await a.call("node", "invite", {"conversation": made["id"]}))["link"]
        await b.call("node", "join", {"link": link})
        topic = f"conversation:{made['id']}"
        await a.join(topic)
        await b.join(topic)
        yield a, b, topic


async def _talk(ana: NodeProcess, bo: NodeProcess) -> tuple[list[float], tuple[int, float]]:
    async with sharing(ana, bo) as (a, b, topic):
        events = b.events()

        async def arrival(text: str) -> None:
            while True:
                event = await anext(events)
                if event.topic == topic and event.event == "message" and event.payload["text"] == text:
                    return

        await a.call(topic, "message", {"content": "warm up"})
        await arrival("warm up")
        latencies = []
        for number in range(MESSAGES):
            text = f"{number} {TEXT}"
            began = trio.current_time()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(a.call, topic, "message", {"content": text})
                with trio.fail_after(10):
                    await arrival(text)
                latencies.append((trio.current_time() - began) * 1000)
            await trio.sleep(PAUSE_S)
        return latencies, await _burst(a, topic, events)


async def _burst(a: Client, topic: str, events) -> tuple[int, float]:
    expected = {f"burst {number} {TEXT}" for number in range(1000)}
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        limit = trio.CapacityLimiter(200)

        async def send(text: str) -> None:
            async with limit:
                await a.call(topic, "message", {"content": text})

        for text in sorted(expected):
            nursery.start_soon(send, text)
        seen: set[str] = set()
        with trio.move_on_after(60):
            while seen != expected:
                event = await anext(events)
                if event.topic == topic and event.event == "message":
                    seen |= {event.payload["text"]} & expected
    return len(seen), len(seen) / (trio.current_time() - began)
