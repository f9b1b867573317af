"""Nodes as a person runs them: separate processes, each with its own profile folder.

They are driven by the real command line and watched through the real channel. Nothing here sleeps: it waits for a line
or an event, with a deadline.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import trio

from node.client import Client, Event, connect
from tests.e2e.forge import Process

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
LISTEN = "/ip4/127.0.0.1/tcp/0"
API = "127.0.0.1:0"
START_S = 20.0
COMMAND_S = 60.0
_FOREIGN = ("PEER2PEER_", "OPENAI_", "ANTHROPIC_", "OLLAMA_", "PYTHONDONTWRITEBYTECODE")
_NOTHING_HERE = {"OLLAMA_HOST": "127.0.0.1:9", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
"""What may run on this machine, and the keys its user keeps, are none of a test's business."""
Program: Final[type[subprocess.Popen[str]]] = Process if "PYTEST_VERSION" in os.environ else subprocess.Popen
"""Benches and pictures start everything cold."""


def environment() -> dict[str, str]:
    """Return our environment without what would change a node, or make it compile every module at each start."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)} | _NOTHING_HERE


def command(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "node", "--home", str(home), *arguments]


def run(
    home: Path,
    *arguments: str,
    within_s: float = COMMAND_S,
    variables: Mapping[str, str] = MappingProxyType({}),
    given: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; `given` is what it reads from standard input."""
    line = command(home, *arguments)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Program(line, cwd=ROOT, env={**environment(), **variables}, text=True, **pipes) as process:
        try:
            told, errors = process.communicate(given, timeout=within_s)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(line, process.returncode, told, errors)


def cli(home: Path, *arguments: str) -> Any:
    """Run one command that must succeed; return its JSON document."""
    done = run(home, *arguments, "--json")
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    assert done.stderr == ""
    return json.loads(done.stdout)


def refused(home: Path, *arguments: str) -> Json:
    """Run one command that must be refused, in one line; return `{error, reason}`."""
    done = run(home, *arguments, "--json")
    assert done.returncode == 1, (arguments, done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    answer: Json = json.loads(done.stderr)
    assert set(answer) == {"error", "reason"}
    return answer


def init(home: Path, name: str) -> Json:
    made: Json = cli(home, "init", "--name", name)
    return made


class Lines:
    """The lines a process writes, as they come."""

    def __init__(self, stream: Any) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: Any) -> None:
        with stream:
            for line in stream:
                self._lines.put(line)
        self._lines.put(None)

    def next(self, *, within_s: float) -> str | None:
        """Return the next line; None where the process writes no more (queue.Empty after `within_s`)."""
        return self._lines.get(timeout=within_s)

    def join(self) -> None:
        self._thread.join(5)


