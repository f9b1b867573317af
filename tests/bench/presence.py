"""What presence costs: 200 people in one conversation, and a node with 50 idle conversations."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from secrets import token_bytes
from time import process_time

import trio
from libp2p.pubsub.pb import rpc_pb2

from node.client import connect
from node.network import open_network
from protocol import limits
from protocol.bodies.signals import Heartbeat, State
from protocol.ephemeral import Ear, Mouth, looks_sound
from protocol.presence import Attendance
from protocol.pulse import Pulse, interval_s
from tests.bench.processes import NodeProcess, running
from tests.bench.result import Result, at_most, told
from tests.builders import START_MS, Talk

SPAN_S = 600
"""Of the life of one node among 200, in virtual seconds."""
FRAMES = 1000
CONVERSATIONS = 50
SETTLE_S = 20.0
IDLE_S = 120.0
"""The longest time between two syncs of a conversation, which have their share in this too."""


def bench_presence() -> list[Result]:
    """200 people, the network's share of one frame, and idle nodes."""
    return [*_large(), *_through_libp2p(), *_idle()]


# --- one node among 200 ----------------------------------------------------------------------------------------------


def _large() -> list[Result]:
    names = [f"p{number}" for number in range(limits.MEMBERS)]
    talk = Talk(*names, title="")
    pause_s = interval_s(len(names), is_met=False)
    said, frames = _said(talk, names[1:], pause_s)
    heard_s, count = _heard(talk, frames)
    size = len(frames[0][2])
    per_s = count / SPAN_S
    own_s = said / len(frames)
    share = (heard_s / SPAN_S + own_s / pause_s) * 100
    sent = 1 / pause_s
    return [
        told("200 people: interval between two heartbeats of one", [pause_s], "s"),
        told("200 people: heartbeats that one node sends", [sent], "frames/s"),
        told("200 people: heartbeats that one node hears", [per_s], "frames/s"),
        told("a heartbeat", [float(size)], "B"),
        told("a heartbeat as a gossip message", [float(_on_the_wire(frames[0][2]))], "B"),
        told("saying one heartbeat, CPU", [own_s * 1000], "ms"),
        told("hearing one heartbeat, CPU", [heard_s / count * 1000], "ms"),
        at_most("200 people: presence of one node, CPU", [share], "% CPU", against="0.5 %", limit=0.5, most=1.0),
    ]


def _said(talk: Talk, names: list[str], pause_s: float) -> tuple[float, list[tuple[float, str, bytes]]]:
    """Return what saying everything cost, and what the others say over the span, in order: when, who, the frame."""
    keyring, random = talk.members[names[0]].replica.keyring, Random(1)
    mouths = {name: Mouth(keyring, talk.members[name].person.device, boot=token_bytes(8)) for name in names}
    times = sorted((at_s, name) for name in names for at_s in _times(random, pause_s))
    heartbeat = Heartbeat(int(State.ONLINE), round(pause_s * 1000))
    frames = []
    began_s = process_time()
    for at_s, name in times:
        now_ms = START_MS + int(at_s * 1000)
        frames.append((at_s, name, mouths[name].say(heartbeat, epoch=talk.epoch, now_ms=now_ms, nonce=token_bytes(24))))
    return process_time() - began_s, frames


def _times(random: Random, pause_s: float) -> Iterator[float]:
    pulse = Pulse(random.uniform)
    pulse.wake(0.0, within_s=pause_s)
    while pulse.due_s < SPAN_S:
        yield pulse.due_s
        pulse.said(pulse.due_s, pause_s)


def _heard(talk: Talk, frames: list[tuple[float, str, bytes]]) -> tuple[float, int]:
    """Return the CPU seconds of one node that hears all this, and how many frames counted."""
    member = talk.p0
    ear = Ear(member.replica.authority, member.replica.keyring)
    attendance = Attendance(member.person.id, member.person.device_id)
    attendance.be(State.ONLINE)
    count = 0
    began_s = process_time()
    for at_s, name, data in frames:
        origin = talk.members[name].person.certificate.peer_id
        assert looks_sound(data)
        heard = ear.hear(data, origin=origin, now_ms=START_MS + int(at_s * 1000), now_s=at_s)
        assert isinstance(heard.signal, Heartbeat)
        state, pause_s = State(heard.signal.state), heard.signal.interval_ms / 1000
        attendance.heard(heard.author, heard.device, state, boot=heard.boot, interval_s=pause_s, now_s=at_s)
        if attendance.due_s() <= at_s:
            attendance.expire(at_s)
        count += 1
    took_s = process_time() - began_s
    assert len(attendance.people()) == limits.MEMBERS, "nobody may seem gone while all are here"
    return took_s, count


