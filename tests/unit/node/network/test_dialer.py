"""The dialer, between real hosts on loopback."""

import time

import pytest
import trio

from node.network import DialError, open_network
from node.network.dialer import reason

LOOPBACK = "/ip4/127.0.0.1/tcp/0"


async def never_answer(_: trio.SocketStream) -> None:
    await trio.sleep_forever()


async def free_port() -> int:
    with trio.socket.socket() as probe:
        await probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.trio
async def test_a_known_peer_is_reached_sooner_than_the_library_would(pair, eventually) -> None:
    async with pair() as (one, two):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            await one.dial(two.peer_id, two.addresses())
            times.append(time.perf_counter() - start)
            await one.disconnect(two.peer_id)
            await eventually(lambda: not two.is_connected(one.peer_id))
        assert min(times) < 0.2  # about 10 ms when the machine is quiet; libp2p's own way never takes less than 250


@pytest.mark.trio
async def test_the_first_address_that_works_wins(pair) -> None:
    async with pair() as (one, two), trio.open_nursery() as nursery:
        silent = (await nursery.start(trio.serve_tcp, never_answer, 0))[0].socket.getsockname()[1]
        dead = await free_port()
        start = time.perf_counter()
        addresses = [f"/ip4/127.0.0.1/tcp/{silent}", f"/ip4/127.0.0.1/tcp/{dead}", *two.addresses()]
        await one.dial(two.peer_id, addresses)
        assert time.perf_counter() - start < 1.5
        assert one.is_connected(two.peer_id)
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_a_failed_dial_is_not_held_against_the_peer(pair) -> None:
    async with pair() as (one, two):
        with pytest.raises(DialError):
            await one.dial(two.peer_id, [f"/ip4/127.0.0.1/tcp/{await free_port()}"])
        await one.dial(two.peer_id, two.addresses())


@pytest.mark.trio
async def test_the_error_tells_what_was_tried(pair) -> None:
    async with pair() as (one, two):
        port = await free_port()
        foreign = f"/ip4/10.1.1.1/tcp/1/p2p/{one.peer_id}"
        with pytest.raises(DialError) as caught:
            await one.dial(two.peer_id, [f"/ip4/127.0.0.1/tcp/{port}", foreign, "rubbish"])
        text = str(caught.value)
        assert f"/ip4/127.0.0.1/tcp/{port} (refused)" in text
        assert "it names another peer" in text
        assert "it is not an address" in text


@pytest.mark.trio
async def test_another_peer_behind_the_address_is_named_as_the_reason(pair) -> None:
    async with pair() as (one, two), open_network(seed=b"c" * 32, listen=[LOOPBACK]) as third:
        bare = [address.split("/p2p/")[0] for address in third.addresses()]
        with pytest.raises(DialError, match="another peer answered"):
            await one.dial(two.peer_id, bare)
        assert not one.is_connected(third.peer_id)


@pytest.mark.trio
async def test_our_own_id_no_addresses_and_rubbish_are_refused(pair) -> None:
    async with pair() as (one, two):
        with pytest.raises(DialError, match="our own"):
            await one.dial(one.peer_id, one.addresses())
        with pytest.raises(DialError, match="No address"):
            await one.dial(two.peer_id, [])
        with pytest.raises(DialError, match="not a peer id"):
            await one.dial("rubbish", two.addresses())


@pytest.mark.trio
async def test_the_deadline_holds(pair) -> None:
    async with pair() as (one, two), trio.open_nursery() as nursery:
        silent = (await nursery.start(trio.serve_tcp, never_answer, 0))[0].socket.getsockname()[1]
        start = time.perf_counter()
        with pytest.raises(DialError, match="no answer"):
            await one.dial(two.peer_id, [f"/ip4/127.0.0.1/tcp/{silent}"], timeout_s=0.2)
        assert time.perf_counter() - start < 1
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_two_dials_at_once_make_one_connection(pair) -> None:
    async with pair() as (one, two):
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(one.dial, two.peer_id, two.addresses())
        assert len(one._host.swarm.get_connections()) == 1


def test_an_unknown_failure_is_no_answer() -> None:
    assert reason(ValueError("?")) == "no answer"
