"""Staying connected: what is asked for while the node ends."""

from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
import trio
from trio.testing import MockClock

from node.clock import Clock
from node.conversations.syncer import Syncer
from node.network.errors import DialError
from node.network.links import Link, LinkUp
from node.peers import CLOSER_S, JITTER, Peers
from node.store.catalogue import Catalogue
from node.store.database import open_database


class Alone:
    """A network without anybody."""

    peer_id = "me"

    def __init__(self) -> None:
        self._sender, self._events = trio.open_memory_channel[Any](0)

    def link_events(self) -> Any:
        return self._events

    def is_connected(self, peer_id: str) -> bool:
        return False

    def serve(self, protocol: str, handler: object) -> None:
        """Serve nobody."""


@pytest.mark.trio
async def test_a_peer_that_is_met_while_the_node_ends_is_no_error(tmp_path: Path) -> None:
    """Seed 10743 of the simulator: a sync's last frame told of a peer when nobody dialled any more."""
    network = cast(Any, Alone())
    database = open_database(tmp_path / "database")
    peers = Peers(network, Catalogue(database), clock=Clock(), random=Random(1))
    syncer = Syncer(network, cast(Any, None), clock=Clock(), random=Random(1))
    async with trio.open_nursery() as nursery:
        await nursery.start(peers.run)
        await nursery.start(syncer.run)
        nursery.cancel_scope.cancel()
    peers.add("you", ("/ip4/127.0.0.1/tcp/1",))
    assert peers.known() == {"you": ("/ip4/127.0.0.1/tcp/1",)}
    conversation = cast(Any, type("Conversation", (), {"id": b"one"})())
    assert syncer.want("you", conversation).is_set(), "it has ended, not well"
    database.close()


class Relayed(Alone):
    """A network on which a peer is connected through a relay, until it is dialled directly so many times."""

    def __init__(self, *, fails: int) -> None:
        super().__init__()
        self.sender = self._sender
        self.fails = fails
        self.dialled: list[tuple[float, bool]] = []
        self.path: Any = "relayed"

    def link_events(self) -> Any:
        return self._events

    def is_connected(self, peer_id: str) -> bool:
        return True

    def links(self) -> list[Link]:
        return [Link("you", "", self.path, inbound=True)]

    async def dial(self, peer_id: str, addresses: tuple[str, ...], *, is_direct: bool = False) -> None:
        self.dialled.append((trio.current_time(), is_direct))
        await trio.lowlevel.checkpoint()
        if len(self.dialled) <= self.fails:
            raise DialError("nobody there")
        self.path = "direct"


CIRCUIT = "/ip4/192.0.2.1/tcp/1/p2p/relay/p2p-circuit/p2p/you"


@pytest.mark.trio
@pytest.mark.parametrize(("addresses", "dials"), [((CIRCUIT,), 0), ((CIRCUIT, "/ip4/192.0.2.9/tcp/1"), 4)])
async def test_who_is_relayed_is_dialled_directly_now_and_then(
    tmp_path: Path, autojump_clock: MockClock, addresses: tuple[str, ...], dials: int
) -> None:
    network = Relayed(fails=3)
    database = open_database(tmp_path / "database")
    peers = Peers(cast(Any, network), Catalogue(database), clock=Clock(), random=Random(1))
    async with trio.open_nursery() as nursery:
        await nursery.start(peers.run)
        peers.add("you", addresses)
        await network.sender.send(LinkUp("you"))
        await trio.sleep(3600)
        nursery.cancel_scope.cancel()
    assert [is_direct for _, is_direct in network.dialled] == [True] * dials
    times = [at for at, _ in network.dialled]
    assert all(after - before >= CLOSER_S * (1 - JITTER) for before, after in pairwise(times))
    database.close()
