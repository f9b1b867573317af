"""The two topics of the gateway over real sockets."""

from collections.abc import Hashable
from typing import Any

import pytest

from node.client import CallRefused
from tests.unit.node.gateway.clients import TOPIC, answer, ask, client, raw, refused
from tests.unit.node.gateway.fake_backend import FIRST, ME, SECOND, FakeBackend, message, serving

pytestmark = pytest.mark.trio


async def test_node_topic() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as c:
        assert (await c.join("node"))["identity"] == ME
        assert (await c.call("node", "status"))["conversations"] == 2
        assert (await c.call("node", "peers"))["peers"][0]["path"] == "lan"
        assert (await c.call("node", "providers"))["providers"][1]["name"] == "local"
        assert len((await c.call("node", "conversations"))["conversations"]) == 2
        assert await c.call("node", "rename_me", {"name": " Ida "}) == {"name": "Ida"}
        for name, code in (("", "blank"), ("x" * 201, "too_long"), ("a\x07", "bad_request"), (None, "bad_request")):
            with pytest.raises(CallRefused) as refusal:
                await c.call("node", "rename_me", {"name": name})
            assert refusal.value.code == code
        assert (await c.call("node", "doctor"))["findings"][0]["state"] == "warning"
        assert await c.call("node", "log") == {"lines": ["one", "two"], "next": 2}
        assert (await c.call("node", "log", {"after": 1}))["lines"] == ["two"]
        made = await c.call("node", "create", {"title": "  Tides ", "description": None, "ai": False, "other": 1})
        assert made["title"] == "Tides"
        assert backend.calls[-1] == ("create", "Tides", "", False)
        async for event in c.events():
            assert (event.topic, event.event, event.payload["title"]) == ("node", "conversation", "Tides")
            break
        assert await c.call("node", "resolve", {"conversation": "C1"}) == {"id": FIRST, "title": "Bridges"}
        assert (await c.call("node", "show", {"conversation": FIRST}))["ops"] == 31
        await c.call("node", "invite", {"conversation": "c1"})
        assert backend.calls[-1] == ("invite", FIRST, 1, 604800)
        await c.call("node", "ai_add", {"conversation": "c1", "name": "Bot", "model": "m", "temperature": 1})
        assert backend.calls[-1] == ("ai_add", FIRST, {"name": "Bot", "model": "m", "temperature": 1.0})
        assert await c.call("node", "ai_remove", {"conversation": "c1", "ai": "Bot"}) == {}
        assert (await c.call("node", "advance", {"conversation": "c1", "from": "prophase"}))["phase"] == "prometaphase"
        assert (await c.call("node", "progress", {"conversation": "c1", "value": 1}))["progress"] == 1.0
        sent = await c.call("node", "send", {"conversation": "c1", "content": "hi", "reply_to": f"{0xE0:064x}"})
        assert sent == {"id": backend.stored[FIRST][-1]["id"], "state": "stored"}


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("nonsense", {}, "bad_request"),
        ("nonsense", {"conversation": "c1"}, "bad_request"),
        ("show", {}, "bad_request"),
        ("show", {"conversation": 7}, "bad_request"),
        ("show", {"conversation": "zz"}, "unknown_conversation"),
        ("show", {"conversation": ""}, "unknown_conversation"),
        ("show", {"conversation": "f"}, "unknown_conversation"),
        ("show", {"conversation": "c"}, "ambiguous"),
        ("show", {"conversation": "c" * 65}, "unknown_conversation"),
        ("create", {}, "bad_request"),
        ("create", {"title": ""}, "blank"),
        ("create", {"title": " \u2003 "}, "blank"),
        ("create", {"title": "x" * 201}, "too_long"),
        ("create", {"title": "x", "description": "x" * 2001}, "too_long"),
        ("create", {"title": "x", "ai": 1}, "bad_request"),
        ("join", {"link": "https://x"}, "bad_invite"),
        ("join", {"link": "x" * 9000}, "too_long"),
        ("invite", {"conversation": "c1", "uses": True}, "bad_request"),
        ("invite", {"conversation": "c1", "uses": -1}, "bad_request"),
        ("invite", {"conversation": "c1", "expires_s": 0}, "bad_request"),
        ("invite", {"conversation": "c1", "expires_s": 1.5}, "bad_request"),
        ("ai_add", {"conversation": "c1"}, "bad_request"),
        ("ai_add", {"conversation": "c1", "name": "x", "temperature": 2.1}, "bad_request"),
        ("ai_add", {"conversation": "c1", "name": "x", "temperature": True}, "bad_request"),
        ("ai_add", {"conversation": "c1", "name": "x", "policy": "often"}, "bad_request"),
        ("ai_add", {"conversation": "c1", "name": "x", "provider": "nope"}, "unknown_provider"),
        ("advance", {"conversation": "c1"}, "bad_request"),
        ("advance", {"conversation": "c1", "from": "interphase"}, "bad_request"),
        ("progress", {"conversation": "c1"}, "bad_request"),
        ("progress", {"conversation": "c1", "value": 1.01}, "bad_request"),
        ("progress", {"conversation": "c1", "value": "0.5"}, "bad_request"),
        ("send", {"conversation": "c1", "content": None}, "bad_request"),
        ("send", {"conversation": "c1", "content": ["x"]}, "bad_request"),
        ("send", {"conversation": "c1", "content": "\n\t "}, "blank"),
        ("send", {"conversation": "c1", "content": "\U0001f600" * 4001}, "too_long"),
        ("send", {"conversation": "c1", "content": "x", "reply_to": "no hex"}, "unknown_message"),
        ("send", {"conversation": "c1", "content": "x", "reply_to": 5}, "bad_request"),
    ],
)
async def test_node_topic_refuses(event: str, payload: dict[str, Any], code: str) -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join("node")
        assert await refused(c.call("node", event, payload)) == code


