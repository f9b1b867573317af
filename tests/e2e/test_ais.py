"""Two AIs and three people in one conversation: the right one answers each line, and nobody answers the others.

Leaf runs on Anna's node, on the real local model at temperature 0 and with few tokens. Owl runs on Ben's, on a server
of the test that speaks OpenAI's format: a second local model on the same two cores makes this slow, so that the same
talk with both on local models is under `make soak`. For the end, where they call each other until the limit, Leaf moves
to the server too, for no model calls on demand.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from node.client import Client, Event
from tests.e2e.nodes import Json, agree, let_in, listening, running, topic, until
from tests.fakes.ai_server import Reply, Request, ai_server
from tests.fakes.openai_server import models, refusing, saying

pytestmark = [pytest.mark.trio, pytest.mark.timeout(240)]
BRIEF = {"max_tokens": 4}
ANSWERED_S = 60.0
"""For a real model, loaded meanwhile, on a busy machine."""


@dataclass(frozen=True)
class Line:
    """What somebody says, and which AIs answer it."""

    speaker: str
    text: str
    answered_by: set[str]
    more: Json = field(default_factory=dict)


@dataclass
class Talk:
    """A conversation in which every answer is awaited at everybody's node, and remembered."""

    people: dict[str, Client]
    id: str
    expected: dict[str, set[str]] = field(default_factory=dict)

    async def say(self, *lines: Line) -> dict[str, Json]:
        """Say these lines, each when the one before is answered; return the answers to the last, by their AIs."""
        answers: dict[str, Json] = {}
        for line in lines:
            payload = {"content": line.text, "llm_config": BRIEF, **line.more}
            asked = (await self.people[line.speaker].call(topic(self.id), "message", payload))["id"]
            self.expected[asked] = line.answered_by
            answers = await self.answered(asked, line.answered_by)
        return answers

    async def answered(self, asked: str, by: set[str]) -> dict[str, Json]:
        """Return the answers to a message once everybody has been told of them."""
        found: dict[str, Json] = {}
        for client in self.people.values():
            found = {}

            def is_last(event: Event, found: dict[str, Json] = found) -> bool:
                told = event.payload
                if event.event == "message" and told["kind"] == "ai" and told["reply_to"] == asked:
                    found[told["author_name"]] = told
                return set(found) >= by

            if by:
                await until(client, is_last, within_s=ANSWERED_S)
        return found

    async def set(self, ai: str, **settings: object) -> None:
        await self.people["anna"].call(topic(self.id), "ai_set", {"ai": ai, **settings})
        await agree(self.id, *self.people.values())

    async def check(self) -> None:
        """Fail unless everybody sees exactly the answers that were expected, each from its host."""
        await agree(self.id, *self.people.values())
        for client in self.people.values():
            page = await client.call(topic(self.id), "history", {"limit": 200})
            found: dict[str, list[str]] = {asked: [] for asked in self.expected}
            for each in page["messages"]:
                if each["kind"] == "ai":
                    found[each["reply_to"]].append(each["author_name"])
                    assert each["ai"]["host_name"] == {"Leaf": "Anna", "Owl": "Ben"}[each["author_name"]]
            said = {each["id"]: each["text"] for each in page["messages"]}
            assert [(said[asked], sorted(names)) for asked, names in found.items()] == [
                (said[asked], sorted(names)) for asked, names in self.expected.items()
            ]


@dataclass
class OneModel:
    """Answers all that comes to the server of the test; in the end it calls the other AI, whichever it speaks for."""

    calls_others: bool = False

    def __call__(self, request: Request) -> Reply:
        if request.method == "GET":
            return models({"id": "fake-1"})
        if request.path != "/v1/chat/completions":
            return refusing(404, message="not here")
        if not self.calls_others:
            return saying("Who, ", "me?")
        is_leaf = "Your name is Leaf." in request.json["messages"][0]["content"]
        return saying("And you, @Owl?" if is_leaf else "And you, @Leaf?")


async def test_the_right_ai_answers_each_line_of_a_talk_of_three_people(tmp_path: Path) -> None:
    await _talk(tmp_path, {"provider": "openai", "model": "fake-1"}, call_each_other=True)


