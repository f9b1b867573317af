"""After a session with every kind of trouble the API keys are nowhere but in the header of requests to their provider.

Anna's OpenAI key comes from the environment, Ben's Anthropic key from a keyring, where the command line put it; Anna's
Ollama key is for a server that turns out to be a stranger. All that passes between the nodes and to the providers is
recorded. The providers quote the key when they refuse, so of their side only what the nodes make of it is searched.
"""

import base64
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import trio

from node.client import Client, Event
from node.profile import DATABASE
from tests.e2e.nodes import (
    Nodes,
    agree,
    cli,
    init,
    let_in,
    listening,
    run,
    running,
    say,
    topic,
    until,
)
from tests.e2e.test_hosts import only_chats
from tests.e2e.wires import LOOPBACK, Tap, Wires, laid, tapped
from tests.fakes import anthropic_server, file_keyring, openai_server
from tests.fakes.ai_server import Reply, ai_server
from tests.fakes.anthropic_server import anthropic_server as serve_anthropic
from tests.fakes.stranger import stranger

pytestmark = pytest.mark.trio
OPENAI_KEY = "sk-proj-Qm3vXbT8LzKw5NdRf7Hc2Jy9"
ANTHROPIC_KEY = "sk-ant-api03-Gt6UpE4sVn1ZaWq8YkMx0Bo5"
OLLAMA_KEY = "ollama-Rr2DhC7jFl9PeSiT3xNvKw6Ag1"
KEYS = (OPENAI_KEY, ANTHROPIC_KEY, OLLAMA_KEY)
DEBUG = {"PEER2PEER_LOG": "debug"}

OPENAI_SAYS = (
    openai_server.refusing(401, message=f"Incorrect API key provided: {OPENAI_KEY}.", code="invalid_api_key"),
    openai_server.refusing(500, message=f"A worker failed for {OPENAI_KEY}."),
    openai_server.refusing(500, message=f"A worker failed for {OPENAI_KEY}."),
    Reply(body=(openai_server.delta("Half of "), f"data: {{{OPENAI_KEY}\n\n".encode()), then="cut"),
    openai_server.saying("Basil, ", "and thyme."),
)
ANTHROPIC_SAYS = (
    anthropic_server.refusing(401, "authentication_error", f"invalid x-api-key {ANTHROPIC_KEY}"),
    anthropic_server.refusing(500, "api_error", f"A worker failed for {ANTHROPIC_KEY}."),
    anthropic_server.refusing(500, "api_error", f"A worker failed for {ANTHROPIC_KEY}."),
    anthropic_server.saying("Hoo, ", "said the owl."),
)


def traces(key: str) -> Iterator[bytes]:
    """Yield what would give a key away: half of it as text, as wide text, as hex, or as base64 from any byte on."""
    for part in (key[-24:-12].encode(), key[-12:].encode()):
        yield part
        yield part.decode().encode("utf-16-le")
        yield part.hex().encode()
        yield part.hex().upper().encode()
        for offset in range(3):  # the first and last digits depend on what stands beside
            yield base64.b64encode(b" " * offset + part)[4:12]


def check_nowhere(data: bytes, where: str) -> None:
    for key in KEYS:
        assert not [trace for trace in traces(key) if trace in data], f"{key[:8]}… is in {where}"


