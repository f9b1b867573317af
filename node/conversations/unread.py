"""How many messages of a conversation this person has not read, and how many of those mention them."""

from collections.abc import Collection
from typing import Final

from crypto.ids import IdentityKey, OpId
from node.conversations.timeline import MESSAGE_KINDS, Timeline
from node.store.shown import ShownRows
from protocol.bodies.content import ContentKind

MENTIONS_COUNTED: Final = 100
"""Unread messages that are looked through for mentions: the newest."""
LOOKED_AT: Final = 8
"""Messages that are opened for that at one look; the rest follow (`is_counting`)."""


class Unread:
    """Counts, and keeps the counts until something changes.

    Attributes:
        is_counting: some unread messages are still to be looked through for mentions.
    """

    def __init__(self, shown: ShownRows, timeline: Timeline, *, own: IdentityKey) -> None:
        """Count what is `shown` to the person whose identity is `own`."""
        self._shown = shown
        self._timeline = timeline
        self._own = own
        self._count: int | None = None
        self._mentions: int | None = None
        self._mentioning: dict[OpId, bool] = {}
        """Unread messages that were looked at, with whether they mention this person."""
        self.is_counting = False

    def count(self) -> int:
        """Return how many messages of others came after what this person has read; 1,000 stands for more."""
        if self._count is None:
            self._count = self._shown.unread(self._own, MESSAGE_KINDS)
        return self._count

    def mentions(self) -> int:
        """Return in how many of the newest MENTIONS_COUNTED unread messages somebody mentions this person."""
        if self._mentions is None:
            self._mentions = self._counted_mentions() if self.count() else 0
        return self._mentions

    def _counted_mentions(self) -> int:
        names = self._shown.unread_messages(self._own, ContentKind.MESSAGE, limit=MENTIONS_COUNTED)
        new = [name for name in names if name not in self._mentioning]
        self._mentioning = {name: self._mentioning[name] for name in names if name in self._mentioning}
        self._mentioning |= {name: self._timeline.mentions(name, self._own) for name in new[:LOOKED_AT]}
        self.is_counting = len(new) > LOOKED_AT
        return sum(self._mentioning.values())

    def count_on(self) -> bool:
        """Look through a few more unread messages for mentions; return whether there are more."""
        self._mentions = self._counted_mentions()
        return self.is_counting

    def forget(self, changed: Collection[OpId] = ()) -> None:
        """Count again at the next look; `changed` are messages that read differently now."""
        self._count = self._mentions = None
        self.is_counting = False
        for name in changed:
            self._mentioning.pop(name, None)
