"""Messages as people use them, between real nodes: receipts, edits, deletions, reactions, pins."""

from pathlib import Path
from typing import Any

import pytest
import trio

from node.client import Client
from tests.e2e.nodes import agree, cli, let_in, listening, refused, running, say, topic, until, until_text

Json = dict[str, Any]
pytestmark = pytest.mark.trio


async def until_state(client: Client, name: str, state: str) -> Json:
    """Return how an own message stands once it is told to be so."""
    event = await until(
        client,
        lambda event: (
            event.event == "states"
            and any((each["id"], each["state"]) == (name, state) for each in event.payload["messages"])
        ),
        within_s=15,
    )
    found: Json = next(each for each in event.payload["messages"] if each["id"] == name)
    return found


async def test_stored_delivered_read_also_by_who_was_away(tmp_path: Path) -> None:
    ana, ben = tmp_path / "ana", tmp_path / "ben"
    with running() as nodes:
        _, away = nodes.make(ana, ben)
        conversation = cli(ana, "conversations", "new", "Receipts", "--no-ai")["id"]
        async with listening(ana, conversation) as a:
            async with listening(ben) as b:
                await let_in(a, b, conversation)
                first = await say(a, conversation, "hello")
                assert (await until_state(a, first, "delivered"))["delivered"] == {"n": 1, "of": 1}
                await until_text(b, "hello")
                await b.call(topic(conversation), "read", {"id": first})
                assert (await until_state(a, first, "read"))["read"] == {"n": 1, "of": 1}
            await trio.to_thread.run_sync(away.end)
            second = await say(a, conversation, "while you were away")
            page = await a.call(topic(conversation), "history", {})
            assert [(message["id"], message["state"]) for message in page["messages"][-2:]] == [
                (first, "read"),
                (second, "stored"),
            ]
            await nodes.start_beside(ben, listen=away.listen)
            assert (await until_state(a, second, "delivered"))["read"] == {"n": 0, "of": 1}
            await trio.to_thread.run_sync(lambda: cli(ben, "read", conversation))
            await until_state(a, second, "read")


async def test_what_becomes_of_messages_is_the_same_for_everybody(tmp_path: Path) -> None:
    ana, ben = tmp_path / "ana", tmp_path / "ben"
    with running() as nodes:
        nodes.make(ana, ben)
        conversation = cli(ana, "conversations", "new", "Marks", "--no-ai")["id"]
        async with listening(ana, conversation) as a, listening(ben) as b:
            await let_in(a, b, conversation)
            first = await say(a, conversation, "helo, @Ben")
            await until_text(b, "helo, @Ben")
            await a.call(topic(conversation), "edit", {"id": first, "content": "hello, @Ben"})
            edited = await until_text(b, "hello, @Ben")
            assert (edited["id"], edited["edited"]) == (first, True)
            assert [each["name"] for each in edited["mentions"]] == ["Ben"]
            await b.call(topic(conversation), "react", {"id": first[:12], "emoji": "👋"})
            seen = await until(a, lambda event: event.event == "message" and bool(event.payload["reactions"]))
            assert [(one["emoji"], one["count"], one["mine"]) for one in seen.payload["reactions"]] == [
                ("👋", 1, False)
            ]
            refusal = await trio.to_thread.run_sync(lambda: refused(ben, "pin", conversation, first))
            assert refusal["error"] == "not_allowed"
            await trio.to_thread.run_sync(lambda: cli(ana, "pin", conversation, first))
            await until(b, lambda event: event.event == "conversation" and event.payload["pins"] == [first])
            await a.call(topic(conversation), "delete", {"id": first})
            gone = await until(b, lambda event: event.event == "message" and event.payload["deleted"])
            assert (gone.payload["id"], gone.payload["text"], gone.payload["reactions"]) == (first, "", [])
            assert (await agree(conversation, a, b))["pins"] == []
