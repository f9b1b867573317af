"""Several connections to one peer, and readers of events."""

import pytest
import trio

from node.network import LinkUp, links
from node.network.dialer import dial


async def second_connection(one, two, address: str):
    """Connect once more, past the dialer's check."""
    from multiaddr.multiaddr import Multiaddr

    return await one._host.swarm.dial_addr(Multiaddr(address.split("/p2p/")[0]), two._host.get_id())


@pytest.mark.trio
async def test_gossip_lives_on_when_one_of_two_connections_closes(pair, eventually) -> None:
    async with pair() as (one, two):
        ours = await one.subscribe("t", lambda _: True)
        theirs = await two.subscribe("t", lambda _: True)
        await one.dial(two.peer_id, two.addresses())
        await eventually(lambda: one.topic_peers("t") and two.topic_peers("t"))
        await second_connection(one, two, two.addresses()[0])
        pubsub = one._gossip.pubsub
        used = pubsub.peers[two._host.get_id()].muxed_conn
        (connection,) = [c for c in one._host.swarm.get_connections() if c.muxed_conn is used]
        await links.hang_up(connection)
        await eventually(lambda: len(two._host.swarm.get_connections()) == 1)
        with trio.fail_after(3):
            await eventually(lambda: meshed(one, two) and meshed(two, one))
            await one.publish("t", b"from one")
            assert (await theirs.receive()).data == b"from one"
            await two.publish("t", b"from two")
            assert (await ours.receive()).data == b"from two"


def meshed(one, two) -> bool:
    peer = two._host.get_id()
    return peer in one._gossip.router.mesh["t"] and peer in one._gossip.pubsub.peers


@pytest.mark.trio
async def test_a_zombie_is_cut_when_its_peer_comes_back(pair, proxied, eventually, monkeypatch) -> None:
    monkeypatch.setattr(links, "PROBE_S", 0.3)
    async with pair() as (one, two), proxied(two.addresses()[0]) as proxy:
        await one.dial(two.peer_id, [proxy.address])
        (zombie,) = one._host.swarm.get_connections()
        proxy.silent = True
        await second_connection(one, two, two.addresses()[0])
        await eventually(lambda: zombie.is_closed and len(one._host.swarm.get_connections()) == 1)
        assert one.is_connected(two.peer_id)
        assert one.links()[0].address == two.addresses()[0].split("/p2p/")[0]


@pytest.mark.trio
async def test_two_living_connections_are_one_link_and_one_event(pair, eventually) -> None:
    async with pair() as (one, two):
        events = one.link_events()
        await one.dial(two.peer_id, two.addresses())
        await second_connection(one, two, two.addresses()[0])
        assert len(one.links()) == 1
        assert await events.receive() == LinkUp(two.peer_id)
        await links.hang_up(one._host.swarm.get_connections()[0])
        with pytest.raises(trio.WouldBlock):
            events.receive_nowait()
        assert await dial(one._host.swarm, two._host.get_id(), []) is one._host.swarm.get_connections()[0]


@pytest.mark.trio
async def test_a_reader_that_sleeps_is_cut_off(pair, monkeypatch) -> None:
    monkeypatch.setattr(links, "EVENTS", 1)
    async with pair() as (one, two):
        sleeper = one.link_events()
        await one.dial(two.peer_id, two.addresses())
        await one.disconnect(two.peer_id)
        assert await sleeper.receive() == LinkUp(two.peer_id)
        with pytest.raises(trio.EndOfChannel):
            await sleeper.receive()
