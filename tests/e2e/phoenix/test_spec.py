"""Every promise of the channel (S50-S57), kept by real nodes to the official Phoenix client.

Anna's node hosts the AI, with a model server that answers by the query; Ben's node takes part. Both serve all tests.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pytest
import trio
from anyio.from_thread import start_blocking_portal

from node.client import connect
from tests.e2e.nodes import Node, Nodes, agree, init, let_in, listening, running, say, topic
from tests.e2e.phoenix.puppet import Json, Page, puppet
from tests.fakes.ai_server import AIServer, Reply, Request, ai_server
from tests.fakes.openai_server import models, refusing, saying

CHAT: Final = "/v1/chat/completions"
SLOW: Final = "slow reader closed"
KEY: Final = "sk-of-a-model-that-is-not-there"
SETTINGS: Final = 'default_provider = "openai"\n[default_model]\nopenai = "fake-1"\n'
BAD: Final = "bad_request"
CODE: Final = "def turned(text):\n    return text[::-1]"
STEPS: Final = ["Look at the log", "Mend the pool"]

ENGINES: Final[dict[str, tuple[str, str, str, Json]]] = {
    "What is the capital of France?": ("simple", "simple_conversation", "Paris.", {}),
    "Why do distributed systems trade consistency for availability, and how do I decide between them?": (
        "complex",
        "complex_conversation",
        "## Steps\n1. Links fail\n2. One of both must give\n\n## Conclusion\nAsk what a wrong answer costs.",
        {"steps": ["Links fail", "One of both must give"]},
    ),
    "Analyse the strengths and weaknesses of our onboarding process": (
        "analysis",
        "analysis_conversation",
        "## Key points\n- It is short\n- Nobody owns it\n\n## Recommendations\n- Name an owner",
        {"analysis_points": ["It is short", "Nobody owns it"], "recommendations": ["Name an owner"]},
    ),
    "Write a Python function that reverses a string": (
        "generation",
        "generation_conversation",
        f"```python\n{CODE}\n```\n\n## Implementation plan\n1. Paste it\n2. Call it",
        {
            "generated_code": CODE,
            "code_blocks": [{"language": "python", "code": CODE}],
            "implementation_plan": ["Paste it", "Call it"],
        },
    ),
    "My server crashes with a segmentation fault after each deploy, how do I fix it?": (
        "problem_solving",
        "problem_solver",
        "**Root cause:** A pool is freed twice.\n\n## Solution\n1. Look at the log\n2. Mend the pool",
        {"root_cause": "A pool is freed twice.", "solution_steps": STEPS, "steps": STEPS},
    ),
    "And what about the second option?": (
        "multi_step",
        "multi_step_conversation",
        "## Steps\n1. Compare\n2. Choose",
        {"steps": ["Compare", "Choose"]},
    ),
}
"""By query: what it is, who answers it, what the model says, and what of that stands in the metadata."""
FAILING: Final = {
    "Does the key fit?": refusing(401, message="Incorrect API key provided", code="invalid_api_key"),
    "Is it too much?": refusing(429, ("retry-after", "60"), message="Rate limit reached", code="rate_limit_exceeded"),
}


def question(request: Request) -> str:
    """Return the message to answer: the last line, for what nobody answered before stands above it."""
    return str(request.json["messages"][-1]["content"]).splitlines()[-1]


def model(request: Request) -> Reply:
    """Answer as the vendor would, by what was asked last."""
    if request.path != CHAT:
        return models({"id": "fake-1"}) if request.method == "GET" else refusing(404, message="not here")
    asked = question(request)
    for query, (_, _, said, _) in ENGINES.items():
        if query in asked:
            return saying(said)
    return next((reply for query, reply in FAILING.items() if query in asked), saying("Yes, ", "surely."))


@dataclass
class Talk:
    """Two nodes, a conversation of both with an AI at Anna's, and what moves the client."""

    client: str
    nodes: Nodes
    anna: Node
    ben: Node
    conversation: str
    model: AIServer

    @property
    def topic(self) -> str:
        return topic(self.conversation)

    def key(self, node: Node) -> str:
        return (node.home / "api_key").read_text(encoding="ascii").strip()

    def given(self, query: str) -> Json:
        """Return what the model was given for the latest question with these words."""
        asked = [each for each in self.model.requests if each.path == CHAT and query in question(each)]
        return dict(asked[-1].json)

    def prompt(self, query: str) -> str:
        """Return all that it was told then."""
        return "\n".join(turn["content"] for turn in self.given(query)["messages"])

    @asynccontextmanager
    async def pages(self, *nodes: Node) -> AsyncIterator[list[Page]]:
        """Yield a page of the official client at each of these nodes."""
        async with puppet(self.client) as moved:
            yield [await moved.open(str(node.ready["api"]), params={"api_key": self.key(node)}) for node in nodes]


