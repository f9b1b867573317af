"""Being reachable: whom a node asks for a place, when again, and which addresses come of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
import trio
from trio.testing import MockClock

from node import relays
from node.network.errors import NotConnected, RelayRefused, UnknownProtocol
from node.network.links import Link, LinkDown, LinkUp
from node.network.relay.circuits import Place
from node.peers import Peers
from node.relays import Relays
from node.store.catalogue import Catalogue
from node.store.database import open_database

UNIX_S = 1_795_000_000


class VirtualClock:
    """Wall time that goes with trio's."""

    def now_ms(self) -> int:
        return round((UNIX_S + trio.current_time()) * 1000)


class Neighbours:
    """A network of peers some of which are relays; what a relay answers is up to the test."""

    peer_id = "me"

    def __init__(self) -> None:
        self.links_up: dict[str, Link] = {}
        self.answers: dict[str, Callable[[], Place]] = {}
        self.asked: list[tuple[float, str]] = []
        self.left: list[str] = []
        self._sender, self._receiver = trio.open_memory_channel[Any](100)

    def link_events(self) -> Any:
        return self._receiver

    def links(self) -> list[Link]:
        return [*self.links_up.values()]

    def is_connected(self, peer_id: str) -> bool:
        return peer_id in self.links_up

    def leave_relay(self, peer_id: str) -> None:
        self.left.append(peer_id)

    async def reserve(self, peer_id: str) -> Place:
        self.asked.append((trio.current_time(), peer_id))
        await trio.lowlevel.checkpoint()
        if peer_id not in self.links_up:
            raise NotConnected("gone")
        if peer_id not in self.answers:
            raise UnknownProtocol("no relay")
        return self.answers[peer_id]()

    def up(self, peer_id: str, *, path: Any = "lan", inbound: bool = False) -> None:
        self.links_up[peer_id] = Link(peer_id, "/ip4/192.0.2.1/tcp/1", path, inbound)
        self._sender.send_nowait(LinkUp(peer_id))

    def down(self, peer_id: str) -> None:
        del self.links_up[peer_id]
        self._sender.send_nowait(LinkDown(peer_id))

    def offers(self, peer_id: str, *, for_s: float = 3600.0, addresses: int = 1) -> None:
        """Let a peer keep a place for so long, by its own clock."""

        def answer() -> Place:
            told = tuple(f"/ip4/192.0.2.{n}/tcp/1/p2p/{peer_id}/p2p-circuit/p2p/me" for n in range(addresses))
            return Place(int(UNIX_S + trio.current_time() + for_s), told)

        self.answers[peer_id] = answer

    def times(self, peer_id: str) -> list[float]:
        return [at for at, name in self.asked if name == peer_id]


@asynccontextmanager
async def reaching(folder: Path, network: Neighbours) -> AsyncIterator[tuple[Relays, Peers]]:
    database = open_database(folder / "database")
    clock = cast(Any, VirtualClock())
    peers = Peers(cast(Any, network), Catalogue(database), clock=clock, random=Random(1))
    made = Relays(cast(Any, network), peers, clock=clock, random=Random(1))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(made.run)
        yield made, peers
        nursery.cancel_scope.cancel()
    database.close()


def through(*relays: str) -> tuple[str, ...]:
    return tuple(f"/ip4/192.0.2.0/tcp/1/p2p/{relay}/p2p-circuit/p2p/me" for relay in relays)


@pytest.mark.trio
async def test_a_place_is_told_and_renewed_before_it_ends(tmp_path: Path, autojump_clock: MockClock) -> None:
    network = Neighbours()
    network.offers("relay")
    async with reaching(tmp_path, network) as (made, peers):
        changes: list[float] = []
        made.on_change = lambda: changes.append(trio.current_time())
        network.up("relay")
        network.up("friend")
        await trio.sleep(1)
        assert made.addresses() == through("relay")
        assert peers.known() == {"relay": ("/ip4/192.0.2.0/tcp/1/p2p/relay",)}, "it is dialled again when it is gone"
        await trio.sleep(4 * 3600)
        pauses = [
            after - before for before, after in zip(network.times("relay"), network.times("relay")[1:], strict=False)
        ]
        assert 8 <= len(pauses) <= 11
        assert max(pauses) <= 1800
        assert len(network.times("friend")) == 1
        assert len(changes) == 1


@pytest.mark.trio
@pytest.mark.parametrize("for_s", [-1e9, -1.0, 0.0, 1.0, 1e12])
async def test_a_relay_whose_clock_is_wrong_is_not_asked_without_end(
    tmp_path: Path, autojump_clock: MockClock, for_s: float
) -> None:
    network = Neighbours()
    network.offers("relay", for_s=for_s)
    async with reaching(tmp_path, network) as (made, _):
        network.up("relay")
        await trio.sleep(7200)
        assert 4 <= len(network.times("relay")) <= 7200 / (relays.SHORTEST_S * relays.SHARE * (1 - relays.JITTER)) + 1
        assert made.addresses() == through("relay")


@pytest.mark.trio
async def test_a_relay_that_says_no_is_asked_ever_more_rarely(tmp_path: Path, autojump_clock: MockClock) -> None:
    network = Neighbours()

    def refuse() -> Place:
        raise RelayRefused("full")

    network.answers["relay"] = refuse
    async with reaching(tmp_path, network) as (made, _):
        network.up("relay")
        await trio.sleep(24 * 3600)
        assert made.addresses() == ()
        assert len(network.times("relay")) <= 40
        network.offers("relay")
        await trio.sleep(3600)
        assert made.addresses() == through("relay")


@pytest.mark.trio
async def test_two_relays_are_enough_and_another_takes_the_place_of_one_that_is_gone(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    network = Neighbours()
    for name in ("one", "two", "three"):
        network.offers(name, addresses=2)
    async with reaching(tmp_path, network) as (made, _):
        network.up("one")
        await trio.sleep(1)
        network.up("two")
        await trio.sleep(1)
        network.up("three")
        await trio.sleep(1)
        assert network.times("three") == []
        assert made.addresses()[:2] == through("one", "two"), "each relay's best address comes first"
        assert len(made.addresses()) == relays.ADDRESSES
        network.down("one")
        await trio.sleep(1)
        assert made.addresses()[:2] == through("two", "three")
        assert network.left == ["one"]


@pytest.mark.trio
async def test_the_address_stays_while_the_relay_is_away_and_ends_with_the_place(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    network = Neighbours()
    network.offers("relay")
    async with reaching(tmp_path, network) as (made, _):
        network.up("relay")
        await trio.sleep(1)
        network.down("relay")
        await trio.sleep(60)
        assert made.addresses() == through("relay")
        network.up("relay")
        await trio.sleep(1)
        assert len(network.times("relay")) == 2, "a relay that was away may have forgotten us"
        network.down("relay")
        await trio.sleep(3601)
        assert made.addresses() == ()


@pytest.mark.trio
async def test_a_node_that_was_dialled_over_the_internet_needs_no_relay(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    network = Neighbours()
    network.offers("relay")
    async with reaching(tmp_path, network) as (made, _):
        network.up("neighbour", inbound=True)
        network.up("hidden", path="relayed", inbound=True)
        network.up("far", path="direct")
        await trio.sleep(1)
        network.up("relay")
        await trio.sleep(1)
        assert made.addresses() == through("relay")
        network.up("caller", path="direct", inbound=True)
        await trio.sleep(2 * 3600)
        assert len(network.times("relay")) == 1
        assert made.addresses() == ()
