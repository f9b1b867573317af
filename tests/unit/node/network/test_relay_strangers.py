"""Relays and clients that are hostile or not ours: nothing crashes, nothing hangs, libp2p's own understand us."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import trio
from libp2p.abc import INetStream
from libp2p.peer.id import ID
from libp2p.relay.circuit_v2.config import RelayConfig, RelayRole
from libp2p.relay.circuit_v2.pb.circuit_pb2 import HopMessage, PeerId, Reservation, Status, StopMessage
from libp2p.relay.circuit_v2.protocol import CircuitV2Protocol
from libp2p.relay.circuit_v2.resources import RelayLimits as LibraryLimits
from libp2p.relay.circuit_v2.transport import CircuitV2Transport
from libp2p.utils.varint import encode_varint_prefixed
from multiaddr.multiaddr import Multiaddr

from node.network import DialError, Network, RelayLimits, RelayRefused, open_network
from node.network.dialer import parse_peer
from node.network.relay import messages
from node.network.relay.messages import HOP, STOP, receive, send
from node.network.repairs.tasks import Tasks
from tests.unit.node.network.conftest import LOOPBACK, until
from tests.unit.node.network.test_relay import echo, scene, talk

Play = Callable[[INetStream], Awaitable[None]]


@asynccontextmanager
async def stage(play: Play) -> AsyncIterator[tuple[Network, Network]]:
    """A peer, and a relay whose answers the test plays."""
    async with (
        open_network(seed=b"r" * 32, listen=[LOOPBACK]) as relay,
        open_network(seed=b"a" * 32, listen=[]) as ana,
    ):
        relay._host.set_stream_handler(HOP, play)
        await ana.dial(relay.peer_id, relay.addresses())
        yield relay, ana


def kept(*addresses: str, **more: object) -> HopMessage:
    told = [Multiaddr(address).to_bytes() if address.startswith("/") else address.encode() for address in addresses]
    place = Reservation(expire=1, addrs=told)
    return HopMessage(**{"type": HopMessage.STATUS, "status": Status.OK, "reservation": place, **more})  # type: ignore[arg-type]


def answering(*answers: HopMessage | bytes) -> Play:
    async def play(stream: INetStream) -> None:
        await receive(stream, HopMessage)
        for answer in answers:
            data = answer if isinstance(answer, bytes) else encode_varint_prefixed(answer.SerializeToString())
            await stream.write(data)

    return play


# Hostile relays


@pytest.mark.trio
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00",
        b"\xff" * 12,
        b"\xff\xff\x7f" + bytes(100),
        b"\x05garba",
        HopMessage(type=HopMessage.STATUS),
        HopMessage(type=HopMessage.STATUS, status=Status.OK),
        HopMessage(type=HopMessage.STATUS, status=12345),  # type: ignore[arg-type]
        HopMessage(type=HopMessage.CONNECT, peer=PeerId(id=b"x")),
        kept(status=Status.RESERVATION_REFUSED),
    ],
)
async def test_nonsense_for_a_place_is_refused(answer: HopMessage | bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(stream: INetStream) -> None:
        await answering(answer)(stream)
        await stream.close()

    async with stage(play) as (relay, ana):
        with pytest.raises(RelayRefused), trio.fail_after(5):
            await ana.reserve(relay.peer_id)
        assert ana.is_connected(relay.peer_id)


@pytest.mark.trio
async def test_a_relay_that_never_answers_is_waited_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ANSWER_S", 0.1)
    monkeypatch.setattr(receive, "__kwdefaults__", {"timeout_s": 0.1})

    async def play(stream: INetStream) -> None:
        await trio.sleep_forever()

    async with stage(play) as (relay, ana):
        with pytest.raises(RelayRefused, match="did not answer"), trio.fail_after(5):
            await ana.reserve(relay.peer_id)


@pytest.mark.trio
async def test_only_addresses_of_the_relay_itself_are_told() -> None:
    foreign = "12D3KooWF3PHGHRRE3HwGW5i3EBWSTVGaf3aYbJFHZmmVLsoptco"
    told = [
        f"/ip4/192.0.2.1/tcp/1/p2p/{foreign}",
        "garbage",
        f"/ip4/192.0.2.1/tcp/1/p2p/{foreign}/p2p-circuit",
        "/ip4/192.0.2.1/udp/9/quic-v1",
        f"/dns4/{'.'.join(['a' * 60] * 4)}/tcp/1",
        "/ip4/192.0.2.7/tcp/4001",
        *(f"/ip4/192.0.2.8/tcp/{port}" for port in range(1, 9)),
    ]
    async with stage(answering(kept(*told))) as (relay, ana):
        place = await ana.reserve(relay.peer_id)
        end = f"/p2p/{relay.peer_id}/p2p-circuit/p2p/{ana.peer_id}"
        assert place.addresses == (relay.addresses()[0].split("/p2p/")[0] + end, f"/ip4/192.0.2.7/tcp/4001{end}")


@pytest.mark.trio
async def test_a_relay_that_connects_nobody_and_says_ok_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(stream: INetStream) -> None:
        await answering(HopMessage(type=HopMessage.STATUS, status=Status.OK))(stream)
        await trio.sleep_forever()

    async def garbage(stream: INetStream) -> None:
        await answering(HopMessage(type=HopMessage.STATUS, status=Status.OK), b"\x13/multistream/1.0.0\n" * 50)(stream)

    for play in (silent, garbage):
        async with stage(play) as (relay, ana):
            address = f"{relay.addresses()[0]}/p2p-circuit/p2p/{parse_peer(relay.peer_id)}"
            target = "12D3KooWF3PHGHRRE3HwGW5i3EBWSTVGaf3aYbJFHZmmVLsoptco"
            with pytest.raises(DialError), trio.fail_after(5):
                await ana.dial(target, [address.rpartition("/")[0] + f"/{target}"], timeout_s=0.5)
            assert [link.peer_id for link in ana.links()] == [relay.peer_id]
            (connection,) = ana._host.swarm.get_connections()
            await until(
                lambda connection=connection: (
                    not [stream for stream in connection.get_streams() if str(stream.get_protocol()) == str(HOP)]
                )
            )


@pytest.mark.trio
@pytest.mark.parametrize(
    "sent",
    [
        b"\xff" * 12,
        StopMessage(type=StopMessage.STATUS, status=Status.OK),
        StopMessage(type=StopMessage.CONNECT),
        StopMessage(type=StopMessage.CONNECT, peer=PeerId(id=b"\x00" * 500)),
        StopMessage(
            type=StopMessage.CONNECT,
            peer=PeerId(id=parse_peer("12D3KooWF3PHGHRRE3HwGW5i3EBWSTVGaf3aYbJFHZmmVLsoptco").to_bytes()),
        ),
    ],
)
async def test_a_relay_that_brings_nonsense_ends_one_stream(sent: StopMessage | bytes) -> None:
    async with scene() as at:
        await at.place(at.ben)
        host = at.relay._host
        for _ in range(20):
            stream = await host.new_stream(parse_peer(at.ben.peer_id), [STOP])
            data = sent if isinstance(sent, bytes) else encode_varint_prefixed(sent.SerializeToString())
            await stream.write(data + b"garbage" * 100)
            await stream.reset()
        await until(lambda: at.ben._circuits._inbound.total() == 0)
        assert [link.peer_id for link in at.ben.links()] == [at.relay.peer_id]
        await at.ana.dial(at.ben.peer_id, [await at.place(at.ben)])
        await talk(at.ana, at.ben)


@pytest.mark.trio
async def test_a_relay_cannot_fill_us_with_circuits(monkeypatch: pytest.MonkeyPatch) -> None:
    from node.network.relay import circuits

    monkeypatch.setattr(circuits, "INBOUND_PER_RELAY", 2)
    async with scene() as at:
        await at.place(at.ben)
        ask = StopMessage(type=StopMessage.CONNECT, peer=PeerId(id=parse_peer(at.ana.peer_id).to_bytes()))
        streams, statuses = [], []
        for _ in range(4):
            stream = await at.relay._host.new_stream(parse_peer(at.ben.peer_id), [STOP])
            streams.append(stream)
            await send(stream, ask)
            statuses.append((await receive(stream, StopMessage)).status)
        assert statuses == [Status.OK, Status.OK, Status.PERMISSION_DENIED, Status.PERMISSION_DENIED]
        for stream in streams:
            await stream.reset()


# Hostile clients of our relay


async def ask_relay(client: Network, relay: Network, data: bytes) -> HopMessage:
    stream = await client._host.new_stream(parse_peer(relay.peer_id), [HOP])
    try:
        await stream.write(data)
        return await receive(stream, HopMessage)
    finally:
        await stream.reset()


@pytest.mark.trio
async def test_a_client_that_sends_nonsense_is_told_so_and_the_relay_goes_on() -> None:
    async with scene() as at:
        for data, status in (
            (b"\xff" * 12, Status.MALFORMED_MESSAGE),
            (b"\xff\xff\x7f", Status.MALFORMED_MESSAGE),
            (b"\x05garba", Status.MALFORMED_MESSAGE),
            (encode_varint_prefixed(HopMessage(type=HopMessage.STATUS).SerializeToString()), Status.UNEXPECTED_MESSAGE),
        ):
            assert (await ask_relay(at.ana, at.relay, data)).status == status
        nobody = HopMessage(type=HopMessage.CONNECT, peer=PeerId(id=b"nobody"))
        with pytest.raises(RelayRefused):
            await ask_relay(at.ana, at.relay, encode_varint_prefixed(nobody.SerializeToString()))
        itself = HopMessage(type=HopMessage.CONNECT, peer=PeerId(id=parse_peer(at.ana.peer_id).to_bytes()))
        refused = await ask_relay(at.ana, at.relay, encode_varint_prefixed(itself.SerializeToString()))
        assert refused.status == Status.PERMISSION_DENIED
        await at.ana.dial(at.ben.peer_id, [await at.place(at.ben)])
        await talk(at.ana, at.ben)


@pytest.mark.trio
async def test_a_place_is_for_who_asks_whomever_they_name() -> None:
    async with scene() as at:
        for_ben = HopMessage(type=HopMessage.RESERVE, peer=PeerId(id=parse_peer(at.ben.peer_id).to_bytes()))
        answer = await ask_relay(at.ana, at.relay, encode_varint_prefixed(for_ben.SerializeToString()))
        assert answer.status == Status.OK
        assert at.relay.relay is not None
        assert [str(peer) for peer in at.relay.relay._places] == [at.ana.peer_id]


@pytest.mark.trio
async def test_circuits_are_not_stacked() -> None:
    """Over a circuit to a relay nobody gets a place, nor another circuit."""
    async with (
        scene() as at,
        open_network(seed=b"s" * 32, listen=[], relaying=RelayLimits()) as second,
    ):
        await second.dial(at.relay.peer_id, at.relay.addresses())
        await at.ana.dial(second.peer_id, [await at.place(second)])
        stream = await at.ana._host.new_stream(parse_peer(second.peer_id), [HOP])
        await send(stream, HopMessage(type=HopMessage.RESERVE))
        assert (await receive(stream, HopMessage)).status == Status.PERMISSION_DENIED


# libp2p's own


@pytest.mark.trio
async def test_libp2ps_own_client_understands_our_relay() -> None:
    async with scene() as at, trio.open_nursery() as nursery:
        host = at.ana._host
        limits = LibraryLimits(duration=3600, data=1 << 20, max_circuit_conns=4, max_reservations=4)
        protocol = CircuitV2Protocol(host, limits=limits, allow_hop=False)
        transport = CircuitV2Transport(host, protocol, RelayConfig(roles=RelayRole.CLIENT, limits=limits))
        relay = parse_peer(at.relay.peer_id)
        stream = await host.new_stream(relay, [HOP])
        assert await transport.reserve(stream, relay, nursery)
        assert at.relay.relay is not None
        assert at.relay.relay.reservations() == 1
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_our_client_understands_libp2ps_own_relay() -> None:
    async with (
        open_network(seed=b"r" * 32, listen=[LOOPBACK]) as relay,
        open_network(seed=b"a" * 32, listen=[]) as ana,
        open_network(seed=b"b" * 32, listen=[]) as ben,
        trio.open_nursery() as nursery,
    ):
        limits = LibraryLimits(duration=3600, data=1 << 20, max_circuit_conns=4, max_reservations=4)
        service = CircuitV2Protocol(relay._host, limits=limits, allow_hop=True)
        await nursery.start(Tasks(service, relay._host.offences).run)
        await service.event_started.wait()
        for peer in (ana, ben):
            peer.serve("/echo/1", echo)
            await peer.dial(relay.peer_id, relay.addresses())
        place = await ben.reserve(relay.peer_id)
        await ana.dial(ben.peer_id, place.addresses)
        await talk(ana, ben)
        await talk(ben, ana)
        assert ID.from_string(ben.peer_id) in ana._host.swarm.get_connections_map()
        nursery.cancel_scope.cancel()
