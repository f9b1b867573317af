"""A swarm that can stay up for months.

As shipped, an accepted connection keeps its slot after it has closed, so that the 251st since the start is refused for
ever; a handful of half-open sockets from one address block everybody; the library dials peers by itself, also those we
hung up on; and plaintext connections, which prove no identity, are accepted.
"""

import logging
from collections import Counter
from collections.abc import Awaitable
from typing import Any, cast

import trio
from libp2p.abc import INetConn, INetStream, IRawConnection
from libp2p.connection_types import ConnectionType
from libp2p.crypto.ed25519 import create_new_key_pair
from libp2p.crypto.x25519 import create_new_key_pair as create_noise_key_pair
from libp2p.io.abc import ReadWriteCloser
from libp2p.io.trio import TrioTCPStream
from libp2p.metrics.swarm import SwarmEvent
from libp2p.network.auto_connector import AutoConnector
from libp2p.network.config import ConnectionConfig, RetryConfig
from libp2p.network.connection.raw_connection import RawConnection
from libp2p.network.connection.swarm_connection import SwarmConn
from libp2p.network.exceptions import SwarmException
from libp2p.network.swarm import Swarm
from libp2p.peer.id import ID
from libp2p.peer.peerstore import PeerStore
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE
from libp2p.security.noise.transport import Transport as NoiseTransport
from libp2p.transport.tcp.tcp import TCP
from libp2p.transport.upgrader import TransportUpgrader
from multiaddr.multiaddr import Multiaddr

from node.network.repairs.carrier import Carrier
from node.network.repairs.muxer import LiveMuxers, LiveYamux

logger = logging.getLogger("node.network")

UPGRADE_S = 5.0
HANDSHAKES = 128
HANDSHAKES_PER_HOST = 64
CONNECTIONS_PER_HOST = 128
CLOSE_S = 0.1


class NoAutoConnector(AutoConnector):
    """Never dials: we know better whom to call."""

    async def run_background_task(self, nursery: trio.Nursery) -> None:
        """Start nothing."""

    async def maybe_connect(self) -> None:
        """Dial nobody."""


