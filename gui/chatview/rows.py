"""The rows of what is shown: each with its decoration, measured by the widget that shows it, or folded away."""

from __future__ import annotations

from collections.abc import Callable

from gui.chatview.bubble import RowWidget
from gui.chatview.decor import Decorator
from gui.chatview.heights import Heights
from gui.chatview.parts import CLOSED, PLAIN, Mode
from gui.chatview.pool import Pool
from gui.clock import Now
from gui.state.row import FAILED, Row
from gui.state.timeline import Timeline

Quoted = Callable[[str], tuple[str, str] | None]
"""Gives name and text of a quoted message by its id; None while it is not known."""


class Rows:
    """The rows of one timeline at a time.

    Attributes:
        timeline: what is shown.
        heights: of all rows; estimated until they were measured.
        pool: the widgets.
        may_react: tells whether I may react to messages here.
        may_stop: tells whether I may end a growing answer.
        chosen: keys of the messages that are chosen; None while nothing is to be chosen.
    """

    def __init__(self, make: Callable[[], RowWidget], now: Now) -> None:
        self.timeline = Timeline()
        self.heights = Heights()
        self.pool = Pool(make)
        self.may_react: Callable[[], bool] = lambda: True
        self.may_stop: Callable[[Row], bool] = lambda _: False
        self.chosen: set[str] | None = None
        self._now = now
        self._decorator = Decorator(self.timeline, now)

    def take(self, timeline: Timeline, *, first_unread: Callable[[], str], quoted: Quoted) -> None:
        """Show other rows; notices that were unfolded stay so."""
        unfolded = self._decorator.unfolded
        self.timeline = timeline
        self._decorator = Decorator(timeline, self._now)
        self._decorator.first_unread, self._decorator.quoted = first_unread, quoted
        self._decorator.unfolded = unfolded

    def measure(self, at: int, width: int) -> int:
        """Let a widget show the row at `at` in `width` pixels and return the height it needs; 0 for a folded one."""
        return self.measurer(width)(at)

    def measurer(self, width: int) -> Callable[[int], int]:
        """Return what measures rows at this moment: what all of them need to know is looked up once."""
        timeline, decorator, heights, take = self.timeline, self._decorator, self.heights, self.pool.take
        now, first_unread, count = self._now(), decorator.first_unread(), len(timeline)
        moment = (width, first_unread, now.date(), now.utcoffset())
        usual = (PLAIN if self.may_react() else CLOSED) if self.chosen is None else None

        def measure(at: int) -> int:
            row = timeline.row(at)
            if row.kind == "notice" and decorator.is_folded(at):
                heights.put(at, 0)
                return 0
            widget, known = take(row.key), None
            mode = usual if usual is not None and row.kind != "stream" else self._mode(row)
            if row.kind != "notice" and row.reply_to is None:  # what those look like is said further away too
                before = timeline.row(at - 1) if at > 0 else None
                after = timeline.row(at + 1) if at + 1 < count else None
                known = (row, before, after, mode, moment)
            if known is None or widget.measured_for != known:
                widget.measured_for = known
                widget.bind(row, decorator.decorate(at, row), width, mode)
            heights.put(at, widget.wanted_height)
            return widget.wanted_height

        return measure

    def forget_heights(self) -> None:
        """Estimate all of them anew."""
        self.heights = Heights(len(self.timeline))

    def is_folded(self, at: int) -> bool:
        """Tell whether a row is not shown, since another stands for it."""
        return self._decorator.is_folded(at)

    def unfold(self, key: str) -> None:
        """Show the notices one by one for which a row stands."""
        at = self.timeline.index_of(key)
        if at is not None:
            self._decorator.unfolded.update(self._decorator.run(at))

    def live(self) -> list[RowWidget]:
        """Return the row widgets in view, top to bottom."""
        return [self.pool.live[key] for key in self.pool.order]

    def widget_of(self, key: str) -> RowWidget | None:
        """Return what shows a row, named by its key or message; None where it is not in view."""
        row = self.timeline.find(key)
        widget = self.pool.live.get(row.key) if row is not None else None
        return widget if widget is not None and widget.placed is not None else None

    def _mode(self, row: Row) -> Mode:
        if self.chosen is not None:
            return Mode(choosing=row.kind not in ("notice", "stream"), chosen=row.key in self.chosen)
        if row.kind == "stream" and row.state != FAILED and self.may_stop(row):
            return Mode(stoppable=True)
        return PLAIN if self.may_react() else CLOSED