def variables(server: AIServer) -> dict[str, str]:
    return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url, "PEER2PEER_LOG": "info"}


async def meet(anna: Node, ben: Node) -> str:
    """Return the id of a conversation of both."""
    async with listening(anna.home) as a, listening(ben.home) as b:
        made = await a.call("node", "create", {"title": "Rows", "ai": False})
        conversation = str(made["id"])
        await let_in(a, b, conversation)
        await a.join(topic(conversation))
        await a.call(topic(conversation), "ai_add", {"name": "Leaf", "provider": "openai", "model": "fake-1"})
        await agree(conversation, a, b)
        return conversation


@pytest.fixture(scope="module")
def talk(client: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    homes = [tmp_path_factory.mktemp("profiles") / name for name in ("anna", "ben")]
    serving = ai_server(judge=model, path="/v1")
    with (
        running() as nodes,
        start_blocking_portal("trio") as portal,
        portal.wrap_async_context_manager(serving) as server,
    ):
        for home in homes:
            init(home, home.name.capitalize())
            (home / "config.toml").write_text(SETTINGS, encoding="utf-8")
        anna, ben = Node(homes[0], variables=variables(server)), Node(homes[1])
        nodes.running += [anna, ben]
        for node in (anna, ben):
            node.wait_ready()
        yield Talk(client, nodes, anna, ben, trio.run(meet, anna, ben), server)


def private(name: str) -> str:
    return f"conversation:{name}"


async def answer(page: Page, where: str, query: str, **wishes: Any) -> Json:
    """Return the `response` to a message, which must come after its `thinking`."""
    await page.push(where, "message", {"content": query, **wishes})
    await page.event(where, "thinking")
    return await page.event(where, "response", query=query)


# --- S50: who gets in, and where -------------------------------------------------------------------------------------


@pytest.mark.trio
async def test_s50_the_key_is_a_parameter_or_a_token_and_nothing_else_gets_in(talk: Talk) -> None:
    key, api = talk.key(talk.anna), str(talk.anna.ready["api"])
    async with puppet(talk.client) as moved:
        for good in (
            {"params": {"api_key": key}},
            {"authToken": key},
            {"params": {"api_key": key}, "origin": "http://localhost:8000"},
        ):
            page = await moved.open(api, **good)
            await page.happened("open")
            assert (await page.join("node"))["name"] == "Anna"
        for bad in (
            {"params": {"api_key": key[:-1]}},
            {},
            {"params": {"api_key": key}, "origin": "https://example.org"},
        ):
            page = await moved.open(api, **bad)
            assert await page.happened("error") is None
            await page.do("close")
            await page.happened("closed")
            assert all(line["happened"] != "open" for line in page.heard)


@pytest.mark.trio
async def test_s50_an_id_is_a_conversation_of_mine_or_a_private_session_and_no_prefix_counts(talk: Talk) -> None:
    async with talk.pages(talk.anna) as [page]:
        joined = await page.join(
            talk.topic, {"user_id": "web-7", "preferences": {"language": "de", "temperature": 0.3}}
        )
        assert (joined["conversation_id"], joined["user_id"]) == (talk.conversation, "web-7")
        assert joined["summary"]["title"] == "Rows"
        unknown = {"code": "unknown_conversation", "reason": "unknown conversation"}
        assert await page.try_join(private("f" * 64)) == ("error", unknown)
        for near in (talk.conversation[:12], talk.conversation[:63], f"{talk.conversation}0"):
            joined = await page.join(private(near))
            assert (joined["conversation_id"], joined["history"]) == (near, [])
            assert "summary" not in joined
        owner = joined["user_id"]
        assert owner == (await page.join("node"))["identity"], "who gives no label goes by their own name"


@pytest.mark.trio
@pytest.mark.parametrize("room", ["session", "conversation"])
async def test_s50_a_join_with_wrong_parameters_is_refused_and_says_which(talk: Talk, room: str) -> None:
    async with talk.pages(talk.anna) as [page]:
        where = talk.topic if room == "conversation" else private("joins")
        for payload, field in (
            ({"user_id": 7}, "user_id"),
            ({"preferences": []}, "preferences"),
            ({"preferences": {"temperature": 2.1}}, "temperature"),
            ({"preferences": {"max_tokens": 0}}, "max_tokens"),
            ({"preferences": {"response_style": ["x"]}}, "response_style"),
            ({"preferences": {"include_sources": "yes"}}, "include_sources"),
            ({"preferences": {"language": 1}}, "language"),
            ({"preferences": {"timezone": "x" * 201}}, "timezone"),
        ):
            status, response = await page.try_join(where, payload)
            assert (status, field in response["reason"]) == ("error", True), (payload, response)
            assert response["code"] == ("too_long" if field == "timezone" else BAD)
            await page.leave(where)


# --- S51-S55: a private session --------------------------------------------------------------------------------------


@pytest.mark.trio
async def test_s52_to_s54_each_kind_of_query_has_its_engine_and_its_metadata(talk: Talk) -> None:
    async with talk.pages(talk.anna) as [page]:
        where = private("engines")
        await page.join(where)
        for query, (kind, engine, said, found) in ENGINES.items():
            told = await answer(page, where, query)
            assert (told["conversation_type"], told["routed_to"]) == (kind, engine)
            assert told["response"] == said
            assert datetime.fromisoformat(told["timestamp"]).utcoffset() is not None
            metadata = told["metadata"]
            assert metadata["processing_time"] >= 0
            assert (metadata["model_used"], metadata["provider"]) == ("fake-1", "openai")
            of_engines = {name for *_, each in ENGINES.values() for name in each}
            assert {name: value for name, value in metadata.items() if name in of_engines} == found


@pytest.mark.trio
async def test_s51_what_is_wished_reaches_the_model_for_that_message_alone(talk: Talk) -> None:
    async with talk.pages(talk.anna) as [page]:
        where = private("wishes")
        preferences = {"temperature": 0.3, "max_tokens": 99, "language": "Klingon", "timezone": "Europe/Prague"}
        await page.join(where, {"preferences": preferences})
        config = {"model": "fake-2", "temperature": 0.9, "top_p": 0.5, "max_tokens": 77}
        wishes = {"context": {"pond": "Walden"}, "options": {"include_examples": True, "tone": "wry"}}
        await answer(page, where, "Is it deep?", llm_config=config, **wishes)
        given = talk.given("Is it deep?")
        assert [given[key] for key in ("model", "temperature", "top_p")] == ["fake-2", 0.9, 0.5]
        assert 77 in (given.get("max_tokens"), given.get("max_completion_tokens"))
        told = talk.prompt("Is it deep?")
        assert all(word in told for word in ("Walden", "example", "wry", "Klingon", "Europe/Prague"))
        await answer(page, where, "Is it cold?")
        given = talk.given("Is it cold?")
        assert (given["model"], given["temperature"], "top_p" in given) == ("fake-1", 0.3, False)
        assert 99 in (given.get("max_tokens"), given.get("max_completion_tokens"))
        told = talk.prompt("Is it cold?")
        assert ("Walden" in told, "wry" in told, "Klingon" in told, "Is it deep?" in told) == (False, False, True, True)


@pytest.mark.trio
async def test_s52_a_failing_provider_is_told_to_who_asked_and_the_session_goes_on(talk: Talk) -> None:
    async with talk.pages(talk.anna) as [page]:
        where = private("failing")
        await page.join(where)
        for query, code, kind in (
            ("Does the key fit?", "unauthorized", "provider"),
            ("Is it too much?", "rate_limited", "rate_limit"),
        ):
            await page.push(where, "message", {"content": query})
            await page.event(where, "thinking")
            error = await page.event(where, "error")
            assert (error["details"]["code"], error["type"]) == (code, kind)
            assert KEY not in json.dumps(error)
            assert len(error["message"]) > 20
        assert error["details"]["retry_after_ms"] == 60_000
        assert (await answer(page, where, "Still here?"))["response"] == "Yes, surely."


@pytest.mark.trio
async def test_s52_and_s55_context_and_history_are_the_sessions_own_until_it_begins_anew(talk: Talk) -> None:
    async with talk.pages(talk.anna, talk.anna) as [page, other]:
        where, elsewhere = private("mine"), private("elsewhere")
        joined = await page.join(where)
        await other.join(elsewhere)
        assert (joined["context"], joined["history"]) == ({}, [])
        await page.push(where, "set_context", {"context": {"pet": "newt", "town": "Brno"}})
        merged = await page.push(where, "set_context", {"context": {"town": None, "colour": "teal"}})
        assert merged["context"] == {"pet": "newt", "colour": "teal"}
        await page.event(where, "context_updated", context={"pet": "newt", "town": "Brno"})
        await page.event(where, "context_updated", context=merged["context"])
        await answer(page, where, "Does it swim?", context={"colour": "red"})
        told = talk.prompt("Does it swim?")
        assert ("newt" in told, "red" in told, "teal" in told, "Brno" in told) == (True, True, False, False)
        await answer(other, elsewhere, "Does it fly?")
        told = talk.prompt("Does it fly?")
        assert ("newt" in told, "Does it swim?" in told) == (False, False)
        history = (await page.push(where, "history"))["history"]
        assert history == [{"role": "user", "text": "Does it swim?"}, {"role": "assistant", "text": "Yes, surely."}]

        begun = await page.push(where, "new_conversation")
        assert begun["session_id"] != joined["session_id"]
        await page.event(where, "conversation_reset", session_id=begun["session_id"])
        await answer(page, where, "Does it sing?")
        told = talk.prompt("Does it sing?")
        assert ("newt" in told, "Does it swim?" in told) == (False, False)
        assert (await other.push(elsewhere, "history"))["history"][0]["text"] == "Does it fly?"


@pytest.mark.trio
async def test_s55_a_session_survives_a_reconnect_and_a_restart_of_the_node(talk: Talk) -> None:
    async with talk.pages(talk.anna) as [page]:
        where = private("lasting")
        first = await page.join(where, {"user_id": "web-7"})
        await page.push(where, "set_context", {"context": {"pet": "newt"}})
        await answer(page, where, "Is it asleep?")

        async def came_back() -> Json:
            again = await page.event(where, "joined again")
            assert [again[key] for key in ("session_id", "user_id")] == [first["session_id"], "web-7"]
            assert again["context"] == {"pet": "newt"}
            return again

        await page.do("drop")
        assert len((await came_back())["history"]) == 2
        await answer(page, where, "Is it awake?")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, talk.anna.end)
            assert await page.happened("close") == 1001
        api, listen = talk.anna.api, talk.anna.listen
        talk.anna = await talk.nodes.start_beside(
            talk.anna.home, api=api, listen=listen, variables=variables(talk.model)
        )
        spoken = [turn["text"] for turn in (await came_back())["history"] if turn["role"] == "user"]
        assert spoken == ["Is it asleep?", "Is it awake?"]
        await answer(page, where, "Is it old?")
        told = talk.prompt("Is it old?")
        assert ("newt" in told, "Is it asleep?" in told) == (True, True)


