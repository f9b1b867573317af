"""How a list follows its timeline: what comes never moves what is being read, and what comes below is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gui.chatview.placing import MARGIN, Anchor
from gui.chatview.row_list import RowList
from gui.state.row import SENDING
from gui.state.timeline import Timeline


class Following:
    """Tells a list what happens in its timeline, in terms of where the reader stands."""

    def __init__(self, view: RowList, unread_wanted: Callable[[str], object]) -> None:
        """Follow nothing yet; `unread_wanted` is called with the first unread message where that is not here."""
        self.first_unread: Callable[[], str] = lambda: ""
        self._view = view
        self._unread_wanted = unread_wanted
        self._disconnect: list[Callable[[], None]] = []

    def follow(self, timeline: Timeline) -> None:
        """Follow this timeline, and no other any more."""
        for disconnect in self._disconnect:
            disconnect()
        self._disconnect = [
            timeline.reset.connect(self.reset),
            timeline.inserted.connect(self._inserted),
            timeline.changed.connect(self._changed),
            timeline.removed.connect(self._removed),
            timeline.settled.connect(self._view.pace.in_turn),
        ]

    def reset(self) -> None:
        """Show everything anew; what is read stays where it is, if it is still there."""
        view, standing = self._view, self._view.standing
        view.rows.forget_heights()
        if not standing.is_opened and len(view.timeline):
            self._open()
        if standing.anchor is not None and standing.index_in(view.timeline) is None:
            standing.stick = True
        view.place()

    def _open(self) -> None:
        """Begin at the first unread message; where that is not here, wait for it."""
        view = self._view
        name = self.first_unread()
        row = view.timeline.find(name) if name else None
        if row is not None:
            view.standing.move(Anchor(row.key, MARGIN))
        elif name:
            self._unread_wanted(name)
            return
        view.standing.is_opened = True

    def _inserted(self, at: int, count: int) -> None:
        view, standing = self._view, self._view.standing
        view.rows.heights.insert(at, count)
        if at == 0:
            self._keep_bottom(count)
        standing.is_opened = standing.is_opened or not self.first_unread()
        row, anchor = view.timeline.row(at), standing.index_in(view.timeline)
        is_sent = row.kind == "mine" and row.state == SENDING
        if is_sent:
            standing.stick = True
        elif not standing.stick and row.kind != "stream" and anchor is not None and at > anchor:
            standing.unseen += 0 if view.timeline.newer else count
        if is_sent or at == 0:
            view.place()
        else:
            view.pace.in_turn()

    def _keep_bottom(self, at: int) -> None:
        """Let the row that was the oldest until now, if it is the anchor, lose its day and name at its top."""
        view, anchor = self._view, self._view.standing.anchor
        if anchor is None or view.standing.stick or at >= len(view.timeline):
            return
        widget = view.rows.pool.live.get(anchor.key) if view.timeline.row(at).key == anchor.key else None
        if widget is not None:
            before = widget.height()
            view.standing.move(replace(anchor, y=anchor.y + before - view.measure(at)))

    def _changed(self, at: int) -> None:
        """Show new content of a row; AI text comes faster than it can be read."""
        view = self._view
        row = view.timeline.row(at)
        if row.key in view.rows.pool.live:
            if row.kind != "stream":
                view.place()
            else:
                view.pace.soon()

    def _removed(self, at: int) -> None:
        view, standing = self._view, self._view.standing
        view.rows.heights.remove(at)
        if standing.anchor is not None and standing.index_in(view.timeline) is None and len(view.timeline):
            last = len(view.timeline) - 1
            standing.anchor = replace(standing.anchor, key=view.timeline.row(min(at, last)).key)
        view.place()
