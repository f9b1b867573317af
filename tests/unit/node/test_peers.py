"""Staying connected: what is asked for while the node ends."""

from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
import trio

from node.clock import Clock
from node.conversations.syncer import Syncer
from node.peers import Peers
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
