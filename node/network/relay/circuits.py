"""Circuits of our own: places kept for us at relays, and connections that we dial or are dialled through one."""

import logging
from collections import Counter
from dataclasses import dataclass
from typing import Final

import trio
from libp2p.abc import INetConn, INetStream
from libp2p.host.exceptions import StreamFailure
from libp2p.network.exceptions import SwarmException
from libp2p.peer.id import ID
from libp2p.relay.circuit_v2.pb.circuit_pb2 import HopMessage, PeerId, Status, StopMessage
from multiaddr.multiaddr import Multiaddr

from node.network.addresses import Circuit, split_peer
from node.network.errors import NotConnected, RelayRefused, UnknownProtocol
from node.network.relay.messages import (
    ANSWER_S,
    HOP,
    STOP,
    give_up,
    is_direct,
    peer_of,
    receive,
    send,
    status_name,
)
from node.network.repairs.host import ORDINARY_ENDS, GuardedHost
from node.network.repairs.swarm import hang_up

logger = logging.getLogger("node.network")

INBOUND_PER_RELAY: Final = 48
ADDRESSES: Final = 2
"""Addresses of one relay that are told: each makes invites and registers longer."""
ADDRESS_CHARACTERS: Final = 280


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a relay keeps for us.

    Attributes:
        expires_unix_s: its end by the relay's clock, as the relay says.
        addresses: where we can be dialled through it, as full multiaddrs.
    """

    expires_unix_s: int
    addresses: tuple[str, ...]


class Circuits:
    """The client's side of relaying."""

    def __init__(self, host: GuardedHost) -> None:
        self._host = host
        self._relays: set[ID] = set()
        self._inbound: Counter[ID] = Counter()

    def open(self) -> None:
        """Accept circuits from now on, through relays where we asked for a place."""
        self._host.set_stream_handler(STOP, self._accept)

    # --- places ------------------------------------------------------------------------------------------------------

    async def reserve(self, relay: ID, dialled: str) -> Place:
        """Ask a connected relay to keep a place for us, or to keep it longer.

        Args:
            relay: the relay.
            dialled: where we dialled it, which is how others may reach it too; "" if it dialled us.

        Raises:
            NotConnected: the relay is not connected directly.
            UnknownProtocol: the peer is no relay.
            RelayRefused: it has no place, or its answer makes no sense.
        """
        stream = await self._ask(relay, HopMessage(type=HopMessage.RESERVE))
        try:
            answer = await receive(stream, HopMessage)
        finally:
            await give_up(stream)
        if answer.type != HopMessage.STATUS or answer.status != Status.OK or not answer.HasField("reservation"):
            raise RelayRefused(f"Relay …{str(relay)[-8:]} keeps no place for us ({status_name(answer)[:40]}).")
        told = [dialled, *map(_address, answer.reservation.addrs[:16])]
        addresses = tuple(dict.fromkeys(filter(None, (self._through(relay, text) for text in told))))[:ADDRESSES]
        if not addresses:
            raise RelayRefused(f"Relay …{str(relay)[-8:]} tells no address at which others could find it.")
        self._relays.add(relay)
        return Place(int(answer.reservation.expire), addresses)

    def has_place(self, relay: ID) -> bool:
        """Return whether a relay keeps a place for us, as far as we know."""
        return relay in self._relays

    def leave(self, relay: ID) -> None:
        """Accept no more circuits through a relay."""
        self._relays.discard(relay)

    def _through(self, relay: ID, text: str) -> str:
        """Return the address of ours that leads through one of the relay's; empty where that one is of no use."""
        try:
            address, named = split_peer(text)
        except ValueError:
            return ""
        if named not in (None, relay.to_base58()):
            return ""
        whole = str(Circuit(address, relay.to_base58(), self._host.get_id().to_base58()))
        return whole if len(whole) <= ADDRESS_CHARACTERS else ""

    # --- dialling ----------------------------------------------------------------------------------------------------

    async def dial(self, relay: ID, target: ID, address: Multiaddr) -> INetConn:
        """Return a connection to `target` through a relay that is connected; the target's identity is proven.

        Args:
            relay: carries the circuit.
            target: whom to reach.
            address: the circuit's address, as it is told in `peers`.

        Raises:
            NotConnected, UnknownProtocol, RelayRefused: the relay is gone, is none, or does not connect us.
            SwarmException: whoever is at the other end is not `target`.
        """
        stream = await self._ask(relay, HopMessage(type=HopMessage.CONNECT, peer=PeerId(id=target.to_bytes())))
        try:
            answer = await receive(stream, HopMessage, timeout_s=2 * ANSWER_S)
            if answer.type != HopMessage.STATUS or answer.status != Status.OK:
                raise RelayRefused(f"the relay says {status_name(answer)[:40] or 'nothing'}")
            return await self._host.swarm.take_circuit(stream, address, target)
        except BaseException:
            await give_up(stream)
            raise

    async def _ask(self, relay: ID, message: HopMessage) -> INetStream:
        """Return a stream to the relay on which this was asked."""
        stream: INetStream | None = None
        try:
            with trio.fail_after(ANSWER_S):
                stream = await self._host.new_stream(relay, [HOP])
                if not is_direct(stream):
                    raise NotConnected(f"Relay …{str(relay)[-8:]} is not connected directly.")
                await send(stream, message)
                return stream
        except StreamFailure as error:
            if "not supported" in str(error.__cause__):
                raise UnknownProtocol(f"Peer …{str(relay)[-8:]} is no relay.") from error
            raise NotConnected(f"The connection to relay …{str(relay)[-8:]} was lost.") from error
        except (SwarmException, *ORDINARY_ENDS) as error:
            raise NotConnected(f"The connection to relay …{str(relay)[-8:]} was lost.") from error
        except trio.TooSlowError as error:
            await give_up(stream)
            raise RelayRefused(f"Relay …{str(relay)[-8:]} did not answer within {ANSWER_S:g} s.") from error
        except BaseException:
            await give_up(stream)
            raise

    # --- being dialled -----------------------------------------------------------------------------------------------

    async def _accept(self, stream: INetStream) -> None:
        """Take a circuit that a relay of ours brings, and see it to its end."""
        relay = stream.muxed_conn.peer_id
        if relay not in self._relays or not is_direct(stream) or self._inbound[relay] >= INBOUND_PER_RELAY:
            await send(stream, StopMessage(type=StopMessage.STATUS, status=Status.PERMISSION_DENIED))
            return
        self._inbound[relay] += 1
        try:
            await self._welcome(relay, stream)
        except RelayRefused as error:
            logger.debug("circuit refused relay=%s error=%s", str(relay)[-8:], error)
        finally:
            self._inbound[relay] -= 1
            if not self._inbound[relay]:
                del self._inbound[relay]
            await give_up(stream)

    async def _welcome(self, relay: ID, stream: INetStream) -> None:
        ask = await receive(stream, StopMessage)
        if ask.type != StopMessage.CONNECT:
            await send(stream, StopMessage(type=StopMessage.STATUS, status=Status.UNEXPECTED_MESSAGE))
            return
        caller = peer_of(ask)
        await send(stream, StopMessage(type=StopMessage.STATUS, status=Status.OK))
        address = Multiaddr(f"/p2p/{relay.to_base58()}/p2p-circuit/p2p/{caller.to_base58()}")
        try:
            connection = await self._host.swarm.welcome_circuit(stream, address)
        except SwarmException as error:
            raise RelayRefused("nobody proved an identity") from error
        if connection.muxed_conn.peer_id != caller:
            await hang_up(connection, grace_s=0)
            raise RelayRefused("the relay named another peer than the one who came")
        await connection.event_closed.wait()


def _address(data: bytes) -> str:
    """Return an address that a relay told as text; empty where it is none."""
    try:
        return str(Multiaddr(data))
    except Exception:  # noqa: BLE001 - the relay chose the bytes, and multiaddr has many errors for them
        return ""
