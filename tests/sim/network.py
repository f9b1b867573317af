"""A network in memory with the surface of `node.network.host.Network`, and with everything that goes wrong in one.

Bytes of a stream come in order, late, in pieces of any size, or the stream breaks; gossip is also lost, doubled and
turned around. A partition first holds everything back, as a dead cable does, and only later breaks the links. Streams
are read and written by the real `node.network.frames.Frames`.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, cast

import trio

from node.network.errors import DialError, NetworkError, NotConnected, StreamClosed, Timeout, UnknownProtocol
from node.network.frames import Frames
from node.network.gossip import MAX_MESSAGE, Received, Subscription
from node.network.links import Link, LinkDown, LinkEvent, LinkUp
from node.network.repairs.host import STREAMS_PER_PEER
from tests.sim.post import Post
from tests.sim.streams import Cable, SimStream, frames_on
from tests.sim.trace import Trace, mark

logger = logging.getLogger("node.network")

DEGREE = 6
"""Peers to which a node passes gossip on (node/network/repairs/pubsub.py)."""
STALL_S = (0.0, 20.0)
"""A cut link is noticed after this long."""

Handler = Callable[[str, Frames], Awaitable[None]]


@dataclass
class Weather:
    """How bad things are; changed while a run goes on."""

    latency_s: tuple[float, float] = (0.001, 0.12)
    lost: float = 0.0
    """Share of gossip messages lost, each hop."""
    doubled: float = 0.0
    """Share of gossip messages that come again, seconds later, as if the caches had forgotten them."""
    torn: float = 0.0
    """Share of writes to a stream that arrive in two pieces."""


class SimNetwork:
    """One node's network, for one run of its program; stands in for `node.network.host.Network`."""

    def __init__(self, wire: "Wire", peer_id: str, name: str, nursery: trio.Nursery) -> None:
        self.wire = wire
        self.peer_id = peer_id
        self.name = name
        self.offences: Counter[str] = Counter()
        self.cables: dict[str, Cable] = {}
        self.is_dead = False
        self.is_hidden = False
        """Whether nobody can dial it, as behind a router that lets nothing in."""
        self._nursery = nursery
        self._handlers: dict[str, Handler] = {}
        self._serving: Counter[str] = Counter()
        self._listeners: list[trio.MemorySendChannel[LinkEvent]] = []
        self._topics: dict[str, tuple[Subscription, Callable[[bytes], bool]]] = {}
        self._seen: set[tuple[str, int]] = set()
        self._published = 0
        self._run = wire.next_number()

    # --- links -------------------------------------------------------------------------------------------------------

    def addresses(self) -> list[str]:
        """Return where this node can be dialled."""
        return [] if self.is_hidden else [f"/ip4/192.0.2.1/tcp/4001/p2p/{self.peer_id}"]

    async def dial(
        self, peer_id: str, addresses: Sequence[str], *, timeout_s: float = 5.0, is_direct: bool = False
    ) -> None:
        """Connect with a peer (DialError where it cannot be reached)."""
        await trio.sleep(self.wire.latency_s() * 2)
        if peer_id in self.cables:
            return
        if not any(address.endswith(f"/p2p/{peer_id}") for address in addresses) or self.is_dead:
            raise DialError(f"No address of peer …{peer_id[-8:]} answered.")
        target = self.wire.networks.get(peer_id)
        if target is None or target.is_hidden:
            raise DialError(f"No address of peer …{peer_id[-8:]} answered.")
        if not self.wire.reaches(self, target):
            await trio.sleep(timeout_s)
            raise DialError(f"No address of peer …{peer_id[-8:]} answered.")
        self.wire.connect(self, target)

    async def disconnect(self, peer_id: str) -> None:
        """Hang up."""
        await trio.lowlevel.checkpoint()
        if peer_id in self.cables:
            self.wire.cut(self.cables[peer_id], "hung up")

    def links(self) -> list[Link]:
        """Return one link for each connected peer, sorted by peer id."""
        return [
            Link(peer_id, f"/ip4/192.0.2.1/tcp/4001/p2p/{peer_id}", "lan", cable.ends[1] is self)
            for peer_id, cable in sorted(self.cables.items())
        ]

    def is_connected(self, peer_id: str) -> bool:
        """Return whether the peer is connected."""
        return peer_id in self.cables

    def link_events(self) -> trio.MemoryReceiveChannel[LinkEvent]:
        """Return a channel of what happens to links; it begins with a LinkUp for each there is."""
        sender, receiver = trio.open_memory_channel[LinkEvent](1024 + len(self.cables))
        for peer_id in sorted(self.cables):
            sender.send_nowait(LinkUp(peer_id))
        self._listeners.append(sender)
        return receiver

    def tell(self, event: LinkEvent) -> None:
        """Tell of a link."""
        for sender in list(self._listeners):
            try:
                sender.send_nowait(event)
            except (trio.BrokenResourceError, trio.WouldBlock):
                sender.close()
                self._listeners.remove(sender)

    # --- streams -----------------------------------------------------------------------------------------------------

    def serve(self, protocol: str, handler: Handler) -> None:
        """Answer streams of a protocol; an error of a handler ends its stream only, and is logged."""
        self._handlers[protocol] = handler

    async def open_stream(self, peer_id: str, protocol: str, *, timeout_s: float = 5) -> Frames:
        """Open a stream (NotConnected, UnknownProtocol, StreamClosed, Timeout)."""
        return frames_on(await self.open_raw(peer_id, protocol, timeout_s=timeout_s))

    async def open_raw(self, peer_id: str, protocol: str, *, timeout_s: float = 5) -> SimStream:
        """Open a stream and return its bytes' end."""
        cable = self.cables.get(peer_id)
        if cable is None or self.is_dead:
            await trio.lowlevel.checkpoint()
            raise NotConnected(f"Peer …{peer_id[-8:]} is not connected.")
        await trio.sleep(self.wire.latency_s() * 2)
        if cable.is_stalled and not cable.is_cut:
            await trio.sleep(timeout_s)
        if cable.is_cut:
            raise NotConnected(f"The connection to peer …{peer_id[-8:]} was lost.")
        if cable.is_stalled:
            raise Timeout(f"Peer …{peer_id[-8:]} did not answer within {timeout_s:g} s.")
        far = cable.other(self)
        if protocol not in far._handlers:
            raise UnknownProtocol(f"Peer …{peer_id[-8:]} does not speak {protocol}.")
        if far._serving[self.peer_id] >= STREAMS_PER_PEER:
            raise StreamClosed(f"Peer …{peer_id[-8:]} closed the stream at once.")
        number = self.wire.next_number()
        mine, theirs = SimStream(cable, self, number), SimStream(cable, far, number)
        mine.far, theirs.far = theirs, mine
        cable.streams += (mine, theirs)
        far._nursery.start_soon(far._serve_one, far._handlers[protocol], self.peer_id, theirs)
        return mine

    async def _serve_one(self, handler: Handler, peer_id: str, stream: SimStream) -> None:
        """Run a handler with the guards of `Network.serve`."""
        self._serving[peer_id] += 1
        frames = frames_on(stream)
        try:
            await handler(peer_id, frames)
        except NetworkError:
            await frames.reset()
        except Exception:
            logger.exception("handler failed peer=%s", peer_id[-8:])
            await frames.reset()
        else:
            await frames.aclose()
        finally:
            self._serving[peer_id] -= 1

    # --- gossip ------------------------------------------------------------------------------------------------------

    async def subscribe(self, topic: str, validate: Callable[[bytes], bool]) -> Subscription:
        """Read a topic."""
        await trio.lowlevel.checkpoint()
        if topic in self._topics:
            raise ValueError(f"topic {topic[:8]} is subscribed already")
        subscription = Subscription(cast(Any, self), topic)
        self._topics[topic] = (subscription, validate)
        return subscription

    async def leave(self, subscription: Subscription) -> None:
        """Stop reading a topic."""
        await trio.lowlevel.checkpoint()
        if subscription.topic in self._topics and self._topics[subscription.topic][0] is subscription:
            del self._topics[subscription.topic]

    def topic_peers(self, topic: str) -> list[str]:
        """Return the connected peers that read a topic."""
        return sorted(peer_id for peer_id, cable in self.cables.items() if topic in cable.other(self)._topics)

    async def publish(self, topic: str, data: bytes) -> None:
        """Hand a message to all connected peers that read the topic."""
        await trio.lowlevel.checkpoint()
        self.publish_to(self.topic_peers(topic), topic, data)

    async def drain(self, *, timeout_s: float = 0.3) -> None:
        """Return once what was published has left: it does at once."""
        await trio.lowlevel.checkpoint()

    def publish_to(self, peers: Sequence[str], topic: str, data: bytes) -> None:
        """Hand a message to these peers only; an honest node gives it to all."""
        if len(data) > MAX_MESSAGE:
            raise ValueError(f"a gossip message has {len(data)} bytes, the most is {MAX_MESSAGE}")
        self._published += 1
        name = (f"{self.peer_id} {self._run}", self._published)
        self._seen.add(name)
        self.wire.trace.note(f"g {self.name} {topic[:4]} {len(data)} {mark(data)}")
        self.wire.on_published(self, data)
        self._pass_on(peers, topic, data, name, self.peer_id)

    def _pass_on(self, peers: Sequence[str], topic: str, data: bytes, name: tuple[str, int], origin: str) -> None:
        wire = self.wire
        for peer_id in peers:
            cable = self.cables.get(peer_id)
            if cable is None or cable.is_stalled or wire.random.random() < wire.weather.lost:
                continue
            far = cable.other(self)
            wire.post.after(wire.latency_s(), partial(far._hear, topic, data, name, self, origin))
            if wire.random.random() < wire.weather.doubled:
                again = (f"{name[0]} again", name[1])
                wire.post.after(wire.random.uniform(0.5, 30.0), partial(far._hear, topic, data, again, self, origin))

    def _hear(self, topic: str, data: bytes, name: tuple[str, int], forwarder: "SimNetwork", origin: str) -> None:
        """Take a message in as gossipsub does: once, checked, given to the reader, passed on."""
        if self.is_dead or name in self._seen or topic not in self._topics or origin == self.peer_id:
            return
        self._seen.add(name)
        subscription, validate = self._topics[topic]
        try:
            is_sound = len(data) <= MAX_MESSAGE and validate(data)
        except Exception:
            logger.exception("a topic's check raised")  # the product's guard only warns: here it is a fault
            return
        if not is_sound:
            return
        self.wire.trace.note(f"g {forwarder.name}>{self.name} {mark(data)}")
        subscription.offer(Received(data, forwarder.peer_id, origin))
        mesh = [peer_id for peer_id in self.topic_peers(topic) if peer_id not in (forwarder.peer_id, origin)]
        if len(mesh) > DEGREE:
            mesh = self.wire.random.sample(mesh, DEGREE)
        self._pass_on(mesh, topic, data, name, origin)

    # --- the end -----------------------------------------------------------------------------------------------------

    def die(self) -> None:
        """The process is gone: every link and stream breaks, nothing more leaves or arrives."""
        self.is_dead = True
        if self.wire.networks.get(self.peer_id) is self:
            del self.wire.networks[self.peer_id]
        for cable in list(self.cables.values()):
            self.wire.cut(cable, "died")
        for subscription, _ in self._topics.values():
            subscription.end()
        self._topics.clear()


