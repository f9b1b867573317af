"""The push `search`, what it takes and refuses; and `history` next to a message."""

from typing import Any

import pytest

from node.client import CallRefused
from node.gateway.message_rate import SEARCHES_AT_ONCE
from tests.unit.node.gateway.clients import TOPIC, client, refused
from tests.unit.node.gateway.fake_backend import FIRST, SECOND, FakeBackend, serving

pytestmark = pytest.mark.trio


async def test_search_passes_on_what_was_asked_and_its_defaults() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway) as c:
        await c.join("node")
        reply = await c.call("node", "search", {"query": "message 7"})
        assert backend.calls[-1] == ("search", "message 7", None, "newest", 20, None)
        assert [(one["conversation"], one["highlights"]) for one in reply["results"]] == [(FIRST, [[0, 9]])]
        assert (reply["complete"], reply["cursor"]) == (True, None)
        asked = {"query": "message", "conversation": "c1", "order": "relevance", "limit": 5, "after": "10"}
        reply = await c.call("node", "search", asked)
        assert backend.calls[-1] == ("search", "message", FIRST, "relevance", 5, "10")
        assert reply["cursor"] == "15"
        assert (await c.call("node", "search", {"query": "m", "conversation": SECOND}))["results"] == []


@pytest.mark.parametrize("query", ["", " ", '"', "x" * 10_000, "\0*^", "🏖"])
async def test_any_text_is_a_query(query: str) -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join("node")
        assert (await c.call("node", "search", {"query": query}))["complete"] is True


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "bad_request"),
        ({"query": 7}, "bad_request"),
        ({"query": "x", "limit": 0}, "bad_request"),
        ({"query": "x", "limit": 101}, "bad_request"),
        ({"query": "x", "order": "oldest"}, "bad_request"),
        ({"query": "x", "after": 3}, "bad_request"),
        ({"query": "x", "after": "a" * 300}, "too_long"),
        ({"query": "x", "conversation": "ff"}, "unknown_conversation"),
        ({"query": "x", "conversation": 1}, "bad_request"),
    ],
)
async def test_what_is_no_search_is_refused(payload: dict[str, Any], code: str) -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join("node")
        assert await refused(c.call("node", "search", payload)) == code


async def test_more_searches_than_keys_can_ask_for_are_refused() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway) as c:
        await c.join("node")
        with pytest.raises(CallRefused) as told:
            for _ in range(1000):
                await c.call("node", "search", {"query": "x"})
        assert told.value.code == "rate_limited"
        assert len([call for call in backend.calls if call[0] == "search"]) >= SEARCHES_AT_ONCE


async def test_history_next_to_a_message() -> None:
    name = f"{0xE5:064x}"
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        after = await c.call(TOPIC, "history", {"after": name, "limit": 2})
        assert ([one["text"] for one in after["messages"]], after["more"], after["newer"]) == (
            ["message 6", "message 7"],
            True,
            True,
        )
        around = await c.call(TOPIC, "history", {"around": name, "before": None})
        assert [one["text"] for one in around["messages"]] == ["message 5"]
        assert await refused(c.call(TOPIC, "history", {"around": name, "before": name})) == "bad_request"
        first = await c.call(TOPIC, "history", {"first": True, "limit": 2})
        assert [one["text"] for one in first["messages"]] == ["message 0", "message 1"]
        assert await refused(c.call(TOPIC, "history", {"first": True, "before": name})) == "bad_request"
        assert await refused(c.call(TOPIC, "history", {"first": "yes"})) == "bad_request"
        assert await refused(c.call(TOPIC, "history", {"around": "ffff"})) == "unknown_message"
