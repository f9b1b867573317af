"""The pushes about who belongs: what reaches the node, what is refused before it does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio

from node.client import CallRefused, Client, connect_to
from tests.unit.node.gateway.fake_backend import API_KEY, FIRST, FakeBackend, serving
from tests.unit.node.gateway.fake_people import BOB, INVITE

pytestmark = pytest.mark.trio


@asynccontextmanager
async def asking(backend: FakeBackend) -> AsyncIterator[Client]:
    with trio.fail_after(20):
        async with serving(backend) as gateway, connect_to(gateway.url, API_KEY) as client:
            await client.join("node")
            yield client


async def test_each_push_reaches_the_conversation_it_names() -> None:
    backend = FakeBackend()
    async with asking(backend) as client:

        async def call(event: str, **parameters: Any) -> Any:
            return await client.call("node", event, {"conversation": "c1", **parameters})

        assert {one["name"] for one in (await call("members"))["members"]} == {"Ada", "Bob"}
        assert [one["how"] for one in (await call("members"))["former"]] == ["removed", "left"]
        assert (await call("removal", who=" Bob "))["kept"] == 7
        assert (await call("remove", who=BOB, with_invited=True))["who"]["identity"] == BOB
        assert (await call("role", who="Bob", role="admin"))["member"]["role"] == "admin"
        assert (await call("hand_over", who="Bob"))["member"]["role"] == "owner"
        assert await call("leave") == {"status": "left"}
        assert [one["uses"] for one in (await call("invites"))["invites"]] == [2, 0]
        assert await call("revoke_invite", invite="E1") == {"id": INVITE}
    assert backend.calls == [
        ("removal", FIRST, "Bob", False),
        ("remove", FIRST, BOB, True),
        ("role", FIRST, "Bob", "admin"),
        ("hand_over", FIRST, "Bob"),
        ("leave", FIRST),
        ("revoke_invite", FIRST, "e1"),
    ]


@pytest.mark.parametrize(
    ("event", "parameters", "code"),
    [
        ("remove", {"conversation": "c1"}, "bad_request"),
        ("remove", {"conversation": "c1", "who": None}, "bad_request"),
        ("remove", {"conversation": "c1", "who": "  "}, "blank"),
        ("remove", {"conversation": "c1", "who": "b" * 201}, "too_long"),
        ("remove", {"conversation": "c1", "who": ["Bob"]}, "bad_request"),
        ("remove", {"conversation": "c1", "who": "Bob", "with_invited": 1}, "bad_request"),
        ("removal", {"conversation": "c1", "who": "nobody"}, "unknown_member"),
        ("role", {"conversation": "c1", "who": "Bob"}, "bad_request"),
        ("role", {"conversation": "c1", "who": "Bob", "role": "keeper"}, "bad_request"),
        ("role", {"conversation": "c1", "who": "Bob", "role": 3}, "bad_request"),
        ("hand_over", {"conversation": "c1", "who": "\ud800"}, "bad_request"),
        ("leave", {"conversation": "ff"}, "unknown_conversation"),
        ("leave", {}, "bad_request"),
        ("revoke_invite", {"conversation": "c1", "invite": "no hex"}, "unknown_invite"),
        ("revoke_invite", {"conversation": "c1"}, "bad_request"),
    ],
)
async def test_what_is_wrong_with_a_push_is_said_and_nothing_is_asked_of_the_node(
    event: str, parameters: dict[str, Any], code: str
) -> None:
    backend = FakeBackend()
    async with asking(backend) as client:
        with pytest.raises(CallRefused) as caught:
            await client.call("node", event, parameters)
    assert caught.value.code == code
    assert caught.value.reason
    assert [call for call in backend.calls if call[0] != "removal"] == []
