"""The syncers of two nodes, with real databases, over streams in memory."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
import trio

from node.conversations import syncer as syncer_module
from node.conversations.answering import FRAME_S, SERVES_PER_PEER
from node.conversations.conversation import Conversation
from node.conversations.follower import MOST_WAITING, Follower
from node.conversations.syncer import Syncer
from node.network.errors import NetworkError, StreamClosed, Timeout, UnknownProtocol
from protocol.bodies.content import Message
from protocol.ops import Op
from protocol.registers import PROFILE
from protocol.sync.frames import PROTOCOL, Failed, Get, Hello, Recon, Summary, dump, load, tag_of
from protocol.sync.index import END
from protocol.sync.ranges import FINGERPRINT, Range
from tests.unit.node.conversations.people import Person, Switchboard, invite, person, tell_everything


class Stream:
    """One end of a stream of frames; both ends know when the other is gone."""

    def __init__(self, sender: trio.MemorySendChannel[bytes], receiver: trio.MemoryReceiveChannel[bytes]) -> None:
        self._sender, self._receiver = sender, receiver

    async def send(self, frame: bytes) -> None:
        await self.send_many([frame])

    async def send_many(self, frames: Iterable[bytes]) -> None:
        try:
            for frame in frames:
                await self._sender.send(frame)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise StreamClosed("The peer closed the stream.") from None

    async def receive(self, *, timeout_s: float | None = None) -> bytes:
        with trio.move_on_after(float("inf") if timeout_s is None else timeout_s):
            try:
                return await self._receiver.receive()
            except (trio.EndOfChannel, trio.ClosedResourceError):
                raise StreamClosed("The peer closed the stream.") from None
        raise Timeout("The peer sent no whole frame.")

    async def aclose(self) -> None:
        self._sender.close()
        self._receiver.close()

    reset = aclose


@dataclass
class Link:
    peer_id: str


class Net:
    """What a syncer needs of a network: everybody here is connected with everybody."""

    def __init__(self, peer_id: str, nets: dict[str, "Net"], nursery: trio.Nursery) -> None:
        self.peer_id = peer_id
        self.nets = nets
        self._nursery = nursery
        self._handlers: dict[str, Any] = {}
        self.opened = 0
        self.streams: list[Stream] = []
        nets[peer_id] = self

    def serve(self, protocol: str, handler: Any) -> None:
        self._handlers[protocol] = handler

    def links(self) -> list[Link]:
        return [Link(peer_id) for peer_id in self.nets if peer_id != self.peer_id]

    def is_connected(self, peer_id: str) -> bool:
        return peer_id in self.nets

    async def open_stream(self, peer_id: str, protocol: str) -> Stream:
        if peer_id not in self.nets:
            raise StreamClosed("There is no connection.")
        handler = self.nets[peer_id]._handlers.get(protocol)
        if handler is None:
            raise UnknownProtocol("The peer does not speak that.")
        there, from_here = trio.open_memory_channel[bytes](64)
        here, from_there = trio.open_memory_channel[bytes](64)
        self.opened += 1

        async def answer(stream: Stream) -> None:
            try:
                await handler(self.peer_id, stream)
            except NetworkError:
                pass  # as the network's own edge does
            finally:
                await stream.aclose()

        self._nursery.start_soon(answer, Stream(here, from_here))
        opened = Stream(there, from_there)
        self.streams.append(opened)
        return opened

    async def break_all(self) -> None:
        for stream in self.streams:
            await stream.aclose()


@dataclass
class Nodes:
    anna: Person
    ben: Person
    held: Conversation
    copy: Conversation
    a: Syncer
    b: Syncer
    nets: dict[str, Net]
    nursery: trio.Nursery

    @property
    def from_anna(self) -> str:
        return self.anna.profile.peer_id

    def equal(self) -> bool:
        return self.anna.state(self.held) == self.ben.state(self.copy)

    async def until_equal(self) -> None:
        with trio.fail_after(300):
            while not self.equal():
                await trio.sleep(0.1)


@asynccontextmanager
async def nodes(folder: Path) -> AsyncIterator[Nodes]:
    """Two people in one conversation, their syncers running; nothing is wanted yet."""
    with person(folder / "anna") as anna, person(folder / "ben") as ben:
        async with trio.open_nursery() as nursery:
            held = anna.library.create(title="Garden", description="")
            copy = await Switchboard(nursery, anna, ben).join(ben, invite(anna, held))
            tell_everything(ben, anna, held)
            nets: dict[str, Net] = {}
            syncers = []
            for each in (anna, ben):
                net = Net(each.profile.peer_id, nets, nursery)
                syncers.append(Syncer(cast(Any, net), each.library, clock=each.clock, random=Random(1)))
                await nursery.start(syncers[-1].run)
            yield Nodes(anna, ben, held, copy, *syncers, nets, nursery)
            nursery.cancel_scope.cancel()


def write(conversation: Conversation, count: int, label: str = "number") -> list[Op]:
    return [conversation.write(Message(f"{label} {number}")) for number in range(count)]


@pytest.mark.trio
async def test_brings_a_conversation_up_to_what_a_peer_holds(tmp_path: Path, autojump_clock: Any) -> None:
    async with nodes(tmp_path) as two:
        write(two.held, 300)
        two.held.slots.publish(PROFILE, b"Annalena")
        assert not two.b.in_sync(two.from_anna)
        await two.b.want(two.from_anna, two.copy).wait()
        assert two.equal()
        assert two.b.in_sync(two.from_anna)
        device = two.anna.profile.secrets.device.public
        assert two.copy.registers.value(device, PROFILE) == b"Annalena"


@pytest.mark.trio
async def test_who_is_asked_asks_in_turn_for_what_lacks_there(tmp_path: Path, autojump_clock: Any) -> None:
    async with nodes(tmp_path) as two:
        write(two.held, 5)
        write(two.copy, 7, "ben's")
        await two.b.want(two.from_anna, two.copy).wait()
        await two.until_equal()
        assert len(two.held.view.page(before=None, limit=50)[0]) == 13  # and that Ben joined


@pytest.mark.trio
async def test_what_is_written_next_comes_without_being_asked_for(tmp_path: Path, autojump_clock: Any) -> None:
    async with nodes(tmp_path) as two:
        await two.b.want(two.from_anna, two.copy).wait()
        await trio.testing.wait_all_tasks_blocked()
        opened = two.nets[two.ben.profile.peer_id].opened
        for number in range(20):
            write(two.held, 1, f"live {number}")
            await trio.testing.wait_all_tasks_blocked()
            assert two.equal()
        write(two.held, 500)
        await two.until_equal()
        assert two.nets[two.ben.profile.peer_id].opened == opened, "one stream carries all of it"


@pytest.mark.trio
async def test_a_stream_that_breaks_is_followed_by_another(tmp_path: Path, autojump_clock: Any) -> None:
    async with nodes(tmp_path) as two:
        await two.b.want(two.from_anna, two.copy).wait()
        await trio.testing.wait_all_tasks_blocked()
        await two.nets[two.ben.profile.peer_id].break_all()
        write(two.held, 3)
        await two.until_equal()
        await trio.testing.wait_all_tasks_blocked()
        write(two.held, 1, "after")
        await trio.testing.wait_all_tasks_blocked()
        assert two.equal()


@pytest.mark.trio
async def test_nothing_stays_lost_where_nobody_tells(tmp_path: Path, autojump_clock: Any) -> None:
    """The timer alone brings it, within two minutes."""
    async with nodes(tmp_path) as two:
        write(two.held, 3)
        began_s = trio.current_time()
        await two.until_equal()
        assert trio.current_time() - began_s <= syncer_module.TIMER_S[1] + 1


@pytest.mark.trio
async def test_wanting_again_meanwhile_runs_once_more(tmp_path: Path, autojump_clock: Any) -> None:
    async with nodes(tmp_path) as two:
        first = two.b.want(two.from_anna, two.copy)
        assert two.b.want(two.from_anna, two.copy) is first
        write(two.held, 10)
        await first.wait()
        assert two.equal()


@pytest.mark.trio
async def test_a_stranger_learns_nothing(tmp_path: Path, autojump_clock: Any) -> None:
    async with nodes(tmp_path) as two:
        write(two.held, 3)
        net = Net("stranger", two.nets, two.nursery)
        net.serve(PROTOCOL, refuse)
        nothing = Summary(0, bytes(32), ())
        for conversation, code in ((two.held.id, "not_member"), (bytes(32), "unknown_conversation")):
            stream = await net.open_stream(two.from_anna, PROTOCOL)
            await stream.send(dump(Hello(tag_of(cast(Any, conversation)), 0, nothing, nothing)))
            assert load(await stream.receive(timeout_s=5)) == Failed(0, code)
            with pytest.raises(StreamClosed):
                await stream.receive(timeout_s=5)


async def refuse(_peer_id: str, stream: Stream) -> None:
    await stream.receive(timeout_s=5)
    await stream.send(dump(Failed(0, "not_member")))


@pytest.mark.trio
async def test_a_peer_that_breaks_the_rules_ends_its_own_stream_only(tmp_path: Path, autojump_clock: Any) -> None:
    async with nodes(tmp_path) as two:
        state = two.anna.state(two.held)
        begin = Hello(tag_of(two.held.id), 0, *[Summary(0, bytes(32), ())] * 2)
        question = Recon(1, 1, b"", (Range(END, FINGERPRINT, bytes(16)),))
        from_ben = two.nets[two.ben.profile.peer_id]
        for wrong in ([b"\xc1"], [dump(Failed(0, "x"))], [dump(Get(0, 1, ()))], [dump(question)] * 200):
            stream = await from_ben.open_stream(two.from_anna, PROTOCOL)
            with pytest.raises(StreamClosed):
                for frame in [dump(begin), *wrong]:
                    await stream.send(frame)
                    await stream.receive(timeout_s=5)
                await stream.receive(timeout_s=5)
        assert two.anna.state(two.held) == state
        write(two.held, 1)
        await two.b.want(two.from_anna, two.copy).wait()
        assert two.equal()


@pytest.mark.trio
async def test_silent_streams_are_ended_and_their_peer_is_served_again(tmp_path: Path, autojump_clock: Any) -> None:
    async with nodes(tmp_path) as two:
        from_ben = two.nets[two.ben.profile.peer_id]
        for _ in range(SERVES_PER_PEER):
            await from_ben.open_stream(two.from_anna, PROTOCOL)
        await trio.testing.wait_all_tasks_blocked()
        stream = await from_ben.open_stream(two.from_anna, PROTOCOL)
        assert load(await stream.receive(timeout_s=5)) == Failed(0, "busy")
        write(two.held, 1)
        began_s = trio.current_time()
        await two.b.want(two.from_anna, two.copy).wait()
        await two.until_equal()
        assert trio.current_time() - began_s <= FRAME_S + syncer_module.TIMER_S[1]


@pytest.mark.trio
async def test_a_sync_that_cannot_store_keeps_what_it_had_and_goes_on_later(
    tmp_path: Path, autojump_clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with nodes(tmp_path) as two:
        write(two.held, 20)
        before = two.ben.state(two.copy)
        two.ben.database.conn.execute(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON operations BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        await two.b.want(two.from_anna, two.copy).wait()
        assert two.ben.state(two.copy) == before
        assert not two.b.in_sync(two.from_anna)
        two.ben.database.conn.execute("DROP TRIGGER full")
        await two.b.want(two.from_anna, two.copy).wait()
        assert two.equal()


def test_a_follower_is_offered_so_much_and_no_more() -> None:
    follower = Follower()
    op = cast(Op, object())
    follower.offer([op] * (MOST_WAITING - 1))
    assert not follower.is_behind
    follower.offer([op, op])
    assert follower.is_behind
    assert len(follower.waiting) == MOST_WAITING - 1


@pytest.mark.trio
async def test_a_follower_wakes_whoever_waits() -> None:
    follower = Follower()
    for _ in range(2):
        follower.offer([cast(Op, object())])
        with trio.fail_after(1):
            await follower.wait()
    with trio.move_on_after(0) as scope:
        await follower.wait()
    assert scope.cancelled_caught


@pytest.mark.trio
async def test_what_a_new_operation_cites_is_fetched_from_whoever_has_it(tmp_path: Path, autojump_clock: Any) -> None:
    async with nodes(tmp_path) as two:
        newest = write(two.held, 5)[-1]
        assert two.copy.receive([newest]).missing
        two.b.seek(two.copy, "its author, who is not connected")
        await two.until_equal()


@pytest.mark.trio
async def test_whoever_becomes_a_member_is_synced_with_at_once(tmp_path: Path, autojump_clock: Any) -> None:
    async with nodes(tmp_path) as two:
        two.b._members[two.copy.id] = frozenset()
        write(two.held, 5)
        two.b.members_changed(two.copy)
        await two.until_equal()
        opened = two.nets[two.ben.profile.peer_id].opened
        two.b.members_changed(two.copy)
        await trio.testing.wait_all_tasks_blocked()
        assert two.nets[two.ben.profile.peer_id].opened == opened