class Node:
    """A running `peer2peer node`; ended by `running`, or earlier by the test."""

    def __init__(
        self,
        home: Path,
        *arguments: str,
        listen: str = LISTEN,
        api: str = API,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.home = home
        self.began_s = time.monotonic()
        options = ["--no-mdns", "--api", api, *(["--listen", listen] if listen else []), *arguments]
        self._errors = home.with_name(f"{home.name}.stderr")
        with self._errors.open("ab") as errors:
            self._errors_from = errors.tell()
            self.process = Program(
                command(home, "node", *options),
                cwd=ROOT,
                env={**environment(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._lines = Lines(self.process.stdout)
        self.ready: Json = {}
        self.may_complain = False
        """Whether tracebacks on stderr are in order, because the test made the node's parts fail."""

    def wait_ready(self) -> "Node":
        line = self._lines.next(within_s=START_S)
        assert line is not None, f"the node ended before it was ready: {self.stderr()}"
        self.ready = json.loads(line)
        assert self.ready["event"] == "ready"
        return self

    @property
    def address(self) -> str:
        """Where it listens on loopback, with its peer id."""
        return str(self.ready["addrs"][0])

    @property
    def listen(self) -> str:
        """The option that makes it listen there again."""
        return self.address.partition("/p2p/")[0]

    @property
    def port(self) -> int:
        return int(self.listen.rpartition("/")[2])

    @property
    def api(self) -> str:
        """`HOST:PORT` of its channel."""
        return str(self.ready["api"]).split("/")[2]

    def stderr(self) -> str:
        with self._errors.open("rb") as errors:
            errors.seek(self._errors_from)
            return errors.read().decode()

    def end(self, how: signal.Signals = signal.SIGTERM, *, within_s: float = 10.0) -> float:
        """Send a signal and wait for the end; return how long that took, in seconds."""
        began_s = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(within_s)
        self._lines.join()
        return time.monotonic() - began_s

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def check_calm(self) -> None:
        """Fail if the node is down, or told of anything that it should have coped with."""
        assert self.process.poll() is None, self.stderr()
        assert "Traceback" not in self.stderr(), self.stderr()
        assert cli(self.home, "status")["peer_id"] == self.ready["peer_id"]


class Nodes:
    """Starts nodes, and knows which still run."""

    def __init__(self) -> None:
        self.running: list[Node] = []

    def start(self, home: Path, *arguments: str, **options: Any) -> Node:
        node = Node(home, *arguments, **options)
        self.running.append(node)
        return node.wait_ready()

    async def start_beside(self, home: Path, *arguments: str, **options: Any) -> Node:
        """Start a node while other tasks of the test go on."""
        return await trio.to_thread.run_sync(lambda: self.start(home, *arguments, **options))

    def make(self, *homes: Path, **options: Any) -> list[Node]:
        """Make profiles, named like their folders, and start their nodes side by side."""
        for home in homes:
            init(home, home.name.capitalize())
        nodes = [Node(home, **options) for home in homes]
        self.running += nodes
        return [node.wait_ready() for node in nodes]

    async def make_beside(self, *homes: Path, **options: Any) -> list[Node]:
        """Do the same while other tasks of the test go on."""
        return await trio.to_thread.run_sync(lambda: self.make(*homes, **options))


@contextmanager
def running() -> Iterator[Nodes]:
    """Yield what starts nodes; whatever still runs at the end is killed."""
    nodes = Nodes()
    try:
        yield nodes
    finally:
        for node in nodes.running:
            if node.process.poll() is None:
                node.kill()
        for node in nodes.running:
            assert node.may_complain or "Traceback" not in node.stderr(), node.stderr()


def fails_to_start(home: Path, *arguments: str, api: str = API) -> str:
    """Start a node that cannot run; return its one line on stderr."""
    done = run(home, "node", "--no-mdns", "--api", api, *arguments, within_s=START_S)
    assert done.returncode == 1, (done.returncode, done.stderr)
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("peer2peer: ")
    assert not (home / "api.json").exists()
    return lines[0]


class Following:
    """A running `read --follow --json`."""

    def __init__(self, home: Path, conversation: str) -> None:
        self._process = Program(
            command(home, "read", conversation, "--follow", "--json"),
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lines = Lines(self._process.stdout)

    def next(self, *, within_s: float) -> Json:
        line = self._lines.next(within_s=within_s)
        assert line is not None, "read --follow ended"
        message: Json = json.loads(line)
        return message

    def until(self, text: str, *, within_s: float) -> Json:
        """Return the message with this text, which must come within the time."""
        deadline_s = time.monotonic() + within_s
        while True:
            message = self.next(within_s=max(0.0, deadline_s - time.monotonic()))
            if message["text"] == text:
                return message

    def end(self) -> int:
        """Interrupt it as a person does; return the exit code."""
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(5)
        finally:
            if self._process.poll() is None:
                self._process.kill()
            self._lines.join()


@contextmanager
def following(home: Path, conversation: str) -> Iterator[Following]:
    follower = Following(home, conversation)
    try:
        yield follower
    finally:
        if follower._process.poll() is None:
            follower.end()


# --- the channel -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def listening(home: Path, *conversations: str) -> AsyncIterator[Client]:
    """Connect to a node's channel and hear of everything in these conversations."""
    async with connect(home, events=True) as client:
        await client.join("node")
        for conversation in conversations:
            await client.join(topic(conversation))
        yield client


def topic(conversation: str) -> str:
    return f"conversation:{conversation}"


async def until(client: Client, accept: Callable[[Event], bool], *, within_s: float = 10.0) -> Event:
    """Return the first event that is accepted."""
    with trio.fail_after(within_s):
        async for event in client.events():
            if accept(event):
                return event
    raise AssertionError


async def until_text(client: Client, text: str, *, within_s: float = 10.0) -> Json:
    """Return the message with this text as soon as it is told."""
    event = await until(
        client, lambda event: event.event == "message" and event.payload["text"] == text, within_s=within_s
    )
    return event.payload


async def until_peers(client: Client, count: int, *, within_s: float = 20.0) -> None:
    """Return once this many peers are connected, or more."""
    if (await client.call("node", "status"))["peers"] < count:
        await until(
            client, lambda event: event.event == "status" and event.payload["peers"] >= count, within_s=within_s
        )


async def next_of(*clients: Client) -> None:
    """Return as soon as one of these clients hears of anything."""
    async with trio.open_nursery() as nursery:

        async def hear(client: Client) -> None:
            await client.next_event()
            nursery.cancel_scope.cancel()

        for client in clients:
            nursery.start_soon(hear, client)


def pass_over(client: Client) -> None:
    """Drop events where so many wait that the client would soon be taken for one that has stopped reading."""
    waiting = client._events.statistics().current_buffer_used
    for _ in range(waiting - 500):
        client._events.receive_nowait()


async def agree(conversation: str, *clients: Client, within_s: float = 20.0) -> Json:
    """Return what `show` tells once it has the same state_hash on all of these nodes."""
    shown: list[Json] = []
    try:
        with trio.fail_after(within_s):
            while True:
                shown = [await client.call("node", "show", {"conversation": conversation}) for client in clients]
                if len({each["state_hash"] for each in shown}) == 1:
                    return shown[0]
                await next_of(*clients)
                for client in clients:
                    pass_over(client)
    except trio.TooSlowError:
        states = [(each["state_hash"][:8], each["ops"], each["heads"]) for each in shown]
        raise AssertionError(f"no agreement within {within_s:g} s: {states}") from None


async def until_presence(client: Client, conversation: str, expected: dict[str, str], *, within_s: float = 10) -> None:
    """Return once the members go by these names and are online or offline as expected."""
    found: dict[str, str] = {}
    try:
        with trio.fail_after(within_s):
            while found != expected:
                members = (await client.call("node", "show", {"conversation": conversation}))["members"]
                found = {member["name"]: member["presence"] for member in members}
                if found != expected:
                    await client.next_event()
    except trio.TooSlowError:
        raise AssertionError(f"the members are {found}") from None


async def say(client: Client, conversation: str, text: str) -> str:
    """Send a message; return its id once it is durable."""
    return str((await client.call("node", "send", {"conversation": conversation, "content": text}))["id"])


async def texts(client: Client, conversation: str) -> list[str]:
    """Return the texts of all messages of people and AIs, in display order."""
    found: list[Json] = []
    asked: Json = {"limit": 200}
    while True:
        page = await client.call(topic(conversation), "history", asked)
        found[:0] = page["messages"]
        if not page["more"]:
            return [message["text"] for message in found if message["kind"] != "notice"]
        asked["before"] = page["messages"][0]["id"]


async def let_in(host: Client, guest: Client, conversation: str) -> None:
    """Invite a node and let it join."""
    invite = await host.call("node", "invite", {"conversation": conversation})
    joined = await guest.call("node", "join", {"link": invite["link"]})
    assert joined["id"] == conversation
    await guest.join(topic(conversation))
