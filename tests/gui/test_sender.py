"""The outbox on its way, over a real WebSocket to a node that does what the test wants."""

import asyncio
import datetime
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from gui.api.client import Client
from gui.api.endpoint import Endpoint
from gui.sender import Sender
from gui.state.outbox import Outbox, Outgoing
from gui.tasks import spawn
from tests.gui.fake_node import KEY, FakeNode, Json, Refused, summary

Until = Callable[[Callable[[], object]], Awaitable[None]]
ONE, TWO = f"{1:064x}", f"{2:064x}"
NOW = datetime.datetime(2026, 11, 21, 10, 0, tzinfo=datetime.UTC)


@asynccontextmanager
async def connected(node: FakeNode) -> AsyncIterator[tuple[Client, Outbox, Sender]]:
    async def endpoint() -> Endpoint:
        return Endpoint(node.url, KEY)

    node.conversations = [summary(1, "One"), summary(2, "Two")]
    client, outbox = Client(endpoint, back_off_s=(0.001, 0.01)), Outbox()
    sender = Sender(client, outbox, again_s=0.01)
    client.channel("node").joined.connect(lambda _: sender.wake_all())
    running = spawn(client.run())
    try:
        yield client, outbox, sender
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def outgoing(name: str, where: str = ONE) -> Outgoing:
    return Outgoing(name, where, f"text {name}", NOW, not_for_ai=True)


def sends(node: FakeNode) -> list[tuple[str, str, str]]:
    return [
        (topic.partition(":")[0], event, payload["client_id"])
        for topic, event, payload in node.pushed
        if event in ("message", "send")
    ]


async def test_what_waits_is_sent_in_order_each_with_its_own_id(node: FakeNode, until: Until) -> None:
    async with connected(node) as (client, outbox, _sender):
        client.channel(f"conversation:{ONE}")
        for name in ("a", "b", "c"):
            outbox.add(outgoing(name))
        outbox.add(outgoing("d", TWO))
        await until(lambda: outbox.waiting() == 0)
        found = sends(node)
        assert [each for each in found if each[1] == "message"] == [("conversation", "message", x) for x in "abc"]
        assert [each for each in found if each[1] == "send"] == [("node", "send", "d")]
        pushed = next(payload for _, event, payload in node.pushed if event == "message")
        assert (pushed["once"], pushed["not_for_ai"], "reply_to" in pushed) == (True, True, False)


async def test_a_push_whose_reply_was_lost_is_made_again_under_the_same_id(node: FakeNode, until: Until) -> None:
    async with connected(node) as (client, outbox, sender):
        await until(lambda: client.connected and node.joins)
        node.silent.add("send")
        outbox.add(outgoing("a"))
        outbox.add(outgoing("b"))
        sender.wake(ONE)
        await until(lambda: sends(node))
        node.silent.clear()
        await node.drop()
        await until(lambda: outbox.waiting() == 0)
        assert [name for _, _, name in sends(node)] == ["a", "a", "b"]


async def test_what_is_refused_stays_with_its_reason_and_does_not_hold_up_the_rest(
    node: FakeNode, until: Until
) -> None:
    def refuse(payload: Json) -> Json:
        if payload["client_id"] == "a":
            raise Refused("rate_limited", "You are writing too fast.")
        return {"id": "9" * 64, "state": "stored"}

    node.answer["message"] = refuse
    async with connected(node) as (_, outbox, sender):
        told: list[str] = []
        sender.refused.connect(lambda item, reason: told.append(f"{item.client_id}: {reason}"))
        outbox.add(outgoing("a"))
        outbox.add(outgoing("b"))
        await until(lambda: outbox.waiting() == 0)
        assert told == ["a: You are writing too fast."]
        assert [item.client_id for item in outbox.of(ONE)] == ["a"]
        del node.answer["message"]
        outbox.retry("a")
        sender.wake(ONE)
        await until(lambda: not outbox.of(ONE))


async def test_a_conversation_that_is_left_before_its_join_is_answered_goes_on_through_the_node(
    node: FakeNode, until: Until
) -> None:
    async with connected(node) as (client, outbox, sender):
        await until(lambda: client.connected and node.joins)
        node.silent.add("phx_join")
        client.channel(f"conversation:{ONE}")
        outbox.add(outgoing("a"))
        sender.wake(ONE)
        await until(lambda: f"conversation:{ONE}" in node.joins)
        client.leave(f"conversation:{ONE}")
        await until(lambda: outbox.waiting() == 0)
        assert sends(node) == [("node", "send", "a")]
