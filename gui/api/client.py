"""The channel client: one WebSocket to the node, joined topics, calls with replies, and events.

It connects, joins what is wanted, sends a heartbeat every 30 s, and after any loss connects again with growing pauses
and joins everything anew. It knows nothing of what is shown. See docs/channel.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from gui.api.endpoint import Endpoint
from gui.api.errors import ApiError, CallRefused, CallTimedOut, Disconnected
from gui.api.frames import Frame, Payload, decode, encode
from gui.clock import monotonic
from gui.observe import Signal
from gui.tasks import spawn
from gui.wording import spoken

log = logging.getLogger("gui.client")

HEARTBEAT_S = 30.0
CALL_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 10.0
BUSY_S = 0.008
"""How long frames are taken in before keys and painting have their turn."""
MAX_FRAME_BYTES = 16 * 1024 * 1024
BACK_OFF_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)


class Channel:
    """One topic that is wanted; joined again after every reconnect.

    Signals:
        event: name and payload of what the node pushed.
        joined: the join's reply, each time it is joined, so also after a reconnect.
        refused: the node said no to the join.
    """

    def __init__(self, topic: str, params: Payload) -> None:
        self.topic = topic
        self.params = params
        self.event: Signal[str, Payload] = Signal()
        self.joined: Signal[Payload] = Signal()
        self.refused: Signal[CallRefused] = Signal()
        self.join_ref: str | None = None
        self.ready = asyncio.Event()
        self.refusal: CallRefused | None = None


class Client:
    """The connection to one node, for as long as `run` runs.

    Signals:
        online: True when connected, False with the reason in words when the connection is lost or can't be made.
    """

    def __init__(
        self,
        endpoint: Callable[[], Awaitable[Endpoint]],
        *,
        heartbeat_s: float = HEARTBEAT_S,
        back_off_s: tuple[float, ...] = BACK_OFF_S,
    ) -> None:
        """Find the node through `endpoint`, which is asked before every attempt and may start one."""
        self.online: Signal[bool, str] = Signal()
        self.connected = False
        self._endpoint = endpoint
        self._heartbeat_s = heartbeat_s
        self._back_off_s = back_off_s
        self._channels: dict[str, Channel] = {}
        self._refs = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Payload]] = {}
        self._socket: ClientConnection | None = None
        self._hurry = asyncio.Event()
        self._joins: set[asyncio.Task[None]] = set()

    def channel(self, topic: str, params: Payload | None = None) -> Channel:
        """Return the channel of `topic`, joined as soon as there is a connection."""
        channel = self._channels.get(topic)
        if channel is None:
            channel = self._channels[topic] = Channel(topic, params or {})
            if self.connected:
                self._start_join(channel)
        return channel

    def leave(self, topic: str) -> None:
        """Forget `topic`; the node is told where that is possible."""
        channel = self._channels.pop(topic, None)
        if channel is None:
            return
        channel.ready.set()  # who waits for the join is told that there will be none
        if self.connected and channel.join_ref is not None:
            frame = Frame(channel.join_ref, str(next(self._refs)), topic, "phx_leave", {})
            self._keep(spawn(self._send_quietly(frame)))

    def wants(self, topic: str) -> bool:
        """Tell whether `topic` was asked for and not left."""
        return topic in self._channels

    def tell(self, topic: str, event: str, payload: Payload) -> None:
        """Push something whose loss does not matter; whatever is done afterwards, a leave too, comes after it."""
        channel = self._channels.get(topic)
        if channel is not None and self.connected and channel.join_ref is not None and channel.ready.is_set():
            frame = Frame(channel.join_ref, None, topic, event, payload)  # without a ref there is no reply
            self._keep(spawn(self._send_quietly(frame)))

    async def call(
        self, topic: str, event: str, payload: Payload | None = None, *, timeout: float = CALL_TIMEOUT_S
    ) -> Payload:
        """Return the node's reply to `event`; a call made while offline waits for the connection.

        Args:
            topic: a topic that was given to `channel` before.
            event: name of the push.
            payload: its parameters.
            timeout: seconds for everything, the wait for the connection included.

        Raises:
            CallRefused: the node said no; nothing was done.
            CallTimedOut: no answer within the time.
            Disconnected: the connection broke before the answer came.
        """
        channel = self._channels[topic]
        try:
            async with asyncio.timeout(timeout):
                await channel.ready.wait()
                if self._channels.get(topic) is not channel:
                    raise Disconnected("This was closed before your node could answer.")
                if channel.refusal is not None:
                    raise channel.refusal
                return await self._push(channel.join_ref, topic, event, payload or {})
        except TimeoutError:
            raise CallTimedOut("Your node did not answer in time. Try again.") from None

    def try_now(self) -> None:
        """Do not wait for the next attempt."""
        self._hurry.set()

    async def run(self) -> None:
        """Keep the connection until cancelled; a cancel closes the socket and fails the calls under way."""
        attempt = 0
        while True:
            reason = spoken("The connection to your node was lost.")
            try:
                endpoint = await self._endpoint()
                async with connect(
                    endpoint.address(),
                    compression=None,
                    proxy=None,
                    max_size=MAX_FRAME_BYTES,
                    open_timeout=CONNECT_TIMEOUT_S,
                    close_timeout=1,
                    ping_interval=None,
                ) as socket:
                    attempt = 0
                    await self._serve(socket)
            except ApiError as error:
                reason = error.reason
            except (OSError, TimeoutError, WebSocketException) as error:
                log.info("connection failed cause=%s", type(error).__name__)
            except Exception:  # whoever follows the connection failed; without another there would be none for ever
                log.exception("connection ended by an error")
            try:
                self.online.emit(False, reason)
            except Exception:
                log.exception("loss of the connection could not be shown")
            self._hurry.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._back_off_s[min(attempt, len(self._back_off_s) - 1)]):
                    await self._hurry.wait()
            attempt += 1

    async def _serve(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.connected = True
        heartbeat = spawn(self._heartbeat(socket))
        try:
            for channel in self._channels.values():
                self._start_join(channel)
            self.online.emit(True, "")
            rested_s = monotonic()
            async for text in socket:
                frame = decode(text)
                is_reply = frame is not None and self._handle(frame)
                if is_reply or monotonic() - rested_s > BUSY_S:
                    # Who waits for a reply goes on before what followed it is told. And frames may follow one another
                    # without end, while a person is waiting too.
                    await asyncio.sleep(0)
                    rested_s = monotonic()
        finally:
            self.connected = False
            self._socket = None
            heartbeat.cancel()
            for task in self._joins:
                task.cancel()
            for channel in self._channels.values():
                channel.ready.clear()
                channel.join_ref = None
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(Disconnected("The connection to your node was lost. Try again."))
            self._waiting.clear()

    def _handle(self, frame: Frame) -> bool:
        """Do what a frame says; return whether it was a reply that somebody waits for."""
        if frame.event == "phx_reply":
            future = self._waiting.get(frame.ref or "")
            if future is None or future.done():
                return False
            future.set_result(frame.payload)
            return True
        channel = self._channels.get(frame.topic)
        if channel is None or (frame.join_ref is not None and frame.join_ref != channel.join_ref):
            return False
        if frame.event in ("phx_error", "phx_close"):
            channel.ready.clear()
            self._start_join(channel, after_s=1.0)
        else:
            try:
                channel.event.emit(frame.event, frame.payload)
            except Exception:  # the edge to the widgets: one event that can't be shown must not end the connection
                log.exception("event could not be shown event=%s", frame.event)
        return False

    def _start_join(self, channel: Channel, *, after_s: float = 0.0) -> None:
        self._keep(spawn(self._join(channel, after_s)))

    async def _join(self, channel: Channel, after_s: float) -> None:
        for pause_s in (after_s, 1.0, 2.0, 5.0, 10.0):
            await asyncio.sleep(pause_s)
            if self._channels.get(channel.topic) is not channel:
                return
            channel.join_ref = str(next(self._refs))
            try:
                async with asyncio.timeout(CALL_TIMEOUT_S):
                    reply = await self._push(channel.join_ref, channel.topic, "phx_join", channel.params)
            except CallRefused as error:
                channel.refusal = error
                channel.ready.set()
                channel.refused.emit(error)
                return
            except Disconnected:
                return
            except TimeoutError:
                log.info("join timed out topic=%s", channel.topic[:21])
                continue
            channel.refusal = None
            channel.ready.set()
            channel.joined.emit(reply)
            return

    async def _push(self, join_ref: str | None, topic: str, event: str, payload: Payload) -> Payload:
        ref = join_ref if event == "phx_join" and join_ref is not None else str(next(self._refs))
        future: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._waiting[ref] = future
        try:
            await self._send(Frame(join_ref, ref, topic, event, payload))
            reply = await future
        finally:
            self._waiting.pop(ref, None)
        response = reply.get("response")
        response = response if isinstance(response, dict) else {}
        if reply.get("status") == "ok":
            return response
        said, reason = response.get("said"), response.get("reason")
        if not reason:
            raise CallRefused("internal", "Your node refused this.")
        raise CallRefused(
            str(response.get("code") or "internal"), str(reason), said.get("reason") if isinstance(said, dict) else None
        )

    async def _send(self, frame: Frame) -> None:
        if self._socket is None:
            raise Disconnected("There is no connection to your node. Try again.")
        try:
            await self._socket.send(encode(frame))
        except WebSocketException as error:
            raise Disconnected("The connection to your node was lost. Try again.") from error

    async def _send_quietly(self, frame: Frame) -> None:
        with contextlib.suppress(Disconnected):
            await self._send(frame)

    async def _heartbeat(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            try:
                async with asyncio.timeout(self._heartbeat_s):
                    await self._push(None, "phoenix", "heartbeat", {})
            except (TimeoutError, ApiError):
                log.info("heartbeat was not answered")
                await socket.close()
                return

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._joins.add(task)
        task.add_done_callback(self._joins.discard)
