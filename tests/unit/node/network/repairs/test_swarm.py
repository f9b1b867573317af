"""Slots, per-host limits, no dialling of its own, only proven identities, and closing of dead links."""

from contextlib import suppress

import pytest
import trio
from libp2p.network.exceptions import SwarmException

from node.network import StreamClosed, open_network
from node.network.repairs import swarm as repaired
from node.network.repairs.swarm import NoAutoConnector, hang_up

LOOPBACK = "/ip4/127.0.0.1/tcp/0"


def port_of(network) -> int:
    return int(network.addresses()[0].split("/")[4])


@pytest.mark.trio
async def test_more_connections_than_slots_can_come_one_after_another(monkeypatch, eventually) -> None:
    monkeypatch.setattr(repaired, "HANDSHAKES", 1)
    async with (
        open_network(seed=b"a" * 32, listen=[]) as one,
        open_network(seed=b"b" * 32, listen=[LOOPBACK], connection_limit=2) as two,
    ):
        for _ in range(5):
            await one.dial(two.peer_id, two.addresses())
            await one.disconnect(two.peer_id)
            await eventually(lambda: not two._host.swarm.connections)
        assert two._host.swarm._inbound_limiter.borrowed_tokens == 0
        assert not two._host.swarm._inbound


@pytest.mark.trio
async def test_three_hundred_sockets_with_garbage_leave_nothing_behind(eventually) -> None:
    async with (
        open_network(seed=b"a" * 32, listen=[]) as one,
        open_network(seed=b"b" * 32, listen=[LOOPBACK]) as two,
    ):
        for number in range(300):
            async with await trio.open_tcp_stream("127.0.0.1", port_of(two)) as socket:
                await socket.send_all(bytes([number % 256]) * 50)
        await one.dial(two.peer_id, two.addresses())
        await eventually(lambda: two._host.swarm._inbound_limiter.borrowed_tokens == 1)
        assert not two._host.swarm._handshakes


@pytest.mark.trio
async def test_one_host_that_holds_sockets_open_does_not_block_another(monkeypatch) -> None:
    monkeypatch.setattr(repaired, "HANDSHAKES_PER_HOST", 3)
    async with open_network(seed=b"b" * 32, listen=[LOOPBACK]) as two:
        held = [await trio.open_tcp_stream("127.0.0.1", port_of(two)) for _ in range(3)]
        with trio.fail_after(3):
            for socket in held:
                assert await socket.receive_some(1)  # libp2p's greeting: the handshake is going on
            one_more = await trio.open_tcp_stream("127.0.0.1", port_of(two))
            assert await one_more.receive_some(1) == b""
            neighbour = await trio.open_tcp_stream("127.0.0.1", port_of(two), local_address="127.0.0.2")
            assert await neighbour.receive_some(1)
        for socket in (*held, one_more, neighbour):
            await socket.aclose()


@pytest.mark.trio
async def test_a_half_open_socket_is_dropped(monkeypatch) -> None:
    monkeypatch.setattr(repaired, "UPGRADE_S", 0.1)
    async with open_network(seed=b"b" * 32, listen=[LOOPBACK]) as two:
        with trio.fail_after(3):
            async with await trio.open_tcp_stream("127.0.0.1", port_of(two)) as socket:
                while await socket.receive_some(100):
                    pass


@pytest.mark.trio
async def test_a_connection_without_proof_of_identity_is_refused() -> None:
    async with open_network(seed=b"b" * 32, listen=[LOOPBACK]) as two:
        for protocol in (b"/plaintext/2.0.0\n", b"/secio/1.0.0\n"):
            async with await trio.open_tcp_stream("127.0.0.1", port_of(two)) as socket:
                await socket.send_all(b"\x13/multistream/1.0.0\n" + bytes([len(protocol)]) + protocol)
                answer = b""
                with trio.fail_after(3):
                    while not answer.endswith(b"na\n"):
                        answer += await socket.receive_some(100)
                assert protocol not in answer


@pytest.mark.trio
async def test_nobody_is_dialled_unless_we_say_so(pair) -> None:
    async with pair() as (one, two):
        swarm = one._host.swarm
        await one.dial(two.peer_id, two.addresses())
        await one.disconnect(two.peer_id)
        swarm.peerstore.add_addrs(two._host.get_id(), two._host.get_addrs(), 600)
        assert isinstance(swarm.auto_connector, NoAutoConnector)
        await swarm.auto_connector.maybe_connect()
        with pytest.raises(SwarmException):
            await one._host.new_stream(two._host.get_id(), ["/ipfs/ping/1.0.0"])
        assert not one.is_connected(two.peer_id)


@pytest.mark.trio
async def test_a_dead_link_with_a_full_send_buffer_closes_quickly(pair, proxied, eventually) -> None:
    async with pair() as (one, two), proxied(two.addresses()[0]) as proxy, trio.open_nursery() as nursery:

        async def fill(frames) -> None:
            with suppress(StreamClosed):
                while True:
                    await frames.send(bytes(250_000))

        async def sink(peer, frames) -> None:
            while True:
                await frames.receive()

        two.serve("/sink/1", sink)
        await one.dial(two.peer_id, [proxy.address])
        streams = [await one.open_stream(two.peer_id, "/sink/1") for _ in range(60)]
        (connection,) = one._host.swarm.get_connections()
        proxy.silent = True
        for frames in streams:
            nursery.start_soon(fill, frames)
        await eventually(connection.muxed_conn._write_lock.locked)
        await trio.sleep(0.5)
        assert connection.muxed_conn._write_lock.locked()
        with trio.fail_after(1):
            await hang_up(connection)
        assert not one._host.swarm.get_connections()
        assert not one._host.get_network().connections
        await eventually(lambda: two._host.get_id() not in one._gossip.pubsub.peers)
