import asyncio
from collections.abc import Awaitable, Callable

import orjson
import pytest

from gui.api.client import Client
from gui.api.endpoint import Endpoint
from gui.api.errors import CallRefused, CallTimedOut, Disconnected, NodeFailed
from gui.api.frames import decode
from gui.tasks import spawn
from tests.gui.fake_node import KEY, FakeNode, Refused, message, summary

Until = Callable[[Callable[[], object]], Awaitable[None]]
QUICK = (0.001, 0.005)


def client_of(node: FakeNode, *, heartbeat_s: float = 30.0, key: str = KEY) -> Client:
    async def endpoint() -> Endpoint:
        return Endpoint(node.url, key)

    return Client(endpoint, heartbeat_s=heartbeat_s, back_off_s=QUICK)


async def test_a_call_gets_its_reply_and_waits_for_the_join(node: FakeNode) -> None:
    node.conversations = [summary(1, "One")]
    client = client_of(node)
    client.channel("node")
    asked = asyncio.ensure_future(client.call("node", "conversations"))
    spawn(client.run())
    assert (await asked)["conversations"][0]["title"] == "One"
    assert node.joins == ["node"]


async def test_a_refusal_has_code_and_reason(node: FakeNode) -> None:
    def refuse(_: object) -> None:
        raise Refused("rate_limited", "Too fast.")

    node.answer["create"] = refuse
    client = client_of(node)
    client.channel("node")
    spawn(client.run())
    with pytest.raises(CallRefused) as caught:
        await client.call("node", "create", {"title": "x"})
    assert (caught.value.code, caught.value.reason) == ("rate_limited", "Too fast.")


async def test_a_silent_node_ends_in_a_timeout(node: FakeNode) -> None:
    node.silent.add("create")
    client = client_of(node)
    client.channel("node")
    spawn(client.run())
    with pytest.raises(CallTimedOut):
        await client.call("node", "create", {}, timeout=0.05)


async def test_after_a_drop_every_topic_is_joined_again(node: FakeNode, until: Until) -> None:
    node.conversations = [summary(1, "One")]
    client = client_of(node)
    states: list[bool] = []
    client.online.connect(lambda online, _: states.append(online))
    one = client.channel("node")
    other = client.channel(f"conversation:{1:064x}")
    joined: list[str] = []
    one.joined.connect(lambda _: joined.append("node"))
    other.joined.connect(lambda _: joined.append("conversation"))
    spawn(client.run())
    await until(lambda: len(joined) == 2)
    await node.drop()
    await until(lambda: len(joined) == 4)
    assert sorted(joined) == ["conversation", "conversation", "node", "node"]
    assert states == [True, False, True]
    assert (await client.call("node", "conversations"))["conversations"]


async def test_calls_under_way_fail_when_the_connection_breaks(node: FakeNode, until: Until) -> None:
    node.silent.add("create")
    client = client_of(node)
    client.channel("node")
    spawn(client.run())
    asked = asyncio.ensure_future(client.call("node", "create", {}))
    await until(lambda: node.pushed)
    await node.drop()
    with pytest.raises(Disconnected):
        await asked


async def test_events_reach_their_channel_and_stale_ones_do_not(node: FakeNode, until: Until) -> None:
    client = client_of(node)
    channel = client.channel("node")
    seen: list[tuple[str, str]] = []
    channel.event.connect(lambda event, payload: seen.append((event, payload["title"])))
    spawn(client.run())
    await until(lambda: channel.ready.is_set())
    for join_ref, title in (("999", "stale"), (channel.join_ref, "current"), (None, "broadcast")):
        for socket in node._sockets:
            await socket.send(
                f'["{join_ref}",null,"node","conversation",{{"title":"{title}"}}]'.replace('"None"', "null")
            )
    await node.push("other", "conversation", {"title": "foreign"})
    await until(lambda: len(seen) == 2)
    assert seen == [("conversation", "current"), ("conversation", "broadcast")]