async def test_conversation_topic() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as c:
        joined = await c.join(TOPIC, {"user_id": "u1", "preferences": {"temperature": 0.5, "language": "en"}})
        assert set(joined) == {
            "conversation_id",
            "session_id",
            "user_id",
            "summary",
            "members",
            "ai",
            "messages",
            "more",
            "first_unread",
        }
        assert (joined["user_id"], joined["more"], len(joined["messages"])) == ("u1", True, 20)
        page = await c.call(TOPIC, "history", {"before": joined["messages"][0]["id"], "limit": 7})
        assert [m["text"] for m in page["messages"]] == [f"message {n}" for n in range(3, 10)]
        assert page["more"] is True
        assert len((await c.call(TOPIC, "history"))["messages"]) == 30
        assert await c.call(TOPIC, "typing", {"typing": True}) == {}
        assert backend.calls[-1] == ("typing", FIRST, True)
        assert await c.call(TOPIC, "read", {"id": f"{0xE5:064x}"}) == {}
        assert backend.calls[-1] == ("read", FIRST, f"{0xE5:064x}")
        longest = "\U0001f600" * 4000
        sent = await c.call(TOPIC, "message", {"content": longest})
        assert sent == {"id": backend.stored[FIRST][-1]["id"], "state": "stored", "client_id": None}
        backend.emit(SECOND, "message", message(1, "elsewhere"))
        backend.emit(FIRST, "gone", {"id": sent["id"]})
        seen = []
        async for event in c.events():
            seen.append((event.topic, event.event))
            if event.event == "gone":
                break
        assert seen == [(TOPIC, "presence_state"), (TOPIC, "message"), (TOPIC, "gone")]


async def test_a_conversation_that_is_not_mine() -> None:
    async with serving(FakeBackend()) as gateway, raw(gateway) as websocket:
        reply = await ask(websocket, "1", "1", f"conversation:{'f' * 64}", "phx_join", {})
        expected = {"code": "unknown_conversation", "reason": "unknown conversation"}
        assert reply[4] == {"status": "error", "response": expected}


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("nonsense", {}, "bad_request"),
        ("message", {}, "bad_request"),
        ("message", {"content": " "}, "blank"),
        ("message", {"content": "x" * 4001}, "too_long"),
        ("message", {"content": "x", "client_id": 7}, "bad_request"),
        ("message", {"content": "x", "client_id": "x" * 201}, "too_long"),
        ("message", {"content": "x", "reply_to": "ff"}, "unknown_message"),
        ("history", {"limit": 0}, "bad_request"),
        ("history", {"limit": 201}, "bad_request"),
        ("history", {"limit": True}, "bad_request"),
        ("history", {"before": "x"}, "unknown_message"),
        ("typing", {}, "bad_request"),
        ("typing", {"typing": 1}, "bad_request"),
        ("read", {}, "bad_request"),
        ("read", {"id": {}}, "bad_request"),
    ],
)
async def test_conversation_topic_refuses(event: str, payload: dict[str, Any], code: str) -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        assert await refused(c.call(TOPIC, event, payload)) == code


@pytest.mark.parametrize(
    "payload",
    [{"user_id": 7}, {"preferences": []}, {"preferences": {"temperature": 3}}, {"preferences": {"max_tokens": True}}],
)
async def test_join_parameters(payload: dict[str, Any]) -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        assert await refused(c.join(TOPIC, payload)) == "bad_request"
        await c.join(TOPIC)


@pytest.mark.parametrize("event_before_return", [True, False])
async def test_client_id_comes_back_to_its_sender_only(event_before_return: bool) -> None:
    backend = FakeBackend()
    backend.event_before_return = event_before_return
    async with (
        serving(backend) as gateway,
        client(gateway, events=True) as sender,
        client(gateway, events=True) as other,
    ):
        for connected in (sender, other):
            await connected.join(TOPIC)
            assert (await connected.next_event()).event == "presence_state"
        sent = await sender.call(TOPIC, "message", {"content": "x", "client_id": "mine-1"})
        assert sent["client_id"] == "mine-1"
        backend.emit(FIRST, "message", {**backend.stored[FIRST][-1], "state": "delivered"})
        for connected, client_id in ((sender, "mine-1"), (other, None)):
            states = []
            async for event in connected.events():
                assert event.payload["id"] == sent["id"]
                assert event.payload.get("client_id") == client_id
                states.append(event.payload["state"])
                if len(states) == 2:
                    break
            assert states == ["stored", "delivered"]


