"""How fast a client may send, over real sockets: no leaving and joining again gives it more."""

import pytest

from node.client import Client
from node.gateway.message_rate import MAX_BUCKETS, Allowance, Rates, TooFast
from tests.unit.node.gateway.clients import TOPIC, client, refused
from tests.unit.node.gateway.fake_backend import FIRST, SECOND, FakeBackend, serving

OTHER = f"conversation:{SECOND}"
ROOM = "conversation:my-room"
FEW = Rates(messages_at_once=2, messages_per_s=0.001, asks_at_once=2, asks_per_s=0.001)


async def join_again(c: Client, topic: str) -> None:
    await c.leave(topic)
    await c.join(topic)


@pytest.mark.trio
async def test_messages_count_for_the_connection_and_the_conversation_however_often_it_is_joined() -> None:
    async with serving(FakeBackend(), rates=FEW) as gateway, client(gateway) as c, client(gateway) as beside:
        for topic in ("node", TOPIC, OTHER):
            await c.join(topic)
        await c.call(TOPIC, "message", {"content": "one"})
        await c.call("node", "send", {"conversation": FIRST, "content": "two"})
        for _ in range(2):
            assert await refused(c.call(TOPIC, "message", {"content": "three"})) == "rate_limited"
            assert await refused(c.call("node", "send", {"conversation": FIRST, "content": "x"})) == "rate_limited"
            assert await refused(c.call("node", "ai", {"conversation": FIRST})) == "rate_limited"
            assert await refused(c.call(TOPIC, "new_conversation")) == "rate_limited"
            await join_again(c, TOPIC)
            await join_again(c, "node")
        await c.call(OTHER, "message", {"content": "elsewhere it is fine"})
        await beside.join(TOPIC)
        await beside.call(TOPIC, "message", {"content": "so it is for another client"})


@pytest.mark.trio
async def test_whatever_changes_a_conversation_counts() -> None:
    async with serving(FakeBackend(), rates=FEW) as gateway, client(gateway) as c:
        await c.join("node")
        for text in ("one", "two"):
            await c.call("node", "send", {"conversation": FIRST, "content": text})
        for event, payload in (
            ("invite", {}),
            ("advance", {"from": "prophase"}),
            ("progress", {"value": 0.5}),
            ("role", {"who": "Bob", "role": "admin"}),
        ):
            assert await refused(c.call("node", event, {"conversation": FIRST, **payload})) == "rate_limited"
        await c.call("node", "members", {"conversation": FIRST})
        for _ in range(2):
            await c.call("node", "create", {"title": "Attic"})
        assert await refused(c.call("node", "create", {"title": "Attic"})) == "rate_limited"


@pytest.mark.trio
async def test_questions_count_for_the_connection_whatever_the_session_is_called() -> None:
    backend = FakeBackend()
    async with serving(backend, rates=FEW) as gateway, client(gateway) as c:
        await c.join(ROOM)
        await c.call(ROOM, "message", {"content": "one"})
        await c.call(ROOM, "set_context", {"context": {"a": 1}})
        await join_again(c, ROOM)
        assert await refused(c.call(ROOM, "message", {"content": "two"})) == "rate_limited"
        await c.join(f"{ROOM}-2")
        assert await refused(c.call(f"{ROOM}-2", "message", {"content": "two"})) == "rate_limited"
    assert [call[:3] for call in backend.calls] == [("ask", "my-room", "one")]


def take_all(allowance: Allowance, conversation: str) -> int:
    """Write until it is refused; return how many were taken."""
    taken = 0
    with pytest.raises(TooFast, match="too many messages at once; try again in 500000 ms"):
        while True:
            allowance.write(conversation)
            taken += 1
    return taken


def test_it_comes_back_with_time_for_each_kind_by_itself() -> None:
    now = [0.0]
    allowance = Allowance(Rates(messages_at_once=2, messages_per_s=0.002), now=lambda: now[0])
    assert [take_all(allowance, "a"), take_all(allowance, "a"), take_all(allowance, "b")] == [2, 0, 2]
    for _ in range(20):
        allowance.signal("a", "typing signals")
    with pytest.raises(TooFast, match="too many typing signals at once; try again in 100 ms"):
        allowance.signal("a", "typing signals")
    now[0] = 500.0
    allowance.signal("a", "typing signals")
    assert take_all(allowance, "a") == 1


def test_no_more_is_remembered_than_the_bound_and_what_is_in_use_stays() -> None:
    allowance = Allowance(Rates(messages_at_once=2, messages_per_s=0.002), now=lambda: 0.0)
    assert [take_all(allowance, "busy"), take_all(allowance, "quiet")] == [2, 2]
    for number in range(MAX_BUCKETS - 2):
        allowance.signal(str(number), "typing signals")
    assert take_all(allowance, "busy") == 0
    allowance.signal("one more", "typing signals")
    assert [take_all(allowance, "busy"), take_all(allowance, "quiet")] == [0, 2]
