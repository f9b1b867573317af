"""The pushes about people one knows, and those on the topic `node` that act on a conversation from the list."""

from typing import Any

import pytest
import trio

from node.client import CallRefused, connect_to
from tests.unit.node.gateway.fake_backend import API_KEY, FIRST, PEER, FakeBackend, serving

pytestmark = pytest.mark.trio


async def test_each_push_reaches_the_node() -> None:
    backend = FakeBackend()
    with trio.fail_after(20):
        async with serving(backend) as gateway, connect_to(gateway.url, API_KEY) as client:
            await client.join("node")

            async def call(event: str, **parameters: Any) -> Any:
                return await client.call("node", event, parameters)

            assert [one["name"] for one in (await call("people"))["people"]] == ["Bob"]
            assert len((await call("person", identity=PEER))["person"]["words"]) == 12
            assert (await call("verify", identity=PEER))["person"]["verified"] is True
            assert (await call("verify", identity=PEER.upper(), on=False))["person"]["verified"] is False
            assert await call("direct", identity=PEER) == {"id": PEER, "title": "Bob"}
            assert (await call("archive", conversation="c1"))["archived"] is True
            assert (await call("archive", conversation="c1", on=False))["archived"] is False
            assert (await call("read", conversation="c1"))["unread"] == 0
            for event, parameters, code in (
                ("person", {}, "bad_request"),
                ("person", {"identity": PEER[:-1]}, "unknown_member"),
                ("person", {"identity": "Bob"}, "unknown_member"),
                ("verify", {"identity": PEER, "on": 1}, "bad_request"),
                ("direct", {"identity": [PEER]}, "bad_request"),
                ("archive", {"conversation": "c1", "on": "yes"}, "bad_request"),
                ("read", {}, "bad_request"),
            ):
                with pytest.raises(CallRefused) as refused:
                    await call(event, **parameters)
                assert refused.value.code == code, (event, parameters)
    assert backend.calls == [
        ("verify", PEER, True),
        ("verify", PEER, False),
        ("direct", PEER),
        ("archive", FIRST, True),
        ("archive", FIRST, False),
        ("read_all", FIRST),
    ]


async def test_typing_is_told_on_the_topic_node_too() -> None:
    backend = FakeBackend()
    with trio.fail_after(20):
        async with serving(backend) as gateway, connect_to(gateway.url, API_KEY, events=True) as client:
            await client.join("node")
            backend.emit(FIRST, "typing", {"user_id": PEER, "name": "Bob", "typing": True, "ai": False})
            event = await client.next_event()
    assert (event.topic, event.event, event.payload) == (
        "node",
        "typing",
        {"conversation": FIRST, "user_id": PEER, "name": "Bob", "typing": True, "ai": False},
    )