# --- S57: in a conversation ------------------------------------------------------------------------------------------


@pytest.mark.trio
async def test_s57_who_asked_gets_thinking_and_response_and_everybody_else_the_message(talk: Talk) -> None:
    async with talk.pages(talk.ben, talk.ben, talk.anna) as [asks, beside, anna]:
        joined = await asks.join(talk.topic, {"user_id": "a label", "preferences": {"temperature": 0.3}})
        (leaf,) = joined["ai"]
        for page in (beside, anna):
            await page.join(talk.topic)
        query = "Leaf, what is the capital of France?"
        wishes = {"context": {"map": "Mercator-1569"}, "options": {"tone": "wry"}}
        config = {"top_p": 0.5}
        sent = await asks.push(talk.topic, "message", {"content": query, "llm_config": config, **wishes})
        assert await asks.event(talk.topic, "thinking") == {"ai": leaf["id"], "reply_to": sent["id"]}
        told = await asks.event(talk.topic, "response", query=query)
        about = told["metadata"]
        assert (about["ai"], about["reply_to"], about["model_used"]) == (leaf["id"], sent["id"], "fake-1")
        given = talk.given(query)
        assert (given["temperature"], given["top_p"]) == (0.3, 0.5)
        assert all(word in talk.prompt(query) for word in ("Mercator-1569", "wry"))
        for page in (beside, anna):
            own = await page.event(talk.topic, "message", id=sent["id"])
            assert (own["author_name"], own["kind"]) == ("Ben", "human"), "a label never changes who signs"
            said = await page.event(talk.topic, "message", kind="ai", reply_to=sent["id"])
            assert (said["id"], said["text"], said["ai"]["host_name"]) == (about["id"], told["response"], "Anna")
        for page in (beside, anna):
            await page.push(talk.topic, "history", {"limit": 1})  # whatever else was on its way has come by now
            assert not {"thinking", "response", "error"} & set(page.events(talk.topic))
        for home in (talk.anna.home, talk.ben.home):
            for path in (path for path in home.rglob("*") if path.is_file()):
                assert b"Mercator-1569" not in path.read_bytes(), path

        failing = await asks.push(talk.topic, "message", {"content": "Leaf: Does the key fit?"})
        error = await asks.event(talk.topic, "error", within_s=15)
        assert (error["details"]["reply_to"], error["details"]["code"]) == (failing["id"], "unauthorized")


