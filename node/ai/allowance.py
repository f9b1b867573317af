"""How many answers an AI may still give here: so many within an hour, whoever asks."""

from collections import deque
from typing import Final

HOUR_S: Final = 3_600.0


class Allowance:
    """The answers of the last hour, by what they are counted for."""

    def __init__(self) -> None:
        self._given: dict[object, deque[float]] = {}

    def take(self, what: object, *, most: int, now_s: float) -> float:
        """Take one of `most` answers an hour; return 0.0, or how many seconds to wait where none is left."""
        given = self._given.setdefault(what, deque())
        while given and given[0] <= now_s - HOUR_S:
            given.popleft()
        if len(given) >= most:
            return given[-most] + HOUR_S - now_s
        given.append(now_s)
        return 0.0
