"""What the AIs of one conversation do: answers in the making, and who waits for them (S14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gui.observe import Signal


@dataclass(frozen=True, slots=True)
class Answering:
    """An AI at work on a message; `writes` tells whether there is a text of it already."""

    ai: str
    name: str
    reply_to: str
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of mine that waits for an AI, behind so many others."""

    name: str
    others: int


class AiWork:
    """The answers that are being made, and the lines of those who wait.

    Signals:
        changed: something is different.
    """

    def __init__(self) -> None:
        self.changed: Signal[()] = Signal()
        self._answering: dict[str, Answering] = {}  # by stream
        self._lines: dict[str, tuple[str, tuple[str, ...]]] = {}  # by AI: its name, and the messages that wait

    def delta(self, ai: str, name: str, stream: str, reply_to: str, state: str) -> None:
        """Take over that an AI thinks or writes, or no longer."""
        if state in ("thinking", "growing"):
            work = Answering(ai, name, reply_to, writes=state == "growing")
            if self._answering.get(stream) != work:
                self._answering[stream] = work
                self.changed.emit()
        elif self._answering.pop(stream, None) is not None:
            self.changed.emit()

    def line(self, ai: str, name: str, waiting: tuple[str, ...]) -> None:
        """Take over who waits for an AI."""
        if waiting != self._lines.get(ai, ("", ()))[1]:
            self._lines[ai] = (name, waiting)
            self.changed.emit()

    def answered(self, ai: str, reply_to: str) -> None:
        """Note that an answer is here."""
        over = [stream for stream, work in self._answering.items() if (work.ai, work.reply_to) == (ai, reply_to)]
        for stream in over:
            del self._answering[stream]
        if over:
            self.changed.emit()

    def clear(self) -> None:
        """Forget everything, as after a lost connection."""
        if self._answering or self._lines:
            self._answering.clear()
            self._lines.clear()
            self.changed.emit()

    def answering(self, is_mine: Callable[[str], bool]) -> list[Answering]:
        """Return what is being answered to me, oldest first."""
        return [work for work in self._answering.values() if is_mine(work.reply_to)]

    def waiting(self, is_mine: Callable[[str], bool]) -> list[Waiting]:
        """Return where my first message stands in the line of each AI."""
        found = []
        for ai, (name, ids) in self._lines.items():
            at = next((place for place, each in enumerate(ids) if is_mine(each)), None)
            if at is not None:
                busy = {work.reply_to for work in self._answering.values() if work.ai == ai} - set(ids)
                found.append(Waiting(name, at + len(busy)))
        return found
