"""Who types in one conversation, until they stop, fall silent or their message is here (S14)."""

import math
from typing import Final

from crypto.ids import IdentityKey

LASTS_S: Final = 3.0


class Typists:
    """The people who type; oneself, at whatever device, is never among them. The clock is the caller's.

    A signal may come after the message it was about, and an old message may come late: their author's times tell which
    of the two was first.
    """

    def __init__(self, own: IdentityKey) -> None:
        self._own = own
        self._typing: dict[IdentityKey, tuple[float, int]] = {}
        """Until when, and the time of the last signal."""
        self._spoke_ms: dict[IdentityKey, int] = {}

    def __contains__(self, who: IdentityKey) -> bool:
        return who in self._typing

    def heard(self, who: IdentityKey, *, is_typing: bool, ts_ms: int, now_s: float) -> bool:
        """Take a signal of that time in; return whether it is to be told on."""
        if who == self._own or ts_ms <= self._spoke_ms.get(who, -1):
            return False
        if is_typing:
            self._typing[who] = (now_s + LASTS_S, ts_ms)
            return True
        return self.left(who)

    def spoke(self, who: IdentityKey, *, ts_ms: int) -> bool:
        """Take in that a message of that time is here; return whether its author was typing it until now."""
        self._spoke_ms[who] = max(ts_ms, self._spoke_ms.get(who, 0))
        typing = self._typing.get(who)
        return typing is not None and typing[1] <= ts_ms and self.left(who)

    def left(self, who: IdentityKey) -> bool:
        """Note that somebody types no longer; return whether they did."""
        return self._typing.pop(who, None) is not None

    def expire(self, now_s: float) -> list[IdentityKey]:
        """Return those of whom nothing was heard for LASTS_S; they type no longer."""
        over = [who for who, (until_s, _) in self._typing.items() if until_s <= now_s]
        for who in over:
            del self._typing[who]
        return over

    def due_s(self) -> float:
        """Return when to call `expire` next; infinity where nobody types."""
        return min((until_s for until_s, _ in self._typing.values()), default=math.inf)
