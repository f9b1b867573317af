"""Frames: whole messages over a libp2p stream, each with its length in front (u32, big-endian).

A libp2p stream hands out any number of bytes at a time, and a killed peer looks like an orderly end; so a message
counts only when all of it is there.
"""

from collections import deque
from collections.abc import Iterable

import trio
from libp2p.abc import INetStream
from libp2p.network.stream.exceptions import StreamEOF

from node.network.errors import FrameTooLarge, StreamClosed, Timeout
from node.network.repairs.host import ORDINARY_ENDS

MAX_FRAME = 256 * 1024 + 1024
LENGTH_BYTES = 4
CHUNK = 256 * 1024
CLOSE_S = 1.0


class Frames:
    """One stream of frames to one peer. Any task may send; one task at a time may receive.

    A cancel or a timeout inside `send` or `receive` resets the stream: part of a frame may have left or been lost.
    """

    def __init__(self, stream: INetStream) -> None:
        self.stream = stream
        self._buffer = bytearray()
        self._ready: deque[bytes] = deque()
        self._sending = trio.Lock()
        self._receiving = trio.Lock()
        self._closed = False

    async def send(self, frame: bytes) -> None:
        """Send one frame; see `send_many`."""
        await self.send_many((frame,))

    async def send_many(self, frames: Iterable[bytes]) -> None:
        """Send frames in order, in as few writes as possible: a write costs the same whatever its size.

        Raises:
            FrameTooLarge: one is longer than MAX_FRAME; then none is sent.
            StreamClosed: the stream ended, or the peer has not read for 5 s.
        """
        whole = list(frames)
        for frame in whole:
            if len(frame) > MAX_FRAME:
                raise FrameTooLarge(f"A frame has {len(frame)} bytes, the most is {MAX_FRAME}.")
        joined = memoryview(
            b"".join(part for frame in whole for part in (len(frame).to_bytes(LENGTH_BYTES, "big"), frame))
        )
        async with self._sending:
            for start in range(0, len(joined), CHUNK):
                await self._write(bytes(joined[start : start + CHUNK]))

    async def receive(self, *, timeout_s: float | None = None) -> bytes:
        """Return the next whole frame.

        Args:
            timeout_s: how long to wait for it; None waits as long as the stream lives.

        Raises:
            StreamClosed: the stream ended.
            FrameTooLarge: the peer announced more than MAX_FRAME; the stream is reset.
            Timeout: no whole frame came in time; the stream is reset.
        """
        async with self._receiving:
            with trio.move_on_after(float("inf") if timeout_s is None else timeout_s) as scope:
                while not self._ready:
                    await self._fill()
            if scope.cancelled_caught and not self._ready:
                raise Timeout(f"The peer sent no whole frame within {timeout_s} s.")
            return self._ready.popleft()

    async def aclose(self) -> None:
        """End the stream: the peer reads what was sent, then StreamClosed."""
        if self._closed:
            return
        self._closed = True
        with trio.move_on_after(CLOSE_S, shield=True):
            try:
                await self.stream.close()
            except ORDINARY_ENDS:
                return

    async def reset(self) -> None:
        """Give the stream up at once, in both directions."""
        self._closed = True
        with trio.move_on_after(CLOSE_S, shield=True):
            try:
                await self.stream.reset()
            except ORDINARY_ENDS:
                return

    async def _write(self, data: bytes) -> None:
        if self._closed:
            raise StreamClosed("The stream is closed.")
        try:
            await self.stream.write(data)
        except ORDINARY_ENDS as error:
            self._closed = True
            raise StreamClosed("The peer closed the stream.") from error
        except trio.Cancelled:
            await self.reset()
            raise

    async def _fill(self) -> None:
        """Read once and cut out the frames that are whole now."""
        if self._closed:
            raise StreamClosed("The stream is closed.")
        try:
            data = await self.stream.read(CHUNK)
        except StreamEOF as error:
            raise StreamClosed("The peer closed the stream.") from error
        except ORDINARY_ENDS as error:
            self._closed = True
            raise StreamClosed("The connection to the peer was lost.") from error
        except trio.Cancelled:
            await self.reset()
            raise
        if not data:
            raise StreamClosed("The peer closed the stream.")
        self._buffer += data
        start = 0
        while len(self._buffer) - start >= LENGTH_BYTES:
            length = int.from_bytes(self._buffer[start : start + LENGTH_BYTES], "big")
            if length > MAX_FRAME:
                await self.reset()
                raise FrameTooLarge(f"The peer announced a frame of {length} bytes, the most is {MAX_FRAME}.")
            end = start + LENGTH_BYTES + length
            if len(self._buffer) < end:
                break
            self._ready.append(bytes(self._buffer[start + LENGTH_BYTES : end]))
            start = end
        del self._buffer[:start]
