"""What is said of all that is to be said: as much as is allowed, the newest of each kind, an AI's words first."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
import trio
from trio.testing import MockClock

from crypto.ids import OpId
from node.conversations.conversation import Conversation
from node.conversations.signals import MOST_WAITING, Signals
from node.network.gossip import Received
from node.network.host import Network
from protocol import gossip, limits
from protocol.bodies.content import Message
from protocol.bodies.signals import AiDelta, DeltaState, Heartbeat, Signal, State, Typing
from protocol.ephemeral import Ear
from protocol.errors import RemoteError
from tests.builders import fixed
from tests.unit.node.conversations.people import Person, person

pytestmark = pytest.mark.trio


def delta(stream: str, text: str, state: int = DeltaState.GROWING) -> AiDelta:
    return AiDelta(fixed("ai"), fixed(stream, 8), OpId(fixed("question")), int(state), text)


class Air:
    """Stands in for the network, whose gossip it keeps with the time, and hears it as another node would."""

    def __init__(self, who: Person, conversation: Conversation) -> None:
        self.origin = who.profile.peer_id.encode()
        self.conversation = conversation
        self.topic = gossip.ephemeral_topic(conversation.id)
        self.frames: list[tuple[float, bytes]] = []

    async def publish(self, topic: str, data: bytes) -> None:
        assert topic == self.topic
        self.frames.append((trio.current_time(), data))
        await trio.lowlevel.checkpoint()

    def heard(self) -> list[Signal]:
        """Return what another node would take in; nothing that an honest device says is too much."""
        replica = self.conversation.replica
        ear = Ear(replica.authority, replica.keyring)
        now_ms = self.conversation.clock.now_ms()
        return [ear.hear(data, origin=self.origin, now_ms=now_ms, now_s=at_s).signal for at_s, data in self.frames]


@asynccontextmanager
async def saying(folder: Path) -> AsyncIterator[tuple[Signals, Air]]:
    with person(folder / "ana") as ana:
        conversation = ana.library.create(title="Tea", description="")
        air = Air(ana, conversation)
        signals = Signals(conversation, cast(Network, air), boot=bytes(8), offset_ms=lambda _peer: 0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(signals.run)
            yield signals, air
            nursery.cancel_scope.cancel()


async def test_what_waits_is_replaced_by_what_is_newer(tmp_path: Path, autojump_clock: MockClock) -> None:
    async with saying(tmp_path) as (signals, air):
        signals.say(Typing(True))
        signals.say(Heartbeat(int(State.AWAY)))
        signals.say(delta("one", "so"))
        signals.say(Heartbeat(int(State.ONLINE)))
        signals.say(delta("one", "so far"))
        signals.say(delta("two", "other"))
        await trio.sleep(1.0)
        expected = [delta("one", "so far"), delta("two", "other"), Typing(True), Heartbeat(int(State.ONLINE))]
        assert air.heard() == expected, "an AI's words first"


async def test_a_device_keeps_to_what_it_may_say(tmp_path: Path, autojump_clock: MockClock) -> None:
    async with saying(tmp_path) as (signals, air):
        for number in range(1000):
            signals.say(Typing(number % 2 == 0))
            signals.say(delta("one", str(number)))
            await trio.sleep(0.01)
        await trio.sleep(5.0)
        heard = air.heard()
        assert len(heard) <= 2 * limits.EPHEMERAL_PER_S + 10.0 * limits.EPHEMERAL_PER_S + 2
        assert delta("one", "999") in heard
        assert heard[-1] == Typing(False), "the last word comes, if late"
        assert sum(isinstance(signal, AiDelta) for signal in heard) > 0.8 * len(heard)


async def test_long_answers_are_told_less_often(tmp_path: Path, autojump_clock: MockClock) -> None:
    async with saying(tmp_path) as (signals, air):
        for number in range(100):
            signals.say(delta("one", f"{number} " + "x" * (limits.AI_TEXT_CHARACTERS - 10)))
            await trio.sleep(0.2)
        signals.say(delta("one", "all of it", DeltaState.DONE))
        await trio.sleep(3.0)
        sent = sum(len(data) for _, data in air.frames)
        assert 18 * limits.EPHEMERAL_BYTES_PER_S < sent < 26 * limits.EPHEMERAL_BYTES_PER_S
        assert air.heard()[-1] == delta("one", "all of it", DeltaState.DONE)


async def test_no_more_than_so_much_waits(tmp_path: Path, autojump_clock: MockClock) -> None:
    async with saying(tmp_path) as (signals, air):
        for number in range(MOST_WAITING + 10):
            signals.say(delta(f"stream {number}", "a"))
        signals.say(delta("stream 0", "b"))
        await trio.sleep(60.0)
        heard = air.heard()
        assert len(heard) == MOST_WAITING
        assert heard[0] == delta("stream 0", "b")


async def test_what_is_left_is_said_at_the_end(tmp_path: Path, autojump_clock: MockClock) -> None:
    async with saying(tmp_path) as (signals, air):
        signals.say(Typing(True))
        signals.say(Heartbeat(int(State.GOODBYE)))
        await signals.flush()
        assert set(air.heard()) == {Typing(True), Heartbeat(int(State.GOODBYE))}


async def test_a_conversation_that_is_loaded_again_forgets_nothing(
    tmp_path: Path, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with saying(tmp_path) as (signals, air):
        signals.say(Typing(True))
        await trio.sleep(0.1)
        received = Received(air.frames[0][1], "somebody", air.origin.decode())
        assert signals.hear(received).signal == Typing(True)

        def fail(*_arguments: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        before = air.conversation.replica
        with monkeypatch.context() as broken:
            broken.setattr(air.conversation.records, "commit", fail)
            with pytest.raises(Exception, match="not be stored"):
                air.conversation.write(Message("lost"))
        assert air.conversation.replica is not before
        with pytest.raises(RemoteError) as caught:
            signals.hear(received)
        assert caught.value.code == "replayed"
        signals.say(Typing(False))
        await trio.sleep(0.1)
        assert air.heard() == [Typing(True), Typing(False)]
