"""Clients of a gateway in tests: a bare WebSocket, and one that speaks the channel."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
import trio
from websockets.exceptions import ConnectionClosed
from websockets.trio.client import ClientConnection
from websockets.trio.client import connect as open_websocket

from node.client import CallRefused, Client, connect_to
from node.gateway.server import Gateway
from tests.unit.node.gateway.fake_backend import API_KEY, FIRST

TOPIC = f"conversation:{FIRST}"


@asynccontextmanager
async def raw(gateway: Gateway, **options: Any) -> AsyncIterator[ClientConnection]:
    """A bare WebSocket, let in."""
    options = {"close_timeout": 1, "max_size": None, "proxy": None, **options}
    with trio.fail_after(20):
        async with open_websocket(f"{gateway.url}?api_key={API_KEY}&vsn=2.0.0", **options) as websocket:
            yield websocket


async def ask(websocket: ClientConnection, *frame: Any) -> list[Any]:
    """Send a frame; return the next one that comes."""
    await websocket.send(orjson.dumps(frame).decode())
    return await answer(websocket)


async def answer(websocket: ClientConnection) -> list[Any]:
    with trio.fail_after(5):
        frame: list[Any] = orjson.loads(await websocket.recv())
        return frame


async def close_code(websocket: ClientConnection) -> int | None:
    """Read to the end; return the code that the gateway closed with."""
    try:
        with trio.fail_after(10):
            while True:
                await websocket.recv()
    except ConnectionClosed as closed:
        return None if closed.rcvd is None else closed.rcvd.code


async def alive(websocket: ClientConnection) -> None:
    assert await ask(websocket, None, "99", "phoenix", "heartbeat", {}) == [
        None,
        "99",
        "phoenix",
        "phx_reply",
        {"status": "ok", "response": {}},
    ]


@asynccontextmanager
async def client(gateway: Gateway, *, events: bool = False) -> AsyncIterator[Client]:
    with trio.fail_after(20):
        async with connect_to(gateway.url, API_KEY, events=events) as connected:
            yield connected


async def refused(awaitable: Any) -> str:
    with pytest.raises(CallRefused) as caught:
        await awaitable
    assert caught.value.reason
    return caught.value.code
