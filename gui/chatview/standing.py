"""Where the reader of a list of messages is."""

from __future__ import annotations

from dataclasses import replace

from gui.chatview.placing import Anchor
from gui.state.timeline import Timeline


class Standing:
    """Where the reader is: at an anchor, or at the bottom, where what comes is followed."""

    def __init__(self) -> None:
        self.anchor: Anchor | None = None
        self.stick = True
        self.unseen = 0
        """Messages that came below what is in view."""
        self.is_opened = False
        """Whether the place where the conversation is opened was found, or the reader went elsewhere."""

    def move(self, anchor: Anchor) -> None:
        """Stand at a row, wherever that is."""
        self.stick, self.anchor = False, anchor

    def shift(self, dy: int) -> bool:
        """Move what is in view down by `dy` pixels; False where nothing is in view."""
        if self.anchor is not None:
            self.move(replace(self.anchor, y=self.anchor.y + dy))
        return self.anchor is not None

    def index_in(self, timeline: Timeline) -> int | None:
        """Return where the anchor stands in a timeline; None where it is not there."""
        return timeline.index_of(self.anchor.key) if self.anchor is not None else None
