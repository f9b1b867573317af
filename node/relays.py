"""Being reachable: keeps places at relays for a node that nobody can dial, and knows the addresses that come of it.

A node that was dialled over the internet in this run needs none. Any other asks each peer it is connected with, until
RELAYS of them keep a place for it, and again before a place ends and whenever a connection came back. A relay that says
no, or nonsense, is asked again ever more rarely.
"""

from collections.abc import Callable
from dataclasses import dataclass
from logging import getLogger
from random import Random
from typing import Final

import trio

from node.clock import Clock
from node.network.addresses import is_circuit
from node.network.errors import NetworkError, UnknownProtocol
from node.network.host import Network
from node.network.links import Link, LinkDown, LinkUp
from node.network.relay.circuits import Place
from node.peers import Peers

log = getLogger("node.relays")

RELAYS: Final = 2
ADDRESSES: Final = 3
SHORTEST_S: Final = 120.0
"""A relay whose places end sooner, by its clock or by ours, is asked no more often than for one of this length."""
LONGEST_S: Final = 3600.0
SHARE: Final = 0.5
"""A place is renewed when this share of its life is over."""
AGAIN_S: Final = 30.0
MOST_AGAIN_S: Final = 3600.0
JITTER: Final = 0.2


@dataclass(slots=True)
class _Held:
    place: Place
    until_s: float


class Relays:
    """The places that are kept for this node."""

    def __init__(self, network: Network, peers: Peers, *, clock: Clock, random: Random) -> None:
        self._network = network
        self._peers = peers
        self._clock = clock
        self._random = random
        self._held: dict[str, _Held] = {}
        self._asking: dict[str, trio.CancelScope] = {}
        self._was_dialled = False
        self.on_change: Callable[[], None] = lambda: None
        """Called when the addresses changed."""

    def addresses(self) -> tuple[str, ...]:
        """Return where this node can be dialled through relays now, one address of each relay first."""
        now_s = trio.current_time()
        found = [held.place.addresses for held in self._held.values() if held.until_s > now_s]
        in_turn = [each[nth] for nth in range(max(map(len, found), default=0)) for each in found if nth < len(each)]
        return tuple(in_turn[:ADDRESSES])

    async def run(self) -> None:
        """Ask relays until cancelled."""
        self._asking.clear()
        with self._network.link_events() as events:
            async with trio.open_nursery() as nursery:
                async for event in events:
                    match event:
                        case LinkUp(peer_id):
                            self._note(peer_id)
                            self._ask(nursery, peer_id)
                        case LinkDown(peer_id):
                            if scope := self._asking.pop(peer_id, None):
                                scope.cancel()
                            for link in self._network.links() if peer_id in self._held else ():
                                self._ask(nursery, link.peer_id)

    def _note(self, peer_id: str) -> None:
        """Take note of a peer on the internet that dialled us: then others can."""
        link = self._link(peer_id)
        if link is not None and link.inbound and link.path == "direct" and link.address and not self._was_dialled:
            self._was_dialled = True
            log.info("this node can be dialled: it needs no relay")

    def _link(self, peer_id: str) -> Link | None:
        return next((link for link in self._network.links() if link.peer_id == peer_id), None)

    def _ask(self, nursery: trio.Nursery, peer_id: str) -> None:
        if peer_id not in self._asking and not self._was_dialled:
            self._asking[peer_id] = scope = trio.CancelScope()
            nursery.start_soon(self._keep, peer_id, scope)

    async def _keep(self, peer_id: str, scope: trio.CancelScope) -> None:
        """Ask one peer for a place as long as it is connected and one is needed."""
        again_s = AGAIN_S
        try:
            with scope:
                while self._needs(peer_id):
                    try:
                        place = await self._network.reserve(peer_id)
                    except UnknownProtocol:
                        return
                    except NetworkError as error:
                        log.info("no place at a relay peer=%s error=%s", peer_id[-8:], error)
                        pause_s, again_s = again_s, min(again_s * 2, MOST_AGAIN_S)
                    else:
                        pause_s, again_s = self._hold(peer_id, place) * SHARE, AGAIN_S
                    await trio.sleep(pause_s * self._random.uniform(1 - JITTER, 1))
        finally:
            if self._asking.get(peer_id) is scope:
                del self._asking[peer_id]

    def _needs(self, peer_id: str) -> bool:
        """Return whether a place at this peer is worth asking for, or keeping."""
        if self._was_dialled or not self._network.is_connected(peer_id):
            return False
        others = [name for name in self._held if name != peer_id and self._network.is_connected(name)]
        return len(others) < RELAYS

    def _hold(self, peer_id: str, place: Place) -> float:
        """Keep in mind that a place is kept; return for how many seconds it counts."""
        told_s = place.expires_unix_s - self._clock.now_ms() / 1000
        lasts_s = min(max(told_s, SHORTEST_S), LONGEST_S)
        before = self.addresses()
        self._held[peer_id] = _Held(place, trio.current_time() + lasts_s)
        for name in [name for name in self._held if name != peer_id and not self._network.is_connected(name)]:
            if len(self._held) > RELAYS:
                del self._held[name]
                self._network.leave_relay(name)
        reached_at = tuple(address.partition("/p2p-circuit")[0] for address in place.addresses if is_circuit(address))
        self._peers.add(peer_id, reached_at)
        if self.addresses() != before:
            log.info("a relay keeps a place relay=%s seconds=%d", peer_id[-8:], lasts_s)
            self.on_change()
        return lasts_s
