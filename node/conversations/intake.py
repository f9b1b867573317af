"""Takes in the operations of a sync: while one portion is stored, the next have their signatures checked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final

import trio

from node.conversations.conversation import Conversation
from node.network.frames import Frames
from protocol.ops import Op
from protocol.sync.frames import Frame, dump
from protocol.vouching import Checked

AHEAD: Final = 3
"""Portions that are decoded and checked while one is being stored."""


@dataclass(slots=True, eq=False)
class _Portion:
    """Operations of one frame."""

    ops: Sequence[Op]
    then: Sequence[Frame]
    """Sent once they are stored."""
    checked: Checked = field(default_factory=Checked)
    is_checked: trio.Event = field(default_factory=trio.Event)


class Intake:
    """The way of one stream's operations into a conversation, in the order in which they came."""

    def __init__(self, nursery: trio.Nursery, stream: Frames, conversation: Conversation) -> None:
        self.stream = stream
        self.conversation = conversation
        self._nursery = nursery
        self._sender, self._receiver = trio.open_memory_channel[_Portion](AHEAD)
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
        """Take in operations as soon as their turn comes; the frames of `then` are sent when they are stored."""
        portion = _Portion(self.conversation.unknown(ops), then)
        self._waiting += 1
        self._nursery.start_soon(self._check, portion)
        await self._sender.send(portion)

    async def drain(self) -> None:
        """Return once everything handed on is stored."""
        while self._waiting:
            self._stored = trio.Event()
            await self._stored.wait()

    async def _check(self, portion: _Portion) -> None:
        portion.checked = await self.conversation.checking.check(portion.ops)
        portion.is_checked.set()

    async def _store(self) -> None:
        async with self._receiver:
            async for portion in self._receiver:
                await portion.is_checked.wait()
                self.conversation.take_in(portion.ops, portion.checked)
                self._waiting -= 1
                self._stored.set()
                if portion.then:
                    await self.stream.send_many(dump(frame) for frame in portion.then)
                else:
                    await trio.lowlevel.checkpoint()
