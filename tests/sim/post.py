"""Everything that is on its way: done at its virtual time, in one order, by one task."""

import itertools
from collections.abc import Callable
from heapq import heappop, heappush

import trio

GRID_S = 0.025
"""Times are rounded up to this, so that what arrives about together is one step of the clock."""


class Post:
    """Calls that are due at a time."""

    def __init__(self) -> None:
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._sooner = trio.Event()

    def after(self, delay_s: float, deliver: Callable[[], None]) -> int:
        """Call `deliver` in `delay_s`; return the tick at which that will be."""
        return self.at(int((trio.current_time() + delay_s) / GRID_S) + 1, deliver)

    def at(self, tick: int, deliver: Callable[[], None]) -> int:
        """Call `deliver` at a tick; of two at one tick the one given first comes first."""
        heappush(self._due, (tick, next(self._numbers), deliver))
        if self._due[0][0] == tick:
            self._sooner.set()
        return tick

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._sooner = trio.Event()
            if not self._due:
                await self._sooner.wait()
                continue
            due_s = self._due[0][0] * GRID_S
            if due_s > trio.current_time():
                with trio.move_on_at(due_s):
                    await self._sooner.wait()
                continue
            while self._due and self._due[0][0] * GRID_S <= trio.current_time():
                heappop(self._due)[2]()  # what it leads to is due at a later tick
