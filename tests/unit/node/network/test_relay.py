"""Relaying between real hosts on loopback: two that cannot be dialled meet over a third."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import pytest
import trio

from node.network import (
    DialError,
    Frames,
    LinkDown,
    Network,
    NotConnected,
    RelayLimits,
    RelayRefused,
    StreamClosed,
    UnknownProtocol,
    open_network,
)
from node.network.relay import hop
from tests.unit.node.network.conftest import LOOPBACK, until

NOW_UNIX_S = 1_795_000_000


@dataclass
class Scene:
    """A relay, and peers that are connected with it; nobody listens but the relay."""

    relay: Network
    ana: Network
    ben: Network

    async def place(self, of: Network) -> str:
        """Let the relay keep a place; return the address."""
        return (await of.reserve(self.relay.peer_id)).addresses[0]


async def echo(peer: str, frames: Frames) -> None:
    while True:
        await frames.send(peer.encode() + b" " + await frames.receive())


@asynccontextmanager
async def scene(limits: RelayLimits | None = None) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:

        async def made(seed: bytes, **options: object) -> Network:
            network = await stack.enter_async_context(
                open_network(seed=seed * 32, **{"listen": [], **options})  # type: ignore[arg-type]
            )
            network.serve("/echo/1", echo)
            return network

        relaying = {"relaying": limits or RelayLimits(), "unix_s": lambda: NOW_UNIX_S}
        relay = await made(b"r", listen=[LOOPBACK], **relaying)
        found = Scene(relay, await made(b"a"), await made(b"b"))
        for peer in (found.ana, found.ben):
            await peer.dial(relay.peer_id, relay.addresses())
        yield found


async def talk(one: Network, other: Network) -> None:
    """Check that a stream carries frames, and tells who speaks."""
    with trio.fail_after(5):
        frames = await one.open_stream(other.peer_id, "/echo/1")
        await frames.send(b"hello")
        assert await frames.receive() == one.peer_id.encode() + b" hello"
        await frames.aclose()


def path(of: Network, peer: Network) -> str:
    return next((link.path for link in of.links() if link.peer_id == peer.peer_id), "")


@pytest.mark.trio
async def test_two_that_cannot_be_dialled_talk_both_ways() -> None:
    async with scene() as at:
        place = await at.ben.reserve(at.relay.peer_id)
        assert place.expires_unix_s == NOW_UNIX_S + 3600
        (address,) = place.addresses
        assert address == f"{at.relay.addresses()[0]}/p2p-circuit/p2p/{at.ben.peer_id}"
        assert at.relay.relay is not None
        assert at.relay.relay.reservations() == 1
        await at.ana.dial(at.ben.peer_id, place.addresses)
        await talk(at.ana, at.ben)
        await talk(at.ben, at.ana)
        assert (path(at.ana, at.ben), path(at.ben, at.ana)) == ("relayed", "relayed")
        (link,) = [link for link in at.ana.links() if link.path == "relayed"]
        assert (link.address, link.inbound) == (address, False)
        assert path(at.ana, at.relay) == "lan"
        assert await at.ana.ping(at.ben.peer_id) < 5


@pytest.mark.trio
async def test_gossip_goes_over_a_circuit() -> None:
    async with scene() as at:
        await at.ana.dial(at.ben.peer_id, [await at.place(at.ben)])
        one = await at.ana.subscribe("/talk", lambda _: True)
        other = await at.ben.subscribe("/talk", lambda _: True)
        await until(lambda: at.ana.topic_peers("/talk") == [at.ben.peer_id], within_s=10)
        await until(lambda: at.ben.topic_peers("/talk") == [at.ana.peer_id], within_s=10)
        with trio.fail_after(10):
            await at.ana.publish("/talk", b"from ana")
            assert (await other.receive()).data == b"from ana"
            await at.ben.publish("/talk", b"from ben")
            assert (await one.receive()).data == b"from ben"


@pytest.mark.trio
async def test_much_is_carried_both_ways_at_once() -> None:
    async with scene() as at:
        await at.ana.dial(at.ben.peer_id, [await at.place(at.ben)])
        frame = bytes(200_000)

        async def there_and_back(one: Network, other: Network) -> None:
            frames = await one.open_stream(other.peer_id, "/echo/1")
            for _ in range(10):
                await frames.send(frame)
                assert len(await frames.receive(timeout_s=20)) > len(frame)

        async with trio.open_nursery() as nursery:
            for pair in ((at.ana, at.ben), (at.ben, at.ana)):
                for _ in range(3):
                    nursery.start_soon(there_and_back, *pair)


@pytest.mark.trio
async def test_the_relay_is_dialled_where_it_is_not_connected_and_kept_while_it_is_of_use() -> None:
    async with scene() as at, open_network(seed=b"c" * 32, listen=[]) as cat:
        address = await at.place(at.ben)
        await cat.dial(at.ben.peer_id, [address])
        await talk(cat, at.ben)
        (passing,) = [link for link in cat.links() if link.peer_id == at.relay.peer_id]
        assert passing.is_passing


@pytest.mark.trio
async def test_a_relay_of_no_use_is_hung_up_on() -> None:
    async with scene() as at, open_network(seed=b"c" * 32, listen=[]) as cat:
        nowhere = f"{at.relay.addresses()[0]}/p2p-circuit/p2p/{at.ana.peer_id}"
        with pytest.raises(DialError, match="NO_RESERVATION"):
            await cat.dial(at.ana.peer_id, [nowhere])
        assert cat.links() == []


@pytest.mark.trio
async def test_direct_addresses_come_first_and_replace_a_circuit() -> None:
    async with scene() as at, open_network(seed=b"d" * 32, listen=[LOOPBACK]) as dora:
        dora.serve("/echo/1", echo)
        await dora.dial(at.relay.peer_id, at.relay.addresses())
        circuit = (await dora.reserve(at.relay.peer_id)).addresses[0]
        await at.ana.dial(dora.peer_id, [circuit])
        assert path(at.ana, dora) == "relayed"
        await at.ana.dial(dora.peer_id, [circuit, *dora.addresses()])
        assert path(at.ana, dora) == "relayed", "it is connected: nothing is dialled"
        await at.ana.dial(dora.peer_id, [circuit, *dora.addresses()], is_direct=True)
        assert path(at.ana, dora) == "lan"
        await until(lambda: path(dora, at.ana) == "lan")
        assert at.relay.relay is not None
        await until(lambda: at.relay.relay.circuits == 0)
        await talk(at.ana, dora)
        await talk(dora, at.ana)
        await at.ben.dial(dora.peer_id, [circuit, *dora.addresses()])
        assert path(at.ben, dora) == "lan"


@pytest.mark.trio
async def test_a_circuit_is_tried_while_direct_addresses_are_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    from node.network import dialer

    async def silent(_: trio.SocketStream) -> None:
        await trio.sleep_forever()

    monkeypatch.setattr(dialer, "RELAYED_AFTER_S", 0.1)
    async with scene() as at, trio.open_nursery() as nursery:
        port = (await nursery.start(trio.serve_tcp, silent, 0))[0].socket.getsockname()[1]
        await at.ana.dial(at.ben.peer_id, [f"/ip4/127.0.0.1/tcp/{port}", await at.place(at.ben)], timeout_s=5)
        assert path(at.ana, at.ben) == "relayed"
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_who_is_at_the_other_end_is_proven_not_told() -> None:
    """The relay sends a caller for Cat to Ben, and tells Ben of a caller who is not the one that comes."""
    async with scene() as at, open_network(seed=b"c" * 32, listen=[]) as cat:
        await cat.dial(at.relay.peer_id, at.relay.addresses())
        await at.place(at.ben)
        lie = f"{at.relay.addresses()[0]}/p2p-circuit/p2p/{cat.peer_id}"
        relay = at.relay.relay
        assert relay is not None
        true_reach = relay._reach
        ben = next(each for each in relay._places)

        async def to_ben(source: object, target: object) -> object:
            return await true_reach(source, ben)  # type: ignore[arg-type]

        relay._reach = to_ben  # type: ignore[method-assign, assignment]
        relay._objection = lambda source, target: None  # type: ignore[method-assign]
        with pytest.raises(DialError):
            await at.ana.dial(cat.peer_id, [lie], timeout_s=5)
        assert not at.ana.is_connected(cat.peer_id)

        async def as_cat(source: object, target: object) -> object:
            from node.network.dialer import parse_peer

            return await true_reach(parse_peer(cat.peer_id), target)  # type: ignore[arg-type]

        relay._reach = as_cat  # type: ignore[method-assign, assignment]
        with pytest.raises((DialError, StreamClosed, NotConnected)):
            await at.ana.dial(
                at.ben.peer_id, [f"{at.relay.addresses()[0]}/p2p-circuit/p2p/{at.ben.peer_id}"], timeout_s=5
            )
            await at.ana.open_stream(at.ben.peer_id, "/echo/1")
        await until(lambda: not at.ben.is_connected(at.ana.peer_id))
        assert not at.ben.is_connected(cat.peer_id)


@pytest.mark.trio
async def test_nobody_comes_through_a_relay_that_was_not_asked() -> None:
    async with scene() as at:
        address = await at.place(at.ben)
        at.ben.leave_relay(at.relay.peer_id)
        with pytest.raises(DialError, match="CONNECTION_FAILED"):
            await at.ana.dial(at.ben.peer_id, [address])


@pytest.mark.trio
async def test_one_circuit_ends_and_the_others_of_the_same_peer_go_on() -> None:
    async with scene() as at, open_network(seed=b"c" * 32, listen=[]) as cat:
        cat.serve("/echo/1", echo)
        await cat.dial(at.relay.peer_id, at.relay.addresses())
        await at.ana.dial(at.ben.peer_id, [await at.place(at.ben)])
        await at.ana.dial(cat.peer_id, [await at.place(cat)])
        await talk(at.ana, at.ben)
        events = at.ana.link_events()
        await at.ben.disconnect(at.ana.peer_id)
        with trio.fail_after(5):
            while await events.receive() != LinkDown(at.ben.peer_id):
                pass
        await talk(at.ana, cat)
        await talk(cat, at.ana)
        assert at.relay.relay is not None
        assert at.relay.relay.circuits == 1


@pytest.mark.trio
async def test_the_end_of_the_relay_ends_the_circuit_at_once() -> None:
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(scene())
        await at.ana.dial(at.ben.peer_id, [await at.place(at.ben)])
        events = at.ana.link_events()
        await at.relay.disconnect(at.ana.peer_id)
        with trio.fail_after(5):
            gone = set()
            while gone != {at.relay.peer_id, at.ben.peer_id}:
                event = await events.receive()
                if isinstance(event, LinkDown):
                    gone.add(event.peer_id)
        await until(lambda: not at.ben.is_connected(at.ana.peer_id))


@pytest.mark.trio
async def test_a_peer_that_falls_silent_behind_a_relay_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from node.network.repairs import muxer

    async with scene() as at:
        await at.ana.dial(at.ben.peer_id, [await at.place(at.ben)])
        await talk(at.ana, at.ben)
        monkeypatch.setattr(muxer, "QUIET_S", 0.1)
        monkeypatch.setattr(muxer, "ANSWER_S", 0.3)
        (connection,) = at.ben._host.swarm.get_connections(at.ana._host.get_id())
        held = trio.Event()

        async def deaf(n: int | None = None) -> bytes:
            await held.wait()
            return b""

        connection.muxed_conn.carrier.read = deaf
        (ours,) = at.ana._host.swarm.get_connections(at.ben._host.get_id())

        async def dumb(data: bytes) -> None:
            """Take what is written, and send nothing: no pings of ours reach the other end."""

        ours.muxed_conn.carrier.write = dumb
        connection.muxed_conn.carrier.write = dumb
        await until(lambda: not at.ana.is_connected(at.ben.peer_id), within_s=10)
        held.set()
        assert at.ana.is_connected(at.relay.peer_id)


# Limits


@pytest.mark.trio
async def test_places_are_limited_and_come_free() -> None:
    async with scene(RelayLimits(reservations=1)) as at:
        await at.place(at.ana)
        await at.place(at.ana)  # the same one, kept longer
        with pytest.raises(RelayRefused, match="RESERVATION_REFUSED"):
            await at.place(at.ben)
        await at.ana.disconnect(at.relay.peer_id)
        assert at.relay.relay is not None
        await until(lambda: at.relay.relay.reservations() == 0)
        await at.place(at.ben)


@pytest.mark.trio
async def test_places_of_one_address_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scene(RelayLimits(reservations_per_host=1)) as at:
        await at.place(at.ana)
        monkeypatch.setattr(hop, "is_loopback", lambda host: False)
        with pytest.raises(RelayRefused, match="RESERVATION_REFUSED"):
            await at.place(at.ben)


@pytest.mark.trio
async def test_a_place_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hop, "PLACE_S", 0)
    async with scene() as at:
        address = await at.place(at.ben)
        with pytest.raises(DialError, match="NO_RESERVATION"):
            await at.ana.dial(at.ben.peer_id, [address])


@pytest.mark.trio
@pytest.mark.parametrize("limits", [RelayLimits(circuits=1), RelayLimits(circuits_per_peer=1)])
async def test_circuits_are_limited(limits: RelayLimits) -> None:
    async with scene(limits) as at, open_network(seed=b"c" * 32, listen=[]) as cat:
        address = await at.place(at.ben)
        await at.ana.dial(at.ben.peer_id, [address])
        with pytest.raises(DialError, match="RESOURCE_LIMIT_EXCEEDED"):
            await cat.dial(at.ben.peer_id, [address])
        await at.ana.disconnect(at.ben.peer_id)
        assert at.relay.relay is not None
        await until(lambda: at.relay.relay.circuits == 0)
        await cat.dial(at.ben.peer_id, [address])


@pytest.mark.trio
async def test_the_bytes_of_a_circuit_are_limited() -> None:
    async with scene(RelayLimits(megabytes=1)) as at:
        await at.ana.dial(at.ben.peer_id, [await at.place(at.ben)])
        await talk(at.ana, at.ben)
        frames = await at.ana.open_stream(at.ben.peer_id, "/echo/1")
        with pytest.raises(StreamClosed), trio.fail_after(10):
            for _ in range(10):
                await frames.send(bytes(100_000))
                await frames.receive()
        await until(lambda: not at.ana.is_connected(at.ben.peer_id))
        assert at.ana.is_connected(at.relay.peer_id)


@pytest.mark.trio
async def test_the_life_of_a_circuit_is_limited_though_it_is_idle() -> None:
    async with scene(replace(RelayLimits(), hours=1 / 3600)) as at:
        await at.ana.dial(at.ben.peer_id, [await at.place(at.ben)])
        assert at.ana.is_connected(at.ben.peer_id)
        await until(lambda: not at.ana.is_connected(at.ben.peer_id))
        await until(lambda: not at.ben.is_connected(at.ana.peer_id))


@pytest.mark.trio
async def test_who_asks_without_end_disturbs_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hop, "CONNECTS", 3)
    async with scene() as at:
        address = await at.place(at.ben)
        for _ in range(3):
            await at.ana.dial(at.ben.peer_id, [address])
            await at.ana.disconnect(at.ben.peer_id)
        with pytest.raises(DialError, match="RESOURCE_LIMIT_EXCEEDED"):
            await at.ana.dial(at.ben.peer_id, [address])


@pytest.mark.trio
async def test_a_node_that_relays_nothing_says_so(pair) -> None:
    async with pair() as (one, two):
        await one.dial(two.peer_id, two.addresses())
        with pytest.raises(UnknownProtocol, match="is no relay"):
            await one.reserve(two.peer_id)
        assert one.is_connected(two.peer_id)
        assert two.offences == {}