@pytest.mark.trio
async def test_s51_typing_is_told_to_the_others_and_never_to_oneself(talk: Talk) -> None:
    async with talk.pages(talk.ben, talk.ben, talk.anna) as [types, beside, anna]:
        for page in (types, beside, anna):
            await page.join(talk.topic)
        await types.push(talk.topic, "typing", {"typing": True})
        told = await anna.event(talk.topic, "typing", typing=True)
        assert (told["name"], told["ai"]) == ("Ben", False)
        await types.push(talk.topic, "typing", {"typing": False})
        await anna.event(talk.topic, "typing", typing=False)
        for page in (types, beside):
            await page.push(talk.topic, "history", {"limit": 1})
            assert "typing" not in page.events(talk.topic)


@pytest.mark.trio
async def test_s57_a_new_conversation_resets_my_session_and_never_the_log(talk: Talk) -> None:
    async with talk.pages(talk.ben, talk.anna) as [ben, anna]:
        joined = await ben.join(talk.topic)
        await anna.join(talk.topic)
        assert (await ben.push(talk.topic, "set_context", {"context": {"pet": "newt"}}))["context"] == {"pet": "newt"}
        await ben.event(talk.topic, "context_updated", context={"pet": "newt"})
        await answer(ben, talk.topic, "Leaf, did it rain?")
        assert "newt" in talk.prompt("did it rain?")
        before = (await ben.push(talk.topic, "history"))["messages"]

        begun = await ben.push(talk.topic, "new_conversation")
        await ben.event(talk.topic, "conversation_reset", session_id=begun["session_id"])
        assert begun["session_id"] != joined["session_id"]
        assert (await ben.push(talk.topic, "history"))["messages"] == before
        await answer(ben, talk.topic, "Leaf, did it snow?")
        told = talk.prompt("did it snow?")
        assert ("newt" in told, "did it rain?" in told) == (False, False)
        await answer(anna, talk.topic, "Leaf, did it hail?")
        told = talk.prompt("did it hail?")
        assert ("newt" in told, "did it rain?" in told) == (False, True), "nobody else's session began anew"
        assert "conversation_reset" not in anna.events(talk.topic)


