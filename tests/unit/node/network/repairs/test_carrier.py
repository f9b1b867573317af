"""A circuit's end: whoever reads hears of it, however it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing
from libp2p.abc import INetStream
from libp2p.io.exceptions import ConnectionClosedError

from node.network.dialer import parse_peer
from node.network.repairs.carrier import Carrier


@asynccontextmanager
async def streams(pair) -> AsyncIterator[tuple[INetStream, INetStream]]:
    """Both ends of one stream."""
    sender, receiver = trio.open_memory_channel[INetStream](1)

    async def accept(stream: INetStream) -> None:
        await sender.send(stream)
        await trio.sleep_forever()

    async with pair() as (one, two):
        two._host.set_stream_handler("/carry/1", accept)
        await one.dial(two.peer_id, two.addresses())
        near = await one._host.new_stream(parse_peer(two.peer_id), ["/carry/1"])
        yield near, await receiver.receive()


async def ended(carrier: Carrier, done: trio.Event) -> None:
    with pytest.raises(ConnectionClosedError):
        await carrier.read(10)
    done.set()


@pytest.mark.trio
async def test_bytes_go_through(pair) -> None:
    async with streams(pair) as (near, far):
        one, other = Carrier(near), Carrier(far)
        await one.write(b"hello")
        assert await other.read(3) + await other.read(9) == b"hello"
        assert one.get_remote_address() is None


@pytest.mark.trio
async def test_closing_wakes_whoever_reads_at_either_end(pair) -> None:
    async with streams(pair) as (near, far), trio.open_nursery() as nursery:
        one, other = Carrier(near), Carrier(far)
        woken = [trio.Event(), trio.Event()]
        nursery.start_soon(ended, one, woken[0])
        nursery.start_soon(ended, other, woken[1])
        await trio.testing.wait_all_tasks_blocked(0.05)
        await one.close()
        with trio.fail_after(2):
            for event in woken:
                await event.wait()
        await one.close()
        for end in (one, other):
            with pytest.raises(ConnectionClosedError):
                await end.read(1)
            with pytest.raises(ConnectionClosedError):
                await end.write(b"x")


@pytest.mark.trio
async def test_libp2p_still_leaves_the_reader_of_a_stream_waiting_that_this_side_resets(pair) -> None:
    """Where this fails, the repair may go."""
    async with streams(pair) as (near, _), trio.open_nursery() as nursery:
        is_over = False

        async def read() -> None:
            nonlocal is_over
            await near.read(10)
            is_over = True

        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked(0.05)
        await near.reset()
        await trio.testing.wait_all_tasks_blocked(0.2)
        assert not is_over
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_a_cancelled_write_is_whole(pair) -> None:
    async with streams(pair) as (near, far):
        one, other = Carrier(near), Carrier(far)
        with trio.CancelScope() as scope:
            scope.cancel()
            await one.write(bytes(200_000))
        await one.write(b"end")
        found = b""
        with trio.fail_after(5):
            while not found.endswith(b"end"):
                found += await other.read(65_536)
        assert len(found) == 200_003
