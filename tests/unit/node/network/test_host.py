"""The network as a whole: streams, links, events, closing."""

import time
from contextlib import suppress

import pytest
import trio

from node.network import (
    Frames,
    LibraryMismatch,
    LinkDown,
    LinkUp,
    ListenError,
    NotConnected,
    PortInUse,
    StreamClosed,
    UnknownProtocol,
    open_network,
)

LOOPBACK = "/ip4/127.0.0.1/tcp/0"


async def ask(network, peer_id: str, protocol: str) -> bytes:
    return await (await network.open_stream(peer_id, protocol)).receive(timeout_s=5)


async def echo(peer: str, frames: Frames) -> None:
    while True:
        await frames.send(peer.encode() + b" " + await frames.receive())


@pytest.mark.trio
async def test_a_stream_carries_frames_and_the_proven_peer_id(pair) -> None:
    async with pair() as (one, two):
        two.serve("/echo/1", echo)
        await one.dial(two.peer_id, two.addresses())
        frames = await one.open_stream(two.peer_id, "/echo/1")
        await frames.send(b"hello")
        assert await frames.receive(timeout_s=5) == one.peer_id.encode() + b" hello"
        await frames.aclose()


@pytest.mark.trio
async def test_a_stream_needs_a_connection_and_a_known_protocol(pair) -> None:
    async with pair() as (one, two):
        with pytest.raises(NotConnected, match="is not connected"):
            await one.open_stream(two.peer_id, "/echo/1")
        await one.dial(two.peer_id, two.addresses())
        with pytest.raises(UnknownProtocol, match="does not speak /echo/1"):
            await one.open_stream(two.peer_id, "/echo/1")


@pytest.mark.trio
async def test_a_handler_that_raises_ends_its_stream_only(pair) -> None:
    async def broken(peer: str, frames: Frames) -> None:
        raise KeyError(peer)

    async with pair() as (one, two):
        two.serve("/broken/1", broken)
        two.serve("/echo/1", echo)
        await one.dial(two.peer_id, two.addresses())
        with pytest.raises(StreamClosed):
            await ask(one, two.peer_id, "/broken/1")
        frames = await one.open_stream(two.peer_id, "/echo/1")
        await frames.send(b"still here")
        assert (await frames.receive(timeout_s=5)).endswith(b"still here")


@pytest.mark.trio
async def test_links_and_events_on_both_sides(pair) -> None:
    async with pair() as (one, two):
        ours, theirs = one.link_events(), two.link_events()
        await one.dial(two.peer_id, two.addresses())
        with trio.fail_after(5):
            assert await ours.receive() == LinkUp(two.peer_id)
            assert await theirs.receive() == LinkUp(one.peer_id)
        (link,) = one.links()
        assert (link.peer_id, link.path, link.inbound) == (two.peer_id, "lan", False)
        assert link.address == two.addresses()[0].split("/p2p/")[0]
        assert two.links()[0].inbound
        assert await one.link_events().receive() == LinkUp(two.peer_id)
        assert 0 < await one.ping(two.peer_id) < 5
        await two.disconnect(one.peer_id)
        with trio.fail_after(5):
            assert await ours.receive() == LinkDown(two.peer_id)
            assert await theirs.receive() == LinkDown(one.peer_id)
        assert one.links() == []


@pytest.mark.trio
async def test_addresses_are_complete_and_never_wildcards() -> None:
    async with open_network(seed=b"a" * 32, listen=["/ip4/0.0.0.0/tcp/0"]) as network:
        assert network.addresses()
        assert all(address.endswith(f"/p2p/{network.peer_id}") for address in network.addresses())
        assert all("0.0.0.0" not in address and "/tcp/0" not in address for address in network.addresses())