@pytest.mark.soak
@pytest.mark.timeout(1200)
async def test_the_right_ai_answers_where_both_are_local_models(tmp_path: Path) -> None:
    await _talk(tmp_path, {"provider": "local", "temperature": 0.0}, call_each_other=False)


async def _talk(tmp_path: Path, owl: Json, *, call_each_other: bool) -> None:
    homes = {name: tmp_path / name for name in ("anna", "ben", "cat")}
    model = OneModel()
    with running() as nodes:
        async with ai_server(judge=model, path="/v1") as server:
            variables = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": server.url}
            await nodes.make_beside(*homes.values(), variables=variables)
            async with listening(homes["anna"]) as a, listening(homes["ben"]) as b, listening(homes["cat"]) as c:
                made = await a.call("node", "create", {"title": "Garden", "ai": False})
                talk = Talk({"anna": a, "ben": b, "cat": c}, made["id"])
                await a.join(topic(talk.id))
                for guest in (b, c):
                    await let_in(a, guest, talk.id)
                await a.call("node", "role", {"conversation": talk.id, "who": "Ben", "role": "admin"})
                await agree(talk.id, a, b, c)
                leaf = {"name": "Leaf", "policy": "every", "provider": "local", "temperature": 0.0}
                await a.call(topic(talk.id), "ai_add", {**leaf, "system_prompt": "Answer in one sentence."})
                await b.call(topic(talk.id), "ai_add", {"name": "Owl", "policy": "mentioned", **owl})
                await agree(talk.id, a, b, c)
                await _play(talk, owl["provider"])
                await talk.check()
                if not call_each_other:
                    return
                await talk.set("Leaf", policy="every", provider="openai", model="fake-1")
                await talk.say(Line("cat", "Leaf, Owl: good night.", {"Leaf", "Owl"}))
                model.calls_others = True
                await _let_them_call_each_other(talk)
                model.calls_others = False
                await talk.say(Line("cat", "Leaf and Owl: enough.", {"Leaf", "Owl"}))
                await talk.check()


async def _play(talk: Talk, owls_provider: str) -> None:
    """A line that nobody answers comes before one that both answer: each answers in order, so it would have by then."""
    answer = (await talk.say(Line("anna", "Good morning, everybody.", {"Leaf"})))["Leaf"]
    assert answer["ai"]["provider"] == "local"
    to_leaf = {"reply_to": answer["id"]}
    answer = (await talk.say(Line("cat", "And a good morning to you, @Owl.", {"Owl"})))["Owl"]
    assert answer["ai"]["provider"] == owls_provider
    to_owl = {"reply_to": answer["id"]}
    await talk.say(
        Line("ben", "Leaf, what shall we plant?", {"Leaf"}),
        Line("cat", "Owl, do you know?", set()),  # it wants to be mentioned, and Leaf was not meant
        Line("cat", "What would an owl say?", {"Leaf"}),
    )
    await talk.set("Owl", policy="addressed")
    await talk.say(
        Line("ben", "Hey Owl, what do you say?", {"Owl"}),
        Line("anna", "And why is that?", {"Owl"}, to_owl),
        Line("anna", "And what does @Owl say to that?", {"Owl"}, to_leaf),
        Line("ben", "@Leaf and @Owl, between us people: they talk a lot.", set(), {"not_for_ai": True}),
    )
    secret = list(talk.expected)[-1]
    for answer in (await talk.say(Line("cat", "Leaf and Owl, which trees?", {"Leaf", "Owl"}))).values():
        assert secret not in answer["ai"]["given"]
        assert len(answer["ai"]["given"]) > 3
    await talk.set("Leaf", policy="never")
    await talk.say(
        Line("anna", "Is anybody there?", set()), Line("anna", "Leaf?", set()), Line("anna", "@Leaf?", set())
    )
    await talk.set("Owl", policy="every")
    await talk.say(Line("cat", "Is anybody there now?", {"Owl"}))


async def _let_them_call_each_other(talk: Talk) -> None:
    """Each mentions the other; the third answer in a row is the last, though it mentions too."""
    answer = (await talk.say(Line("anna", "@Leaf, talk to Owl.", {"Leaf"})))["Leaf"]
    for name in ("Owl", "Leaf"):
        talk.expected[answer["id"]] = {name}
        answer = (await talk.answered(answer["id"], {name}))[name]
    assert "@Owl" in answer["text"]
    talk.expected[answer["id"]] = set()
