"""A silent peer is noticed; a busy or slow one is left alone."""

import struct

import pytest
import trio
from libp2p.io.exceptions import ConnectionClosedError
from libp2p.stream_muxer.yamux.yamux import FLAG_SYN, TYPE_PING, YAMUX_HEADER_FORMAT

from node.network import LinkDown, LinkUp
from node.network.repairs import muxer


@pytest.mark.trio
async def test_a_silent_link_goes_down(pair, proxied, monkeypatch) -> None:
    monkeypatch.setattr(muxer, "QUIET_S", 0.2)
    monkeypatch.setattr(muxer, "ANSWER_S", 0.3)
    async with pair() as (one, two), proxied(two.addresses()[0]) as proxy:
        events = one.link_events()
        await one.dial(two.peer_id, [proxy.address])
        assert await events.receive() == LinkUp(two.peer_id)
        proxy.silent = True
        with trio.fail_after(3):
            assert await events.receive() == LinkDown(two.peer_id)


@pytest.mark.trio
async def test_a_quiet_but_living_link_stays_up(pair, eventually, monkeypatch) -> None:
    monkeypatch.setattr(muxer, "QUIET_S", 0.05)
    monkeypatch.setattr(muxer, "ANSWER_S", 0.5)
    async with pair() as (one, two):
        await one.dial(two.peer_id, two.addresses())
        (connection,) = one._host.swarm.get_connections()
        before = connection.muxed_conn._ping_id
        await eventually(lambda: connection.muxed_conn._ping_id >= before + 5)
        assert one.is_connected(two.peer_id)


@pytest.mark.trio
async def test_a_loop_that_was_held_up_asks_again(pair, monkeypatch) -> None:
    class LateClock:
        """trio, with a clock that jumps by a minute from the second look to the third."""

        looks = 0

        def __getattr__(self, name: str) -> object:
            return getattr(trio, name)

        def current_time(self) -> float:
            self.looks += 1
            return trio.current_time() + (60 if self.looks > 1 else 0)

    async with pair() as (one, two):
        await one.dial(two.peer_id, two.addresses())
        mux = one._host.swarm.get_connections()[0].muxed_conn
        asked = []

        class Deaf(muxer.LiveYamux):
            """Hears nothing until it was asked twice, whatever else goes over the connection."""

            heard_at = property(lambda self: float("inf") if len(asked) > 1 else 0.0, lambda self, value: None)

        async def ping() -> None:
            asked.append(1)

        monkeypatch.setattr(muxer, "trio", LateClock())
        monkeypatch.setattr(mux, "_ping", ping)
        mux.__class__ = Deaf
        assert await mux.answers(0.05)
        assert len(asked) == 2


@pytest.mark.trio
@pytest.mark.parametrize("ticks", range(8))
async def test_a_cancel_in_the_middle_of_a_frame_does_not_garble_the_connection(pair, ticks: int) -> None:
    async with pair() as (one, two):
        await one.dial(two.peer_id, two.addresses())
        (connection,) = one._host.swarm.get_connections()
        frame = struct.pack(YAMUX_HEADER_FORMAT, 0, TYPE_PING, FLAG_SYN, 0, 77)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(connection.muxed_conn._write_frame, frame)
            for _ in range(ticks):
                await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()
        assert await one.ping(two.peer_id) < 5


@pytest.mark.trio
async def test_a_frame_that_nobody_takes_ends_the_link(pair, proxied, monkeypatch) -> None:
    monkeypatch.setattr(muxer, "WRITE_S", 0.2)
    async with pair() as (one, two), proxied(two.addresses()[0]) as proxy:
        events = one.link_events()
        await one.dial(two.peer_id, [proxy.address])
        assert await events.receive() == LinkUp(two.peer_id)
        proxy.silent = True
        (connection,) = one._host.swarm.get_connections()
        frame = struct.pack(YAMUX_HEADER_FORMAT, 0, TYPE_PING, FLAG_SYN, 0, 77)
        with trio.fail_after(5), pytest.raises(ConnectionClosedError):
            while True:
                await connection.muxed_conn._write_frame(frame * 5000)
        with trio.fail_after(3):
            assert await events.receive() == LinkDown(two.peer_id)
