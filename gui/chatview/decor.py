"""What the neighbours and the moment add to a row: day, group, quote, the line above what is new, folded notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from gui.clock import Now
from gui.state import times
from gui.state.plain import plain
from gui.state.row import Row
from gui.state.timeline import Timeline

GROUP_S = 300
FOLD_FROM = 4
LONGEST_RUN = 300


@dataclass(frozen=True, slots=True)
class Decor:
    """What stands around a row's own content.

    Attributes:
        day: text of the day separator above; empty without one.
        time: when it was written, as it is shown.
        first, last: whether it begins and ends a group of one author.
        quote: name and first words of the message that it answers.
        new: the first message that had not been read stands here.
        notices: how many notices this one stands for, itself included; 0 where it is folded away.
    """

    day: str
    time: str
    first: bool
    last: bool
    quote: tuple[str, str] | None
    new: bool = False
    notices: int = 1

    def only_goes_on(self, before: Decor) -> bool:
        """Tell whether nothing else is different from `before` than that the group goes on, or does no longer."""
        return self == before or self == replace(before, last=self.last)


class Decorator:
    """Decorates the rows of one timeline.

    Attributes:
        first_unread: gives the id of the first message that had not been read; empty where there is none.
        quoted: gives name and text of a quoted message which is not in the timeline; None while it is not known.
        unfolded: keys of notices that are shown one by one.
    """

    def __init__(self, timeline: Timeline, now: Now) -> None:
        self.first_unread: Callable[[], str] = lambda: ""
        self.quoted: Callable[[str], tuple[str, str] | None] = lambda _: None
        self.unfolded: set[str] = set()
        self._timeline = timeline
        self._now = now

    def decorate(self, at: int, row: Row) -> Decor:
        """Return what is added to the row at `at`."""
        now, timeline = self._now(), self._timeline
        before = timeline.row(at - 1) if at > 0 else None
        after = timeline.row(at + 1) if at + 1 < len(timeline) else None
        new_day = before is None or not times.same_day(before.ts, row.ts, now)
        new = bool(row.message_id) and row.message_id == self.first_unread()
        return Decor(
            day=times.day_label(row.ts, now) if new_day else "",
            time=times.stamp(row.ts, now),
            first=new_day or new or before is None or not together(before, row),
            last=after is None or not times.same_day(row.ts, after.ts, now) or not together(row, after),
            quote=self._quote(row),
            new=new,
            notices=self._notices(at, row),
        )

    def is_folded(self, at: int) -> bool:
        """Tell whether a row is a notice that is not shown, since one below it stands for several."""
        row = self._timeline.row(at)
        if row.kind != "notice" or row.key in self.unfolded or not self._goes_on(at):
            return False
        return len(self._run(at, most=FOLD_FROM)) >= FOLD_FROM

    def run(self, at: int) -> list[str]:
        """Return the keys of the notices that the one at `at`, the last of them, stands for; itself is the last."""
        keys = [self._timeline.row(each).key for each in self._run(at, most=LONGEST_RUN)]
        return keys if len(keys) >= FOLD_FROM and not self.unfolded.intersection(keys) else keys[-1:]

    def _notices(self, at: int, row: Row) -> int:
        if row.kind != "notice" or self._goes_on(at):
            return int(not self.is_folded(at))
        return len(self.run(at))

    def _goes_on(self, at: int) -> bool:
        """Tell whether a notice of the same day follows the row at `at`, which is a notice too."""
        timeline = self._timeline
        if at < 0 or at + 1 >= len(timeline) or not timeline.row(at).kind == timeline.row(at + 1).kind == "notice":
            return False
        return times.same_day(timeline.row(at).ts, timeline.row(at + 1).ts, self._now())

    def _run(self, at: int, *, most: int) -> range:
        """Return the rows of the run of notices around `at`, `most` of them or somewhat more."""
        start = end = at
        while end - start + 1 < most and self._goes_on(end):
            end += 1
        while end - start + 1 < most and self._goes_on(start - 1):
            start -= 1
        return range(start, end + 1)

    def _quote(self, row: Row) -> tuple[str, str] | None:
        if row.reply_to is None or row.kind == "stream" or row.deleted:
            return None
        at = self._timeline.index_of(row.reply_to)
        if at is None:
            found = self.quoted(row.reply_to)
            return (found[0], plain(found[1]) or _deleted()) if found is not None else ("", _elsewhere())
        if row.kind == "ai" and at + 1 == self._timeline.index_of(row.key):
            return None  # it stands right above
        shown = self._timeline.row(at)
        name = QCoreApplication.translate("Messages", "You") if shown.kind == "mine" else shown.name
        return (name, plain(shown.text) if not shown.deleted else _deleted())


def together(one: Row, other: Row) -> bool:
    """Tell whether two neighbours belong to one group: one author, one kind, within five minutes."""
    kinds = {"stream": "ai"}
    if one.kind == other.kind == "notice":
        return True
    return (
        kinds.get(one.kind, one.kind) == kinds.get(other.kind, other.kind)
        and (one.author == other.author or one.kind == "mine")
        and one.kind != "notice"
        and abs((other.ts - one.ts).total_seconds()) < GROUP_S
    )


def _deleted() -> str:
    return QCoreApplication.translate("Messages", "This message was deleted.")


def _elsewhere() -> str:
    return QCoreApplication.translate("Messages", "An earlier message")
