"""A relay: keeps places for peers that nobody can dial, and carries circuits to them, within limits.

Our own in place of libp2p's, whose relay lets anybody take a place in another peer's name, mixes its status messages
into circuits, never ends an idle one, and cuts the wrong one of two circuits of a peer (docs/decisions/018).
Nothing runs while nobody uses it.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, cast

import trio
from libp2p.abc import INetStream
from libp2p.host.exceptions import StreamFailure
from libp2p.network.exceptions import SwarmException
from libp2p.network.stream.exceptions import StreamEOF
from libp2p.network.stream.net_stream import NetStream
from libp2p.peer.id import ID
from libp2p.relay.circuit_v2.pb.circuit_pb2 import HopMessage, Limit, PeerId, Reservation, Status, StopMessage

from node.network.errors import RelayRefused
from node.network.relay.messages import HOP, STOP, give_up, is_direct, peer_of, receive, send
from node.network.repairs.host import ORDINARY_ENDS, GuardedHost
from node.network.repairs.muxer import LiveYamux
from node.network.repairs.swarm import is_loopback
from node.relay_limits import RelayLimits

logger = logging.getLogger("node.network")

PLACE_S: Final = 3600
REACH_S: Final = 10.0
CHUNK: Final = 64 * 1024
CONNECTS: Final = 20
"""Circuits that one peer may ask for in CONNECTS_S, whether they come about or not."""
CONNECTS_S: Final = 60.0
ASKERS: Final = 1024


@dataclass(frozen=True, slots=True)
class Place:
    """What is kept for one peer: until when (`trio.current_time()`), and the IP address it asked from."""

    until_s: float
    host: str


@dataclass(slots=True)
class Budget:
    """The bytes that one circuit may still carry."""

    left: int


class Relay:
    """Serves `HOP` to everybody who is connected."""

    def __init__(self, host: GuardedHost, limits: RelayLimits, *, unix_s: Callable[[], float]) -> None:
        """Serve nobody yet.

        Args:
            host: the libp2p host.
            limits: what is given to others.
            unix_s: the time of day, in which a place's end is told.
        """
        self.limits = limits
        self._host = host
        self._unix_s = unix_s
        self._places: dict[ID, Place] = {}
        self._circuits: Counter[ID] = Counter()
        self._asked: dict[ID, tuple[float, int]] = {}
        self.circuits = 0
        """Circuits that are carried now."""

    def open(self) -> None:
        """Serve from now on."""
        self._host.set_stream_handler(HOP, self._serve)

    def reservations(self) -> int:
        """Return how many peers have a place now."""
        self._forget_the_gone()
        return len(self._places)

    async def _serve(self, stream: INetStream) -> None:
        """Answer one stream: one request, and the circuit that may come of it."""
        peer = stream.muxed_conn.peer_id
        try:
            if not is_direct(stream):
                await _answer(stream, Status.PERMISSION_DENIED)
                return
            try:
                ask = await receive(stream, HopMessage)
            except RelayRefused:
                await _answer(stream, Status.MALFORMED_MESSAGE)
                return
            if ask.type == HopMessage.RESERVE:
                await self._reserve(stream, peer)
            elif ask.type == HopMessage.CONNECT:
                await self._connect(stream, peer, ask)
            else:
                await _answer(stream, Status.UNEXPECTED_MESSAGE)
        except RelayRefused as error:
            logger.debug("relay request ended peer=%s error=%s", str(peer)[-8:], error)
        finally:
            await _close(stream)

    # --- places ------------------------------------------------------------------------------------------------------

    async def _reserve(self, stream: INetStream, peer: ID) -> None:
        """Keep a place for the peer that asks, whomever it names in its message."""
        host = _remote_host(stream)
        if not self._may_stay(peer, host):
            await _answer(stream, Status.RESERVATION_REFUSED)
            return
        self._places[peer] = Place(trio.current_time() + PLACE_S, host)
        name = self._host.get_id().to_base58()
        addresses = [
            address.encapsulate(address.__class__(f"/p2p/{name}")).to_bytes() for address in self._host.get_addrs()
        ]
        place = Reservation(expire=int(self._unix_s()) + PLACE_S, addrs=addresses)
        await send(
            stream,
            HopMessage(type=HopMessage.STATUS, status=Status.OK, reservation=place, limit=self._limit()),
        )

    def _may_stay(self, peer: ID, host: str) -> bool:
        self._forget_the_gone()
        others = [place for name, place in self._places.items() if name != peer]
        if len(others) >= self.limits.reservations:
            return False
        same_host = sum(place.host == host for place in others)
        return is_loopback(host) or same_host < self.limits.reservations_per_host

    def _forget_the_gone(self) -> None:
        now_s = trio.current_time()
        for peer, place in list(self._places.items()):
            if place.until_s <= now_s or not self._is_here(peer):
                del self._places[peer]

    def _is_here(self, peer: ID) -> bool:
        return any(not connection.is_closed for connection in self._host.swarm.get_connections(peer))

    def _limit(self) -> Limit:
        return Limit(duration=self.limits.duration_s, data=self.limits.data_bytes)

    # --- circuits ----------------------------------------------------------------------------------------------------

    async def _connect(self, stream: INetStream, source: ID, ask: HopMessage) -> None:
        """Carry a circuit from `source` to the peer that it names, or say why not."""
        target = peer_of(ask)
        refusal = self._objection(source, target)
        if refusal is not None:
            await _answer(stream, refusal)
            return
        with self._counted(source, target):
            far: INetStream | None = None
            try:
                far = await self._reach(source, target)
                if far is None:
                    await _answer(stream, Status.CONNECTION_FAILED)
                    return
                await send(stream, HopMessage(type=HopMessage.STATUS, status=Status.OK, limit=self._limit()))
                await carry(stream, far, data_bytes=self.limits.data_bytes, duration_s=self.limits.duration_s)
            finally:
                await give_up(far)

    def _objection(self, source: ID, target: ID) -> Status.ValueType | None:
        """Return why this circuit is not carried; None where it may be."""
        if target == source or target == self._host.get_id():
            return Status.PERMISSION_DENIED
        if not self._may_ask(source):
            return Status.RESOURCE_LIMIT_EXCEEDED
        self._forget_the_gone()
        if target not in self._places:
            return Status.NO_RESERVATION
        most = self.limits.circuits_per_peer
        if self.circuits >= self.limits.circuits or max(self._circuits[source], self._circuits[target]) >= most:
            return Status.RESOURCE_LIMIT_EXCEEDED
        return None

    def _may_ask(self, source: ID) -> bool:
        """Count a request for a circuit; each makes the relay disturb somebody else."""
        now_s = trio.current_time()
        since_s, count = self._asked.pop(source, (now_s, 0))
        if now_s - since_s >= CONNECTS_S:
            since_s, count = now_s, 0
        self._asked[source] = (since_s, count + 1)
        if len(self._asked) > ASKERS:
            del self._asked[next(iter(self._asked))]
        return count < CONNECTS

    @contextmanager
    def _counted(self, *peers: ID) -> Iterator[None]:
        self.circuits += 1
        self._circuits.update(peers)
        try:
            yield
        finally:
            self.circuits -= 1
            self._circuits.subtract(peers)
            for peer in peers:
                if not self._circuits[peer]:
                    del self._circuits[peer]

    async def _reach(self, source: ID, target: ID) -> INetStream | None:
        """Return a stream to the target that it has accepted for the source; None where it has not."""
        stream: INetStream | None = None
        try:
            with trio.fail_after(REACH_S):
                stream = await self._host.new_stream(target, [STOP])
                if is_direct(stream):
                    await send(
                        stream,
                        StopMessage(type=StopMessage.CONNECT, peer=PeerId(id=source.to_bytes()), limit=self._limit()),
                    )
                    answer = await receive(stream, StopMessage)
                    if answer.type == StopMessage.STATUS and answer.status == Status.OK:
                        return stream
        except (StreamFailure, SwarmException, RelayRefused, trio.TooSlowError, *ORDINARY_ENDS) as error:
            logger.debug("circuit refused target=%s error=%r", str(target)[-8:], error)
        except BaseException:
            await give_up(stream)
            raise
        await give_up(stream)
        return None


async def carry(one: INetStream, other: INetStream, *, data_bytes: int, duration_s: float) -> None:
    """Copy bytes both ways until both ends have ended, one breaks, or a limit is reached; then both are reset."""
    budget = Budget(data_bytes)
    try:
        with trio.move_on_after(duration_s):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_copy, one, other, budget, nursery.cancel_scope)
                nursery.start_soon(_copy, other, one, budget, nursery.cancel_scope)
    finally:
        await give_up(one, other)


async def _copy(source: INetStream, sink: INetStream, budget: Budget, circuit: trio.CancelScope) -> None:
    try:
        while True:
            data = await source.read(CHUNK)
            budget.left -= len(data)
            if budget.left < 0:
                break
            with trio.CancelScope(shield=True):  # what was read is passed on whole
                await sink.write(data)
    except StreamEOF:
        with trio.CancelScope(shield=True), trio.move_on_after(REACH_S):
            try:
                await cast(NetStream, sink).close_write()
            except ORDINARY_ENDS:
                circuit.cancel()
        return
    except ORDINARY_ENDS as error:
        logger.debug("circuit ended error=%r", error)
    circuit.cancel()


async def _answer(stream: INetStream, status: Status.ValueType) -> None:
    await send(stream, HopMessage(type=HopMessage.STATUS, status=status))


async def _close(stream: INetStream) -> None:
    """End a stream after what was written to it."""
    with trio.CancelScope(shield=True), trio.move_on_after(1):
        try:
            await stream.close()
        except ORDINARY_ENDS:
            return


def _remote_host(stream: INetStream) -> str:
    muxed = stream.muxed_conn
    return muxed.remote[0] if isinstance(muxed, LiveYamux) and muxed.remote is not None else ""
