"""Gossip between real hosts, with the settings and repairs that make it lose nothing here."""

import pytest
import trio
from libp2p.pubsub.pb import rpc_pb2

from node.network import MAX_MESSAGE, Received, open_network
from node.network.repairs import pubsub as repaired

LOOPBACK = "/ip4/127.0.0.1/tcp/0"


async def joined(one, two, eventually, topic: str = "t", validate=lambda _: True):
    subscription = await two.subscribe(topic, validate)
    await one.dial(two.peer_id, two.addresses())
    await eventually(lambda: one.topic_peers(topic) == [two.peer_id])
    return subscription


async def heard(subscription) -> Received:
    with trio.fail_after(20):
        return await subscription.receive()


async def collect(subscription, count: int, *, within_s: float = 10) -> set[bytes]:
    found: set[bytes] = set()
    with trio.move_on_after(within_s):
        while len(found) < count:
            found.add((await subscription.receive()).data)
    return found


@pytest.mark.trio
async def test_a_message_arrives_with_its_forwarder_and_origin(eventually, pair) -> None:
    async with pair() as (one, two), open_network(seed=b"c" * 32, listen=[LOOPBACK]) as three:
        middle = await joined(one, two, eventually)
        far = await joined(two, three, eventually)
        await eventually(lambda: three._host.get_id() in two._gossip.router.mesh["t"])
        await one.publish("t", b"hi")
        with trio.fail_after(5):
            assert await middle.receive() == Received(b"hi", one.peer_id, one.peer_id)
            assert await far.receive() == Received(b"hi", two.peer_id, one.peer_id)


@pytest.mark.trio
async def test_our_own_messages_do_not_come_back(pair, eventually) -> None:
    async with pair() as (one, two):
        ours = await one.subscribe("t", lambda _: True)
        theirs = await joined(one, two, eventually)
        await one.publish("t", b"mine")
        assert (await heard(theirs)).data == b"mine"
        await eventually(lambda: two.topic_peers("t") == [one.peer_id])
        await two.publish("t", b"yours")
        assert (await heard(ours)).data == b"yours"


@pytest.mark.trio
async def test_a_burst_of_a_thousand_arrives(pair, eventually) -> None:
    async with pair() as (one, two):
        subscription = await joined(one, two, eventually)
        for number in range(1000):
            await one.publish("t", b"%d" % number)
        assert len(await collect(subscription, 1000, within_s=30)) == 1000


@pytest.mark.trio
async def test_draining_waits_until_what_was_published_has_left(pair, eventually) -> None:
    async with pair() as (one, two):
        subscription = await joined(one, two, eventually)
        pubsub = one._gossip.pubsub
        await one.drain()
        (stream,) = pubsub.peers.values()
        async with pubsub._writing.setdefault(stream, trio.Lock()):
            await one.publish("t", b"last words")
            with trio.move_on_after(0.05) as scope:
                await one._gossip.drain()
            assert scope.cancelled_caught
            await one.drain(timeout_s=0.01)  # nobody waits for ever
        with trio.fail_after(5):
            await one._gossip.drain()
            assert (await subscription.receive()).data == b"last words"


@pytest.mark.trio
async def test_a_slow_reader_loses_nothing_below_the_queue(pair, eventually) -> None:
    async with pair() as (one, two):
        subscription = await joined(one, two, eventually)
        marker = await two.subscribe("marker", lambda _: True)
        await eventually(lambda: one.topic_peers("marker") == [two.peer_id])
        for number in range(100):
            await one.publish("t", b"%d" % number)
        await one.publish("marker", b"all sent")
        await heard(marker)
        assert len(await collect(subscription, 100)) == 100


@pytest.mark.trio
async def test_more_than_a_hundred_topics_of_one_peer_count(pair, eventually) -> None:
    async with pair() as (one, two):
        await one.dial(two.peer_id, two.addresses())
        subscriptions = [await two.subscribe(f"t{number}", lambda _: True) for number in range(130)]
        await eventually(lambda: all(one.topic_peers(f"t{number}") for number in range(130)))
        await one.publish("t129", b"last")
        assert (await heard(subscriptions[-1])).data == b"last"


@pytest.mark.trio
async def test_a_restarted_node_is_heard_at_once(eventually) -> None:
    async with open_network(seed=b"b" * 32, listen=[LOOPBACK]) as two:
        subscription = await two.subscribe("t", lambda _: True)
        for life in (b"first", b"second"):
            async with open_network(seed=b"a" * 32, listen=[]) as one:
                await one.dial(two.peer_id, two.addresses())
                await eventually(lambda: one.topic_peers("t") == [two.peer_id])
                for number in range(60):
                    await one.publish("t", life + b"%d" % number)
                assert len(await collect(subscription, 60)) == 60
            await eventually(lambda: not two.links())


