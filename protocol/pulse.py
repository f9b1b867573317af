"""When a device says how its person is in one conversation: often enough, and no more (PROTOCOL section 8).

The interval is stated in each heartbeat, so that those who hear it know how long it holds. Where everybody who is here
is connected with us directly, the connections themselves tell within seconds who is gone, and heartbeats are rare.
"""

import math
from collections.abc import Callable
from typing import Final

from protocol.presence import LONGEST_S, SHORTEST_S

PER_PERSON_S: Final = 0.25
"""So that all of a large conversation together send no more than about four a second."""
JITTER: Final = 0.1
GAP_S: Final = 1.0
"""Between two heartbeats that are sent for a reason."""
LOOK_S: Final = 0.25
"""The first pause where nobody would have heard it."""
GREETING: Final = 0.2
"""The share of an interval within which a newcomer is greeted."""


def interval_s(people: int, *, is_met: bool) -> float:
    """Return the time between two heartbeats where so many people are here.

    Args:
        people: who is here, oneself among them.
        is_met: whether all of them are connected with us directly.
    """
    if is_met:
        return LONGEST_S
    return min(max(SHORTEST_S, PER_PERSON_S * people), LONGEST_S)


class Pulse:
    """The schedule of one device's heartbeats; at rest until it is woken. The clock is the caller's."""

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        """`uniform(low, high)` returns a random number between the two."""
        self._uniform = uniform
        self._said_s = self._woken_s = -math.inf
        self.due_s = math.inf
        """When the next heartbeat is to be sent."""

    def wake(self, now_s: float, *, within_s: float = 0.0) -> None:
        """Send one soon: at once, or at a random moment `within_s`; never two within GAP_S."""
        self._woken_s = now_s
        at_s = now_s + self._uniform(0.0, within_s)
        self.due_s = min(self.due_s, max(at_s, self._said_s + GAP_S))

    def said(self, now_s: float, interval_s: float) -> None:
        """Note that one was sent that stated this interval."""
        self._said_s = now_s
        self.due_s = now_s + interval_s * self._uniform(1.0 - JITTER, 1.0 + JITTER)

    def look_again(self, now_s: float, longest_s: float) -> None:
        """Note that nobody would have heard it: try again soon after a waking, and ever less often."""
        self.due_s = now_s + min(max(LOOK_S, now_s - self._woken_s), longest_s)

    def rest(self) -> None:
        """Send no more until woken."""
        self.due_s = math.inf
