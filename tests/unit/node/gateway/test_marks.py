"""The pushes that change a message that is there already, and what they refuse."""

from typing import Any

import pytest

from node.client import connect_to
from tests.unit.node.gateway.clients import TOPIC, client, refused
from tests.unit.node.gateway.fake_backend import API_KEY, FIRST, FakeBackend, serving

pytestmark = pytest.mark.trio
NAME = f"{0xE5:064x}"


async def test_each_gives_back_the_message_and_everybody_hears_of_it() -> None:
    backend = FakeBackend()
    async with (
        serving(backend) as gateway,
        client(gateway) as c,
        connect_to(gateway.url, API_KEY, events=True) as other,
    ):
        await c.join(TOPIC)
        await other.join(TOPIC)
        assert (await other.next_event()).event == "presence_state"
        for event, payload, key, value in (
            ("edit", {"content": "better"}, "text", "better"),
            ("react", {"emoji": "👍"}, "reactions", backend_reaction("👍")),
            ("react", {"emoji": "👍", "on": False}, "reactions", []),
            ("pin", {}, "pinned", True),
            ("pin", {"on": False}, "pinned", False),
            ("delete", {}, "deleted", True),
        ):
            reply = await c.call(TOPIC, event, {"id": NAME[:64], **payload})
            assert reply["message"][key] == value
            assert backend.calls[-1] == (event, FIRST, NAME)
            heard = await other.next_event()
            assert (heard.event, heard.payload) == ("message", reply["message"])
        await c.call(TOPIC, "pin", {"id": NAME})
        assert [each["id"] for each in (await c.call(TOPIC, "pins"))["messages"]] == [NAME]
        assert (await c.call(TOPIC, "archive"))["status"] == "archived"
        assert (await c.call(TOPIC, "archive", {"on": False}))["archived"] is False
        backend.emit(FIRST, "states", {"messages": [{"id": NAME, "state": "read"}]})
        heard = await other.next_event()
        while heard.event == "message":
            heard = await other.next_event()
        assert (heard.event, heard.payload["messages"][0]["state"]) == ("states", "read")


async def test_title_and_description() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        for payload, call in (
            ({"title": " Orchard "}, ("Orchard", None)),
            ({"description": ""}, (None, "")),
            ({"title": "A", "description": " b "}, ("A", "b")),
        ):
            assert (await c.call(TOPIC, "settings", payload))["id"] == FIRST
            assert backend.calls[-1] == ("settings", FIRST, *call)
        asked = len(backend.calls)
        for payload, code in (
            ({}, "bad_request"),
            ({"title": " "}, "blank"),
            ({"title": "x" * 201}, "too_long"),
            ({"description": "x" * 2001}, "too_long"),
            ({"title": 3}, "bad_request"),
        ):
            assert await refused(c.call(TOPIC, "settings", payload)) == code
        assert len(backend.calls) == asked


def backend_reaction(emoji: str) -> list[dict[str, Any]]:
    return [{"emoji": emoji, "count": 1, "people": [{"identity": "aa" * 32, "name": "Ada"}], "mine": True}]


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("edit", {"content": "x"}, "bad_request"),
        ("edit", {"id": NAME}, "bad_request"),
        ("edit", {"id": NAME, "content": " "}, "blank"),
        ("edit", {"id": NAME, "content": "x" * 4001}, "too_long"),
        ("edit", {"id": "ff", "content": "x"}, "unknown_message"),
        ("edit", {"id": "0", "content": "x"}, "ambiguous"),
        ("delete", {}, "bad_request"),
        ("delete", {"id": []}, "bad_request"),
        ("react", {"id": NAME}, "bad_request"),
        ("react", {"id": NAME, "emoji": 7}, "bad_request"),
        ("react", {"id": NAME, "emoji": "x" * 33}, "too_long"),
        ("react", {"id": NAME, "emoji": "x", "on": "no"}, "bad_request"),
        ("pin", {"id": NAME, "on": 1}, "bad_request"),
        ("pin", {"id": "zz"}, "unknown_message"),
        ("archive", {"on": "yes"}, "bad_request"),
        ("edits", {}, "bad_request"),
        ("edits", {"id": "ff"}, "unknown_message"),
        ("receipts", {"id": 7}, "bad_request"),
        ("receipts", {"id": "ff"}, "unknown_message"),
    ],
)
async def test_refused_before_the_node_is_asked(event: str, payload: dict[str, Any], code: str) -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        assert await refused(c.call(TOPIC, event, payload)) == code
        assert backend.calls == []


async def test_the_nodes_own_refusals_come_through() -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        await c.call(TOPIC, "delete", {"id": NAME})
        assert await refused(c.call(TOPIC, "delete", {"id": NAME})) == "deleted"
