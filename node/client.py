"""A client of the channel on trio: what the command line and the tests use to drive a running node.

It finds the node by the profile's folder (`api.json`, `api_key`), joins topics, calls, and hands out events. It does
not reconnect by itself: who follows a conversation decides when to try again.
"""

import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from logging import WARNING, Logger, getLogger
from pathlib import Path
from typing import Final

import trio
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.trio.client import ClientConnection
from websockets.trio.client import connect as open_websocket
from websockets.typing import Subprotocol

from node.duplex import DuplexClient
from node.gateway.admission import token_protocol
from protocol import channel as wire
from protocol.channel import ChannelError, Frame, Json

__all__ = ["CallRefused", "Client", "ClientError", "Disconnected", "Event", "NoNode", "connect", "connect_to"]

HEARTBEAT_S: Final = 30.0
CALL_TIMEOUT_S: Final = 30.0
OPEN_TIMEOUT_S: Final = 10.0
MAX_EVENTS: Final = 10_000
MAX_FRAME_BYTES: Final = 64 * 1024 * 1024
ENDED: Final = "the connection to the node ended"
NO_NODE: Final = "no node is running for this profile; start one with `peer2peer node` or open the desktop"


class ClientError(Exception):
    """The channel could not be used; `code` is stable, `reason` is one sentence for a person."""

    code = "unreachable"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoNode(ClientError):  # noqa: N818 - says what is the matter
    """No node is running for this profile; start one with `peer2peer node` or open the desktop."""

    code = "no_node"

    def __init__(self, reason: str = NO_NODE) -> None:
        super().__init__(reason)


class Disconnected(ClientError):  # noqa: N818 - says what is the matter
    """The connection to the node ended; start it again if it does not come back."""

    code = "disconnected"


class CallRefused(ClientError):  # noqa: N818 - it is an answer
    """The node said no; its own code and reason."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a joined topic."""

    topic: str
    event: str
    payload: Json


class _Waiting:
    """A call whose reply has not come."""

    def __init__(self) -> None:
        self.done = trio.Event()
        self.reply: Json | None = None