async def test_an_observer_that_fails_does_not_end_the_connection(
    node: FakeNode, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(node)
    channel = client.channel("node")
    channel.event.connect(lambda event, payload: payload["missing"])
    spawn(client.run())
    await until(lambda: channel.ready.is_set())
    await node.push("node", "conversation", {})
    await until(lambda: "event could not be shown" in caplog.text)
    assert (await client.call("node", "conversations")) == {"conversations": []}


async def test_what_follows_a_reply_is_told_after_who_waits_for_it_went_on(node: FakeNode, until: Until) -> None:
    client = client_of(node)
    channel = client.channel("node")
    told: list[str] = []
    channel.event.connect(lambda _event, payload: told.append(payload["title"]))
    channel.joined.connect(lambda _reply: told.append("joined"))

    async def list_all() -> None:
        await client.call("node", "conversations")
        told.append("listed")

    async def answer(event: str) -> None:
        await until(lambda: event in dict(node.refs))
        ref = dict(node.refs)[event]
        (socket,) = node._sockets
        for frame in (
            [ref, ref, "node", "phx_reply", {"status": "ok", "response": {}}],
            [None, None, "node", "conversation", {"title": f"after {event}"}],
        ):
            await socket.send(orjson.dumps(frame).decode())

    node.silent |= {"phx_join", "conversations"}
    spawn(client.run())
    await answer("phx_join")
    await until(lambda: len(told) == 2)
    spawn(list_all())
    await answer("conversations")
    await until(lambda: len(told) == 4)
    assert told == ["joined", "after phx_join", "listed", "after conversations"]


async def test_heartbeats_go_out_and_an_unanswered_one_reconnects(node: FakeNode, until: Until) -> None:
    client = client_of(node, heartbeat_s=0.02)
    client.channel("node")
    spawn(client.run())
    await until(lambda: node.heartbeats >= 3)
    assert node.joins == ["node"]
    node.silent.add("heartbeat")
    await until(lambda: len(node.joins) >= 2)


async def test_a_refused_join_is_told_and_fails_calls(node: FakeNode, until: Until) -> None:
    client = client_of(node)
    channel = client.channel(f"conversation:{7:064x}")
    refused: list[str] = []
    channel.refused.connect(lambda error: refused.append(error.code))
    spawn(client.run())
    await until(lambda: refused)
    assert refused == ["unknown_conversation"]
    with pytest.raises(CallRefused):
        await client.call(f"conversation:{7:064x}", "message", {"content": "x"})


async def test_a_wrong_key_and_a_node_that_fails_keep_trying(node: FakeNode, until: Until) -> None:
    reasons: list[str] = []
    wrong = client_of(node, key="wrong")
    wrong.online.connect(lambda online, reason: reasons.append(reason))
    spawn(wrong.run())
    await until(lambda: len(reasons) >= 2)

    async def fails() -> Endpoint:
        raise NodeFailed("The disk is full.")

    told: list[str] = []
    other = Client(fails, back_off_s=QUICK)
    other.online.connect(lambda online, reason: told.append(reason))
    spawn(other.run())
    await until(lambda: len(told) >= 2)
    assert told[0] == "The disk is full."


async def test_leaving_a_topic_tells_the_node(node: FakeNode, until: Until) -> None:
    node.conversations = [summary(1, "One")]
    topic = f"conversation:{1:064x}"
    client = client_of(node)
    channel = client.channel(topic)
    spawn(client.run())
    await until(lambda: channel.ready.is_set())
    client.leave(topic)
    await until(lambda: (topic, "phx_leave", {}) in node.pushed)


@pytest.mark.parametrize(
    "text", ["", "[", "{}", "[1,2,3,4,5]", "[null,null,1,2,{}]", '["1","2","t","e",null]', "[" * 9]
)
def test_broken_frames_are_ignored(text: str) -> None:
    assert decode(text) is None


def test_the_key_is_in_the_query_and_escaped() -> None:
    assert Endpoint("ws://h/s", "a&b").address() == "ws://h/s?api_key=a%26b&vsn=2.0.0"


def test_messages_of_the_fake_node_are_objects() -> None:
    assert message(1, "x")["id"] == f"{1:064x}"


async def test_what_is_told_asks_for_no_reply(node: FakeNode, until: Until) -> None:
    client = client_of(node)
    channel = client.channel("node")
    spawn(client.run())
    await until(channel.ready.is_set)
    client.tell("node", "presence", {"status": "away"})
    await client.call("node", "conversations")
    refs = dict(node.refs)
    assert refs["presence"] is None
    assert refs["conversations"] is not None
