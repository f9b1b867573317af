"""Guards: what a peer sends ends at most its own stream."""

import pytest
from libp2p.peer.id import ID
from libp2p.pubsub.pb import rpc_pb2
from libp2p.utils import encode_varint_prefixed

from node.network.repairs import host as repaired

MESHSUB = "/meshsub/1.1.0"


async def still_meshed(one, two, eventually) -> None:
    """A message still gets through from one to two."""
    subscription = await two.subscribe("after", lambda _: True)
    await eventually(lambda: one.topic_peers("after") == [two.peer_id])
    await one.publish("after", b"alive")
    assert (await subscription.receive()).data == b"alive"


@pytest.mark.trio
@pytest.mark.parametrize("rubbish", [b"\xff" * 40, b"\x0a\x05\x08\x96\x01\x12\xff", b"\x12\x04\x0a\xff\xff\xff"])
async def test_a_malformed_gossip_packet_is_counted_and_nothing_else(pair, eventually, rubbish: bytes) -> None:
    async with pair() as (one, two):
        await one.dial(two.peer_id, two.addresses())
        stream = await one._host.new_stream(two._host.get_id(), [MESHSUB])
        await stream.write(encode_varint_prefixed(rubbish))
        await eventually(lambda: two.offences[one.peer_id] == 1)
        await still_meshed(one, two, eventually)


@pytest.mark.trio
async def test_a_message_with_a_garbage_key_is_counted_and_nothing_else(pair, eventually) -> None:
    async with pair() as (one, two):
        await one.dial(two.peer_id, two.addresses())
        await two.subscribe("topic", lambda _: True)
        origin = ID(b"\x12\x20" + bytes(32)).to_bytes()
        message = rpc_pb2.Message(
            data=b"x", topicIDs=["topic"], from_id=origin, seqno=bytes(8), signature=b"s", key=b"\xff\xff garbage"
        )
        stream = await one._host.new_stream(two._host.get_id(), [MESHSUB])
        await stream.write(encode_varint_prefixed(rpc_pb2.RPC(publish=[message]).SerializeToString()))
        await eventually(lambda: two.offences[one.peer_id] == 1)
        await still_meshed(one, two, eventually)


@pytest.mark.trio
async def test_a_stream_that_is_reset_in_the_middle_is_ordinary(pair, eventually) -> None:
    async with pair() as (one, two):
        ended = []

        async def read(stream) -> None:
            try:
                await stream.read(10)
            finally:
                ended.append(stream)

        two._host.set_stream_handler("/raw/1", read)
        await one.dial(two.peer_id, two.addresses())
        stream = await one._host.new_stream(two._host.get_id(), ["/raw/1"])
        await stream.reset()
        await eventually(lambda: len(ended) == 1)
        assert two.offences[one.peer_id] == 0
        await still_meshed(one, two, eventually)


@pytest.mark.trio
async def test_one_peer_cannot_hold_any_number_of_streams(pair, eventually, monkeypatch) -> None:
    monkeypatch.setattr(repaired, "STREAMS_PER_PEER", 6)

    async def hold(peer, frames) -> None:
        await frames.receive()

    async with pair() as (one, two):
        two.serve("/hold/1", hold)
        await one.dial(two.peer_id, two.addresses())
        opened, refused = [], 0
        for _ in range(10):
            try:
                opened.append(await one.open_stream(two.peer_id, "/hold/1"))
            except Exception:
                refused += 1
        assert refused >= 4
        for frames in opened:
            await frames.aclose()
        await eventually(lambda: two._host._streams[one.peer_id] < 3)
        await one.open_stream(two.peer_id, "/hold/1")
