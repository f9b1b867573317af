"""Several nodes host one AI: one answers, the next takes over when it is killed, and nobody ever sees two answers."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import trio

from node.client import Client, Event
from node.profile import DATABASE
from tests.e2e.nodes import (
    Json,
    Nodes,
    agree,
    init,
    let_in,
    listening,
    running,
    say,
    topic,
    until,
    until_peers,
)
from tests.fakes.ai_server import AIServer, Reply, Request, ai_server
from tests.fakes.openai_server import delta, models, refusing, saying

pytestmark = pytest.mark.trio
KEY = "sk-never-to-be-seen-123456"
BEGINNING = "I begin to answer"
TAKEN_OVER_S = 20.0

CHAT = "/v1/chat/completions"
BEGINS = Reply(body=(delta(None, role="assistant", content=None), delta(BEGINNING)), then="stall")


def only_chats(request: Request) -> Reply | None:
    """Answer what a provider asks besides, and leave the talk to the script."""
    if request.path == CHAT:
        return None
    return models({"id": "fake-1"}) if request.method == "GET" else refusing(404, message="not here")


def host_model(*script: Reply) -> AbstractAsyncContextManager[AIServer]:
    return ai_server(*script, judge=only_chats, path="/v1")


def asks(model: AIServer) -> list[Request]:
    return [request for request in model.requests if request.path == CHAT]


class Hosts:
    """Two nodes that host an AI, each with a model of its own, and one whose person asks, or more."""

    people = ("anna", "ben", "cat")

    def __init__(self, nodes: Nodes, folder: Path, models: dict[str, AIServer]) -> None:
        self.nodes = nodes
        self.models = models
        self.homes = {name: folder / name for name in self.people}
        self.conversation = ""

    def variables(self, name: str) -> dict[str, str]:
        model = self.models.get(name)
        return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url} if model is not None else {}

    async def start(self, name: str) -> None:
        await self.nodes.start_beside(self.homes[name], variables=self.variables(name))

    async def set_up(self) -> None:
        """Let them talk, with an AI that anna hosts and ben stands by for."""
        for name, home in self.homes.items():
            await trio.to_thread.run_sync(init, home, name.capitalize())
            await self.start(name)
        async with listening(self.homes["anna"]) as a:
            made = await a.call("node", "create", {"title": "Hosts", "ai": False})
            self.conversation = made["id"]
            for name in self.people[1:]:
                async with listening(self.homes[name]) as guest:
                    await let_in(a, guest, self.conversation)
                    await a.join(topic(self.conversation))
                    await agree(self.conversation, a, guest)
            leaf = {"name": "Leaf", "provider": "openai", "model": "fake-1"}
            await a.call(topic(self.conversation), "ai_add", leaf)
            await a.call(topic(self.conversation), "ai_hosts", {"ai": "Leaf", "hosts": ["Anna", "Ben"]})
        async with self.at("anna") as a, self.at("ben") as b:
            await agree(self.conversation, a, b)
            told = await b.call(topic(self.conversation), "ai")
            assert told["ai"][0]["asks_me"]
            await b.call(topic(self.conversation), "ai_accept", {"ai": "Leaf"})

    @asynccontextmanager
    async def at(self, name: str) -> AsyncIterator[Client]:
        async with listening(self.homes[name], self.conversation) as client:
            yield client

    async def until_begun(self, client: Client, asked: str) -> None:
        """Return once the host on duty is seen in the middle of its answer."""

        def is_begun(event: Event) -> bool:
            told = event.payload
            return event.event == "ai_delta" and told["reply_to"] == asked and BEGINNING in told["text"]

        await until(client, is_begun, within_s=30)

    async def until_answered(self, client: Client, asked: str, *, within_s: float) -> Json:
        def is_answer(event: Event) -> bool:
            told = event.payload
            return event.event == "message" and told["kind"] == "ai" and told["reply_to"] == asked

        return (await until(client, is_answer, within_s=within_s)).payload

    async def answers(self, client: Client, asked: str) -> list[Json]:
        page = await client.call(topic(self.conversation), "history", {"limit": 50})
        return [each for each in page["messages"] if each["kind"] == "ai" and each["reply_to"] == asked]

    async def kill(self, name: str) -> None:
        (node,) = (each for each in self.nodes.running if each.home == self.homes[name] and each.process.poll() is None)
        await trio.to_thread.run_sync(node.kill)


def check_nowhere(secret: str, folder: Path) -> None:
    """Fail if any file of these profiles holds the secret, or its text as hex."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == DATABASE for path in files)
    for path in files:
        data = path.read_bytes()
        assert secret.encode() not in data, path
        assert secret.encode().hex().encode() not in data, path


@asynccontextmanager
async def hosts(folder: Path) -> AsyncIterator[Hosts]:
    with running() as nodes:
        async with host_model(BEGINS) as first, host_model(saying("Ben's model ", "answers.")) as second:
            made = Hosts(nodes, folder, {"anna": first, "ben": second})
            await made.set_up()
            yield made


async def test_a_host_killed_in_the_middle_is_replaced_within_20_s_and_there_is_one_answer(tmp_path: Path) -> None:
    async with hosts(tmp_path) as made:
        async with made.at("cat") as c:
            await until_peers(c, 2)
            asked = await say(c, made.conversation, "Leaf, what do you think?")
            await made.until_begun(c, asked)
            assert asks(made.models["ben"]) == []
            await made.kill("anna")
            answer = await made.until_answered(c, asked, within_s=TAKEN_OVER_S)
            assert answer["text"] == "Ben's model answers."
            assert (answer["ai"]["host_name"], answer["ai"]["given"][-1]) == ("Ben", asked)
        made.models["anna"].script = [saying("Anna's model answers.")]
        await made.start("anna")
        async with made.at("anna") as a, made.at("ben") as b, made.at("cat") as c:
            await agree(made.conversation, a, b, c, within_s=30)
            for client in (a, b, c):
                assert [each["id"] for each in await made.answers(client, asked)] == [answer["id"]]
            again = await say(c, made.conversation, "Leaf, and now?")
            assert (await made.until_answered(c, again, within_s=10))["ai"]["host_name"] == "Ben"
        assert len(asks(made.models["anna"])) == 1, "what another host answered is not answered again"


async def test_the_key_of_a_host_is_seen_by_its_model_and_nobody_else(tmp_path: Path) -> None:
    async with hosts(tmp_path) as made:
        made.models["anna"].script = [saying("Yes.")]
        async with made.at("cat") as c:
            asked = await say(c, made.conversation, "Leaf, yes?")
            await made.until_answered(c, asked, within_s=30)
        (request,) = asks(made.models["anna"])
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert KEY not in request.body.decode()
        check_nowhere(KEY, tmp_path)
        assert all(KEY not in node.stderr() for node in made.nodes.running)
