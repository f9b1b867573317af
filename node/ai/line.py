"""The questions that wait for one AI: answered one after another, so that each answer knows the one before."""

from bisect import insort
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

import trio

T = TypeVar("T")


class Line(Generic[T]):
    """Who waits for one AI; another AI's line is no concern of this one's."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, T]] = []
        self.is_taken = False
        """Whether somebody's turn is on."""
        self.is_told = False
        """Whether somebody tells the others who waits."""
        self.moved = trio.Event()
        """Set when somebody came or went."""

    @property
    def waiting(self) -> list[T]:
        """Those who wait, in their order, without the one being answered."""
        return [question for _, question in self._waiting]

    @asynccontextmanager
    async def turn(self, number: int, question: T) -> AsyncIterator[None]:
        """Wait for the question's turn, and keep it inside the block; the lowest `number` comes first."""
        place = (number, question)
        insort(self._waiting, place, key=_number)
        self._tell()
        try:
            await trio.lowlevel.checkpoint()  # those that came in the same moment stand in line by now
            while self.is_taken or self._waiting[0] != place:
                await self.moved.wait()
        except BaseException:
            self._waiting.remove(place)
            self._tell()
            raise
        self._waiting.remove(place)
        self.is_taken = True
        self._tell()
        try:
            yield
        finally:
            self.is_taken = False
            self._tell()

    def _tell(self) -> None:
        self.moved.set()
        self.moved = trio.Event()


def _number(place: tuple[int, object]) -> int:
    return place[0]