def check_profiles(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {DATABASE, "keystore"} <= {path.name for path in files}
    for path in files:
        check_nowhere(path.read_bytes(), str(path))


def check_requests(sent: bytes, header: str, key: str) -> None:
    """Fail unless every request bears the key in one line of its head, and nowhere else."""
    line = re.compile(rf"\r\n{header}{re.escape(key)}(?=\r\n)".encode(), re.IGNORECASE)
    requests = re.split(rb"(?=(?:GET|POST) /\S* HTTP/1\.1\r\n)", sent)[1:]
    heads = [request[: request.index(b"\r\n\r\n") + 2] for request in requests]
    assert len(heads) > 3
    assert [len(line.findall(head)) for head in heads] == [1] * len(heads)
    check_nowhere(line.sub(b"", sent), f"a request with {header}")


@dataclass
class Session:
    """Two nodes with three AIs, and everything that is told about them.

    Attributes:
        told: what the channels of both nodes and the command line said.
    """

    nodes: Nodes
    wires: Wires
    folder: Path
    to_openai: Tap
    to_anthropic: Tap
    to_stranger: Tap
    conversation: str = ""
    told: bytearray = field(default_factory=bytearray)

    async def set_up(self) -> tuple[Path, Path]:
        """Start both nodes, Ben's with a key in the keyring; return the folders of their profiles."""
        anna, ben = self.folder / "profiles" / "anna", self.folder / "profiles" / "ben"
        for home in (anna, ben):
            await trio.to_thread.run_sync(init, home, home.name.capitalize())
        keyring = self.folder / "keyring.json"
        bens = {
            "PYTHON_KEYRING_BACKEND": file_keyring.BACKEND,
            file_keyring.FILE: str(keyring),
            "ANTHROPIC_BASE_URL": f"http://{LOOPBACK}:{self.to_anthropic.port}",
        }
        keep = partial(run, ben, "ai", "key", "anthropic", variables={**bens, **DEBUG}, given=f"{ANTHROPIC_KEY}\n")
        kept = await trio.to_thread.run_sync(keep)
        self.told += (kept.stdout + kept.stderr).encode()
        assert (kept.returncode, ANTHROPIC_KEY in keyring.read_text(encoding="utf-8")) == (0, True), kept.stderr
        annas = {
            "OPENAI_API_KEY": OPENAI_KEY,
            "OPENAI_BASE_URL": f"http://{LOOPBACK}:{self.to_openai.port}/v1",
            "OLLAMA_API_KEY": OLLAMA_KEY,
            "OLLAMA_HOST": f"https://{LOOPBACK}:{self.to_stranger.port}",
        }
        await self.wires.start(self.nodes, anna, variables={**annas, **DEBUG})
        await self.wires.start(self.nodes, ben, variables={**bens, **DEBUG})
        return anna, ben

    async def talk(self, a: Client, b: Client) -> None:
        """Let Anna and Ben meet, with an AI on each provider."""
        self.conversation = (await a.call("node", "create", {"title": "Herbs", "ai": False}))["id"]
        await a.join(topic(self.conversation))
        await let_in(a, b, self.conversation)
        await a.call("node", "role", {"conversation": self.conversation, "who": "Ben", "role": "admin"})
        await agree(self.conversation, a, b)
        for client, name, provider, model in (
            (a, "Leaf", "openai", "fake-1"),
            (a, "Elm", "ollama", "llama3.2"),
            (b, "Owl", "anthropic", "claude-haiku-5"),
        ):
            ai = {"name": name, "provider": provider, "model": model, "policy": "mentioned"}
            await client.call(topic(self.conversation), "ai_add", ai)
        await agree(self.conversation, a, b)

    async def listen(self, home: Path, *, task_status: trio.TaskStatus[None]) -> None:
        """Keep every event of a node's channel."""
        async with listening(home, self.conversation) as client:
            task_status.started()
            async for event in client.events():
                self.keep([event.topic, event.event, event.payload])

    def keep(self, document: object) -> None:
        self.told += json.dumps(document, ensure_ascii=False).encode() + b"\n"

    async def ask_in_vain(self, ai: str, code: str, writer: Client, *clients: Client) -> None:
        """Return once all have been told that the AI could not answer, and why."""
        asked = await say(writer, self.conversation, f"Which herbs, @{ai}?")

        def is_failure(event: Event) -> bool:
            told = event.payload
            return event.event == "ai_delta" and told["reply_to"] == asked and told["state"] == "failed"

        for client in clients:
            assert (await until(client, is_failure, within_s=30)).payload["code"] == code

    async def look(self, home: Path, client: Client) -> None:
        """Keep what there is to see besides events."""
        for event in ("status", "peers", "conversations", "providers"):
            self.keep(await client.call("node", event))
        for event, payload in (("ai", {}), ("history", {"limit": 200})):
            self.keep(await client.call(topic(self.conversation), event, payload))
        self.keep(await trio.to_thread.run_sync(cli, home, "ai", "providers"))


@asynccontextmanager
async def session(folder: Path) -> AsyncIterator[tuple[Session, bytearray]]:
    """Yield a session that has not begun, and what the stranger is told."""
    async with AsyncExitStack() as stack:
        nodes = stack.enter_context(running())
        wires = await stack.enter_async_context(laid())
        servers = [
            await stack.enter_async_context(ai_server(*OPENAI_SAYS, judge=only_chats, path="/v1")),
            await stack.enter_async_context(serve_anthropic(*ANTHROPIC_SAYS)),
        ]
        strange_port, told = await stack.enter_async_context(stranger(folder))
        ports = [int(server.url.split(":")[2].partition("/")[0]) for server in servers]
        taps = [await stack.enter_async_context(tapped(port)) for port in (*ports, strange_port)]
        yield Session(nodes, wires, folder, *taps), told


async def test_after_a_session_with_trouble_the_keys_are_in_the_headers_of_requests_alone(tmp_path: Path) -> None:
    async with session(tmp_path) as (made, told_a_stranger):
        anna, ben = await made.set_up()
        async with listening(anna) as a, listening(ben) as b, trio.open_nursery() as nursery:
            await made.talk(a, b)
            for home in (anna, ben):
                await nursery.start(made.listen, home)
            for code in ("unauthorized", "unavailable", "malformed"):
                await made.ask_in_vain("Leaf", code, b, a, b)
            for code in ("unauthorized", "unavailable"):
                await made.ask_in_vain("Owl", code, a, a, b)
            await made.ask_in_vain("Elm", "refused_connection", b, a, b)
            await say(a, made.conversation, "Which herbs now, @Leaf? And you, @Owl?")
            for client in (a, b):
                await until_both(client, {"Basil, and thyme.", "Hoo, said the owl."})
            made.to_openai.is_cut = True
            await made.ask_in_vain("Leaf", "unavailable", b, a, b)
            await agree(made.conversation, a, b)
            for home, client in ((anna, a), (ben, b)):
                await made.look(home, client)
                assert (home / f"{DATABASE}-wal").stat().st_size > 0
            check_profiles(tmp_path / "profiles")
            nursery.cancel_scope.cancel()
        for node in made.nodes.running:
            await trio.to_thread.run_sync(node.end)
        check_profiles(tmp_path / "profiles")

        logged = "".join(node.stderr() for node in made.nodes.running)
        assert "DEBUG" in logged
        assert "answer failed provider=anthropic code=unauthorized" in logged
        check_nowhere(logged.encode(), "the log")
        assert b"Basil, and thyme." in made.told
        assert b"does not accept the API key" in made.told
        check_nowhere(made.told, "what the channel or the command line said")
        assert len(made.wires.passed) > 10_000
        check_nowhere(made.wires.passed, "what the nodes told each other")
        check_requests(made.to_openai.asked, "authorization: Bearer ", OPENAI_KEY)
        check_requests(made.to_anthropic.asked, "x-api-key: ", ANTHROPIC_KEY)
        assert len(made.to_stranger.asked) > 100, "it was called"
        check_nowhere(made.to_stranger.asked, "what the stranger heard")
        assert told_a_stranger == b""


async def until_both(client: Client, expected: set[str]) -> None:
    """Return once all these texts have been told."""
    missing = set(expected)

    def is_last(event: Event) -> bool:
        if event.event == "message":
            missing.discard(event.payload["text"])
        return not missing

    await until(client, is_last, within_s=30)
