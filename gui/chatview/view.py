"""The list of messages of one conversation: what is read stays where it is, whatever comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.chatview.flash import Flash
from gui.chatview.following import Following
from gui.chatview.keys import Walk
from gui.chatview.look import Look
from gui.chatview.newest import NewestButton
from gui.chatview.placing import Anchor, Placed
from gui.chatview.row_list import RowList
from gui.chatview.rows import Quoted
from gui.chatview.seen import Seen
from gui.chatview.standing import Standing
from gui.clock import Now
from gui.state.timeline import Timeline
from gui.theme.palette import Theme

NEAR_ROWS = 15
WHEEL_PX = 1.0


class ChatView(RowList):
    """Shows one timeline.

    Signals:
        older_wanted, newer_wanted: the reader is near an end and there are more messages.
        unread_wanted: id of the first unread message, which is not in this timeline.
        quote_wanted: id of a quoted message of which nothing is known.
        displayed: id of the newest message that was seen.
    """

    older_wanted = Signal()
    newer_wanted = Signal()
    unread_wanted = Signal(str)
    quote_wanted = Signal(str)
    displayed = Signal(str)

    def __init__(self, theme: Theme, now: Now, parent: QWidget | None = None) -> None:
        super().__init__(theme, now, parent)
        self.setAccessibleName(self.tr("Messages"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._quoted: Quoted = lambda _: None
        self._following = Following(self, self.unread_wanted.emit)
        self._seen = Seen()
        self._new = NewestButton(self)
        self._new.clicked.connect(self.to_bottom)
        self._flash = Flash(self)
        self._walk = Walk(self)
        self.focused.connect(self._walk.came_to)
        theme.changed.connect(self._restyle)
        self._restyle()

    # --- what is shown -----------------------------------------------------------------------------------------------

    def show_timeline(
        self,
        timeline: Timeline,
        *,
        first_unread: Callable[[], str] = lambda: "",
        quoted: Quoted = lambda _: None,
    ) -> None:
        """Show another conversation, from its first unread message or its end.

        Args:
            timeline: its rows.
            first_unread: gives the id of the first unread message; asked again and again, empty where there is none.
            quoted: gives name and text of a quoted message that is not in the timeline; None while it is not known.
        """
        self._following.first_unread, self._quoted = first_unread, quoted
        self.standing = Standing()
        self._seen = Seen()
        self.rows.chosen = None
        self._walk.forget()
        self._take(timeline)
        self._following.reset()

    def swap_timeline(self, timeline: Timeline, *, to: str = "") -> None:
        """Show other rows of the same conversation: `to`, or what is being read, which stays where it is."""
        anchor = self.standing.anchor
        row = self.timeline.find(anchor.key) if anchor is not None else None
        self._take(timeline)
        found = timeline.find(row.message_id or row.key) if row is not None else None
        if (wanted := timeline.find(to) if to else None) is not None:
            self.standing.move(Anchor(wanted.key, self.viewport().height() // 3))
        elif found is not None and anchor is not None:
            self.standing.anchor = replace(anchor, key=found.key)
        self._following.reset()

    def _take(self, timeline: Timeline) -> None:
        self.rows.take(timeline, first_unread=self._following.first_unread, quoted=self._quote)
        self._following.follow(timeline)

    def _quote(self, message_id: str) -> tuple[str, str] | None:
        found = self._quoted(message_id)
        if found is None:
            self.quote_wanted.emit(message_id)
        return found

    def scroll_to(self, key: str, *, y: int | None = None, flash: bool = False) -> bool:
        """Bring a row into the upper third, or its top to `y`, and light it up; False where it is not loaded."""
        is_here = super().scroll_to(key, y=y)
        row = self.timeline.find(key)
        if flash and row is not None:
            self._flash.start(row.key)
        return is_here

    def note_unseen(self, count: int) -> None:
        """Count messages that came below and are not in this timeline, or were unread before."""
        if not self.standing.stick:
            self.standing.unseen += count
            self._show_new()

    def unfold(self, key: str) -> None:
        """Show the notices one by one for which a row stands."""
        self.rows.unfold(key)
        self.place()

    def refresh(self) -> None:
        """Show again what does not come from the timeline: quotes, what may be stopped, what is chosen."""
        self.place()

    def choose(self, chosen: set[str] | None) -> None:
        """Let messages be chosen, these at first; None ends that."""
        self.rows.chosen = chosen
        self.place()

    def give_up_unread(self) -> None:
        """Stay where it is: the first unread message could not be loaded."""
        self.standing.is_opened = True
        self.place()

    @property
    def at_bottom(self) -> bool:
        """Whether the newest message is in view and new ones are followed."""
        return self.standing.stick and not self.timeline.newer

    @property
    def unseen(self) -> int:
        """How many messages came below what is in view."""
        return self.standing.unseen

    # --- what follows from where the rows stand ----------------------------------------------------------------------

    def about_to_keep(self, keys: list[str]) -> None:
        """Keep the keyboard here where the row that has it goes out of view."""
        self._walk.before_hiding(keys)

    def was_placed(self, placed: Placed | None) -> None:
        """Say how many are below, ask for what comes next, and tell what was seen."""
        self._show_new()
        if placed is None:
            return
        if placed.first < NEAR_ROWS and self.timeline.more:
            self.older_wanted.emit()
        if placed.last > len(self.timeline) - NEAR_ROWS and self.timeline.newer:
            self.newer_wanted.emit()
        if self.standing.is_opened and self.isVisible() and self.window().isActiveWindow():
            height = self.viewport().height()
            shown = (at for at in range(placed.last, placed.first - 1, -1) if placed.tops[at] < height)
            if name := self._seen.look(self.timeline.row(at) for at in shown):
                self.displayed.emit(name)

    def _show_new(self) -> None:
        if self.at_bottom or len(self.timeline) == 0:
            self._new.hide()
        else:
            area = self.viewport().geometry()
            area.setLeft(area.left() + self._left())
            area.setWidth(self._width())
            self._new.show_count(self.standing.unseen, area)

    def _restyle(self) -> None:
        self._look = Look(self._theme.tokens, self.font(), self._theme.mono)
        self.rows.pool.clear()
        self._new.restyle(self._theme.tokens)
        self.place()

    # --- events ------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Measure anew with the new width; the anchor stays."""
        if event.size().width() != event.oldSize().width():
            self.rows.forget_heights()
            self.place()
        else:
            self.place_again()

    def showEvent(self, event: QShowEvent) -> None:
        """Place what came while hidden."""
        super().showEvent(event)
        self.place()

    def changeEvent(self, event: QEvent) -> None:
        """Note what was seen when the window becomes active; take over another font."""
        if event.type() == QEvent.Type.ActivationChange:
            self.place()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "_walk"):
            self._restyle()
        super().changeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by the pixels of a touch pad, or three lines a step of a wheel."""
        pixels = event.pixelDelta().y()
        self.scroll_by(pixels if pixels else round(event.angleDelta().y() * WHEEL_PX))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from message to message, scroll, and do things with the message where the keyboard is."""
        if not self._walk.key(event):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab go through the row where the keyboard is and then on from the list: never round within it."""
        if self._walk.tab(forward=forward):
            return True
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # what is next is seen from here, not from a row made late
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Go to the message where the keyboard was, or the last one in view."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._walk.enter()