class Client:
    """An open connection; made by `connect`.

    Calls from several tasks may overlap. Events are kept only where `connect` was asked for them.
    """

    def __init__(self, websocket: ClientConnection, *, events: bool) -> None:
        self._websocket = websocket
        self._refs = count(1)
        self._joins: dict[str, str] = {}
        self._waiting: dict[str, _Waiting] = {}
        self._closed: str | None = None
        self._wants_events = events
        self._send_event, self._events = trio.open_memory_channel[Event](MAX_EVENTS)
        self._listed: deque[Event] = deque()
        """Events received and not yet asked for."""

    async def join(self, topic: str, payload: Json | None = None, *, timeout_s: float = CALL_TIMEOUT_S) -> Json:
        """Join a topic; return the node's answer.

        Raises:
            CallRefused: the node turns the join down.
            Disconnected: the connection ended, or no answer came in time.
        """
        ref = self._joins[topic] = str(next(self._refs))
        try:
            return await self._ask(Frame(ref, ref, topic, wire.JOIN, payload or {}), timeout_s)
        except ClientError:
            self._joins.pop(topic, None)
            raise

    async def leave(self, topic: str) -> None:
        """Leave a topic."""
        await self.call(topic, wire.LEAVE)
        self._joins.pop(topic, None)

    async def call(
        self, topic: str, event: str, payload: Json | None = None, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> Json:
        """Push to a joined topic; return the node's answer.

        Raises:
            CallRefused: the node says no.
            Disconnected: the connection ended, or no answer came in time.
        """
        frame = Frame(self._joins.get(topic), str(next(self._refs)), topic, event, payload or {})
        return await self._ask(frame, timeout_s)

    def events(self) -> "Events":
        """Return an iterator over the events of all joined topics, in the order they came; it may be left early."""
        return Events(self)

    async def next_event(self) -> Event:
        """Return the next event; the messages of a list come one by one, as `message`.

        Raises:
            Disconnected: the connection ended, or events came faster than they were read.
        """
        while not self._listed:
            try:
                self._listed.extend(_one_by_one(await self._events.receive()))
            except trio.EndOfChannel:
                raise self._ended() from None
        return self._listed.popleft()

    async def _ask(self, frame: Frame, timeout_s: float) -> Json:
        if self._closed is not None:
            raise self._ended()
        assert frame.ref is not None
        try:
            data = wire.encode(frame)
        except ChannelError as error:
            raise CallRefused(error.code, "this text cannot be sent: it is not valid Unicode") from error
        waiting = self._waiting[frame.ref] = _Waiting()
        try:
            with trio.fail_after(timeout_s):
                await self._websocket.send(data, text=True)
                await waiting.done.wait()
        except trio.TooSlowError:
            raise Disconnected(f"the node did not answer within {timeout_s:g} s") from None
        except ConnectionClosed:
            raise self._ended() from None
        finally:
            del self._waiting[frame.ref]
        if waiting.reply is None:
            raise self._ended()
        return _response(waiting.reply)

    def _ended(self) -> Disconnected:
        return Disconnected(self._closed or ENDED)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Read until the connection ends; `connect` runs this."""
        task_status.started()
        reason = ENDED
        try:
            while True:
                self._take(await self._websocket.recv())
        except ConnectionClosed:
            pass
        except _FellBehind:
            reason = "events came faster than they were read"
        finally:
            self._closed = reason
            self._send_event.close()
            for waiting in self._waiting.values():
                waiting.done.set()

    async def beat(self) -> None:
        """Send heartbeats, so that the node knows we are here; a node that does not answer is given up."""
        try:
            while True:
                await trio.sleep(HEARTBEAT_S)
                frame = Frame(None, str(next(self._refs)), wire.HEARTBEAT_TOPIC, wire.HEARTBEAT, {})
                await self._ask(frame, HEARTBEAT_S)
        except ClientError:
            await self._websocket.aclose()

    def _take(self, data: str | bytes) -> None:
        try:
            frame = wire.parse_server(data)
        except ChannelError:
            return
        if not isinstance(frame.payload, dict):
            return
        if frame.event == wire.REPLY:
            waiting = self._waiting.get(frame.ref or "")
            if waiting is not None:
                waiting.reply = frame.payload
                waiting.done.set()
        elif self._wants_events and frame.join_ref in (None, self._joins.get(frame.topic)):
            try:
                self._send_event.send_nowait(Event(frame.topic, frame.event, frame.payload))
            except trio.WouldBlock:
                raise _FellBehind from None


class Events:
    """The events of a client, as an async iterator; ends by raising `Disconnected`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __aiter__(self) -> "Events":
        return self

    async def __anext__(self) -> Event:
        return await self._client.next_event()


class _FellBehind(Exception):  # noqa: N818 - internal
    pass


def _one_by_one(event: Event) -> list[Event]:
    """Return an event, or one for each message of a list."""
    listed = event.payload.get("messages")
    if event.event != "messages" or not isinstance(listed, list):
        return [event]
    return [Event(event.topic, "message", each) for each in listed if isinstance(each, dict)]


def _response(reply: Json) -> Json:
    response = reply.get("response")
    response = response if isinstance(response, dict) else {}
    if reply.get("status") != "ok":
        reason = str(response.get("reason", "the node gave no reason"))
        raise CallRefused(str(response.get("code", "internal")), reason)
    return response


@asynccontextmanager
async def connect(home: Path, *, events: bool = False) -> AsyncIterator[Client]:
    """Connect to the running node of a profile.

    Args:
        home: folder of the profile.
        events: keep events for `Client.events`; without it they are dropped.

    Raises:
        NoNode: none is running.
        ClientError: it does not let us in.
    """
    try:
        url = json.loads((home / "api.json").read_bytes())["api"]
        api_key = (home / "api_key").read_text(encoding="utf-8").strip()
    except (OSError, ValueError, KeyError, TypeError):
        raise NoNode from None
    async with connect_to(str(url), api_key, events=events) as client:
        yield client


@asynccontextmanager
async def connect_to(url: str, api_key: str, *, events: bool = False) -> AsyncIterator[Client]:
    """Connect to a node by its address; the key travels in a header, never in the address.

    Raises:
        NoNode: nobody listens there.
        ClientError: the node does not let us in.
    """
    failure: Exception | None = None
    opening = open_websocket(
        f"{url}?vsn=2.0.0",
        subprotocols=[Subprotocol("phoenix"), Subprotocol(token_protocol(api_key))],
        compression=None,
        proxy=None,
        open_timeout=OPEN_TIMEOUT_S,
        ping_interval=None,
        close_timeout=1.0,
        max_size=MAX_FRAME_BYTES,
        create_connection=DuplexClient,
        logger=_quiet_logger(),
    )
    try:
        websocket = await opening.__aenter__()
    except InvalidStatus as error:
        if error.response.status_code == 403:
            raise ClientError("the node refused this profile's key; is another node listening there?") from None
        raise NoNode from None
    except (OSError, InvalidHandshake, InvalidURI, ConnectionClosed, ExceptionGroup):
        raise NoNode from None
    try:
        async with trio.open_nursery() as nursery:
            client = Client(websocket, events=events)
            await nursery.start(client.run)
            nursery.start_soon(client.beat)
            try:
                yield client
            except Exception as error:  # noqa: BLE001 - raised again below, outside the nursery, which would wrap it
                failure = error
            nursery.cancel_scope.cancel()
    finally:
        await opening.__aexit__(None, None, None)
    if failure is not None:
        raise failure


def _quiet_logger() -> Logger:
    logger = getLogger("node.client.websocket")
    logger.setLevel(WARNING)
    return logger
