"""The list of my conversations, newest activity first (S3), and who types in them."""

from __future__ import annotations

import datetime
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import replace

from gui.observe import Signal
from gui.state.objects import Summary


class Conversations:
    """All conversations of this profile.

    Signals:
        changed: something in the list is different.
        typing: id of a conversation where somebody began or stopped to type.
    """

    def __init__(self) -> None:
        self.changed: Signal[()] = Signal()
        self.typing: Signal[str] = Signal()
        self.rule_of: Callable[[str], str] = lambda _: ""
        """Tells what a conversation is to tell of by a rule of its own; empty where it has none."""
        self.loaded = False
        self._items: dict[str, Summary] = {}
        self._sorted: list[Summary] | None = None  # oldest activity first
        self._typists: dict[str, dict[str, str]] = {}

    def replace(self, items: Iterable[Summary]) -> None:
        """Show exactly these; who types in them is told anew."""
        self._items = {item.id: self._ruled(item) for item in items}
        self._sorted = None
        self._typists.clear()
        self.loaded = True
        self.changed.emit()

    def put(self, item: Summary) -> None:
        """Add a conversation, or replace what was known of it."""
        item = self._ruled(item)
        before = self._items.get(item.id)
        if before != item:
            self._items[item.id] = item
            if self._sorted is not None:
                if before is not None:
                    del self._sorted[bisect_left(self._sorted, _place(before), key=_place)]
                insort(self._sorted, item, key=_place)
            self.changed.emit()

    def seen(self, conversation_id: str) -> None:
        """Show a conversation as read before the node says so."""
        item = self._items.get(conversation_id)
        if item is not None:
            self.put(replace(item, unread=0, mentions=0))

    def refresh_rules(self) -> None:
        """Look again which conversations tell of their messages."""
        for item in tuple(self._items.values()):
            self.put(item)

    def _ruled(self, item: Summary) -> Summary:
        rule = self.rule_of(item.id)
        return item if item.notify == rule else replace(item, notify=rule)

    def get(self, conversation_id: str) -> Summary | None:
        """Return one conversation, or None."""
        return self._items.get(conversation_id)

    def ids(self) -> set[str]:
        """Return the ids of all."""
        return set(self._items)

    def all(self) -> list[Summary]:
        """Return all, newest activity first; those I left or was removed from too."""
        if self._sorted is None:
            self._sorted = sorted(self._items.values(), key=_place)
        return self._sorted[::-1]

    def ordered(self) -> list[Summary]:
        """Return all, newest activity first; those I left are left out."""
        return [item for item in self.all() if item.status != "left"]

    def __len__(self) -> int:
        return len(self._items)

    # --- typing: the node tells its end too --------------------------------------------------------------------------

    def typed(self, conversation_id: str, user_id: str, name: str, *, is_typing: bool) -> None:
        """Note that somebody types, or no longer."""
        typists = self._typists.setdefault(conversation_id, {})
        before = dict(typists)
        if is_typing:
            typists[user_id] = name
        else:
            typists.pop(user_id, None)
        if typists != before:
            self.typing.emit(conversation_id)

    def typists(self, conversation_id: str) -> list[str]:
        """Return the names of the people who type in a conversation, first come first."""
        return list(self._typists.get(conversation_id, {}).values())


def _place(item: Summary) -> tuple[datetime.datetime, str]:
    return (item.activity, item.id)
