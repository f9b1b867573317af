"""The pushes about AI participants and about my AI session, on both topics, and what they refuse."""

from typing import Any

import pytest

from node.client import CallRefused, Client, Event
from node.gateway.wishes import NO_WISHES, Wishes
from tests.unit.node.gateway.clients import TOPIC, client, refused
from tests.unit.node.gateway.fake_backend import FIRST, TS, FakeBackend, serving
from tests.unit.node.gateway.fake_participants import AI

pytestmark = pytest.mark.trio
NAME = f"{0xE5:064x}"


async def heard(c: Client, name: str) -> Event:
    """Return the next event of that name."""
    while (event := await c.next_event()).event != name:
        pass
    return event


async def test_both_topics_take_them() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        await c.join("node")
        for topic, more in ((TOPIC, {}), ("node", {"conversation": "c1"})):
            assert (await c.call(topic, "ai", more))["ai"][0]["id"] == AI
            for event, payload, call in (
                ("ai_add", {"name": " Bot ", "hourly": 5}, ({"name": "Bot", "hourly": 5},)),
                ("ai_set", {"ai": "Bot", "model": "", "policy": "never"}, ("Bot", {"model": "", "policy": "never"})),
                (
                    "ai_set",
                    {"ai": "Bot", "constrained": "never", "second_opinion": True},
                    ("Bot", {"constrained": "never", "second_opinion": True}),
                ),
                ("ai_hosts", {"ai": "Bot", "hosts": ["Ada", "Bob"]}, ("Bot", ["Ada", "Bob"])),
                ("ai_offers", {"ai": "Bot"}, ("Bot",)),
                ("ai_accept", {"ai": "Bot"}, ("Bot", True)),
                ("ai_pause", {"on": False}, (False,)),
                ("ai_remove", {"ai": "Bot"}, ("Bot",)),
                ("retry", {"id": NAME[:64]}, (NAME, None)),
                ("retry", {"id": NAME, "ai": "Bot"}, (NAME, "Bot")),
                ("stop", {"id": NAME, "ai": "Bot"}, (NAME, "Bot")),
            ):
                await c.call(topic, event, {**more, **payload})
                assert backend.calls[-1] == (event, FIRST, *call)


async def test_an_ai_is_tried_before_it_is_added() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway) as c:
        await c.join("node")
        told = await c.call("node", "ai_test", {"provider": "local", "model": "m", "temperature": 1})
        assert told == {"text": "Hello.", "ms": 12, "provider": "local", "model": "m"}
        assert backend.calls == [("ai_test", {"name": "AI", "provider": "local", "model": "m", "temperature": 1.0})]
        assert await refused(c.call("node", "ai_test", {"provider": "openai"})) == "no_key"
        assert await refused(c.call("node", "ai_test", {"temperature": 3})) == "bad_request"
        with pytest.raises(CallRefused) as told:
            for _ in range(25):
                await c.call("node", "ai_test", {})
        assert told.value.code == "rate_limited", "tests cost money, and are bounded"


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("ai_set", {}, "bad_request"),
        ("ai_set", {"ai": "Bot", "name": " "}, "blank"),
        ("ai_set", {"ai": "Bot", "hourly": -1}, "bad_request"),
        ("ai_set", {"ai": "Bot", "hourly": True}, "bad_request"),
        ("ai_set", {"ai": "Bot", "constrained": True}, "bad_request"),
        ("ai_set", {"ai": "Bot", "second_opinion": "yes"}, "bad_request"),
        ("message", {"content": "x", "options": {"constrained": "yes"}}, "bad_request"),
        ("message", {"content": "x", "options": {"second_opinion": 1}}, "bad_request"),
        ("ai_hosts", {"ai": "Bot"}, "bad_request"),
        ("ai_hosts", {"ai": "Bot", "hosts": []}, "bad_request"),
        ("ai_hosts", {"ai": "Bot", "hosts": ["x"] * 9}, "bad_request"),
        ("ai_hosts", {"ai": "Bot", "hosts": ["Ada", 3]}, "bad_request"),
        ("ai_accept", {"ai": "Bot", "on": 1}, "bad_request"),
        ("ai_pause", {"on": "off"}, "bad_request"),
        ("retry", {}, "bad_request"),
        ("retry", {"id": "zz"}, "unknown_message"),
        ("stop", {"id": NAME}, "bad_request"),
        ("stop", {"ai": "Bot"}, "bad_request"),
        ("set_context", {}, "bad_request"),
        ("set_context", {"context": []}, "bad_request"),
        ("set_context", {"context": {"a": "x" * 8_000}}, "too_long"),
        ("message", {"content": "x", "not_for_ai": "yes"}, "bad_request"),
        ("message", {"content": "x", "context": "facts"}, "bad_request"),
        ("message", {"content": "x", "context": {"a": "x" * 8_000}}, "too_long"),
        ("message", {"content": "x", "options": [1]}, "bad_request"),
        ("message", {"content": "x", "llm_config": 7}, "bad_request"),
        ("message", {"content": "x", "llm_config": {"temperature": 2.1}}, "bad_request"),
        ("message", {"content": "x", "llm_config": {"max_tokens": 0}}, "bad_request"),
        ("message", {"content": "x", "llm_config": {"max_tokens": True}}, "bad_request"),
        ("message", {"content": "x", "llm_config": {"top_p": -1}}, "bad_request"),
        ("message", {"content": "x", "llm_config": {"model": " "}}, "blank"),
        ("message", {"content": "x", "llm_config": {"model": "m" * 201}}, "too_long"),
    ],
)
async def test_refused_before_the_node_is_asked(event: str, payload: dict[str, Any], code: str) -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        assert await refused(c.call(TOPIC, event, payload)) == code
        assert (backend.calls, backend.asked) == ([], [])


