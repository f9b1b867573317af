"""Gossip that survives reconnects, bursts and bad messages.

As shipped: queues of 32 drop a burst without a word; topics beyond 100 of one peer are ignored; sequence numbers start
again from the clock's seconds, so that a restarted node's messages count as seen; a peer's stream is never renewed
while any connection to it lives, so that gossip goes dead when a duplicate connection closes; a validator that raises
ends the process; two tasks write to one stream at once and tear a long message; what we publish reaches the mesh
alone, and a peer that has just subscribed again is kept out of the mesh for its back-off, so that neither the message
nor word of it comes there. Errors in background tasks are kept away by `repairs.tasks`.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from weakref import WeakKeyDictionary

import trio
from libp2p.abc import IHost, IMuxedConn, INetStream
from libp2p.network.stream.exceptions import StreamError
from libp2p.peer.id import ID
from libp2p.pubsub.gossipsub import PROTOCOL_ID, PROTOCOL_ID_V11, GossipSub
from libp2p.pubsub.pb import rpc_pb2
from libp2p.pubsub.pubsub import Pubsub
from libp2p.pubsub.rpc_queue import RpcQueue
from libp2p.utils import encode_varint_prefixed

logger = logging.getLogger("node.network")

QUEUE = 4096
TOPICS_PER_PEER = 2000
HEARTBEAT_S = 1
REANNOUNCE_S = 5.0
_forwarder: ContextVar[ID | None] = ContextVar("forwarder", default=None)


class WideQueues(dict[ID, RpcQueue]):
    """Outbound queues, one a peer, that hold a burst."""

    def __setitem__(self, peer: ID, queue: RpcQueue) -> None:
        queue._queue.max_size = QUEUE
        super().__setitem__(peer, queue)


class SteadyGossip(GossipSub):
    """GossipSub with settings that were measured, a heartbeat that cannot die, and lean messages."""

    def __init__(self) -> None:
        super().__init__(
            protocols=[PROTOCOL_ID_V11, PROTOCOL_ID],
            degree=6,
            degree_low=4,
            degree_high=12,
            heartbeat_interval=HEARTBEAT_S,
            prune_back_off=10,
            unsubscribe_back_off=2,
            adaptive_gossip_enabled=False,
            spam_protection_enabled=False,
            eclipse_protection_enabled=False,
        )

    async def send_recent_messages(self, peer_id: ID, topic: str) -> None:
        """Send a new reader nothing of what went before: sync brings it, once instead of twice."""

    def send_rpc(self, peer_id: ID, rpc: rpc_pb2.RPC, priority: bool = False) -> None:
        """Queue a message without our signed address record: it costs every receiver two signature checks."""
        rpc.ClearField("senderRecord")
        super().send_rpc(peer_id, rpc, priority)

    def _get_peers_to_send(
        self, topic_ids: Iterable[str], msg_forwarder: ID, origin: ID, msg_id: bytes | None = None
    ) -> Iterable[ID]:
        """Return whom to send a message: the mesh, and for our own everybody who reads the topic (flood publishing)."""
        peers = set(super()._get_peers_to_send(topic_ids, msg_forwarder, origin, msg_id))
        if self.pubsub is not None and origin == self.pubsub.my_id:
            for topic in topic_ids:
                peers.update(self.pubsub.peer_topics.get(topic, ()))
            peers.discard(origin)
        return peers

    def mesh_heartbeat(self) -> tuple[dict[ID, list[str]], dict[ID, list[str]]]:  # type: ignore[override]
        """Keep the mesh; also drop statistics that grow with every message and that nothing reads."""
        self.recent_message_deliveries.clear()
        return super().mesh_heartbeat()


class SteadyPubsub(Pubsub):
    """Pubsub with wide queues, lasting sequence numbers, and streams that follow the living connection.

    Attributes:
        deliver: called with a message and the peer that handed it to us, for each new valid message of others.
    """

    def __init__(self, host: IHost, router: SteadyGossip, deliver: Callable[[rpc_pb2.Message, ID], None]) -> None:
        super().__init__(host, router, strict_signing=True, max_subscriptions_per_peer=TOPICS_PER_PEER)
        self.deliver = deliver
        self.counter = time.time_ns()
        self.peer_queues = WideQueues()
        self._writing: WeakKeyDictionary[INetStream, trio.Lock] = WeakKeyDictionary()

    async def push_msg(self, msg_forwarder: ID, msg: rpc_pb2.Message) -> None:
        """Check a message, hand it on and pass it to us."""
        token = _forwarder.set(msg_forwarder)
        try:
            await super().push_msg(msg_forwarder, msg)
        finally:
            _forwarder.reset(token)

    def notify_subscriptions(self, publish_message: rpc_pb2.Message) -> None:
        """Deliver a message of others to us; libp2p's own queue knows no sender and holds 32."""
        forwarder = _forwarder.get()
        if forwarder is not None and forwarder != self.my_id:
            self.deliver(publish_message, forwarder)

    async def _handle_new_peer(self, peer_id: ID) -> None:
        """Open our stream to a peer, then mesh with it for every topic that it has told us already."""
        await super()._handle_new_peer(peer_id)
        if peer_id in self.peers:
            for topic in [topic for topic, peers in self.peer_topics.items() if peer_id in peers]:
                await self.router.on_peer_subscribed(peer_id, topic)

    def _handle_dead_peer(self, peer_id: ID) -> None:
        try:
            super()._handle_dead_peer(peer_id)
        except Exception:  # the loop that calls us must live on
            logger.exception("forgetting a peer failed")

    async def write_msg(self, stream: INetStream, rpc_msg: rpc_pb2.RPC) -> bool:
        """Write one message and return whether that worked; a failed stream is replaced if the peer is still there.

        The queue's task and the replay of recent messages both write to one stream: a message longer than what goes
        out at once would be cut in two by the other, and the peer could read nothing more.
        """
        try:
            async with self._writing.setdefault(stream, trio.Lock()):
                await stream.write(encode_varint_prefixed(rpc_msg.SerializeToString()))
        except StreamError as error:
            peer = stream.muxed_conn.peer_id
            logger.debug("gossip write failed peer=%s error=%r", str(peer)[-8:], error)
            if self.peers.get(peer) is stream:
                if self._peer_is_connected(peer):
                    self.renew(peer, stream.muxed_conn)
                else:
                    self._handle_dead_peer(peer)
            return False
        return True

    def is_writing(self) -> bool:
        """Return whether anything waits to be sent to a peer, or is just being written."""
        return any(len(queue) for queue in self.peer_queues.values()) or any(
            lock.locked() for lock in self._writing.values()
        )

    def renew(self, peer_id: ID, closed: IMuxedConn) -> None:
        """Move our stream to another connection, if it ran over the one that closed.

        What the peer subscribed to stays known: it will not tell us again over its own stream that still lives.
        """
        stream = self.peers.get(peer_id)
        if stream is None or stream.muxed_conn is not closed:
            return
        del self.peers[peer_id]
        if peer_id in self.peer_queues:
            self.peer_queues.pop(peer_id).close()
        self._replayed_recent_topics.pop(peer_id, None)
        self.router.remove_peer(peer_id)
        self._schedule_peer_stream_retry(peer_id)

    async def reannounce(self) -> None:
        """Tell every peer our topics again and again: this heals a link on which one side lost track."""
        while True:
            await trio.sleep(REANNOUNCE_S)
            if self.peers and self.topic_ids:
                hello = self.get_hello_packet()
                hello.ClearField("senderRecord")
                await self.message_all_peers(hello.SerializeToString())
