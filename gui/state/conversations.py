"""The list of my conversations, newest activity first (S3)."""

from __future__ import annotations

from collections.abc import Iterable

from gui.state.objects import Summary
from gui.state.observe import Signal


class Conversations:
    """All conversations of this profile.

    Signals:
        changed: something in the list is different.
    """

    def __init__(self) -> None:
        self.changed: Signal[()] = Signal()
        self.loaded = False
        self._items: dict[str, Summary] = {}

    def replace(self, items: Iterable[Summary]) -> None:
        """Show exactly these."""
        self._items = {item.id: item for item in items}
        self.loaded = True
        self.changed.emit()

    def put(self, item: Summary) -> None:
        """Add a conversation, or replace what was known of it."""
        if self._items.get(item.id) != item:
            self._items[item.id] = item
            self.changed.emit()

    def get(self, conversation_id: str) -> Summary | None:
        """Return one conversation, or None."""
        return self._items.get(conversation_id)

    def ordered(self) -> list[Summary]:
        """Return all, newest activity first; those I left are left out."""
        kept = [item for item in self._items.values() if item.status != "left"]
        return sorted(kept, key=lambda item: (item.activity, item.id), reverse=True)

    def __len__(self) -> int:
        return len(self._items)
