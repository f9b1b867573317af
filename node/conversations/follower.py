"""A peer that wants whatever is written here, as it is written."""

from collections import deque
from collections.abc import Sequence
from typing import Final

import trio

from protocol.ops import Op

MOST_WAITING: Final = 4096


class Follower:
    """What waits to be sent to one peer of one conversation.

    Attributes:
        waiting: operations in the order in which they were written.
        is_behind: more had to wait than is kept; the peer has to sync.
    """

    def __init__(self) -> None:
        self.waiting: deque[Op] = deque()
        self.is_behind = False
        self._woken = trio.Event()

    def offer(self, ops: Sequence[Op]) -> None:
        """Let operations wait for their turn."""
        if len(self.waiting) + len(ops) > MOST_WAITING:
            self.is_behind = True
        else:
            self.waiting.extend(ops)
        self.wake()

    def wake(self) -> None:
        """Let whoever waits look again."""
        self._woken.set()

    async def wait(self) -> None:
        """Return once something may be sent."""
        await self._woken.wait()
        self._woken = trio.Event()
