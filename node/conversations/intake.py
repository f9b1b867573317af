"""Takes in the operations of a sync: while one portion is being stored, the next has its signatures checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import trio

from node.conversations.conversation import Conversation
from node.network.frames import Frames
from protocol.ops import Op
from protocol.sync.frames import Frame, dump


@dataclass(frozen=True, slots=True)
class _Portion:
    """Operations whose signatures have been checked."""

    ops: Sequence[Op]
    false: set[int]
    then: Sequence[Frame]
    """Sent once they are stored."""


class Intake:
    """The way of one stream's operations into a conversation, in the order in which they came."""

    def __init__(self, nursery: trio.Nursery, stream: Frames, conversation: Conversation) -> None:
        self.stream = stream
        self.conversation = conversation
        self._nursery = nursery
        self._sender, self._receiver = trio.open_memory_channel[_Portion](1)
        self._waiting = 0
        self._stored = trio.Event()

    async def __aenter__(self) -> "Intake":
        self._nursery.start_soon(self._store)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sender.close()

    async def put(self, ops: Sequence[Op], *, then: Sequence[Frame]) -> None:
        """Check signatures and hand on; the frames of `then` are sent when the operations are stored."""
        offered = self.conversation.unknown(ops)
        false = await self.conversation.verify(offered)
        self._waiting += 1
        await self._sender.send(_Portion(offered, false, then))

    async def drain(self) -> None:
        """Return once everything handed on is stored."""
        while self._waiting:
            self._stored = trio.Event()
            await self._stored.wait()

    async def _store(self) -> None:
        async with self._receiver:
            async for portion in self._receiver:
                self.conversation.take_in(portion.ops, portion.false)
                self._waiting -= 1
                self._stored.set()
                if portion.then:
                    await self.stream.send_many(dump(frame) for frame in portion.then)
                else:
                    await trio.lowlevel.checkpoint()
