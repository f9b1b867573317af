"""The official Phoenix client, unmodified, against the gateway."""

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from node.conversations.roll import Roll
from node.gateway.server import Gateway
from tests.unit.node.gateway.fake_backend import API_KEY, FIRST, ME, PEER, FakeBackend, serving

HERE = Path(__file__).parent
TOPIC = f"conversation:{FIRST}"


class Script:
    """A running scenario of check.mjs, read line by line."""

    def __init__(self, process: trio.Process) -> None:
        assert process.stdout is not None
        self._stdout = process.stdout
        self._buffer = b""

    async def line(self) -> str:
        with trio.fail_after(20):
            while b"\n" not in self._buffer:
                data = await self._stdout.receive_some()
                assert data, "the client ended early"
                self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()

    async def results(self) -> Any:
        return json.loads(await self.line())


@asynccontextmanager
async def playing(client: str, scenario: str, gateway: Gateway) -> AsyncIterator[Script]:
    url = gateway.url.removesuffix("/websocket")
    command = [client, str(HERE / "check.mjs"), scenario, url, API_KEY, TOPIC]
    async with trio.open_nursery() as nursery:
        process = await nursery.start(partial(trio.run_process, command, stdout=subprocess.PIPE, check=False))
        try:
            yield Script(process)
        finally:
            nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_talk(client: str) -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, playing(client, "talk", gateway) as script:
        results = await script.results()
    assert results["joined"] == ["ok", backend.identity()]
    assert results["refused"] == ["error", {"code": "blank", "reason": "title is blank; write something"}]
    assert results["foreign"] == ["error", {"code": "unknown_conversation", "reason": "unknown conversation"}]
    assert results["received"] == "h\u00e9 \U0001f600"
    assert results["messages"] == 20
    assert [results[key] for key in ("status", "sent", "left", "again")] == ["ok"] * 4


@pytest.mark.trio
async def test_auth_token(client: str) -> None:
    async with serving(FakeBackend()) as gateway, playing(client, "token", gateway) as script:
        assert await script.results() == {"joined": "ok"}


@pytest.mark.trio
async def test_wrong_key(client: str) -> None:
    async with serving(FakeBackend()) as gateway, playing(client, "wrong", gateway) as script:
        assert await script.results() == {"opened": False}


@pytest.mark.trio
async def test_crash_and_rejoin(client: str) -> None:
    async with serving(FakeBackend()) as gateway, playing(client, "crash", gateway) as script:
        assert await script.results() == {"failed": "internal", "joins": 2, "sent": "ok"}


@pytest.mark.trio
async def test_restart_of_the_node(client: str) -> None:
    backend = FakeBackend()
    stop, stopped = trio.Event(), trio.Event()

    async def first(*, task_status: trio.TaskStatus[Gateway]) -> None:
        async with serving(backend) as gateway:
            task_status.started(gateway)
            await stop.wait()
        stopped.set()

    async with trio.open_nursery() as nursery:
        gateway: Gateway = await nursery.start(first)
        async with playing(client, "restart", gateway) as script:
            assert await script.line() == "joined"
            stop.set()
            await stopped.wait()
            async with serving(backend, port=gateway.port):
                assert await script.results() == {"code": 1001, "sent": "ok"}


@pytest.mark.trio
async def test_presence(client: str) -> None:
    backend = FakeBackend()
    roll = Roll()
    backend.presence = lambda _: roll.state()  # type: ignore[method-assign]
    roll.update({PEER: {"name": "Bob", "status": "online", "devices": ["d1"]}})

    def update(people: dict[str, Any]) -> None:
        diff = roll.update(people)
        assert diff is not None
        backend.emit(FIRST, "presence_diff", diff)

    me = {"name": "Ada", "status": "online", "devices": ["d2"]}
    async with serving(backend) as gateway, playing(client, "presence", gateway) as script:
        for people in (
            {PEER: {"name": "Bob", "status": "online", "devices": ["d1"]}, ME: me},
            {PEER: {"name": "Bob", "status": "away", "devices": ["d1", "d3"]}, ME: me},
            {ME: me},
        ):
            assert await script.line() == "next"
            update(people)
        results = await script.results()
        assert list(backend.clients.values()) == ["away"]
    assert results == {
        "lists": [
            [["b", "Bob online"]],
            [["b", "Bob online"], ["a", "Ada online"]],
            [["b", "Bob away"], ["a", "Ada online"]],
            [["a", "Ada online"]],
        ],
        "told": [
            ["join", "b", 0, "online"],
            ["join", "a", 0, "online"],
            ["join", "b", 1, "away"],
            ["leave", "b", 1],
            ["leave", "b", 0],
        ],
        "away": "ok",
        "wrong": "bad_request",
    }


@pytest.mark.trio
async def test_events_and_heartbeat(client: str) -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, playing(client, "events", gateway) as script:
        assert await script.line() == "joined"
        backend.emit(FIRST, "conversation", backend.summary(FIRST))
        backend.emit(FIRST, "typing", {"user_id": "u", "name": "Bob", "typing": True, "ai": False})
        assert await script.results() == {"summary": "Bridges", "typing": "Bob", "heartbeat": "ok"}