def _on_the_wire(data: bytes) -> int:
    """Return the bytes of the message that carries a frame."""
    topic = "0" * 40
    message = rpc_pb2.Message(from_id=bytes(38), seqno=bytes(8), data=data, topicIDs=[topic], signature=bytes(64))
    return len(rpc_pb2.RPC(publish=[message]).SerializeToString())


# --- libp2p ----------------------------------------------------------------------------------------------------------


def _through_libp2p() -> list[Result]:
    talk = Talk("ana", "ben")
    mouth = Mouth(talk.ana.replica.keyring, talk.ana.person.device, boot=token_bytes(8))
    heartbeat = Heartbeat(int(State.ONLINE))
    frames = [mouth.say(heartbeat, epoch=talk.epoch, now_ms=START_MS, nonce=token_bytes(24)) for _ in range(FRAMES)]
    took_s = trio.run(_passed, frames)
    return [told("one gossip message, sent and received by py-libp2p, CPU of both", [took_s / FRAMES * 1000], "ms")]


async def _passed(frames: list[bytes]) -> float:
    listen = ["/ip4/127.0.0.1/tcp/0"]
    async with (
        open_network(seed=token_bytes(32), listen=listen) as one,
        open_network(seed=token_bytes(32), listen=listen) as other,
    ):
        subscription = await other.subscribe("topic", looks_sound)
        await one.subscribe("topic", looks_sound)
        await one.dial(other.peer_id, other.addresses())
        while other.peer_id not in one.topic_peers("topic"):
            await trio.sleep(0.01)
        began_s = process_time()
        for frame in frames:
            await one.publish("topic", frame)
            await subscription.receive()
        return process_time() - began_s


# --- idle ------------------------------------------------------------------------------------------------------------


def _idle() -> list[Result]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "a", name="Ana") as ana,
        running(Path(folder) / "b", name="Bo") as bo,
    ):
        return trio.run(_idle_pair, ana, bo)


async def _idle_pair(ana: NodeProcess, bo: NodeProcess) -> list[Result]:
    async with connect(ana.home) as a, connect(bo.home) as b:
        await a.join("node")
        await b.join("node")
        names = [
            (await a.call("node", "create", {"title": f"Idle {number}", "ai": False}))["id"]
            for number in range(CONVERSATIONS)
        ]
        await a.call("node", "presence", {"status": "online"})
        await trio.sleep(SETTLE_S)
        alone = await _share(ana)
        await a.leave("node")
        await a.join("node")
        for name in names:
            link = (await a.call("node", "invite", {"conversation": name}))["link"]
            await b.call("node", "join", {"link": link}, timeout_s=60)
        await trio.sleep(SETTLE_S)
        silent = await _share(ana)
        for client in (a, b):
            await client.call("node", "presence", {"status": "online"})
        await trio.sleep(2 * SETTLE_S)
        here = [
            {member["presence"] for member in (await a.call("node", "members", {"conversation": name}))["members"]}
            for name in names
        ]
        assert here == [{"online"}] * CONVERSATIONS, "all must see each other while they are measured"
        present = await _share(ana)
    what = f"idle node, {CONVERSATIONS} conversations"
    part = max(0.0, present - silent)
    return [
        at_most(f"{what}, alone and here", [alone], "% CPU", against="0.5 %", limit=0.5, most=1.0),
        told(f"{what} with one other, nobody here", [silent], "% CPU"),
        told(f"{what} with one other, both here", [present], "% CPU"),
        at_most(f"{what}: presence's part of it", [part], "% CPU", against="0.5 %", limit=0.5, most=1.0),
    ]


async def _share(node: NodeProcess) -> float:
    """Return the CPU that a node takes when nothing happens, in percent of one core."""
    before_s = node.cpu_s()
    await trio.sleep(IDLE_S)
    return (node.cpu_s() - before_s) / IDLE_S * 100