@pytest.mark.trio
async def test_a_side_that_lost_track_is_told_again(pair, eventually, monkeypatch) -> None:
    monkeypatch.setattr(repaired, "REANNOUNCE_S", 0.1)
    async with pair() as (one, two):
        subscription = await joined(one, two, eventually)
        one._gossip.pubsub._forget_all_subscriptions(two._host.get_id())
        one._gossip.router.mesh.clear()
        assert one.topic_peers("t") == []
        await eventually(lambda: one.topic_peers("t") == [two.peer_id])
        await one.publish("t", b"healed")
        assert (await heard(subscription)).data == b"healed"


@pytest.mark.trio
async def test_a_gossip_stream_that_broke_is_replaced_at_the_next_message(pair, eventually) -> None:
    async with pair() as (one, two):
        subscription = await joined(one, two, eventually)
        await one._gossip.pubsub.peers[two._host.get_id()].reset()
        await one.publish("t", b"lost or not")
        await eventually(lambda: two._host.get_id() in one._gossip.pubsub.peers)
        found: set[bytes] = set()
        with trio.fail_after(5):
            while b"after" not in found:
                await one.publish("t", b"after")
                with trio.move_on_after(0.2):
                    found.add((await subscription.receive()).data)


@pytest.mark.trio
async def test_a_check_that_raises_drops_the_message_and_nothing_else(pair, eventually) -> None:
    def check(data: bytes) -> bool:
        if data == b"bad":
            raise KeyError(data)
        return data != b"no"

    async with pair() as (one, two):
        subscription = await joined(one, two, eventually, validate=check)
        for data in (b"bad", b"no", b"good"):
            await one.publish("t", data)
        with trio.fail_after(5):
            assert (await subscription.receive()).data == b"good"
        assert two.offences[one.peer_id] == 0


@pytest.mark.trio
async def test_the_largest_message_passes_and_a_larger_one_is_the_callers_error(pair, eventually) -> None:
    async with pair() as (one, two):
        subscription = await joined(one, two, eventually)
        await one.publish("t", bytes(MAX_MESSAGE))
        assert len((await heard(subscription)).data) == MAX_MESSAGE
        with pytest.raises(ValueError, match="the most is"):
            await one.publish("t", bytes(MAX_MESSAGE + 1))


@pytest.mark.trio
async def test_two_tasks_that_write_to_one_peer_do_not_tear_each_others_messages(pair, eventually) -> None:
    async with pair() as (one, two):
        subscription = await joined(one, two, eventually)
        pubsub, peer = one._gossip.pubsub, two._host.get_id()
        async with trio.open_nursery() as nursery:
            for number in range(8):
                message = rpc_pb2.Message(
                    from_id=one._host.get_id().to_bytes(),
                    data=bytes([number]) * MAX_MESSAGE,
                    seqno=number.to_bytes(8, "big"),
                    topicIDs=["t"],
                )
                message.signature = pubsub.sign_key.sign(b"libp2p-pubsub:" + message.SerializeToString())
                nursery.start_soon(pubsub.write_msg, pubsub.peers[peer], rpc_pb2.RPC(publish=[message]))
        assert len(await collect(subscription, 8, within_s=20)) == 8


@pytest.mark.trio
async def test_leaving_a_topic_and_joining_it_again(pair, eventually) -> None:
    async with pair() as (one, two):
        subscription = await joined(one, two, eventually)
        with pytest.raises(ValueError, match="subscribed already"):
            await two.subscribe("t", lambda _: True)
        await subscription.aclose()
        await eventually(lambda: one.topic_peers("t") == [])
        again = await two.subscribe("t", lambda _: True)
        await eventually(lambda: one.topic_peers("t") == [two.peer_id])
        await one.publish("t", b"again")
        assert (await heard(again)).data == b"again"


@pytest.mark.trio
async def test_what_we_publish_reaches_a_peer_that_the_mesh_keeps_out(pair, eventually) -> None:
    async with pair() as (one, two):
        ours = await one.subscribe("t", lambda _: True)
        subscription = await joined(one, two, eventually)
        await ours.aclose()  # both sides back off from each other now, for seconds
        await eventually(lambda: two.topic_peers("t") == [])
        await one.subscribe("t", lambda _: True)
        await eventually(lambda: two.topic_peers("t") == [one.peer_id])
        one._gossip.router.mesh["t"].discard(two._host.get_id())  # where it came in again already
        await one.publish("t", b"at once")
        with trio.fail_after(5):
            assert (await subscription.receive()).data == b"at once"


@pytest.mark.trio
async def test_a_reader_sees_the_end_when_the_network_closes() -> None:
    async with open_network(seed=b"a" * 32, listen=[]) as network:
        subscription = await network.subscribe("t", lambda _: True)
    with pytest.raises(trio.EndOfChannel):
        await subscription.receive()
