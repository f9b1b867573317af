"""Two people with a real node each, and the model server which their AIs may call.

Ana's node is shown in the real window. Bo is driven through his node's channel. The nodes are started once for all
tests of a process; every test makes conversations of its own.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trio

from gui.api.client import Client
from gui.api.endpoint import Endpoint
from gui.api.profile import Profile
from gui.desktop import Desktop
from gui.pages.conversation_page import ConversationPage
from gui.requests import invites
from gui.state.conversation import Conversation
from gui.tasks import spawn
from gui.theme.palette import Theme
from tests.e2e.nodes import Json, Node, Nodes
from tests.fakes.ai_server import Reply, Request, ai_server
from tests.fakes.openai_server import models, refusing, saying
from tests.gui.waiting import wait_until

WITHIN_S = 20.0


class Model:
    """A server that speaks OpenAI's format, in a thread of its own; what it answers is up to the test.

    Attributes:
        answer: gives the reply to a request for an answer; anew after every test.
        requests: those requests since the test began.
    """

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self.answer: Callable[[Request], Reply] = says("Moss ", "likes ", "shade.")
        self._up = threading.Event()
        self._end = trio.Event()
        self._token: trio.lowlevel.TrioToken | None = None
        self._thread = threading.Thread(target=trio.run, args=(self._serve,), daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._up.wait(10)

    def stop(self) -> None:
        self._soon(self._end.set)
        self._thread.join(10)

    def fresh(self) -> None:
        """Forget what a test wanted."""
        self.requests.clear()
        self.answer = says("Moss ", "likes ", "shade.")

    def hold(self, reply: Reply) -> Callable[[], None]:
        """Answer with `reply`, but not before what is returned is called."""
        gate = trio.Event()
        held = Reply(reply.status, reply.headers, reply.body, reply.kind, reply.then, gate)
        self.answer = lambda _: held
        return lambda: self._soon(gate.set)

    def _soon(self, done: Callable[[], None]) -> None:
        assert self._token is not None
        self._token.run_sync_soon(done)

    def _judge(self, request: Request) -> Reply:
        if request.method == "GET":
            return models({"id": "fake-1"}, {"id": "fake-2"})
        if request.path != "/v1/chat/completions":
            return refusing(404, message="not here")
        self.requests.append(request)
        return self.answer(request)

    async def _serve(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        async with ai_server(judge=self._judge, path="/v1") as server:
            self.url = server.url
            self._up.set()
            await self._end.wait()


def says(*texts: str) -> Callable[[Request], Reply]:
    """Return what answers every request with these pieces of text."""
    return lambda _: saying(*texts)


@dataclass
class People:
    """The running nodes, and the server of their models."""

    ana: Node
    bo: Node
    model: Model


@contextmanager
def people_in(folder: Path) -> Iterator[People]:
    """Start everything, and end it."""
    model = Model()
    model.start()
    nodes = Nodes()
    try:
        variables = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": model.url}
        ana, bo = nodes.make(folder / "ana", folder / "bo", variables=variables)
        yield People(ana, bo, model)
    finally:
        for node in nodes.running:
            node.process.kill()
            node.process.wait()
        model.stop()


@dataclass
class Person:
    """Somebody at their node's channel, and what they heard there."""

    client: Client
    heard: list[tuple[str, str, Json]] = field(default_factory=list)

    async def call(self, topic: str, event: str, payload: Json | None = None) -> Json:
        self.listen(topic)
        return await self.client.call(topic, event, payload or {}, timeout=30)

    def listen(self, topic: str) -> None:
        """Hear what is told on a topic from now on; may be called again."""
        if topic not in self._listened:
            self._listened.add(topic)
            channel = self.client.channel(topic)
            channel.event.connect(lambda event, payload: self.heard.append((topic, event, payload)))

    async def hears(self, event: str, accept: Callable[[Json], Any] = lambda _: True) -> Json:
        """Return the first event of this name that is accepted, one heard before included."""

        def found() -> list[Json]:
            return [payload for _, name, payload in self.heard if name == event and accept(payload)]

        await wait_until(found, WITHIN_S)
        return found()[0]

    _listened: set[str] = field(default_factory=set)


@asynccontextmanager
async def channel_of(node: Node) -> AsyncIterator[Person]:
    """Connect to a node's channel."""
    found = Profile(node.home).endpoint()
    assert found is not None

    async def endpoint() -> Endpoint:
        return found

    client = Client(endpoint)
    running = spawn(client.run(), name="client")
    try:
        yield Person(client)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def window_of(node: Node, theme: Theme) -> AsyncIterator[Desktop]:
    """Show a node in the whole desktop, with its list loaded."""
    desktop = Desktop(node.home, theme)
    desktop.start()
    try:
        await wait_until(lambda: desktop.session.identity and desktop.session.conversations.loaded, WITHIN_S)
        yield desktop
    finally:
        await desktop.stop()


@dataclass
class Room:
    """A conversation of Ana and Bo, open in Ana's window."""

    id: str
    topic: str
    desktop: Desktop
    bo: Person

    @property
    def page(self) -> ConversationPage:
        assert self.desktop.window.page is not None
        return self.desktop.window.page

    @property
    def one(self) -> Conversation:
        assert self.desktop.session.open_one is not None
        return self.desktop.session.open_one

    async def bo_says(self, text: str, **more: Any) -> str:
        """Let Bo write; return the message's id once it stands in Ana's window, in view where the newest is."""
        message_id = str((await self.bo.call(self.topic, "message", {"content": text, **more}))["id"])
        await wait_until(lambda: self.one.timeline.index_of(message_id) is not None, WITHIN_S)
        view = self.page.view
        await wait_until(lambda: not view.standing.stick or view.widget_of(message_id) is not None, WITHIN_S)
        return message_id

    async def add_ai(self, name: str = "Leaf", **more: Any) -> str:
        """Add an AI on Ana's node, called by name, on the test's model server; return its id."""
        settings = {"name": name, "provider": "openai", "model": "fake-1", "policy": "addressed", **more}
        ask = {"conversation": self.id, **settings}
        made = await self.desktop.client.call("node", "ai_add", ask, timeout=30)
        return str(made["ai"]["id"])


@asynccontextmanager
async def room(people: People, theme: Theme, title: str = "Rooftop garden") -> AsyncIterator[Room]:
    """Give a new conversation of Ana and Bo, without an AI, open in Ana's window, with both online."""
    async with window_of(people.ana, theme) as desktop, channel_of(people.bo) as bo:
        conversation = await desktop.session.create(title, "", ai=False)
        invite = await invites.make(desktop.client, conversation, uses=1, expires_s=3600)
        await bo.call("node", "join", {"link": str(invite["link"])})
        topic = f"conversation:{conversation}"
        bo.listen(topic)
        await wait_until(lambda: conversation in {one.id for one in desktop.session.conversations.ordered()}, WITHIN_S)
        desktop.window.open(conversation)
        made = Room(conversation, topic, desktop, bo)
        await wait_until(lambda: made.one.loaded and len(made.one.members) == 2, WITHIN_S)
        yield made