class LastingSwarm(Swarm):
    """A swarm whose inbound slots are freed when a connection ends, with a limit for each remote host."""

    def __init__(self, *, seed: bytes, connection_limit: int) -> None:
        keys = create_new_key_pair(seed)
        noise = NoiseTransport(keys, noise_privkey=create_noise_key_pair().private_key)
        peer = ID.from_pubkey(keys.public_key)
        upgrader = TransportUpgrader({NOISE: noise}, {})
        upgrader.muxer_multistream = LiveMuxers()
        store = PeerStore()
        store.add_key_pair(peer, keys)
        super().__init__(
            peer,
            store,
            upgrader,
            transports=[TCP()],
            retry_config=RetryConfig(max_retries=0),
            connection_config=ConnectionConfig(
                max_connections=connection_limit,
                min_connections=0,
                low_watermark=0,
                high_watermark=connection_limit,
                inbound_upgrade_timeout=UPGRADE_S,
                inbound_stream_protocol_negotiation_timeout=UPGRADE_S,
            ),
        )
        self._handshakes: Counter[str] = Counter()
        self._inbound: Counter[str] = Counter()

    def _init_connection_management(self) -> None:
        super()._init_connection_management()
        self.auto_connector = NoAutoConnector(self)
        self._inbound_limiter = trio.CapacityLimiter(self.connection_config.max_connections + HANDSHAKES)

    async def dial_peer(self, peer_id: ID) -> list[INetConn]:
        """Refuse: libp2p calls this when it wants a stream to a peer that is not connected; dialling is ours.

        Raises:
            SwarmException: always.
        """
        raise SwarmException(f"not connected to {peer_id}")

    def _schedule_auto_connect(self) -> None:
        """Do nothing when a connection ends."""

    async def _do_handle_inbound_connection(
        self, read_write_closer: ReadWriteCloser, maddr: Multiaddr, failure_event: SwarmEvent
    ) -> None:
        """Upgrade one accepted socket and hold its slot until the connection ends."""
        remote = remote_of(read_write_closer)
        host = remote[0] if remote else ""
        crowded = self._inbound[host] >= CONNECTIONS_PER_HOST and not is_loopback(host)
        if crowded or self._handshakes[host] >= HANDSHAKES_PER_HOST:
            await read_write_closer.close()
            return
        self._inbound[host] += 1
        try:
            connection = await self._upgrade_inbound(read_write_closer, maddr, host)
            if connection is not None:
                await connection.event_closed.wait()
        finally:
            forget(self._inbound, host)

    async def _upgrade_inbound(self, socket: ReadWriteCloser, maddr: Multiaddr, host: str) -> SwarmConn | None:
        self._handshakes[host] += 1
        try:
            muxed = await self.upgrade_inbound_raw_conn(RawConnection(socket, False), maddr)
        except Exception as error:  # noqa: BLE001 - the edge: anybody can open a socket and send anything
            logger.debug("inbound refused error=%r", error)
            with trio.move_on_after(1), trio.CancelScope(shield=True):
                await socket.close()
            return None
        finally:
            forget(self._handshakes, host)
        for connection in self.get_connections(muxed.peer_id):
            if connection.muxed_conn is muxed:
                attach(connection, socket)
                return cast(SwarmConn, connection)
        return None

    async def upgrade_outbound_raw_conn(
        self, raw_conn: IRawConnection, peer_id: ID, pre_scope: Any = None
    ) -> SwarmConn:
        """Upgrade a dialled socket, and remember the socket so that it can be cut."""
        connection = await super().upgrade_outbound_raw_conn(raw_conn, peer_id, pre_scope)
        attach(connection, getattr(raw_conn, "stream", None))
        return connection

    async def take_circuit(self, stream: INetStream, address: Multiaddr, peer_id: ID) -> SwarmConn:
        """Return the connection to `peer_id` over a circuit that a relay has opened for us.

        Raises:
            SwarmException: whoever is at the other end is not that peer, or there are too many connections.
        """
        if len(self.get_connections()) >= self.connection_config.max_connections:
            raise SwarmException("Maximum connections limit reached")
        carrier = Carrier(stream)
        raw = RawConnection(carrier, True, ConnectionType.RELAYED, [address])
        try:
            connection = await self.upgrade_outbound_raw_conn(raw, peer_id)
        except BaseException:
            await carrier.close()
            raise
        connection.set_transport_info([address], ConnectionType.RELAYED)
        return connection

    async def welcome_circuit(self, stream: INetStream, address: Multiaddr) -> SwarmConn:
        """Return the connection of whoever comes through a relay; its `peer_id` is proven, and not what a relay says.

        Raises:
            SwarmException: nobody proved an identity in time, or there are too many connections.
        """
        carrier = Carrier(stream)
        raw = RawConnection(carrier, False, ConnectionType.RELAYED, [address])
        try:
            muxed = await self.upgrade_inbound_raw_conn(raw, address)
        except SwarmException:
            await carrier.close()
            raise
        except BaseException as error:
            await carrier.close()
            if isinstance(error, Exception):  # the peer chose the bytes
                raise SwarmException("the upgrade failed") from error
            raise
        for connection in self.get_connections(muxed.peer_id):
            if connection.muxed_conn is muxed:
                attach(connection, carrier)
                settled = cast(SwarmConn, connection)
                settled.set_transport_info([address], ConnectionType.RELAYED)
                return settled
        await carrier.close()
        raise SwarmException("the connection ended at once")


def attach(connection: INetConn, stream: object) -> None:
    """Tell a connection's muxer which socket or circuit carries it."""
    muxed = connection.muxed_conn
    if isinstance(muxed, LiveYamux) and isinstance(stream, Carrier):
        muxed.carrier = stream
    if isinstance(muxed, LiveYamux) and isinstance(stream, TrioTCPStream):
        muxed.socket = stream.stream
        muxed.remote = remote_of(stream)


def remote_of(stream: object) -> tuple[str, int] | None:
    """Return IP address and port of the other end of a TCP stream; libp2p's own answer fails for IPv6."""
    if not isinstance(stream, TrioTCPStream):
        return None
    try:
        host, port, *_ = stream.stream.socket.getpeername()
    except (OSError, ValueError):
        return None
    return str(host), int(port)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: several nodes on one machine share one address."""
    return host.startswith("127.") or host == "::1"


def forget(counter: Counter[str], host: str) -> None:
    """Take one from a host's count; a count of nothing takes no memory."""
    counter[host] -= 1
    if counter[host] <= 0:
        del counter[host]


async def hang_up(connection: INetConn, *, grace_s: float = CLOSE_S) -> None:
    """Close a connection: politely within `grace_s`, then by cutting its socket. It never hangs on a dead link.

    A cancel does not stop it, since a half-closed connection would stay on the books for ever.
    """
    muxed = connection.muxed_conn
    with trio.CancelScope(shield=True), trio.move_on_after(grace_s + 2):
        async with trio.open_nursery() as nursery:
            if isinstance(muxed, LiveYamux):
                if grace_s <= 0:
                    await muxed.cut()
                nursery.start_soon(_cut_later, muxed, grace_s)
            try:
                await cast(Awaitable[None], connection.close())
            except Exception as error:  # noqa: BLE001 - the edge of a service: the socket is cut in any case
                logger.debug("close failed error=%r", error)
            nursery.cancel_scope.cancel()


async def _cut_later(muxed: LiveYamux, after_s: float) -> None:
    await trio.sleep(after_s)
    await muxed.cut()
