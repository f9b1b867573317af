"""Streams of bytes between two nodes in memory, as libp2p gives them, and the links that carry them.

Bytes come in order, late and in pieces of any size, or the stream breaks.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

import trio
from libp2p.network.stream.exceptions import StreamClosed as LibraryClosed
from libp2p.network.stream.exceptions import StreamEOF, StreamReset

from node.network.frames import Frames
from tests.sim.post import GRID_S
from tests.sim.trace import mark

if TYPE_CHECKING:
    from tests.sim.network import SimNetwork

WINDOW: Final = 256 * 1024
"""Bytes that may be on their way in one direction of a stream."""
UNREAD_S: Final = 5.0
"""A writer waits this long for a peer that does not read (node/network/repairs/muxer.py)."""


class Cable:
    """The link between two nodes."""

    def __init__(self, near: "SimNetwork", far: "SimNetwork") -> None:
        """`near` dialled."""
        self.ends = (near, far)
        self.is_stalled = False
        self.is_cut = False
        self.streams: list[SimStream] = []
        self.held: list[Callable[[], None]] = []

    def other(self, network: "SimNetwork") -> "SimNetwork":
        """Return the node at the other end."""
        return self.ends[1] if network is self.ends[0] else self.ends[0]


class SimStream:
    """One end of a stream of bytes, as libp2p gives it."""

    def __init__(self, cable: Cable, own: "SimNetwork", number: int) -> None:
        self.cable = cable
        self.own = own
        self.number = number
        self.muxed_conn = SimpleNamespace(peer_id=cable.other(own).peer_id)
        self.far: SimStream = self
        self._arrived: deque[bytes] = deque()
        self._last_tick = 0
        self._on_the_way = 0
        self._ended = False
        self._closed = False
        self.is_broken = False
        self._news = trio.Event()

    async def read(self, most: int | None = None) -> bytes:
        """Return some bytes (StreamEOF at an orderly end, StreamReset where it broke)."""
        await trio.lowlevel.checkpoint_if_cancelled()
        while True:
            if self.is_broken:
                raise StreamReset("the stream was reset")
            if self._arrived:
                piece = self._arrived.popleft()
                if most is not None and len(piece) > most:
                    self._arrived.appendleft(piece[most:])
                    piece = piece[:most]
                self.far.read_by_peer(len(piece))
                return piece
            if self._ended:
                raise StreamEOF("the stream ended")
            self._news = trio.Event()
            await self._news.wait()

    async def write(self, data: bytes) -> None:
        """Send bytes; wait while the peer does not read."""
        await trio.lowlevel.checkpoint_if_cancelled()
        if self._on_the_way + len(data) > WINDOW:
            with trio.move_on_after(UNREAD_S):
                while not self.is_broken and self._on_the_way + len(data) > WINDOW and self._on_the_way:
                    self._news = trio.Event()
                    await self._news.wait()
        if self.is_broken:
            raise StreamReset("the stream was reset")
        if self._closed:
            raise LibraryClosed("the stream is closed")
        if self._on_the_way + len(data) > WINDOW and self._on_the_way:
            self.break_("unread")
            raise StreamReset("the peer does not read")
        self._on_the_way += len(data)
        wire = self.own.wire
        wire.trace.note(f"s {self.own.name}>{self.far.own.name} #{self.number} {len(data)} {mark(data)}")
        pieces = [data]
        if len(data) > 1 and wire.random.random() < wire.weather.torn:
            at = wire.random.randrange(1, len(data))
            pieces = [data[:at], data[at:]]
        for piece in pieces:
            self._send(partial(self.far.take, piece))

    async def close(self) -> None:
        """End our direction."""
        await trio.lowlevel.checkpoint()
        if self.is_broken:
            raise StreamReset("the stream was reset")
        if not self._closed:
            self._closed = True
            self._send(self.far.end)

    async def reset(self) -> None:
        """Give both directions up."""
        await trio.lowlevel.checkpoint()
        self.break_("reset")

    def _send(self, arrive: Callable[[], None]) -> None:
        """Let something happen at the other end, after everything sent before."""
        if self.cable.is_cut:
            return
        wire = self.own.wire

        def deliver() -> None:
            if self.cable.is_stalled:
                self.cable.held.append(arrive)
            elif not self.is_broken:
                arrive()

        tick = int((trio.current_time() + wire.latency_s()) / GRID_S) + 1
        self._last_tick = max(tick, self._last_tick)
        wire.post.at(self._last_tick, deliver)

    def take(self, piece: bytes) -> None:
        """Bytes arrive."""
        if not self.is_broken:
            self._arrived.append(piece)
            self._news.set()

    def end(self) -> None:
        """The other side has closed its direction."""
        self._ended = True
        self._news.set()
        self._forget_if_done()

    def read_by_peer(self, size: int) -> None:
        """The other side has read this much."""
        self._on_the_way -= size
        self._news.set()

    def break_(self, why: str) -> None:
        """Break the stream at both ends; what is on its way is lost."""
        if self.is_broken:
            return
        self.own.wire.trace.note(f"s {self.own.name}>{self.far.own.name} #{self.number} {why}")
        for end in (self, self.far):
            end.is_broken = True
            end._arrived.clear()
            end._news.set()
        self._forget()

    def _forget_if_done(self) -> None:
        if self._ended and self._closed and self.far._ended and self.far._closed:
            self._forget()

    def _forget(self) -> None:
        if self in self.cable.streams:
            self.cable.streams.remove(self)
        if self.far in self.cable.streams:
            self.cable.streams.remove(self.far)


def frames_on(stream: SimStream) -> Frames:
    """Return the real frames over a stream in memory."""
    return Frames(cast(Any, stream))
