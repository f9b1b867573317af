"""The official Phoenix client in a process of its own, moved from a test: what it is told to do, and what it hears."""

import json
import subprocess
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import trio

Json = dict[str, Any]
SCRIPT = Path(__file__).with_name("puppet.mjs")
WITHIN_S = 10.0


class Puppet:
    """A process with any number of sockets."""

    def __init__(self, process: trio.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin = process.stdin
        self._stdout = process.stdout
        self._refs = count(1)
        self._names = count(1)
        self._heard: dict[str, deque[Json]] = {}
        self._replies: dict[int, list[tuple[str, Json]]] = {}
        self._news = trio.Event()

    async def run(self) -> None:
        """Sort what the client tells, until it ends."""
        buffer = b""
        async for data in self._stdout:
            *lines, buffer = (buffer + data).split(b"\n")
            for line in map(json.loads, lines):
                if "ref" in line:
                    self._replies[line["ref"]].append((line["status"], line["response"]))
                else:
                    self._heard[line["socket"]].append(line)
            self._news.set()
            self._news = trio.Event()

    async def do(self, deed: str, **what: Any) -> None:
        await self._stdin.send_all(json.dumps({"deed": deed, **what}).encode() + b"\n")

    async def ask(self, deed: str, *, replies: int = 1, **what: Any) -> list[tuple[str, Json]]:
        """Return the replies, `(status, response)`, once there are so many."""
        ref = next(self._refs)
        found = self._replies[ref] = []
        await self.do(deed, ref=ref, **what)
        await self.until(lambda: len(found) == replies or None, f"reply to {deed}")
        return found

    async def until(self, find: Callable[[], Any], what: str, *, within_s: float = WITHIN_S) -> Any:
        """Return what `find` finds (anything but None) as soon as it does."""
        with trio.move_on_after(within_s):
            while (found := find()) is None:
                await self._news.wait()
            return found
        raise AssertionError(
            f"no {what} within {within_s:g} s; heard {[list(each)[-8:] for each in self._heard.values()]}"
        )

    async def open(self, api: str, **options: Any) -> "Page":
        """Return a socket that begins to connect to a channel (ws://…/socket/websocket)."""
        name = f"socket {next(self._names)}"
        heard = self._heard[name] = deque()
        await self.do("open", socket=name, url=api.removesuffix("/websocket"), **options)
        return Page(self, name, heard)


class Page:
    """One socket of the client, as a web page would have it."""

    def __init__(self, puppet: Puppet, name: str, heard: deque[Json]) -> None:
        self._puppet = puppet
        self._name = name
        self.heard = heard
        """What nobody waited for yet: `{topic, event, payload}`, or `{happened, code}` of the socket itself."""

    async def join(self, topic: str, payload: Json | None = None) -> Json:
        """Return the response to a join that must succeed."""
        status, response = await self.try_join(topic, payload)
        assert status == "ok", response
        return response

    async def try_join(self, topic: str, payload: Json | None = None) -> tuple[str, Json]:
        (reply,) = await self._puppet.ask("join", socket=self._name, topic=topic, payload=payload or {})
        return reply

    async def push(self, topic: str, event: str, payload: Json | None = None) -> Json:
        """Return the response to a push that must succeed."""
        status, response = await self.try_push(topic, event, payload)
        assert status == "ok", response
        return response

    async def try_push(self, topic: str, event: str, payload: Json | None = None) -> tuple[str, Json]:
        (reply,) = await self.flood(topic, event, [payload or {}])
        return reply

    async def flood(self, topic: str, event: str, payloads: Sequence[Json]) -> list[tuple[str, Json]]:
        """Push all of these without waiting; return all replies."""
        what = {"socket": self._name, "topic": topic, "event": event, "payloads": payloads}
        return await self._puppet.ask("push", replies=len(payloads), **what)

    async def leave(self, topic: str) -> None:
        ((status, response),) = await self._puppet.ask("leave", socket=self._name, topic=topic)
        assert status == "ok", response

    async def do(self, deed: str, **what: Any) -> None:
        await self._puppet.do(deed, socket=self._name, **what)

    async def until(self, accept: Callable[[Json], bool], what: str, *, within_s: float = WITHIN_S) -> Json:
        """Return the first thing heard that is accepted; what came before it is forgotten."""

        def find() -> Json | None:
            while self.heard:
                line = self.heard.popleft()
                if accept(line):
                    return line
            return None

        found: Json = await self._puppet.until(find, what, within_s=within_s)
        return found

    async def event(self, topic: str, event: str, *, within_s: float = WITHIN_S, **holds: Any) -> Json:
        """Return the payload of the first such event with these values in it."""

        def accept(line: Json) -> bool:
            if (line.get("topic"), line.get("event")) != (topic, event):
                return False
            return all(line["payload"][key] == value for key, value in holds.items())

        return dict((await self.until(accept, f"{event} {holds}", within_s=within_s))["payload"])

    async def happened(self, what: str, *, within_s: float = WITHIN_S) -> int | None:
        """Return the close code, once the socket opened, closed or failed."""
        line = await self.until(lambda line: line.get("happened") == what, what, within_s=within_s)
        code: int | None = line.get("code")
        return code

    def events(self, topic: str) -> list[str]:
        """Return the names of the events that came on a topic and nobody waited for."""
        return [line["event"] for line in self.heard if line.get("topic") == topic]


@asynccontextmanager
async def puppet(node: str) -> AsyncIterator[Puppet]:
    """Yield a client, run by this Node.js."""
    async with trio.open_nursery() as nursery:
        run = partial(trio.run_process, [node, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, check=False)
        process = await nursery.start(run)
        made = Puppet(process)
        nursery.start_soon(made.run)
        yield made
        nursery.cancel_scope.cancel()
