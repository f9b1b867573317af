"""The window of one person and the command line of another, in one conversation, on two real nodes."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTextBrowser

from gui.api.client import Client
from gui.api.endpoint import Endpoint
from gui.api.profile import Profile
from gui.desktop import Desktop
from gui.requests import invites
from gui.tasks import spawn
from gui.theme.palette import Theme
from tests.e2e.nodes import Lines, Node, Nodes, cli, command, environment, init

Until = Callable[..., Awaitable[None]]
ROOT = Path(__file__).parents[2]
ANSWER_S = 60.0


@pytest.fixture
def two_nodes(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    """Give Ana's and Bo's running nodes."""
    nodes = Nodes()
    try:
        for name in ("ana", "bo"):
            init(tmp_path / name, name.title())
        yield nodes.start(tmp_path / "ana"), nodes.start(tmp_path / "bo")
    finally:
        for node in nodes.running:
            node.process.kill()
            node.process.wait()


@pytest.fixture
def reader() -> Iterator[list[subprocess.Popen[str]]]:
    """Keep processes that are to be ended after the test."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def shown(desktop: Desktop) -> str:
    """Return all text that the chat view really shows."""
    page = desktop.window.page
    assert page is not None
    texts = [body.toPlainText() for row in page.view.live_rows() for body in row.findChildren(QTextBrowser)]
    return "\n".join(texts)


@pytest.mark.soak
@pytest.mark.timeout(150)
async def test_messages_typing_and_the_ai_reach_the_window_and_the_command_line(
    two_nodes: tuple[Node, Node], reader: list[subprocess.Popen[str]], theme: Theme, until: Until
) -> None:
    ana, bo = two_nodes
    desktop = Desktop(ana.home, theme)
    desktop.start()
    try:
        await until(lambda: desktop.session.identity)
        name = await desktop.session.create("Rooftop garden", "", ai=False)
        # a small model that is not told to be brief may talk for minutes
        brief = ("--system-prompt", "Answer with one short sentence.", "--temperature", "0")
        add = ("add", "--name", "Assistant", "--policy", "mentioned", *brief)
        await asyncio.to_thread(cli, ana.home, "ai", name, *add)
        invite = await invites.make(desktop.session.client, name, uses=1, expires_s=3600)
        joined = await asyncio.to_thread(cli, bo.home, "join", str(invite["link"]))
        assert joined == {"id": name, "title": "Rooftop garden"}
        desktop.window.open(name)
        page = desktop.window.page
        assert page is not None
        await until(lambda: "Bo joined" in page_text(desktop))
        lines = Heard(follow(bo.home, name, reader))

        # Bo writes on the command line: it stands in Ana's window, and so does that Bo types.
        await asyncio.to_thread(cli, bo.home, "send", name, "Hello from the command line")
        await until(lambda: "Hello from the command line" in shown(desktop))
        async with channel(bo, f"conversation:{name}") as bos:
            await bos.call(f"conversation:{name}", "typing", {"typing": True})
            await until(lambda: page.typing.people_text() == "Bo is typing...")

        # Ana types and sends in the window: Bo's terminal, which is there by now, shows both.
        await lines.until("Hello from the command line")
        QTest.keyClicks(page.input.edit, "@Assistant what grows in the shade?")
        await lines.until("Ana is typing...")
        QTest.keyClick(page.input.edit, Qt.Key.Key_Return)
        await lines.until("@Assistant what grows in the shade?")

        # The AI on Ana's node: typing and the reply, in both.
        await lines.until("Assistant (AI) is typing...")
        await until(lambda: any(row.kind == "ai" for row in rows(desktop)), ANSWER_S)
        answer = next(row.text for row in rows(desktop) if row.kind == "ai")
        await lines.until(answer.splitlines()[0])
        mine = await asyncio.to_thread(cli, ana.home, "conversations", "show", name)
        theirs = await asyncio.to_thread(cli, bo.home, "conversations", "show", name)
        assert mine["state_hash"] == theirs["state_hash"]
    finally:
        await desktop.stop()


def rows(desktop: Desktop) -> list[Any]:
    one = desktop.session.open_one
    assert one is not None
    return [one.timeline.row(at) for at in range(len(one.timeline))]


@asynccontextmanager
async def channel(node: Node, topic: str) -> AsyncIterator[Client]:
    """Give a connection to a node's channel with one topic joined."""
    found = Profile(node.home).endpoint()
    assert found is not None

    async def endpoint() -> Endpoint:
        return found

    client = Client(endpoint)
    client.channel(topic)
    running = spawn(client.run(), name="client")
    try:
        yield client
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def page_text(desktop: Desktop) -> str:
    return "\n".join(row.text for row in rows(desktop))


def follow(home: Path, name: str, started: list[subprocess.Popen[str]]) -> Lines:
    """Return what `read --follow` prints, what it says on stderr included."""
    process = subprocess.Popen(
        command(home, "read", name, "--follow"),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started.append(process)
    return Lines(process.stdout)


class Heard:
    """What a process printed so far."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._heard: list[str] = []

    async def until(self, text: str) -> None:
        """Return once a line, an earlier one included, contains `text`."""
        while not any(text in line for line in self._heard):
            line = await asyncio.to_thread(self._lines.next, within_s=ANSWER_S)
            assert line is not None, f"the reader ended before it showed: {text}"
            self._heard.append(line)