# --- S56: what does not belong ---------------------------------------------------------------------------------------


@pytest.mark.trio
@pytest.mark.parametrize("room", ["session", "conversation"])
async def test_s56_wrong_types_sizes_and_ranges_are_refused_by_name_and_told_as_an_error(talk: Talk, room: str) -> None:
    deep: Any = "x"
    for _ in range(300):
        deep = [deep]
    async with talk.pages(talk.anna) as [page]:
        where = talk.topic if room == "conversation" else private("wrong")
        await page.join(where)
        for event, payload, code, field in (
            ("message", {}, BAD, "content"),
            ("message", {"content": 7}, BAD, "content"),
            ("message", {"content": " \n"}, "blank", "content"),
            ("message", {"content": "x" * 4001}, "too_long", "content"),
            ("message", {"content": "x", "context": []}, BAD, "context"),
            ("message", {"content": "x", "context": {"a": "x" * 8001}}, "too_long", "context"),
            ("message", {"content": "x", "context": {"a": deep}}, BAD, "context"),
            ("message", {"content": "x", "options": "short"}, BAD, "options"),
            ("message", {"content": "x", "options": {"a": "x" * 2001}}, "too_long", "options"),
            ("message", {"content": "x", "llm_config": 1}, BAD, "llm_config"),
            ("message", {"content": "x", "llm_config": {"model": 7}}, BAD, "model"),
            ("message", {"content": "x", "llm_config": {"temperature": 2.1}}, BAD, "temperature"),
            ("message", {"content": "x", "llm_config": {"temperature": True}}, BAD, "temperature"),
            ("message", {"content": "x", "llm_config": {"top_p": -0.1}}, BAD, "top_p"),
            ("message", {"content": "x", "llm_config": {"max_tokens": 0.5}}, BAD, "max_tokens"),
            ("set_context", {}, BAD, "context"),
            ("set_context", {"context": "x"}, BAD, "context"),
            ("set_context", {"context": {"a": deep}}, BAD, "context"),
            ("typing", {"typing": "yes"}, BAD, "typing"),
            ("explode", {}, BAD, "explode"),
        ):
            status, response = await page.try_push(where, event, payload)
            assert (status, response["code"], field in response["reason"]) == ("error", code, True), (event, response)
            error = await page.event(where, "error")
            assert (error["message"], error["type"]) == (response["reason"], "validation")
            assert (error["details"]["code"], error["details"]["event"]) == (code, event)
        assert not {"phx_error", "phx_close"} & set(page.events(where)), "no refusal ends a channel"
        await page.push(where, "typing", {"typing": False})
    assert "Traceback" not in talk.anna.stderr()


