"""The network of a node: one libp2p host with gossip, our dialer and our repairs.

`open_network` is the only way in. Everything outside this folder speaks in peer ids and addresses as text.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import trio
from libp2p.abc import INetConn, INetStream
from libp2p.custom_types import TProtocol
from libp2p.host.exceptions import StreamFailure
from libp2p.network.exceptions import SwarmException
from libp2p.peer.id import ID
from multiaddr.multiaddr import Multiaddr

from node.network import dialer
from node.network.addresses import Circuit, check_ports
from node.network.errors import NetworkError, NotConnected, StreamClosed, Timeout, UnknownProtocol
from node.network.frames import Frames
from node.network.gossip import Gossip, Subscription
from node.network.links import Link, LinkEvent, Links
from node.network.listening import Announced, announced_address, listen_address, start_listening
from node.network.relay.circuits import Circuits, Place
from node.network.relay.hop import Relay
from node.network.repairs.host import ORDINARY_ENDS, GuardedHost
from node.network.repairs.surface import check_library, quieten_library
from node.network.repairs.swarm import LastingSwarm, hang_up
from node.network.repairs.tasks import Offences, Tasks
from node.relay_limits import RelayLimits

logger = logging.getLogger("node.network")

CONNECTIONS = 256
CLOSE_S = 0.9
DRAIN_S = 0.3
PING_PROTOCOL = "/ipfs/ping/1.0.0"
PING_BYTES = 32
PING_S = 5.0

Handler = Callable[[str, Frames], Awaitable[None]]


class Network:
    """The running network; made by `open_network`.

    Attributes:
        peer_id: our own id, which follows from the seed.
        offences: how often each peer sent something malformed, by peer id.
        relay: what we carry for others; None where we do not.
    """

    def __init__(
        self, host: GuardedHost, gossip: Gossip, links: Links, announced: Announced, relay: Relay | None
    ) -> None:
        self.peer_id = host.get_id().to_base58()
        self.relay = relay
        self.offences = host.offences.by_peer
        self._host = host
        self._gossip = gossip
        self._links = links
        self._announced = announced
        self._circuits = Circuits(host)
        self._circuits.open()
        self._dialling: dict[ID, trio.Lock] = {}

    def addresses(self) -> list[str]:
        """Return where others can dial us: full multiaddrs ending in `/p2p/ID`, never a wildcard."""
        return [f"{address}/p2p/{self.peer_id}" for address in self._announced()]

    def listening(self) -> list[str]:
        """Return where this node listens, in the same form: what the local network is told, whatever others are."""
        return [f"{address}/p2p/{self.peer_id}" for address in self._announced.listening()]

    async def dial(
        self,
        peer_id: str,
        addresses: Sequence[str],
        *,
        timeout_s: float = dialer.TIMEOUT_S,
        is_direct: bool = False,
    ) -> None:
        """Connect to a peer, if it is not connected yet. Two calls for one peer share the work.

        Args:
            peer_id: whom to reach.
            addresses: where it may be, best first; those through relays are tried last.
            timeout_s: for everything together.
            is_direct: a connection through a relay does not count; it is closed when there is a direct one.

        Raises:
            DialError: no address led to the peer; the text says what was tried.
        """
        peer = dialer.parse_peer(peer_id)
        lock = self._dialling.setdefault(peer, trio.Lock())
        try:
            async with lock:
                await dialer.dial(
                    self._host.swarm,
                    peer,
                    addresses,
                    timeout_s=timeout_s,
                    through=self._dial_through,
                    is_direct=is_direct,
                )
                if is_direct:
                    await self._hang_up([each for each in self._connections(peer) if dialer.is_relayed(each)])
        finally:
            if not lock.locked():
                self._dialling.pop(peer, None)

    async def _dial_through(self, circuit: Circuit, peer: ID) -> INetConn:
        """Return a connection through a relay, which is dialled first where needed; a relay of no use is hung up on.

        Raises:
            NetworkError: the relay cannot be reached, or does not connect us.
            SwarmException: another peer is at the other end.
        """
        relay = dialer.parse_peer(circuit.relay)
        is_new = not self._links.is_connected(relay)
        if is_new:
            self._links.passing.add(relay)
        try:
            await dialer.dial(self._host.swarm, relay, [str(circuit.relay_address)], is_direct=True)
            return await self._circuits.dial(relay, peer, Multiaddr(str(circuit)))
        except BaseException:
            if is_new and not self._circuits.has_place(relay):
                await self._hang_up(self._connections(relay))
                self._links.passing.discard(relay)
            raise

    async def reserve(self, peer_id: str) -> Place:
        """Ask a connected peer to keep a place for us, so that others can dial us through it; or to keep it longer.

        Raises:
            NotConnected: the peer is not connected directly.
            UnknownProtocol: the peer is no relay.
            RelayRefused: it has no place for us, or its answer makes no sense.
        """
        peer = dialer.parse_peer(peer_id)
        link = next((link for link in self._links.all() if link.peer_id == peer_id), None)
        if link is None or link.path == "relayed":
            raise NotConnected(f"Peer …{peer_id[-8:]} is not connected directly.")
        return await self._circuits.reserve(peer, "" if link.inbound else link.address)

    def leave_relay(self, peer_id: str) -> None:
        """Accept no more connections through a relay."""
        self._circuits.leave(dialer.parse_peer(peer_id))

    def _connections(self, peer: ID) -> list[INetConn]:
        return [each for each in self._host.swarm.get_connections(peer) if not each.is_closed]

    def links(self) -> list[Link]:
        """Return one link for each connected peer, sorted by peer id."""
        return self._links.all()

    def is_connected(self, peer_id: str) -> bool:
        """Return whether the peer is connected."""
        return self._links.is_connected(dialer.parse_peer(peer_id))

    async def disconnect(self, peer_id: str) -> None:
        """Hang up on a peer; streams to it end. It may dial us again."""
        await self._hang_up(self._host.swarm.get_connections(dialer.parse_peer(peer_id)))

    async def _hang_up(self, connections: Sequence[INetConn]) -> None:
        async with trio.open_nursery() as nursery:
            for connection in connections:
                nursery.start_soon(hang_up, connection)

    def link_events(self) -> trio.MemoryReceiveChannel[LinkEvent]:
        """Return a new channel of LinkUp and LinkDown; it begins with a LinkUp for each peer connected now."""
        return self._links.events()

    async def ping(self, peer_id: str) -> float:
        """Return the time of a round trip to a peer, in seconds.

        Raises:
            NotConnected: the peer is not connected.
            Timeout: no answer within PING_S.
            StreamClosed: the connection was lost meanwhile.
        """
        stream = await self._open(peer_id, PING_PROTOCOL, PING_S)
        try:
            with trio.fail_after(PING_S):
                start = trio.current_time()
                await stream.write(bytes(PING_BYTES))
                answered = 0
                while answered < PING_BYTES:
                    answered += len(await stream.read(PING_BYTES - answered))
                return trio.current_time() - start
        except trio.TooSlowError as error:
            raise Timeout(f"Peer …{peer_id[-8:]} did not answer within {PING_S:g} s.") from error
        except ORDINARY_ENDS as error:
            raise StreamClosed(f"The connection to peer …{peer_id[-8:]} was lost.") from error
        finally:
            await Frames(stream).reset()

    def serve(self, protocol: str, handler: Handler) -> None:
        """Answer streams of a protocol.

        Args:
            protocol: its name, such as `/peer2peer/sync/1`.
            handler: called as a task for each stream, with the peer id that the handshake proved. When it returns,
                the stream is closed; when it raises, the stream is reset and the error logged, and nothing else ends.
        """

        async def serve_one(stream: INetStream) -> None:
            peer = stream.muxed_conn.peer_id.to_base58()
            frames = Frames(stream)
            try:
                await handler(peer, frames)
            except NetworkError as error:
                logger.debug("stream ended protocol=%s peer=%s error=%r", protocol, peer[-8:], error)
                await frames.reset()
            except Exception:  # the edge of a service: one stream's error ends one stream
                logger.exception("handler failed protocol=%s peer=%s", protocol, peer[-8:])
                await frames.reset()
            else:
                await frames.aclose()

        self._host.set_stream_handler(TProtocol(protocol), serve_one)

    async def open_stream(self, peer_id: str, protocol: str, *, timeout_s: float = 5) -> Frames:
        """Open a stream to a connected peer.

        Raises:
            NotConnected: the peer is not connected.
            UnknownProtocol: the peer does not speak the protocol.
            StreamClosed: the peer reset the stream at once.
            Timeout: the peer did not answer in time.
        """
        return Frames(await self._open(peer_id, protocol, timeout_s))

    async def _open(self, peer_id: str, protocol: str, timeout_s: float) -> INetStream:
        peer = dialer.parse_peer(peer_id)
        if not self._links.is_connected(peer):
            raise NotConnected(f"Peer …{peer_id[-8:]} is not connected.")
        try:
            with trio.fail_after(timeout_s):
                return await self._host.new_stream(peer, [TProtocol(protocol)])
        except trio.TooSlowError as error:
            raise Timeout(f"Peer …{peer_id[-8:]} did not answer within {timeout_s:g} s.") from error
        except StreamFailure as error:
            if "not supported" in str(error.__cause__):
                raise UnknownProtocol(f"Peer …{peer_id[-8:]} does not speak {protocol}.") from error
            if self._links.is_connected(peer):
                raise StreamClosed(f"Peer …{peer_id[-8:]} closed the stream at once.") from error
            raise NotConnected(f"The connection to peer …{peer_id[-8:]} was lost.") from error
        except (SwarmException, *ORDINARY_ENDS) as error:
            raise NotConnected(f"The connection to peer …{peer_id[-8:]} was lost.") from error

    async def subscribe(self, topic: str, validate: Callable[[bytes], bool]) -> Subscription:
        """Read a topic; see `Gossip.subscribe`."""
        return await self._gossip.subscribe(topic, validate)

    async def publish(self, topic: str, data: bytes) -> None:
        """Hand a message to the peers of a topic; see `Gossip.publish`."""
        await self._gossip.publish(topic, data)

    async def drain(self, *, timeout_s: float = DRAIN_S) -> None:
        """Return once what was published has left this node, or the time is up."""
        with trio.move_on_after(timeout_s):
            await self._gossip.drain()

    def topic_peers(self, topic: str) -> list[str]:
        """Return the connected peers that read a topic, sorted."""
        return self._gossip.peers(topic)


@asynccontextmanager
async def open_network(
    *,
    seed: bytes,
    listen: Sequence[str],
    announce: Sequence[str] = (),
    connection_limit: int = CONNECTIONS,
    relaying: RelayLimits | None = None,
    unix_s: Callable[[], float] = lambda: 0.0,
) -> AsyncIterator[Network]:
    """Run the network for the length of the block; leaving it takes less than a second.

    Args:
        seed: 32 secret bytes; the peer id follows from them.
        listen: addresses such as `/ip4/0.0.0.0/tcp/4001`; port 0 takes any free one. Empty: dial only.
        announce: addresses that others are told in place of those.
        connection_limit: most connections at a time, inbound and outbound together.
        relaying: carry connections of others within these limits; None: carry none.
        unix_s: the time of day, for relays only.

    Raises:
        LibraryMismatch: libp2p is not the release that the repairs were written for.
        PortInUse: another program listens on a port of `listen`.
        ListenError: an address of `listen` or `announce` cannot be used.
    """
    check_library()
    quieten_library()
    announced = Announced([announced_address(text) for text in announce])
    addresses = [listen_address(text) for text in listen]
    check_ports(addresses)
    offences = Offences()
    swarm = LastingSwarm(seed=seed, connection_limit=connection_limit)
    host = GuardedHost(swarm, offences, announced)
    announced.swarm = swarm
    gossip = Gossip(host)
    try:
        async with trio.open_nursery() as nursery:
            links = Links(swarm, gossip.pubsub)
            swarm.register_notifee(links)
            for service in (swarm, gossip.router, gossip.pubsub):
                await nursery.start(Tasks(service, offences).run)
            await gossip.pubsub.wait_until_ready()
            gossip.pubsub.manager.run_daemon_task(gossip.pubsub.reannounce)
            try:
                await start_listening(swarm, addresses)
                relay = Relay(host, relaying, unix_s=unix_s) if relaying is not None else None
                if relay is not None:
                    relay.open()
                yield Network(host, gossip, links, announced, relay)
            finally:
                with trio.move_on_after(CLOSE_S, shield=True):
                    await host.close()
                links.close()
                gossip.close()
                nursery.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        # The tasks in the nursery are guarded, so the error is the caller's own: hand it back as it was raised.
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None
        raise
