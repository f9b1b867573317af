"""Which new messages the person is told of (S20): by each conversation's rule, never of what is in view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gui.observe import Signal
from gui.state.conversations import Conversations
from gui.state.objects import Summary
from gui.state.settings import Settings


@dataclass(frozen=True, slots=True)
class Notice:
    """Something new in a conversation.

    Attributes:
        count: how many messages that are to be told of are new since the last notice or look.
        message: id of the message, where it is the only new one.
        mentions: whether one of them mentions me.
    """

    conversation: str
    title: str
    author: str
    text: str
    count: int
    mentions: bool
    direct: bool
    message: str = ""


class Notices:
    """Follows the list of conversations.

    Signals:
        arrived: a notice.
        unread: how many messages are unread in all, of conversations that are not silenced.
    """

    def __init__(self, conversations: Conversations, settings: Settings, *, in_view: Callable[[str], bool]) -> None:
        """`in_view` tells whether a conversation's newest messages are seen right now."""
        self.arrived: Signal[Notice] = Signal()
        self.unread: Signal[int] = Signal()
        self._conversations = conversations
        self._settings = settings
        self._in_view = in_view
        self._known: dict[str, Summary] = {}
        self._primed = False
        self._count = 0
        self.end = conversations.changed.connect(self._changed)
        """Follows no longer."""

    @property
    def count(self) -> int:
        """How many messages are unread."""
        return self._count

    def _changed(self) -> None:
        if not self._conversations.loaded:
            return
        before, self._known = self._known, {one.id: one for one in self._conversations.ordered()}
        count = sum(one.unread for one in self._known.values() if one.unread and self._settings.rule(one.id) != "none")
        if count != self._count:
            self._count = count
            self.unread.emit(count)
        if not self._primed:  # what came while nobody was here stands in the list
            self._primed = True
            return
        for one in self._known.values():
            known = before.get(one.id)
            if known is not one:
                notice = self._notice(known, one)
                if notice is not None:
                    self.arrived.emit(notice)

    def _notice(self, before: Summary | None, now: Summary) -> Notice | None:
        new = now.unread - (before.unread if before is not None else 0)
        if new <= 0 or now.last is None or now.last.kind == "notice" or now.status == "joining":
            return None
        if before is None or before.status == "joining":
            return None  # what was said before I came is no news
        mentions = max(0, now.mentions - before.mentions)
        rule = self._settings.rule(now.id)
        told = new if rule == "all" or (rule == "mentions" and now.direct) else mentions if rule == "mentions" else 0
        if not told or self._in_view(now.id):
            return None
        only = now.last.id if new == 1 else ""
        return Notice(
            now.id, now.title, now.last.author_name, now.last.text, told, mentions > 0, bool(now.direct), only
        )
