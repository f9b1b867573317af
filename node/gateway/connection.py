"""One WebSocket: its frames in, its topics, its frames out.

A reader takes frames and hands them to one task a topic; a writer sends what is queued. What a client sends can end its
own channel or its own connection, never anything else.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Protocol

import trio
from websockets.exceptions import ConnectionClosed

from node.gateway.channels import UNMATCHED, Channel, Json, Socket, Topics, short
from node.gateway.limits import Limits
from node.gateway.message_rate import Allowance
from protocol import channel as wire
from protocol.channel import ChannelError, Frame
from protocol.errors import UsageError
from protocol.sentence import told

log = logging.getLogger("node.api")

INBOX_FRAMES: Final = 64
SLOW_AT_ONCE: Final = 16
IDLE_CODE: Final = 1000
SLOW_CODE: Final = 1013


class WebSocket(Protocol):
    """What a connection needs of `websockets.trio.server.ServerConnection`."""

    stream: trio.abc.Stream

    @property
    def recv(self) -> Callable[[], Awaitable[str | bytes]]:
        """Return the next message."""

    async def send(self, message: bytes, *, text: bool | None = None) -> None:
        """Send one message."""

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        """Close with a code."""


class Membership:
    """One joined topic: its socket, and the pushes that wait for its channel."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.scope = trio.CancelScope()
        self.done = trio.Event()
        self.inbox, self.pushes = trio.open_memory_channel[Frame](INBOX_FRAMES)

    def stop(self, *, within_s: float) -> None:
        """Take no more pushes; finish those in hand, or be cancelled."""
        self.inbox.close()
        self.scope.deadline = min(self.scope.deadline, trio.current_time() + within_s)