@pytest.mark.trio
async def test_s56_frames_that_are_none_are_passed_over_and_a_huge_one_ends_its_connection(talk: Talk) -> None:
    async with talk.pages(talk.anna, talk.anna) as [page, beside]:
        where = private("frames")
        await page.join(where)
        await beside.join(where)
        for data in (
            "",
            "no JSON",
            "{}",
            "[]",
            "[1,2,3,4,5]",
            '[null,null,"node"]',
            f'["1","9","{where}","message",["content"]]',
            f'["1","9","{where}","message","content"]',
            f'["1","9","{where}",{{}},{{}}]',
            f'["7","9","{where}","message",{{"content":"of another join"}}]',
            '["9","9","nowhere","phx_join",{}]',
            "[" * 100_000,
        ):
            await page.do("raw", data=data)
        await page.push(where, "typing", {"typing": True})
        assert [line for line in page.heard if "happened" in line and line["happened"] != "open"] == []
        await page.do("raw", data="x" * 300_000)
        assert await page.happened("close") == 1009
        assert (await page.event(where, "joined again"))["history"] == []
        await beside.push(where, "typing", {"typing": True})
        assert all(line.get("happened") != "close" for line in beside.heard)
    await trio.to_thread.run_sync(talk.anna.check_calm)


@pytest.mark.trio
async def test_s56_who_asks_too_fast_is_told_when_to_come_back(talk: Talk) -> None:
    async with talk.pages(talk.anna, talk.anna) as [page, beside]:
        where = private("flood")
        await page.join(where)
        for event, payload, at_once in (("typing", {"typing": True}, 20), ("message", {"content": "Again?"}, 20)):
            replies = await page.flood(where, event, [payload] * 60)
            refused = [response for status, response in replies if status == "error"]
            assert 20 <= len(refused) <= 60 - at_once
            assert {each["code"] for each in refused} == {"rate_limited"}
            assert page.events(where).count("error") == len(refused)
            error = await page.event(where, "error", type="rate_limit")
            assert (error["details"]["event"], error["message"]) == (event, refused[0]["reason"])
            assert 0 < error["details"]["retry_after_ms"] <= 1000
            page.heard.clear()
        await beside.join(private("calm"))
        assert (await answer(beside, private("calm"), "Am I free?"))["response"] == "Yes, surely."
    await trio.to_thread.run_sync(talk.anna.check_calm)


@pytest.mark.trio
async def test_s56_who_does_not_read_is_closed_and_finds_everything_when_back(talk: Talk) -> None:
    frogs = "\U0001f438" * 4000
    async with connect(talk.anna.home) as writes, talk.pages(talk.anna) as [sleeps]:
        await writes.join("node")
        pond = str((await writes.call("node", "create", {"title": "Pond", "ai": False}))["id"])
        await sleeps.join(topic(pond))
        await sleeps.do("pause")
        while SLOW not in talk.anna.stderr():
            async with trio.open_nursery() as nursery:
                for _ in range(100):
                    nursery.start_soon(say, writes, pond, frogs)
        last = await say(writes, pond, "Nobody sleeps here.")
        await sleeps.do("resume")
        assert await sleeps.happened("close") == 1013
        assert (await sleeps.event(topic(pond), "joined again"))["messages"][-1]["id"] == last
    await trio.to_thread.run_sync(talk.anna.check_calm)
