"""Staying connected: dials peers known from before, from invites and from the local network, again and again.

Each peer that is not connected is dialled with its own back-off (1 s, doubled up to 5 min, one fifth jitter); seeing
it on the local network, or losing a connection, begins anew. One that is connected through a relay is dialled directly
now and then.
"""

from collections.abc import Callable
from logging import getLogger
from random import Random
from typing import Final

import trio

from node.clock import Clock
from node.network.addresses import is_circuit
from node.network.errors import DialError, NetworkError
from node.network.found import Found, dial_delay_s
from node.network.host import Network
from node.network.links import Link, LinkDown, LinkUp
from node.store.catalogue import Catalogue

log = getLogger("node.peers")

FIRST_S: Final = 1.0
LONGEST_S: Final = 300.0
JITTER: Final = 0.2
AT_ONCE: Final = 8
CLOSER_S: Final = 15.0
"""So long a connection through a relay lasts before a direct one is tried."""


class Peers:
    """Whom this node tries to stay connected with."""

    def __init__(self, network: Network, catalogue: Catalogue, *, clock: Clock, random: Random) -> None:
        self._network = network
        self._catalogue = catalogue
        self._clock = clock
        self._random = random
        self._addresses: dict[str, tuple[str, ...]] = {
            peer.peer_id: peer.addresses for peer in catalogue.peers() if peer.peer_id != network.peer_id
        }
        self._redial: dict[str, trio.Event] = {}
        self._nursery: trio.Nursery | None = None
        self._slots = trio.CapacityLimiter(AT_ONCE)
        self.on_up: Callable[[str], None] = lambda _peer: None
        self.on_down: Callable[[str], None] = lambda _peer: None

    def add(self, peer_id: str, addresses: tuple[str, ...], *, delay_s: float = 0.0) -> None:
        """Keep connected with a peer at these addresses, from `delay_s` on."""
        if peer_id == self._network.peer_id:
            return
        known = self._addresses.get(peer_id, ())
        self._addresses[peer_id] = tuple(dict.fromkeys((*addresses, *known)))[:8]
        self._keep(peer_id, delay_s)

    def known(self) -> dict[str, tuple[str, ...]]:
        """Return the addresses of every peer that this node tries to reach."""
        return dict(self._addresses)

    def found(self, found: Found) -> None:
        """Take in a peer seen on the local network; one side dials first, the other only if that fails."""
        self.add(found.peer_id, tuple(found.addresses), delay_s=dial_delay_s(self._network.peer_id, found.peer_id))

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Watch connections and dial until cancelled."""
        self._redial.clear()
        events = self._network.link_events()
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                for peer_id in list(self._addresses):
                    self._keep(peer_id, 0.0)
                task_status.started()
                async for event in events:
                    self._follow(event)
        finally:
            self._nursery = None

    def _follow(self, event: LinkUp | LinkDown) -> None:
        match event:
            case LinkUp(peer_id):
                self._remember(peer_id)
                self.on_up(peer_id)
                if peer_id not in self._redial and self._may_be_closer(peer_id):
                    self._keep(peer_id, CLOSER_S)
            case LinkDown(peer_id):
                self.on_down(peer_id)
                self._keep(peer_id, 0.0)

    def _remember(self, peer_id: str) -> None:
        """Keep where a peer was met, if we dialled it: an inbound connection's port is not where it listens."""
        link = self._link(peer_id)
        addresses = self._addresses.get(peer_id, ())
        if link is not None and not link.inbound and link.address and not link.is_passing:
            whole = link.address if "/p2p/" in link.address else f"{link.address}/p2p/{peer_id}"
            addresses = tuple(dict.fromkeys((whole, *addresses)))
        if addresses:
            self._addresses[peer_id] = addresses[:8]
            self._catalogue.remember_peer(peer_id, self._addresses[peer_id], seen_ms=self._clock.now_ms())

    def _link(self, peer_id: str) -> Link | None:
        return next((link for link in self._network.links() if link.peer_id == peer_id), None)

    def _may_be_closer(self, peer_id: str) -> bool:
        """Return whether a peer is connected through a relay, though it told addresses of its own."""
        link = self._link(peer_id)
        direct = [address for address in self._addresses.get(peer_id, ()) if not is_circuit(address)]
        return link is not None and link.path == "relayed" and bool(direct)

    def _keep(self, peer_id: str, delay_s: float) -> None:
        if peer_id in self._redial:
            self._redial[peer_id].set()
        elif self._nursery is not None and self._addresses.get(peer_id):
            self._redial[peer_id] = trio.Event()
            self._nursery.start_soon(self._dial, peer_id, delay_s)

    async def _dial(self, peer_id: str, delay_s: float) -> None:
        """Dial one peer until it is connected, and directly where that can be."""
        pause_s = FIRST_S
        try:
            await trio.sleep(delay_s)
            while not (is_relayed := self._network.is_connected(peer_id)) or self._may_be_closer(peer_id):
                try:
                    async with self._slots:
                        await self._network.dial(peer_id, self._addresses[peer_id], is_direct=is_relayed)
                except DialError as error:
                    log.debug("dial failed peer=%s error=%s", peer_id[-8:], error)
                except NetworkError as error:
                    log.info("peer cannot be dialled peer=%s error=%s", peer_id[-8:], type(error).__name__)
                    return
                if self._may_be_closer(peer_id):
                    pause_s = max(pause_s, CLOSER_S)
                elif self._network.is_connected(peer_id):
                    return
                with trio.move_on_after(pause_s * self._random.uniform(1 - JITTER, 1 + JITTER)):
                    await self._redial[peer_id].wait()
                    pause_s = FIRST_S / 2
                self._redial[peer_id] = trio.Event()
                pause_s = min(pause_s * 2, LONGEST_S)
        finally:
            self._redial.pop(peer_id, None)