class Connection:
    """Serves one admitted WebSocket until it closes."""

    def __init__(self, websocket: WebSocket, topics: Topics, limits: Limits) -> None:
        self._websocket = websocket
        self._topics = topics
        self._limits = limits
        self._allowance = Allowance(topics.rates, now=trio.current_time)
        self._members: dict[str, Membership] = {}
        self._queue, self._frames = trio.open_memory_channel[bytes](limits.queue_frames)
        self._overflow = trio.Event()
        self._room = trio.Event()
        self._room.set()
        self._channels: trio.Nursery | None = None

    async def run(self) -> None:
        """Serve until the client goes, is idle or is too slow; on cancel nothing is left behind."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._write)
            nursery.start_soon(self._close_when_slow)
            async with trio.open_nursery() as self._channels:
                await self._read()
                for member in tuple(self._members.values()):
                    member.stop(within_s=self._limits.drain_s)
            nursery.cancel_scope.cancel()

    def offer(self, data: bytes) -> None:
        """Queue an encoded frame; a queue that is full closes this connection with 1013."""
        try:
            self._queue.send_nowait(data)
        except trio.WouldBlock:
            self._overflow.set()
        except trio.BrokenResourceError:
            return
        if self._room.is_set() and self._waiting() > self._limits.queue_frames // 2:
            self._room = trio.Event()

    # Out

    def _waiting(self) -> int:
        return self._queue.statistics().current_buffer_used

    async def _write(self) -> None:
        try:
            async for data in self._frames:
                await self._websocket.send(data, text=True)
                if self._overflow.is_set():
                    break
                if not self._room.is_set() and self._waiting() <= self._limits.queue_frames // 4:
                    self._room.set()
        except ConnectionClosed:
            pass
        finally:
            self._frames.close()
            self._room.set()

    async def _close_when_slow(self) -> None:
        await self._overflow.wait()
        log.info("slow reader closed")
        await self._close(SLOW_CODE, "slow consumer")

    async def _close(self, code: int, reason: str) -> None:
        with trio.move_on_after(self._limits.slow_close_s):
            await self._websocket.aclose(code, reason)
            return
        await trio.aclose_forcefully(self._websocket.stream)

    async def _send(self, frame: Frame) -> None:
        """Queue a reply; waits while the queue is full: whoever asks faster than it reads is slowed down."""
        try:
            await self._queue.send(wire.encode(frame))
        except trio.BrokenResourceError:
            return

    async def _reply(self, frame: Frame, response: Json, *, ok: bool = True) -> None:
        if frame.ref is not None or frame.event == wire.JOIN:
            await self._send(wire.reply(frame, response, ok=ok))

    async def _refuse(self, frame: Frame, code: str, reason: str) -> None:
        await self._reply(frame, {"code": code, "reason": reason, **told(reason=reason)}, ok=False)

    # In

    async def _read(self) -> None:
        with trio.CancelScope() as idle:
            try:
                while True:
                    idle.deadline = trio.current_time() + self._limits.idle_s
                    await self._room.wait()
                    await self._take(await self._websocket.recv())
            except ConnectionClosed:
                return
        if idle.cancelled_caught:
            await self._close(IDLE_CODE, "idle")

    async def _take(self, data: str | bytes) -> None:
        try:
            frame = wire.parse_client(data)
        except ChannelError as error:
            log.debug("frame not understood reason=%s", error.reason)
            if error.topic is not None and error.ref is not None:
                asked = Frame(error.join_ref, error.ref, error.topic, wire.ERROR, {})
                await self._refuse(asked, error.code, error.reason)
            return
        if isinstance(frame.payload, bytes):
            await self._refuse(frame, "bad_request", "binary payloads are not taken here; send an object")
        elif frame.topic == wire.HEARTBEAT_TOPIC and frame.event == wire.HEARTBEAT:
            await self._reply(frame, {})
        elif frame.event == wire.JOIN:
            await self._join(frame)
        else:
            await self._push(frame)

    async def _join(self, frame: Frame) -> None:
        if frame.join_ref is None:
            frame = replace(frame, join_ref=frame.ref)
        previous = self._members.get(frame.topic)
        if previous is not None:
            previous.stop(within_s=self._limits.drain_s)
        elif len(self._members) >= self._limits.channels:
            await self._refuse(frame, "bad_request", "too many channels joined")
            return
        socket = Socket(self, frame.topic, frame.join_ref, allowance=self._allowance)
        member = self._members[frame.topic] = Membership(socket)
        assert self._channels is not None
        self._channels.start_soon(self._serve, member, frame, previous)

    async def _push(self, frame: Frame) -> None:
        member = self._members.get(frame.topic)
        if member is None:
            if frame.event == wire.LEAVE:
                await self._reply(frame, {})
            else:
                await self._refuse(replace(frame, join_ref=None), "unmatched_topic", UNMATCHED)
            return
        if frame.join_ref not in (None, member.socket.join_ref):
            return  # meant for a join that is over
        frame = replace(frame, join_ref=member.socket.join_ref)
        try:
            await member.inbox.send(frame)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            await self._refuse(replace(frame, join_ref=None), "unmatched_topic", UNMATCHED)
            return
        if frame.event == wire.LEAVE:
            member.stop(within_s=self._limits.drain_s)
            self._members.pop(frame.topic, None)

    # One task a topic

    async def _serve(self, member: Membership, frame: Frame, previous: Membership | None) -> None:
        """Run one channel from its join to its end, then say so."""
        if previous is not None:
            await previous.done.wait()
        topic, join_ref = frame.topic, frame.join_ref
        try:
            with member.scope:
                if not await self._live(member, frame):
                    return
            await self._send(Frame(join_ref, join_ref, topic, wire.CLOSE, {}))
        except Exception:  # the service's edge: whatever a channel does, its connection lives
            log.exception("channel crashed topic=%s", short(topic))
            await self._send(Frame(join_ref, join_ref, topic, wire.ERROR, {"reason": "channel_crash"}))
        finally:
            if self._members.get(topic) is member:
                del self._members[topic]
            member.pushes.close()
            member.done.set()

    async def _live(self, member: Membership, frame: Frame) -> bool:
        """Join, answer, leave; return whether the join was accepted."""
        socket = member.socket
        try:
            channel = self._topics.open(socket)
        except UsageError as refusal:
            await self._refuse(frame, refusal.code, refusal.reason)
            return False
        self._topics.listen(socket)
        try:
            if not await self._joined(channel, frame):
                return False
            socket.release()
            await self._answer_all(channel, member)
        finally:
            self._topics.unlisten(socket)
            with trio.move_on_after(self._limits.drain_s, shield=True):
                await channel.leave()
        return True

    async def _joined(self, channel: Channel, frame: Frame) -> bool:
        assert isinstance(frame.payload, dict)
        try:
            response = await channel.join(frame.payload)
        except UsageError as refusal:
            await self._refuse(frame, refusal.code, refusal.reason)
            return False
        except Exception:  # the service's edge
            log.exception("join crashed topic=%s", short(frame.topic))
            await self._refuse(frame, "internal", "join crashed")
            return False
        await self._reply(frame, response)
        return True

    async def _answer_all(self, channel: Channel, member: Membership) -> None:
        left: Frame | None = None
        places = trio.Semaphore(SLOW_AT_ONCE)

        async def answer_beside(frame: Frame) -> None:
            try:
                await self._answer(channel, frame)
            finally:
                places.release()

        async with trio.open_nursery() as slow:
            async for frame in member.pushes:
                if frame.event == wire.LEAVE:
                    left = frame
                elif frame.event in channel.slow:
                    await places.acquire()
                    slow.start_soon(answer_beside, frame)
                else:
                    await self._answer(channel, frame)
        if left is not None:
            await self._reply(left, {})

    async def _answer(self, channel: Channel, frame: Frame) -> None:
        assert isinstance(frame.payload, dict)
        try:
            response = await channel.handle(frame.event, frame.payload)
            if response is not None:
                await self._reply(frame, response)
        except UsageError as refusal:
            await self._refuse(frame, refusal.code, refusal.reason)
        except Exception:  # answered here, logged where the channel ends
            await self._refuse(frame, "internal", "this failed inside the node; its log says more")
            raise