class Wire:
    """Everything between the nodes of a run."""

    def __init__(self, random: Random, trace: Trace) -> None:
        self.random = random
        self.trace = trace
        self.on_published: Callable[[SimNetwork, bytes], None] = lambda _network, _data: None
        """Called with everything that a node publishes itself."""
        self.post = Post()
        self.weather = Weather()
        self.networks: dict[str, SimNetwork] = {}
        self._sides: dict[str, int] = {}
        self._numbers = 0

    def latency_s(self) -> float:
        """Return how long the next thing takes to arrive."""
        return self.random.uniform(*self.weather.latency_s)

    def next_number(self) -> int:
        """Return a number for a stream."""
        self._numbers += 1
        return self._numbers

    def join(self, network: SimNetwork) -> None:
        """Let a node be dialled."""
        self.networks[network.peer_id] = network

    def reaches(self, one: SimNetwork, other: SimNetwork) -> bool:
        """Return whether two nodes are on the same side of a partition."""
        return self._sides.get(one.peer_id, 0) == self._sides.get(other.peer_id, 0)

    def connect(self, near: SimNetwork, far: SimNetwork) -> None:
        """Link two nodes."""
        if near.is_dead or far.is_dead or far.peer_id in near.cables:
            return
        cable = Cable(near, far)
        near.cables[far.peer_id] = far.cables[near.peer_id] = cable
        self.trace.note(f"link {near.name}-{far.name}")
        near.tell(LinkUp(far.peer_id))
        far.tell(LinkUp(near.peer_id))

    def cables(self) -> Iterator[Cable]:
        """Yield every link once."""
        for network in self.networks.values():
            for cable in network.cables.values():
                if cable.ends[0] is network:
                    yield cable

    def cut(self, cable: Cable, why: str) -> None:
        """Break a link: its streams break, both ends notice at once."""
        if cable.is_cut:
            return
        cable.is_cut = True
        near, far = cable.ends
        self.trace.note(f"cut {near.name}-{far.name} {why}")
        for stream in list(cable.streams):
            stream.break_("link lost")
        near.cables.pop(far.peer_id, None)
        far.cables.pop(near.peer_id, None)
        near.tell(LinkDown(far.peer_id))
        far.tell(LinkDown(near.peer_id))

    def stall(self, cable: Cable) -> None:
        """Let nothing through; both ends notice some time later, unless it is undone before."""
        if cable.is_stalled:
            return
        cable.is_stalled = True
        self.trace.note(f"stall {cable.ends[0].name}-{cable.ends[1].name}")

        def notice() -> None:
            if cable.is_stalled:
                self.cut(cable, "silent")

        self.post.after(self.random.uniform(*STALL_S), notice)

    def release(self, cable: Cable) -> None:
        """Let through what was held back, and everything from now on."""
        cable.is_stalled = False
        held, cable.held = cable.held, []
        for arrive in held:
            arrive()

    def partition(self, sides: dict[str, int]) -> None:
        """Part the nodes: `sides` names a side by peer id; whoever is not named is on side 0."""
        self._sides = dict(sides)
        self.trace.note(f"partition {sorted(sides.values())}")
        for cable in list(self.cables()):
            if not self.reaches(*cable.ends):
                self.stall(cable)

    def heal(self) -> None:
        """Undo every partition."""
        self._sides = {}
        self.trace.note("heal")
        for cable in list(self.cables()):
            if cable.is_stalled:
                self.release(cable)
