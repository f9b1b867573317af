"""Members of the conversation who break every rule they can: what they send, and how they answer.

A villain holds real keys and a copy of what gossip brought it. It knows no frame of the sync protocol: as a server it
stands between two honest nodes and changes what passes, as a client it says again what it heard, so it keeps up with
the protocol by itself.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any, Final

import trio
from libp2p.network.stream.exceptions import StreamError

from crypto.codec import decode, encode
from crypto.errors import CodecError
from crypto.ids import ConversationId, OpId
from node.network.errors import DialError, NetworkError
from node.network.frames import Frames
from node.network.gossip import Received
from protocol import gossip, limits
from protocol.bodies.content import Message, Title, dump_content
from protocol.errors import RemoteError, UsageError
from protocol.ops import CONTENT, Op
from protocol.sync.frames import PROTOCOL
from tests.builders import Member, Person, content_op, sealed_op
from tests.sim.machine import World
from tests.sim.network import SimNetwork
from tests.sim.streams import SimStream

PEERS: Final = 16
"""A villain stays connected with so many nodes."""
DIAL_S: Final = 4.0
HEARD: Final = 64
_DEEP = b"\x91" * 40_000 + b"\xc0"
_WIDE = b"\xdd\xff\xff\xff\xff" + bytes(1000)


class Villain:
    """A member whose program is hostile."""

    def __init__(self, world: World, who: Person, *, random: Random) -> None:
        self.world = world
        self.person = who
        self.name = who.name
        self.random = random
        self.member = Member(who, ConversationId(world.conversation))
        self.member.receive(world.founding)
        self.manner = random.choice(sorted(_MANNERS))
        """How it answers syncs."""
        self.deeds = random.sample(sorted(_DEEDS), 4)
        """What it does of itself."""
        self.withheld: list[Op] = []
        self._frames: list[bytes] = []
        self._topic = gossip.ops_topic(self.member.id)
        self.network: SimNetwork

    @property
    def peer_id(self) -> str:
        """The peer id that its certificate names."""
        return self.person.certificate.peer_id.decode()

    async def live(self) -> None:
        """Connect with others, listen and answer until cancelled."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            self.network = SimNetwork(self.world.wire, self.peer_id, self.name, nursery)
            self.world.wire.join(self.network)
            self.network.serve(PROTOCOL, self._answer)
            subscription = await self.network.subscribe(self._topic, lambda _data: True)
            nursery.start_soon(self._dial)
            while True:
                self._hear(await subscription.receive())

    async def _dial(self) -> None:
        while True:
            others = [peer_id for peer_id in self.world.addresses if peer_id not in self.network.cables]
            if others and len(self.network.cables) < PEERS:
                peer_id = self.random.choice(others)
                with suppress(DialError):
                    await self.network.dial(peer_id, self.world.addresses[peer_id])
            await trio.sleep(DIAL_S)

    def _hear(self, received: Received) -> None:
        try:
            frame = gossip.load(received.data, conversation=self.member.id)
        except RemoteError:
            return
        if isinstance(frame, gossip.Ops):
            for op in frame.ops:
                with suppress(RemoteError):
                    self.member.receive([op])

    # --- deeds -------------------------------------------------------------------------------------------------------

    def act(self) -> None:
        """Do one thing that an honest program never does."""
        deed = self.random.choice(self.deeds)
        self.world.wire.trace.note(f"villain {self.name} {deed}")
        self.member.now_ms = self.random.choice([self.member.now_ms, 0, 1, limits.MAX_TIME_MS - 10_000_000])
        with suppress(UsageError):
            _DEEDS[deed](self)
        self.member.now_ms = min(self.member.now_ms, 1_750_000_000_000)

    def send(self, ops: Sequence[Op], *, peers: Sequence[str] | None = None) -> None:
        """Gossip operations, to some peers only where they are named."""
        for frame in gossip.pack_ops(ops):
            self.publish(frame, peers=peers)

    def publish(self, frame: bytes, *, peers: Sequence[str] | None = None) -> None:
        """Gossip any bytes."""
        self.network.publish_to(self.peers() if peers is None else peers, self._topic, frame)

    def peers(self) -> list[str]:
        """Return the peers that hear us."""
        return self.network.topic_peers(self._topic)

    def some(self) -> tuple[list[str], list[str]]:
        """Return the peers in two parts."""
        peers = self.peers()
        self.random.shuffle(peers)
        at = self.random.randint(0, len(peers))
        return sorted(peers[:at]), sorted(peers[at:])

    def content(self, text: str, **changes: Any) -> Op:
        """Return a message that nobody has received, its header changed."""
        return content_op(self.member, Message(text), **changes)

    def fork(self) -> None:
        """Say two things at one place of the chain, each to other people."""
        one, two = self.content("yes"), self.content("no")
        some, others = self.some()
        self.send([one], peers=some)
        self.send([two], peers=others)
        self.member.receive([one, two] if self.random.random() < 0.5 else [one])

    def fork_long(self) -> None:
        """Continue both branches of a fork."""
        one, two = self.content("left"), content_op(self.member, Title("right"))
        after = replace(one.header, seq=one.header.seq + 1, prev=one.id, parents=(one.id,), depth=one.header.depth + 1)
        three = sealed_op(self.member, _plain(), after)
        some, others = self.some()
        self.send([three, one], peers=some)
        self.send([two], peers=others)
        self.member.receive([one, two, three])

    def back_date(self) -> None:
        """Write on top of something old, under old authority."""
        content = [op for op in self.member.ops.values() if op.header.plane == CONTENT]
        old = self.random.choice(content)
        op = self.content("long ago", parents=(old.id,), depth=old.header.depth + 1, auth=old.header.auth)
        self.send([op])
        with suppress(RemoteError):
            self.member.receive([op])

    def step_back(self) -> None:
        """Cite less authority than before, which is false."""
        first = next(iter(self.member.ops.values()))
        self.send([self.content("less", auth=(first.id,))])

    def withhold(self) -> None:
        """Publish what hangs on something that nobody gets, or gets later."""
        if self.withheld and self.random.random() < 0.5:
            self.send([self.withheld.pop(0)], peers=self.some()[0])
            return
        hidden = self.content("hidden")
        self.withheld.append(hidden)
        parents = (hidden.id,) if self.random.random() < 0.5 else hidden.header.parents
        depth = hidden.header.depth + (1 if parents == (hidden.id,) else 0)
        after = replace(hidden.header, seq=hidden.header.seq + 1, prev=hidden.id, parents=parents, depth=depth)
        self.send([sealed_op(self.member, _plain(), after)])

    def misplace(self) -> None:
        """Lie in one field of the header."""
        header = self.content("where").header
        others = [op for op in self.member.ops.values() if op.header.device != self.person.device_id]
        other = self.random.choice(others)
        changes: dict[str, Any] = self.random.choice(
            [
                {"depth": header.depth + 1},
                {"depth": max(1, header.depth - 1)},
                {"depth": limits.MAX_DEPTH},
                {"seq": header.seq + 1},
                {"seq": header.seq + 1, "prev": other.id},
                {"prev": other.id, "seq": other.header.seq + 1},
                {"device": other.header.device},
                {"parents": (self._nothing(),)},
                {"auth": (self._nothing(),)},
                {"epoch": self._nothing()},
                {"epoch": other.id},
                {"parents": (), "depth": 0},
                {"parents": header.parents * 2},
            ]
        )
        self.send([self.content("where", **changes)])

    def poison(self) -> None:
        """Send a true operation with a false signature, before the true one or after it."""
        op = self.random.choice(list(self.member.ops.values()))
        if self.random.random() < 0.7:
            op = self.content("poison")
        false = replace(op, signature=self.random.randbytes(64))
        some, others = self.some()
        self.send([false], peers=some)
        self.send([op], peers=others)
        self.send([false], peers=others)
        self.member.receive([op])

    def lie(self) -> None:
        """Announce what does not exist."""
        self.publish(encode([2, [self._nothing() for _ in range(self.random.choice([1, 40]))]]), peers=self.some()[0])

    def flood(self) -> None:
        """Send many operations that hang on nothing."""
        header = self.content("flood").header
        lost = replace(header, parents=(self._nothing(),), auth=header.auth)
        self.send([sealed_op(self.member, _plain(), replace(lost, ts_ms=at)) for at in range(80)])

    def babble(self) -> None:
        """Gossip what is no frame."""
        self.publish(
            self.random.choice(
                [
                    _DEEP,
                    _WIDE,
                    b"",
                    self.random.randbytes(300),
                    encode([1, [self.random.randbytes(40)]]),
                    encode([3, [self.random.randbytes(90)] * 20]),
                    encode([1, [[b"", b"", b""]] * 1024]),
                    encode([9, [1]]),
                ]
            )
        )

    def dawdle(self) -> None:
        """Open streams and never finish a frame."""
        for _ in range(6):
            self._spawn(lambda stream: stream.write(b"\x00\x00"), linger_s=90.0)

    def bombard(self) -> None:
        """Send frames of impossible lengths and depths."""
        data = self.random.choice([b"\xff" * 8, _framed(_DEEP), _framed(_WIDE), _framed(b""), _framed(b"\xc1" * 9)])
        self._spawn(lambda stream: stream.write(data), linger_s=5.0)

    def repeat(self) -> None:
        """Say again and again what was heard in other people's syncs."""
        if self._frames:
            frames = [self._frames[0]] + [self.random.choice(self._frames) for _ in range(20)]
            self._spawn(lambda stream: _write_all(stream, frames), linger_s=5.0)

    def _nothing(self) -> OpId:
        return OpId(self.random.randbytes(32))

    def _spawn(self, write: Callable[[SimStream], Awaitable[None]], *, linger_s: float) -> None:
        """Open a sync stream to somebody, write to it, and leave it open for a while."""
        peers = sorted(self.network.cables)
        if not peers:
            return
        peer_id = self.random.choice(peers)

        async def work() -> None:
            with suppress(NetworkError, StreamError):
                stream = await self.network.open_raw(peer_id, PROTOCOL)
                await write(stream)
                with trio.move_on_after(linger_s):
                    while True:
                        await stream.read()
                await stream.reset()

        self._nursery.start_soon(work)

    # --- answering ---------------------------------------------------------------------------------------------------

    async def _answer(self, peer_id: str, frames: Frames) -> None:
        await _MANNERS[self.manner](self, peer_id, frames)

    async def silent(self, peer_id: str, frames: Frames) -> None:
        """Take the question and say nothing."""
        await frames.receive()
        await trio.sleep(60)

    async def garbled(self, peer_id: str, frames: Frames) -> None:
        """Answer with noise."""
        await frames.receive()
        await frames.send(self.random.choice([self.random.randbytes(100), _DEEP, _WIDE, b"", encode([7, 0, "x" * 60])]))

    async def echo(self, peer_id: str, frames: Frames) -> None:
        """Answer each question with itself, without end."""
        while True:
            frame = await frames.receive(timeout_s=30)
            await frames.send_many([frame] * self.random.randint(1, 3))

    async def meddle(self, peer_id: str, frames: Frames) -> None:
        """Pass everything on to an honest node and back, changed here and there."""
        others = [other for other in sorted(self.network.cables) if other != peer_id]
        if not others:
            return
        onward = await self.network.open_stream(self.random.choice(others), PROTOCOL)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._pump, frames, onward, 0.1, nursery.cancel_scope)
                nursery.start_soon(self._pump, onward, frames, 0.4, nursery.cancel_scope)
        finally:
            with trio.CancelScope(shield=True):
                await onward.reset()

    async def _pump(self, source: Frames, target: Frames, share: float, scope: trio.CancelScope) -> None:
        with suppress(NetworkError):
            while True:
                frame = await source.receive(timeout_s=60)
                if len(self._frames) < HEARD:
                    self._frames.append(frame)
                if self.random.random() < share:
                    for each in self._changed(frame):
                        await target.send(each)
                else:
                    await target.send(frame)
        scope.cancel()

    def _changed(self, frame: bytes) -> list[bytes]:
        """Return what is sent instead of a frame."""
        way = self.random.randrange(8)
        if way == 0:
            return []
        if way == 1:
            return [frame, frame]
        if way == 2:
            return [frame[: self.random.randrange(len(frame) + 1)]]
        if way == 3:
            return [self.random.choice(self._frames or [frame])]
        if way == 4 and frame:
            at = self.random.randrange(len(frame))
            return [frame[:at] + bytes([frame[at] ^ (1 << self.random.randrange(8))]) + frame[at + 1 :]]
        try:
            return [encode(bent(decode(frame, max_bytes=1 << 20), self.random))]
        except (CodecError, ValueError, OverflowError):
            return [frame]


