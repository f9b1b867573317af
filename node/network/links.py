"""Links: who is connected, over what, and the news of it.

A peer may have several connections (both sides dialled at once, or it moved to another network); outside this module
there is one link a peer.
"""

import logging
from dataclasses import dataclass
from typing import Literal

import trio
from libp2p.abc import INetConn, INetStream, INetwork, INotifee
from libp2p.connection_types import ConnectionType
from libp2p.peer.id import ID
from libp2p.rcmgr import Direction
from multiaddr.multiaddr import Multiaddr

from node.network.addresses import is_local
from node.network.repairs.muxer import LiveYamux
from node.network.repairs.pubsub import SteadyPubsub
from node.network.repairs.swarm import LastingSwarm, hang_up

logger = logging.getLogger("node.network")

PROBE_S = 2.0
EVENTS = 1024

Path = Literal["lan", "direct", "relayed"]


@dataclass(frozen=True, slots=True)
class Link:
    """A connection to a peer.

    Attributes:
        peer_id: the peer, proven by the handshake.
        address: the other end as a multiaddr, or "" if it is not known; of a relayed link, the circuit's.
        path: `lan` (this machine or a private address), `direct` (over the internet) or `relayed`.
        inbound: whether the peer dialled us.
        is_passing: whether we dialled it only to reach somebody else through it.
    """

    peer_id: str
    address: str
    path: Path
    inbound: bool
    is_passing: bool = False


@dataclass(frozen=True, slots=True)
class LinkUp:
    """A peer got its first connection."""

    peer_id: str


@dataclass(frozen=True, slots=True)
class LinkDown:
    """A peer lost its last connection."""

    peer_id: str


LinkEvent = LinkUp | LinkDown


class Links(INotifee):
    """The table of links. libp2p tells it of connections; it tells its listeners of peers."""

    def __init__(self, swarm: LastingSwarm, pubsub: SteadyPubsub) -> None:
        self._swarm = swarm
        self._pubsub = pubsub
        self._up: set[str] = set()
        self.passing: set[ID] = set()
        """Relays that were dialled only to reach somebody else."""
        self._listeners: set[trio.MemorySendChannel[LinkEvent]] = set()

    def events(self) -> trio.MemoryReceiveChannel[LinkEvent]:
        """Return a new channel of events; it begins with a LinkUp for each peer that is connected now.

        Close it when done. A reader that is EVENTS behind gets the end of the channel.
        """
        sender, receiver = trio.open_memory_channel[LinkEvent](EVENTS + len(self._up))
        for peer in sorted(self._up):
            sender.send_nowait(LinkUp(peer))
        self._listeners.add(sender)
        return receiver

    def all(self) -> list[Link]:
        """Return one link for each connected peer, sorted by peer id: the one that libp2p would use."""
        links = []
        for peer, connections in sorted(self._swarm.get_connections_map().items(), key=lambda item: str(item[0])):
            living = [connection for connection in connections if not connection.is_closed]
            if living:
                links.append(describe(peer, self._swarm._best_connection(living), is_passing=peer in self.passing))
        return links

    def is_connected(self, peer: ID) -> bool:
        """Return whether at least one connection to the peer is open."""
        return any(not connection.is_closed for connection in self._swarm.get_connections(peer))

    async def connected(self, network: INetwork, conn: INetConn) -> None:
        """Take note of a new connection, and check that older ones to the same peer are still alive."""
        peer = conn.muxed_conn.peer_id
        self._refresh(peer)
        for older in self._swarm.get_connections(peer):
            if older is not conn and not older.is_closed:
                self._pubsub.manager.run_task(self._probe, older)

    async def disconnected(self, network: INetwork, conn: INetConn) -> None:
        """Take note of a closed connection; gossip that ran over it moves to another one."""
        peer = conn.muxed_conn.peer_id
        self._refresh(peer)
        if self.is_connected(peer):
            self._pubsub.renew(peer, conn.muxed_conn)

    async def opened_stream(self, network: INetwork, stream: INetStream) -> None:
        """Ignore it."""

    async def closed_stream(self, network: INetwork, stream: INetStream) -> None:
        """Ignore it."""

    async def listen(self, network: INetwork, multiaddr: Multiaddr) -> None:
        """Ignore it."""

    async def listen_close(self, network: INetwork, multiaddr: Multiaddr) -> None:
        """Ignore it."""

    async def _probe(self, connection: INetConn) -> None:
        """Cut a connection that does not answer: its peer came back over a new one."""
        muxed = connection.muxed_conn
        if isinstance(muxed, LiveYamux) and not await muxed.answers(PROBE_S):
            logger.info("zombie link cut peer=%s", str(muxed.peer_id)[-8:])
            await hang_up(connection, grace_s=0)

    def _refresh(self, peer: ID) -> None:
        name = peer.to_base58()
        connected = self.is_connected(peer)
        if connected == (name in self._up):
            return
        if not connected:
            self.passing.discard(peer)
        if connected:
            self._up.add(name)
            self._tell(LinkUp(name))
        else:
            self._up.discard(name)
            self._tell(LinkDown(name))

    def _tell(self, event: LinkEvent) -> None:
        for sender in list(self._listeners):
            try:
                sender.send_nowait(event)
            except trio.BrokenResourceError:
                self._listeners.discard(sender)
            except trio.WouldBlock:
                logger.warning("a reader of link events is too slow; it is cut off")
                sender.close()
                self._listeners.discard(sender)

    def close(self) -> None:
        """End every channel of events."""
        for sender in self._listeners:
            sender.close()
        self._listeners.clear()


def describe(peer: ID, connection: INetConn, *, is_passing: bool = False) -> Link:
    """Return what is known of a connection."""
    muxed = connection.muxed_conn
    remote = muxed.remote if isinstance(muxed, LiveYamux) else None
    path: Path = "direct"
    address = ""
    if connection.get_connection_type() == ConnectionType.RELAYED:
        path = "relayed"
        address = str(next(iter(connection.get_transport_addresses()), ""))
    elif remote is not None:
        host, port = remote
        address = f"/{'ip6' if ':' in host else 'ip4'}/{host}/tcp/{port}"
        path = "lan" if is_local(host) else "direct"
    is_inbound = getattr(connection, "direction", None) == Direction.INBOUND
    return Link(peer.to_base58(), address, path, is_inbound, is_passing)
