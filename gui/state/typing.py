"""Who is typing in one conversation, and the line that says so (S14)."""

from __future__ import annotations

from dataclasses import dataclass

from gui.clock import Monotonic
from gui.observe import Signal

TYPING_LASTS_S = 3.0


@dataclass(frozen=True, slots=True)
class Typist:
    """Somebody who is typing now."""

    user_id: str
    name: str
    ai: bool
    until_s: float


class Typing:
    """Who types; people end by themselves after 3 s, AIs when their message arrives or their stream ends.

    Signals:
        changed: the line reads differently.
    """

    def __init__(self, clock: Monotonic, *, me: str = "") -> None:
        self.changed: Signal[()] = Signal()
        self.me = me
        self._clock = clock
        self._typists: dict[str, Typist] = {}

    def started(self, user_id: str, name: str, *, ai: bool = False) -> None:
        """Note a typing signal; my own is ignored."""
        if user_id and user_id != self.me:
            known = user_id in self._typists
            until_s = float("inf") if ai else self._clock() + TYPING_LASTS_S
            self._typists[user_id] = Typist(user_id, name, ai, until_s)
            if not known:
                self.changed.emit()

    def ended(self, user_id: str) -> None:
        """Note that somebody stopped, or that their message is here."""
        if self._typists.pop(user_id, None) is not None:
            self.changed.emit()

    def clear(self) -> None:
        """Forget everybody, as after a lost connection."""
        if self._typists:
            self._typists.clear()
            self.changed.emit()

    def expire(self) -> None:
        """Forget those whose 3 s are over."""
        now_s = self._clock()
        over = [typist.user_id for typist in self._typists.values() if typist.until_s <= now_s]
        for user_id in over:
            del self._typists[user_id]
        if over:
            self.changed.emit()

    def next_end_s(self) -> float | None:
        """Return the seconds until somebody's signal ends; None where nothing ends by itself."""
        ends = [typist.until_s for typist in self._typists.values() if typist.until_s != float("inf")]
        return max(0.0, min(ends) - self._clock()) if ends else None

    def people(self) -> list[str]:
        """Return the names of the people who type, first come first."""
        return [typist.name for typist in self._typists.values() if not typist.ai]

    def ais(self) -> list[str]:
        """Return the names of the AIs that think or write, first come first."""
        return [typist.name for typist in self._typists.values() if typist.ai]