@pytest.mark.parametrize(
    "preferences",
    [
        [],
        {"temperature": "hot"},
        {"max_tokens": 1.5},
        {"language": 3},
        {"include_sources": "yes"},
        {"response_style": "x" * 201},
    ],
)
async def test_wrong_preferences_refuse_the_join(preferences: Any) -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        assert await refused(c.join(TOPIC, {"preferences": preferences})) in ("bad_request", "too_long")


async def test_what_is_wished_goes_with_the_message() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway) as c:
        await c.join("node")
        await c.join(TOPIC, {"preferences": {"language": "cs", "temperature": 1, "other": "unknown"}})
        await c.call(TOPIC, "message", {"content": "plain"})
        assert backend.asked[-1] == (None, Wishes(preferences={"language": "cs", "temperature": 1.0}))
        config = {"model": "m", "temperature": 0.5, "max_tokens": 9, "top_p": 1}
        wishes = {"context": {"a": [1]}, "options": {"include_examples": True}, "llm_config": config}
        await c.call(TOPIC, "message", {"content": "full", "not_for_ai": False, **wishes})
        is_private, asked = backend.asked[-1]
        assert is_private is False
        assert (asked.context, asked.options, asked.config) == ({"a": [1]}, {"include_examples": True}, config)
        await c.call("node", "send", {"conversation": "c1", "content": "mine", "not_for_ai": True})
        assert backend.asked[-1] == (True, NO_WISHES)


async def test_a_session_has_a_context_and_begins_anew() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as c:
        await c.join(TOPIC)
        assert (await c.call(TOPIC, "set_context", {"context": {"a": 1}}))["context"] == {"a": 1}
        event = await heard(c, "context_updated")
        assert event.payload == {"context": {"a": 1}, "timestamp": TS}
        told = await c.call(TOPIC, "new_conversation")
        assert (await heard(c, "conversation_reset")).payload == told
        assert backend.calls == [("new_session", FIRST)]


async def test_preferences_of_the_person() -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join("node")
        assert (await c.call("node", "preferences"))["preferences"] == {"ai": True}
        assert (await c.call("node", "prefer", {"ai": False}))["preferences"] == {"ai": False}
        assert await refused(c.call("node", "prefer", {"ai": 0})) == "bad_request"


async def test_the_answers_that_lost_can_be_seen() -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        assert [each["id"] for each in (await c.call(TOPIC, "alternatives", {"id": NAME}))["messages"]] == [NAME]
