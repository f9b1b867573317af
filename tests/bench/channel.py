"""The channel of a node: round trips of ten clients, memory of a thousand idle ones, 500 messages a second."""

import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import trio

from node.client import Client, connect
from tests.bench.bare_echo import bare_echo
from tests.bench.processes import NodeProcess, running
from tests.bench.result import Result, at_least, at_most, percentile, told

Json = dict[str, Any]

CLIENTS = 10
ASKS = 200
"""Of each client, one after the other."""
PAUSES_S = (0.05, 0.0)
"""A client's own pace; and as fast as the node answers.

Ten clients that ask at once again keep ten pushes waiting, and each waits for nine others. What the WebSocket library
takes for that alone, on the same machine with the same client, is measured in the same run.
"""
WARM_UP = 20
ROUND_TRIP_MS = 3.0
IDLE = 1000
IDLE_MB = 150.0
OPENING = 20
"""Idle clients that connect at the same time."""
RATE_PER_S = 500.0
FLOW_S = 10
"""How long messages are sent; on a machine that keeps up, also how long they take."""
TEXT = "An idea that is long enough to be worth a message. " * 2
RATES = "[limits]\nmessages_at_once = 100000\nmessages_per_s = 100000\n"


def bench_channel() -> list[Result]:
    """One node on loopback, its rate limit raised; the clients in this process."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "a"
        home.mkdir()
        (home / "config.toml").write_text(RATES, encoding="utf-8")
        with running(home, name="Ana") as ana:
            bare = Path(folder) / "bare"
            bare.mkdir()
            with bare_echo(bare):
                bare_ms = trio.run(_bare, bare)
            return trio.run(_measure, ana, bare_ms)


async def _bare(home: Path) -> float:
    """Return the median of the library alone, in ms."""
    return percentile(await _round_trips(home, "conversation:bare", "read", {"id": "0" * 64}, pause_s=0.0), 0.50)


async def _measure(ana: NodeProcess, bare_ms: float) -> list[Result]:
    async with connect(ana.home) as client:
        await client.join("node")
        topic = f"conversation:{(await client.call('node', 'create', {'title': 'Bench', 'ai': False}))['id']}"
        await client.join(topic)
        last = await client.call(topic, "message", {"content": TEXT})
    asks = {"read": {"id": last["id"]}, "history": {"limit": 1}}
    name = f"the WebSocket library alone, {CLIENTS} clients, {_pace(0.0)}: p50"
    rows = [told(name, [bare_ms], "ms", against=f"{ROUND_TRIP_MS:g} ms", limit=ROUND_TRIP_MS)]
    for event, payload in asks.items():
        for pause_s in PAUSES_S:
            before_s = ana.cpu_s()
            took_ms = await _round_trips(ana.home, topic, event, payload, pause_s=pause_s)
            cpu_ms = (ana.cpu_s() - before_s) * 1000 / (CLIENTS * (ASKS + WARM_UP))
            name = f"`{event}` and its reply, {CLIENTS} clients, {_pace(pause_s)}"
            rows += _as_rows(name, took_ms, cpu_ms)
            if not pause_s:
                median_ms = [percentile(took_ms, 0.50)]
                rows.append(told(f"{name}: beside the library alone", median_ms, "ms", against="bare", limit=bare_ms))
    return [*rows, *await _idle(ana, topic), *await _flow(ana, topic)]


def _pace(pause_s: float) -> str:
    return f"each every {pause_s * 1000:g} ms" if pause_s else "each at once again"


def _as_rows(name: str, took_ms: list[float], cpu_ms: float) -> list[Result]:
    against, limit = f"{ROUND_TRIP_MS:g} ms", ROUND_TRIP_MS
    return [
        at_most(f"{name}: p50", [percentile(took_ms, 0.50)], "ms", against=against, limit=limit, most=1.0),
        told(f"{name}: p99", [percentile(took_ms, 0.99)], "ms"),
        told(f"{name}: CPU of the node for one", [cpu_ms], "ms"),
    ]


async def _round_trips(home: Path, topic: str, event: str, payload: Json, *, pause_s: float) -> list[float]:
    """Return how long each push took until its reply, in ms."""
    took_ms: list[float] = []

    async def ask(client: Client, number: int) -> None:
        await trio.sleep(pause_s * number / CLIENTS)
        for asked in range(WARM_UP + ASKS):
            began_s = trio.current_time()
            await client.call(topic, event, payload)
            ended_s = trio.current_time()
            if asked >= WARM_UP:
                took_ms.append((ended_s - began_s) * 1000)
            await trio.sleep(max(0.0, pause_s - (ended_s - began_s)))

    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connect(home)) for _ in range(CLIENTS)]
        for client in clients:
            await client.join(topic)
        async with trio.open_nursery() as nursery:
            for number, client in enumerate(clients):
                nursery.start_soon(ask, client, number)
    return took_ms


async def _idle(ana: NodeProcess, topic: str) -> list[Result]:
    """Return what a thousand clients add to the node: each joined `node` and a conversation, and does nothing."""
    before = ana.rss_bytes()
    opened, done = trio.open_memory_channel[None](IDLE)
    places = trio.CapacityLimiter(OPENING)

    async def stay() -> None:
        async with AsyncExitStack() as stack:
            async with places:
                client = await stack.enter_async_context(connect(ana.home))
                await client.join("node")
                await client.join(topic)
            opened.send_nowait(None)
            await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        for _ in range(IDLE):
            nursery.start_soon(stay)
        for _ in range(IDLE):
            await done.receive()
        used = (ana.rss_bytes() - before) / 1e6
        nursery.cancel_scope.cancel()
    name = f"{IDLE:,} idle clients: memory of the node beyond that before"
    return [at_most(name, [used], "MB RSS", against=f"{IDLE_MB:g} MB", limit=IDLE_MB, most=1.0)]


async def _flow(ana: NodeProcess, topic: str) -> list[Result]:
    """Return whether messages sent at a steady rate on one channel are all stored, and all told to another client."""
    count = int(RATE_PER_S * FLOW_S)
    expected = {f"{number} {TEXT}" for number in range(count)}
    told_to: set[str] = set()
    stored: list[float] = []
    async with connect(ana.home) as writer, connect(ana.home, events=True) as reader:
        await writer.join(topic)
        await reader.join(topic)

        async def hear() -> None:
            while told_to != expected:
                event = await reader.next_event()
                if event.event == "message":
                    told_to.update({event.payload["text"]} & expected)

        async def send(text: str) -> None:
            await writer.call(topic, "message", {"content": text})
            stored.append(trio.current_time())

        began_s, cpu_s = trio.current_time(), ana.cpu_s()
        with trio.move_on_after(FLOW_S * 6):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(hear)
                for number in range(count):
                    await trio.sleep_until(began_s + number / RATE_PER_S)
                    nursery.start_soon(send, f"{number} {TEXT}")
        took_s, cpu_ms = max(stored) - began_s, (ana.cpu_s() - cpu_s) * 1000 / count
        name = f"{count:,} messages on one channel, {RATE_PER_S:g} a second"
        return [
            at_least(f"{name}: stored", [float(len(stored))], "", against="all", limit=count, least=1.0),
            at_least(f"{name}: told to another", [float(len(told_to))], "", against="all", limit=count, least=1.0),
            at_least(
                f"{name}: rate until the last is stored",
                [len(stored) / took_s],
                "messages/s",
                against=f"{RATE_PER_S:g}/s",
                limit=RATE_PER_S,
                least=0.98,
            ),
            at_most(
                f"{name}: CPU of the node for one", [cpu_ms], "ms", against="2 ms", limit=1000 / RATE_PER_S, most=1.0
            ),
        ]