async def test_a_message_may_be_pushed_to_be_written_once_on_either_topic() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        await c.join("node")
        await c.call(TOPIC, "message", {"content": "x", "client_id": "k1", "once": True})
        sent = await c.call("node", "send", {"conversation": "c1", "content": "x", "client_id": "k2", "once": True})
        assert sent["client_id"] == "k2"
        await c.call("node", "send", {"conversation": "c1", "content": "x"})
        assert backend.client_ids == [("k1", True), ("k2", True), (None, False)]
        assert await refused(c.call(TOPIC, "message", {"content": "x", "once": True})) == "bad_request"
        assert await refused(c.call("node", "send", {"conversation": "c1", "content": "x", "once": 1})) == "bad_request"
        assert await c.call("node", "client_key", {"name": "a"}) == {"key": "61"}
        assert await refused(c.call("node", "client_key", {})) == "bad_request"


async def test_of_many_messages_each_client_gets_its_own_marked_and_reads_them_one_by_one() -> None:
    backend = FakeBackend()
    async with (
        serving(backend) as gateway,
        client(gateway, events=True) as sender,
        client(gateway, events=True) as other,
    ):
        for connected in (sender, other):
            await connected.join(TOPIC)
            assert (await connected.next_event()).event == "presence_state"
        sent = await sender.call(TOPIC, "message", {"content": "x", "client_id": "mine-1"})
        mine = backend.stored[FIRST][-1]
        backend.emit(FIRST, "messages", {"messages": [{**mine, "id": "1" * 64, "mine": False}, mine]})
        for connected, client_id in ((sender, "mine-1"), (other, None)):
            told = [await connected.next_event() for _ in range(3)]
            assert [event.event for event in told] == ["message"] * 3
            assert [event.payload["id"] for event in told] == [sent["id"], "1" * 64, sent["id"]]
            assert [event.payload.get("client_id") for event in told] == [client_id, None, client_id]


async def test_a_client_that_hears_summaries_on_the_topic_of_the_node_need_not_hear_them_twice() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as c:
        await c.join("node")
        assert await refused(c.join(TOPIC, {"summaries": "no"})) == "bad_request"
        for wanted, topics in ((False, ["node"]), (None, [TOPIC, "node"]), (True, [TOPIC, "node"])):
            await c.join(TOPIC, {"summaries": wanted})
            assert (await c.next_event()).event == "presence_state"
            backend.emit(FIRST, "conversation", backend.summary(FIRST))
            assert [(await c.next_event()).topic for _ in topics] == topics
            backend.emit(FIRST, "gone", {"id": "1" * 64})
            assert (await c.next_event()).event == "gone"
            await c.leave(TOPIC)


async def test_a_client_attends_while_it_is_on_a_conversation() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as c:
        await c.join("node")
        assert backend.clients == {}, "a command that only asks something is nobody's presence"
        await c.join(TOPIC)
        event = await c.next_event()
        assert (event.topic, event.event, event.payload) == (TOPIC, "presence_state", backend.presence(FIRST))
        assert list(backend.clients.values()) == ["online"]
        assert await c.call(TOPIC, "presence", {"status": "away"}) == {}
        assert list(backend.clients.values()) == ["away"]
        for topic in (TOPIC, "node"):
            for payload in ({}, {"status": "offline"}, {"status": 1}, {"status": None}):
                assert await refused(c.call(topic, "presence", payload)) == "bad_request"
        assert await c.call("node", "presence", {"status": "online"}) == {}
        assert sorted(backend.clients.values()) == ["away", "online"]
        await c.leave(TOPIC)
        assert list(backend.clients.values()) == ["online"]
    assert backend.clients == {}


async def test_a_diff_that_comes_while_a_client_joins_waits_behind_the_answer() -> None:
    backend = FakeBackend()
    diff = {"joins": {ME: {"metas": [{"phx_ref": "r.2"}]}}, "leaves": {}}
    attend = backend.attend

    def attend_and_tell(one: Hashable, status: str) -> None:
        attend(one, status)
        backend.emit(FIRST, "presence_diff", diff)

    backend.attend = attend_and_tell  # type: ignore[method-assign]
    async with serving(backend) as gateway, raw(gateway) as websocket:
        assert (await ask(websocket, "1", "1", TOPIC, "phx_join", {}))[3] == "phx_reply"
        told = [await answer(websocket) for _ in range(2)]
        assert {frame[3] for frame in told} == {"presence_diff", "presence_state"}


async def test_rate_limits() -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join(TOPIC)

        async def type_on() -> None:
            for _ in range(200):
                await c.call(TOPIC, "typing", {"typing": True})

        with pytest.raises(CallRefused, match="try again in") as caught:
            await type_on()
        assert caught.value.code == "rate_limited"
        await c.call(TOPIC, "message", {"content": "still fine"})
