"""Search as people use it, between real nodes: on the channel and the command line, over edits, absence, removal."""

from pathlib import Path
from typing import Any

import pytest
import trio

from node.client import Client
from tests.e2e.nodes import (
    agree,
    cli,
    let_in,
    listening,
    refused,
    running,
    say,
    texts,
    topic,
    until,
    until_text,
)
from tests.fakes.ai_server import Reply, Request, ai_server
from tests.fakes.openai_server import models, refusing, saying

Json = dict[str, Any]
pytestmark = pytest.mark.trio


async def search(client: Client, query: str, **options: Any) -> list[Json]:
    """Return a page of results, once the node has looked through everything."""
    with trio.fail_after(20):
        while True:
            reply = await client.call("node", "search", {"query": query, **options})
            if reply["complete"]:
                found: list[Json] = reply["results"]
                return found
            await until(client, lambda event: event.event == "search" and event.payload["complete"], within_s=20)


async def snippets(client: Client, query: str, **options: Any) -> list[str]:
    return [result["snippet"] for result in await search(client, query, **options)]


async def test_what_is_written_edited_and_deleted_while_one_is_away_is_found_as_it_reads_now(tmp_path: Path) -> None:
    ana, ben = tmp_path / "ana", tmp_path / "ben"
    with running() as nodes:
        _, away = nodes.make(ana, ben)
        async with listening(ana) as a:
            conversation = (await a.call("node", "create", {"title": "Brücken", "ai": False}))["id"]
            await a.join(topic(conversation))
            async with listening(ben) as b:
                await let_in(a, b, conversation)
                first = await say(a, conversation, "Die Brücke aus Holz")
                second = await say(a, conversation, "Eine Brücke aus Stein\nüber den Fluss")
                await until_text(b, "Eine Brücke aus Stein\nüber den Fluss")
                assert await snippets(b, "brucke") == [
                    "Eine Brücke aus Stein über den Fluss",
                    "Die Brücke aus Holz",
                ]
            await trio.to_thread.run_sync(away.end)
            await a.call(topic(conversation), "edit", {"id": first, "content": "Der Steg aus Holz"})
            await a.call(topic(conversation), "delete", {"id": second})
            third = await say(a, conversation, "東京の橋は長い")
            assert await snippets(a, "brücke") == []
            await nodes.start_beside(ben, listen=away.listen)
            async with listening(ben, conversation) as b:
                await search(b, "橋は")  # so that what was missed may come while there is an index
                await agree(conversation, a, b)
                for client in (a, b):
                    assert await snippets(client, "brucke") == []
                    assert await snippets(client, "steg hol") == ["Der Steg aus Holz"]
                    (result,) = await search(client, "橋は", conversation=conversation[:12])
                    assert (result["id"], result["highlights"]) == (third, [[3, 5]])
                    page = await client.call(topic(conversation), "history", {"around": result["id"], "limit": 2})
                    assert third in [message["id"] for message in page["messages"]]
        found = await trio.to_thread.run_sync(lambda: cli(ben, "search", "STEG"))
        assert [(one["id"], one["title"], one["edited"], one["mine"]) for one in found] == [
            (first, "Brücken", True, False)
        ]
        assert await trio.to_thread.run_sync(lambda: cli(ben, "search", '"holz steg"')) == []
        unknown = await trio.to_thread.run_sync(lambda: refused(ben, "search", "x", "--conversation", "ff" * 32))
        assert unknown["error"] == "unknown_conversation"


async def test_who_was_removed_finds_what_they_still_see_and_archived_talk_is_marked(tmp_path: Path) -> None:
    ana, ben = tmp_path / "ana", tmp_path / "ben"
    with running() as nodes:
        nodes.make(ana, ben)
        async with listening(ana) as a, listening(ben) as b:
            conversation = (await a.call("node", "create", {"title": "Orchard", "ai": False}))["id"]
            await a.join(topic(conversation))
            await let_in(a, b, conversation)
            await say(a, conversation, "apples before")
            await until_text(b, "apples before")
            assert await snippets(b, "apples") == ["apples before"]
            await a.call("node", "remove", {"conversation": conversation, "who": "Ben"})
            await until(b, lambda event: event.event == "conversation" and event.payload["status"] == "removed")
            await say(a, conversation, "apples after")
            await a.call(topic(conversation), "archive", {"on": True})
            assert [(one["snippet"], one["status"]) for one in await search(a, "apples")] == [
                ("apples after", "archived"),
                ("apples before", "archived"),
            ]
            assert [(one["snippet"], one["status"]) for one in await search(b, "apples")] == [
                ("apples before", "removed")
            ]
            assert await texts(b, conversation) == ["apples before"]


async def test_answers_of_ais_are_found_and_many_pages_come_without_gap_or_repetition(tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        if request.path.endswith("/chat/completions"):
            return saying("The **quokka** is a small wallaby.")
        return models({"id": "fake-1"}) if request.method == "GET" else refusing(404, message="not here")

    ana = tmp_path / "ana"
    with running() as nodes:
        async with ai_server(judge=answer, path="/v1") as model:
            await trio.to_thread.run_sync(lambda: cli(ana, "init", "--name", "Ana"))
            (ana / "config.toml").write_text('default_provider = "openai"\n', encoding="utf-8")
            variables = {"OPENAI_API_KEY": "sk-none", "OPENAI_BASE_URL": model.url}
            await nodes.start_beside(ana, variables=variables)
            async with listening(ana) as a:
                conversation = (await a.call("node", "create", {"title": "Animals", "ai": False}))["id"]
                await a.join(topic(conversation))
                added = {"conversation": conversation, "name": "Leaf", "provider": "openai", "model": "fake-1"}
                await a.call("node", "ai_add", {**added, "policy": "addressed"})
                assert await search(a, "quokka") == []
                await say(a, conversation, "Leaf, what is that animal?")
                await until(a, lambda event: event.event == "message" and event.payload["kind"] == "ai")
                (result,) = await search(a, "quok")
                assert (result["kind"], result["author_name"], result["mine"]) == ("ai", "Leaf", False)
                names = [await say(a, conversation, f"number {number}") for number in range(45)]
        found = await trio.to_thread.run_sync(lambda: cli(ana, "search", "number", "--limit", "1000"))
        assert [one["id"] for one in found] == names[::-1]
