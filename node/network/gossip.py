"""Gossip: topics to which peers publish small messages.

Publishing never waits and never fails; a message may be lost. What must arrive goes through sync.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import trio
from libp2p.peer.id import ID
from libp2p.pubsub.pb import rpc_pb2

from node.network.repairs.host import GuardedHost
from node.network.repairs.pubsub import QUEUE, SteadyGossip, SteadyPubsub

logger = logging.getLogger("node.network")

MAX_MESSAGE = 64 * 1024
DRAIN_S = 0.005


@dataclass(frozen=True, slots=True)
class Received:
    """A message from a topic.

    Attributes:
        data: what was published, at most MAX_MESSAGE bytes; the subscription's check said yes to it.
        forwarder: the peer that handed it to us.
        origin: the peer that published and signed it.
    """

    data: bytes
    forwarder: str
    origin: str


class Subscription:
    """Our reading of one topic. Read it all the time: beyond QUEUE waiting messages, new ones are dropped."""

    def __init__(self, gossip: "Gossip", topic: str) -> None:
        self.topic = topic
        self.dropped = 0
        self._gossip = gossip
        self._sender, self._receiver = trio.open_memory_channel[Received](QUEUE)

    async def receive(self) -> Received:
        """Return the next message of another peer.

        Raises:
            trio.EndOfChannel: the network closed.
            trio.ClosedResourceError: the subscription was closed.
        """
        return await self._receiver.receive()

    async def aclose(self) -> None:
        """Leave the topic."""
        self._receiver.close()
        await self._gossip.leave(self)

    def offer(self, message: Received) -> None:
        """Queue a message for the reader, or drop it when the queue is full."""
        try:
            self._sender.send_nowait(message)
        except trio.WouldBlock:
            self.dropped += 1
            if self.dropped == 1:
                logger.warning("gossip queue full topic=%s", self.topic[:8])
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return

    def end(self) -> None:
        """Let the reader see the end once it has read what is queued."""
        self._sender.close()


class Gossip:
    """The topics we read, on top of libp2p's gossipsub."""

    def __init__(self, host: GuardedHost) -> None:
        self.router = SteadyGossip()
        self.pubsub = SteadyPubsub(host, self.router, self._deliver)
        self._subscriptions: dict[str, Subscription] = {}

    async def subscribe(self, topic: str, validate: Callable[[bytes], bool]) -> Subscription:
        """Read a topic.

        Args:
            topic: its name. Every connected peer learns it, so it must tell nothing.
            validate: a quick check of a message; False means neither delivered nor passed on. It runs on the event
                loop for every message, our own included.

        Raises:
            ValueError: we read the topic already.
        """
        if topic in self._subscriptions:
            raise ValueError(f"topic {topic[:8]} is subscribed already")
        subscription = self._subscriptions[topic] = Subscription(self, topic)
        self.pubsub.set_topic_validator(topic, guarded(validate), is_async_validator=False)
        await self.pubsub.subscribe(topic)
        return subscription

    async def leave(self, subscription: Subscription) -> None:
        """Stop reading a topic."""
        if self._subscriptions.get(subscription.topic) is subscription:
            del self._subscriptions[subscription.topic]
            self.pubsub.remove_topic_validator(subscription.topic)
            await self.pubsub.unsubscribe(subscription.topic)

    async def publish(self, topic: str, data: bytes) -> None:
        """Hand a message to the peers of a topic. Never waits for them, never fails.

        Raises:
            ValueError: the message is longer than MAX_MESSAGE.
        """
        if len(data) > MAX_MESSAGE:
            raise ValueError(f"a gossip message has {len(data)} bytes, the most is {MAX_MESSAGE}")
        try:
            await self.pubsub.publish(topic, data)
        except Exception:  # the edge of a service: gossip only speeds up what sync guarantees
            logger.exception("publish failed topic=%s", topic[:8])

    async def drain(self) -> None:
        """Return once nothing that was published waits here any longer."""
        while self.pubsub.is_writing():  # noqa: ASYNC110 - libp2p has no event for it
            await trio.sleep(DRAIN_S)

    def peers(self, topic: str) -> list[str]:
        """Return the connected peers that read a topic, sorted."""
        return sorted(peer.to_base58() for peer in self.pubsub.peer_topics.get(topic, ()))

    def close(self) -> None:
        """End every subscription's channel."""
        for subscription in self._subscriptions.values():
            subscription.end()

    def _deliver(self, message: rpc_pb2.Message, forwarder: ID) -> None:
        received = Received(bytes(message.data), forwarder.to_base58(), ID(message.from_id).to_base58())
        for topic in message.topicIDs:
            if topic in self._subscriptions:
                self._subscriptions[topic].offer(received)


def guarded(validate: Callable[[bytes], bool]) -> Callable[[ID, rpc_pb2.Message], bool]:
    """Return a check in libp2p's form that never raises: as shipped, a check that raises ends the process."""

    def check(forwarder: ID, message: rpc_pb2.Message) -> bool:
        if len(message.data) > MAX_MESSAGE:
            return False
        try:
            return bool(validate(message.data))
        except Exception as error:  # noqa: BLE001 - the edge of a service: a peer chose the input
            logger.warning("a topic's check raised error=%r", error)
            return False

    return check
