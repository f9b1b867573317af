"""When rows are placed: at once, together with what else comes, or by and by where a whole page has to be measured."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from gui.clock import monotonic

LAZY_MS = 33


class Pace(QObject):
    """Has rows placed in turns, between which keys and painting have theirs."""

    def __init__(
        self, parent: QObject, count: Callable[[], int], measure: Callable[[int], bool], place: Callable[[int], None]
    ) -> None:
        """Wait.

        Args:
            parent: what this belongs to.
            count: tells how many rows there are.
            measure: measures some of the last of so many rows, and tells whether all that come into view are.
            place: places so many rows.
        """
        super().__init__(parent)
        self._count = count
        self._measure = measure
        self._place = place
        self._asked_s = float("-inf")
        self._goal: int | None = None
        """How many rows there were when measuring began: what came since is for the next time."""
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.turn)

    @property
    def is_waiting(self) -> bool:
        """Whether rows are to be placed soon."""
        return self._timer.isActive()

    def soon(self) -> None:
        """Place the rows within a thirtieth of a second, whatever else comes until then."""
        if not self._timer.isActive():
            self._timer.start(LAZY_MS)

    def in_turn(self) -> None:
        """Place the rows at once, or soon where this was asked for a moment ago: what pours in is placed together."""
        asked_s, self._asked_s = self._asked_s, monotonic()
        if self._asked_s - asked_s < LAZY_MS / 1000:
            self.soon()
        else:
            self.turn()

    def turn(self) -> None:
        """Place the rows when those that come into view have been measured, some in each turn."""
        count = self._count()
        self._goal = count if self._goal is None else min(self._goal, count)
        if not self._measure(self._goal):
            self._timer.start(0)
            return
        goal, self._goal = self._goal, None
        self._place(goal)

    def stop(self) -> None:
        """Forget what was asked for: everything is placed now."""
        self._timer.stop()
        self._goal = None