@pytest.mark.trio
async def test_others_are_told_what_was_asked_for_and_the_local_network_where_the_node_listens(pair) -> None:
    announce = ["/dns4/chat.example/tcp/4001", "/ip4/203.0.113.7/tcp/4002"]
    async with pair() as (one, _), open_network(seed=b"c" * 32, listen=[LOOPBACK], announce=announce) as network:
        assert network.addresses() == [f"{address}/p2p/{network.peer_id}" for address in announce]
        assert [address.startswith("/ip4/127.0.0.1/tcp/") for address in network.listening()] == [True]
        await one.dial(network.peer_id, network.listening())
        assert await network.ping(one.peer_id) < 5


@pytest.mark.trio
@pytest.mark.parametrize("text", ["rubbish", "/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4001", "/ip4/203.0.113.7/tcp/0"])
async def test_an_address_that_nobody_could_dial_is_not_announced(text) -> None:
    with pytest.raises(ListenError, match="Cannot announce"):
        async with open_network(seed=b"a" * 32, listen=[LOOPBACK], announce=[text]):
            pass


@pytest.mark.trio
async def test_the_same_seed_is_the_same_peer() -> None:
    async with open_network(seed=b"a" * 32, listen=[]) as first:
        peer_id = first.peer_id
        assert first.addresses() == []
    async with open_network(seed=b"a" * 32, listen=[]) as second:
        assert second.peer_id == peer_id


@pytest.mark.trio
async def test_a_second_node_on_the_port_is_refused() -> None:
    async with open_network(seed=b"a" * 32, listen=[LOOPBACK]) as network:
        address = network.addresses()[0].split("/p2p/")[0]
        with pytest.raises(PortInUse):
            async with open_network(seed=b"b" * 32, listen=[address]):
                pass
    async with open_network(seed=b"b" * 32, listen=[address]):
        pass


@pytest.mark.trio
async def test_a_bad_address_to_listen_on_is_named() -> None:
    with pytest.raises(ListenError, match="rubbish"):
        async with open_network(seed=b"a" * 32, listen=["rubbish"]):
            pass


@pytest.mark.trio
async def test_an_error_in_the_block_comes_out_as_it_was_raised() -> None:
    with pytest.raises(LibraryMismatch):
        async with open_network(seed=b"a" * 32, listen=[LOOPBACK]):
            raise LibraryMismatch


@pytest.mark.trio
async def test_closing_under_load_is_quick_clean_and_complete(pair, caplog) -> None:
    async def flood(network, peer_id: str, *, task_status: trio.TaskStatus[None]) -> None:
        frames = await network.open_stream(peer_id, "/sink/1")
        task_status.started()
        with suppress(StreamClosed):
            while True:
                await frames.send(bytes(20_000))

    async def gossip(network) -> None:
        while True:
            await network.publish("t", bytes(100))
            await trio.sleep(0.001)

    async def sink(peer: str, frames: Frames) -> None:
        while True:
            await frames.receive()

    async with open_network(seed=b"b" * 32, listen=[LOOPBACK]) as two:
        two.serve("/sink/1", sink)
        await two.subscribe("t", lambda _: True)
        async with trio.open_nursery() as nursery:
            async with open_network(seed=b"a" * 32, listen=[LOOPBACK]) as one:
                one.serve("/sink/1", sink)
                await one.subscribe("t", lambda _: True)
                address = one.addresses()[0].split("/p2p/")[0]
                await one.dial(two.peer_id, two.addresses())
                await nursery.start(flood, one, two.peer_id)
                await nursery.start(flood, two, one.peer_id)
                nursery.start_soon(gossip, one)
                nursery.start_soon(gossip, two)
                await trio.sleep(0.3)
                start = time.perf_counter()
            assert time.perf_counter() - start < 2  # 1 s where nothing else runs
            nursery.cancel_scope.cancel()
        with pytest.raises(OSError, match="all attempts to connect"):
            await trio.open_tcp_stream("127.0.0.1", int(address.split("/")[4]))
        assert two.links() == [] or await two.disconnect(one.peer_id) is None
    assert [
        record for record in caplog.records if record.name.startswith("node.") and record.levelname == "ERROR"
    ] == []