def bent(tree: Any, random: Random) -> Any:
    """Return a decoded frame with one thing in it changed, wherever that may be."""
    if isinstance(tree, list) and tree:
        at = random.randrange(len(tree))
        way = random.randrange(8)
        if way == 0:
            return [*tree[:at], *tree[at + 1 :]]
        if way == 1:
            return [*tree[:at], tree[at], *tree[at:]]
        if way == 2:
            return tree[::-1]
        return [*tree[:at], bent(tree[at], random), *tree[at + 1 :]]
    if isinstance(tree, bytes):
        if not tree or random.random() < 0.3:
            return random.randbytes(len(tree))
        at = random.randrange(len(tree))
        return tree[:at] + bytes([tree[at] ^ (1 << random.randrange(8))]) + tree[at + 1 :]
    if isinstance(tree, bool):
        return not tree
    if isinstance(tree, int):
        return random.choice([0, tree + 1, max(0, tree - 1), 1 << 40, (1 << 63) - 1])
    return tree


def _plain() -> bytes:
    return dump_content(Message("after"))


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


async def _write_all(stream: SimStream, frames: Sequence[bytes]) -> None:
    for frame in frames:
        await stream.write(_framed(frame))


_DEEDS: Final[dict[str, Callable[[Villain], None]]] = {
    deed.__name__: deed
    for deed in (
        Villain.fork,
        Villain.fork_long,
        Villain.back_date,
        Villain.step_back,
        Villain.withhold,
        Villain.misplace,
        Villain.poison,
        Villain.lie,
        Villain.flood,
        Villain.babble,
        Villain.dawdle,
        Villain.bombard,
        Villain.repeat,
    )
}
_MANNERS: Final[dict[str, Callable[[Villain, str, Frames], Awaitable[None]]]] = {
    manner.__name__: manner for manner in (Villain.silent, Villain.garbled, Villain.echo, Villain.meddle)
}
