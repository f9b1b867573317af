"""A conversation of 10,000 messages: a fresh peer fetches it; a node that holds it starts; and then idles."""

import os
import tempfile
import time
from pathlib import Path

import trio
from nacl.signing import SigningKey

from node.client import connect
from node.clock import Clock
from node.conversations.events import Events
from node.conversations.library import Library
from node.profile import DATABASE, create_profile, open_profile
from node.store.database import open_database
from protocol.bodies.content import Message
from tests.bench.live import TEXT
from tests.bench.processes import NodeProcess, running
from tests.bench.result import Result, at_most, told

MESSAGES = 10_000
STARTS = 3
IDLE_S = float(os.environ.get("BENCH_IDLE_S", "60"))


def bench_catching_up() -> list[Result]:
    """Cold sync, start to ready, idle CPU and memory."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "a"
        conversation = _filled(home)
        with running(home) as ana, running(Path(folder) / "b", name="Bo") as bo:
            results = trio.run(_sync, ana, bo, conversation)
            results += _idle(bo)
        starts = []
        for _ in range(STARTS):
            with running(home) as ana:
                starts.append(ana.ready_s)
        most = at_most("start to ready, 10,000 messages", starts, "s", against="2 s", limit=2.0, most=1.0)
        return [*results, most]


def _filled(home: Path) -> str:
    """Return the id of a new conversation with 10,000 messages in the profile `home`."""
    create_profile(home, "Ana", None)
    database = open_database(home / DATABASE)
    library = Library(database, profile=open_profile(home, passphrase=None), clock=Clock(), events=Events())
    conversation = library.create(title="Ten thousand", description="")
    for number in range(MESSAGES):
        conversation.write(Message(f"{number} {TEXT}"))
    database.close()
    return conversation.name


async def _sync(ana: NodeProcess, bo: NodeProcess, conversation: str) -> list[Result]:
    async with connect(ana.home) as a, connect(bo.home) as b:
        await a.join("node")
        await b.join("node")
        link = (await a.call("node", "invite", {"conversation": conversation}))["link"]
        ops = (await a.call("node", "show", {"conversation": conversation}))["ops"]
        before = ana.cpu_s() + bo.cpu_s()
        began_s = time.perf_counter()
        await b.call("node", "join", {"link": link})
        joined_s = time.perf_counter() - began_s
        with trio.fail_after(120):
            while (await b.call("node", "peers"))["peers"][0]["in_sync"] is False:
                await trio.sleep(0.02)
        took_s = time.perf_counter() - began_s
        cpu_ms = (ana.cpu_s() + bo.cpu_s() - before) * 1000
        with trio.fail_after(30):  # what the join itself wrote is still being exchanged
            while True:
                one = await a.call("node", "show", {"conversation": conversation})
                two = await b.call("node", "show", {"conversation": conversation})
                if one["state_hash"] == two["state_hash"]:
                    break
        assert two["ops"] >= ops
    rate = ops / took_s
    return [
        told("join until the title is there, 10,000 messages", [joined_s], "s"),
        told("cold sync, 10,000 messages", [rate], "ops/s", against="Ed25519 verify, one core", limit=_verify_rate()),
        told("cold sync, CPU of both peers", [cpu_ms / ops], "ms/op"),
    ]


def _verify_rate() -> float:
    """Return Ed25519 verifications of 400 bytes per second on one core."""
    key = SigningKey(bytes(32))
    signed = key.sign(bytes(400))
    began_s = time.process_time()
    for _ in range(3000):
        key.verify_key.verify(signed)
    return 3000 / (time.process_time() - began_s)


def _idle(node: NodeProcess) -> list[Result]:
    before = node.cpu_s()
    time.sleep(IDLE_S)
    share = (node.cpu_s() - before) / IDLE_S * 100
    resident = node.rss_bytes() / 1e6
    return [
        at_most(f"idle node, one peer, over {IDLE_S:g} s", [share], "% CPU", against="1 %", limit=1.0, most=1.0),
        at_most("idle node, 10,000 messages", [resident], "MB RSS", against="150 MB", limit=150.0, most=1.0),
    ]
