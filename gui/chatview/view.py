"""The list of messages: any number of rows, only the visible ones are widgets.

Its state is an anchor, one row and where its top stands in the viewport, or "at the bottom". Rows are placed up and
down from the anchor; heights measured late and pages added on top therefore never move what is being read. The scroll
bar is derived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolButton, QWidget

from gui.chatview.bubble import Decor, RowWidget
from gui.chatview.heights import Heights
from gui.chatview.look import Look
from gui.chatview.markdown import plain
from gui.clock import Now
from gui.state import times
from gui.state.timeline import SENDING, Row, Timeline
from gui.theme import icons
from gui.theme.palette import Theme

OVERSCAN = 300
MARGIN = 14
GROUP_S = 300
LAZY_MS = 33
OLDER_ROWS = 15
WHEEL_PX = 1.0
COLUMN = 1100
BUTTON_PX = 36


@dataclass(frozen=True, slots=True)
class Anchor:
    """A row and where its top stands in the viewport."""

    key: str
    y: int


class ChatView(QAbstractScrollArea):
    """Shows one timeline.

    Signals:
        older_wanted: the reader is near the top and there are older messages.
        displayed: id of the newest message that was seen.
        link, retry, discard, reply, copied: as of the rows.
    """

    older_wanted = Signal()
    displayed = Signal(str)
    link = Signal(str)
    retry = Signal(str)
    discard = Signal(str)
    reply = Signal(str)
    copied = Signal()

    def __init__(self, theme: Theme, now: Now, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._now = now
        self._look = Look(theme.tokens, self.font(), theme.mono)
        self._timeline = Timeline()
        self._heights = Heights()
        self._anchor: Anchor | None = None
        self._stick = True
        self._unseen = 0
        self._live: dict[str, RowWidget] = {}
        self._spare: list[RowWidget] = []
        self._order: list[str] = []
        self._placing = False
        self._again = False
        self._disconnect: list[Callable[[], None]] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Messages")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().valueChanged.connect(self._bar_moved)
        self._lazy = QTimer(self, singleShot=True, interval=LAZY_MS)
        self._lazy.timeout.connect(self.place)
        self._new = QToolButton(self)
        self._new.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._new.setCursor(Qt.CursorShape.PointingHandCursor)
        self._new.setIconSize(QSize(15, 15))
        self._new.clicked.connect(self.to_bottom)
        self._new.hide()
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_timeline(self, timeline: Timeline) -> None:
        """Show another timeline, from its end."""
        for disconnect in self._disconnect:
            disconnect()
        self._timeline = timeline
        self._disconnect = [
            timeline.reset.connect(self._reset),
            timeline.inserted.connect(self._inserted),
            timeline.changed.connect(self._changed),
            timeline.removed.connect(self._removed),
        ]
        self._stick = True
        self._anchor = None
        self._unseen = 0
        self._reset()

    def to_bottom(self) -> None:
        """Go to the newest message and follow from there."""
        self._stick = True
        self.place()

    def scroll_by(self, dy: int) -> None:
        """Move the content by `dy` pixels; positive shows what is above."""
        if dy and self._anchor is not None:
            self._stick = False
            self._anchor = replace(self._anchor, y=self._anchor.y + dy)
            self.place()

    def scroll_to(self, key: str) -> bool:
        """Bring a row into the middle; False where it is not loaded."""
        at = self._timeline.index_of(key)
        if at is None:
            return False
        self._stick = False
        self._anchor = Anchor(self._timeline.row(at).key, self.viewport().height() // 3)
        self.place()
        return True

    @property
    def at_bottom(self) -> bool:
        """Whether the newest message is in view and new ones are followed."""
        return self._stick

    @property
    def unseen(self) -> int:
        """How many messages came below what is in view."""
        return self._unseen

    def top_of(self, key: str) -> int | None:
        """Return where a row's top stands in the viewport; None where it is not in view."""
        widget = self._live.get(key)
        return widget.y() if widget is not None else None

    def live_rows(self) -> list[RowWidget]:
        """Return the row widgets in view, top to bottom."""
        return [self._live[key] for key in self._order]

    def pool_size(self) -> int:
        """Return how many row widgets exist."""
        return len(self._live) + len(self._spare)

    def place(self) -> None:
        """Place the rows around the anchor, measure those that come into view, and derive the scroll bar."""
        if self._placing:
            self._again = True  # the scroll bar came or went, and with it the width
            return
        self._lazy.stop()
        self._placing = True
        try:
            for _ in range(3):
                self._again = False
                self._place()
                if not self._again:
                    break
        finally:
            self._placing = False

    def _place(self) -> None:
        count = len(self._timeline)
        height = self.viewport().height()
        if count == 0 or height <= 0 or self.viewport().width() < 50:
            self._keep_only(set())
            self._order = []
            self.verticalScrollBar().setRange(0, 0)
            self._show_new()
            return
        start, y = self._start(count, height)
        first, last, tops = self._fill(start, y, count, height)
        for _ in range(2):
            shift = self._correction(first, last, tops, count, height)
            if not shift:
                break
            # What was placed is off an end: move it, and fill what that uncovered.
            first, last, tops = self._fill(start, tops[start] + shift, count, height)
        shown = {self._timeline.row(at).key for at in range(first, last + 1)}
        self._keep_only(shown)
        for at in range(first, last + 1):
            widget = self._live[self._timeline.row(at).key]
            widget.setGeometry(self._left(), tops[at], self._width(), self._heights.height(at))
            widget.show()
        self._restack([self._timeline.row(at).key for at in range(first, last + 1)])
        seen = next((at for at in range(first, last + 1) if tops[at] + self._heights.height(at) > 0), last)
        self._anchor = Anchor(self._timeline.row(seen).key, tops[seen])
        bottom = tops[last] + self._heights.height(last)
        self._stick = last == count - 1 and bottom <= height - MARGIN + 2
        if self._stick:
            self._unseen = 0
        self._derive_bar(seen, tops[seen], height)
        self._show_new()
        if first < OLDER_ROWS and self._timeline.more:
            self.older_wanted.emit()
        self._tell_displayed(first, last, tops, height)

    def _start(self, count: int, height: int) -> tuple[int, int]:
        """Return the row to begin with and its top."""
        at = self._timeline.index_of(self._anchor.key) if self._anchor is not None and not self._stick else None
        if at is None or self._anchor is None:
            row = count - 1
            return row, height - MARGIN - self._measure(row)
        return at, self._anchor.y

    def _fill(self, start: int, y: int, count: int, height: int) -> tuple[int, int, dict[int, int]]:
        """Measure rows down and up from `start` until more than the viewport is covered; return where they stand."""
        tops = {start: y}
        bottom = y + self._measure(start)
        last = first = start
        while last < count - 1 and bottom < height + OVERSCAN:
            last += 1
            tops[last] = bottom
            bottom += self._measure(last)
        top = y
        while first > 0 and top > -OVERSCAN:
            first -= 1
            top -= self._measure(first)
            tops[first] = top
        while tops[first] + self._heights.height(first) < -OVERSCAN and first < last:
            first += 1
        while tops[last] > height + OVERSCAN and last > first:
            last -= 1
        return first, last, tops

    def _correction(self, first: int, last: int, tops: dict[int, int], count: int, height: int) -> int:
        """Return by how much to move everything so that there is no hole below the newest or above the oldest row."""
        bottom = tops[last] + self._heights.height(last)
        missing = height - MARGIN - bottom
        if last == count - 1 and missing > 0:
            return missing
        if first == 0 and tops[first] > MARGIN:
            up = MARGIN - tops[first]
            return max(up, missing) if last == count - 1 else up
        return 0

    def _measure(self, at: int) -> int:
        row = self._timeline.row(at)
        widget = self._live.get(row.key)
        if widget is None:
            widget = self._live[row.key] = self._spare.pop() if self._spare else self._make()
        height = widget.bind(row, self._decor(at, row), self._width())
        self._heights.put(at, height)
        return height

    def _decor(self, at: int, row: Row) -> Decor:
        now = self._now()
        before = self._timeline.row(at - 1) if at > 0 else None
        after = self._timeline.row(at + 1) if at + 1 < len(self._timeline) else None
        new_day = before is None or not times.same_day(before.ts, row.ts, now)
        return Decor(
            day=times.day_label(row.ts, now) if new_day else "",
            time=times.stamp(row.ts, now),
            first=new_day or before is None or not _together(before, row),
            last=after is None or not times.same_day(row.ts, after.ts, now) or not _together(row, after),
            quote=self._quote(row),
        )

    def _quote(self, row: Row) -> tuple[str, str] | None:
        if row.reply_to is None or row.kind == "stream":
            return None
        at = self._timeline.index_of(row.reply_to)
        if at is None:
            return ("Reply", "to an earlier message")
        if row.kind == "ai" and at + 1 == self._timeline.index_of(row.key):
            return None  # it stands right above
        found = self._timeline.row(at)
        name = "You" if found.kind == "mine" else found.name
        return (name, plain(found.text) if not found.deleted else "This message was deleted.")

    def _left(self) -> int:
        return max(0, (self.viewport().width() - COLUMN) // 2)

    def _width(self) -> int:
        return min(COLUMN, self.viewport().width())

    def _make(self) -> RowWidget:
        made = RowWidget(self.viewport(), self._look)
        made.link.connect(self.link)
        made.retry.connect(self.retry)
        made.discard.connect(self.discard)
        made.reply.connect(self.reply)
        made.copied.connect(self.copied)
        made.jump.connect(self.scroll_to)
        return made

    def _keep_only(self, keys: set[str]) -> None:
        for key in [key for key in self._live if key not in keys]:
            widget = self._live.pop(key)
            widget.hide()
            self._spare.append(widget)

    def _restack(self, order: list[str]) -> None:
        """Put the widgets in reading order, for the keyboard and for screen readers."""
        if order != self._order:
            self._order = order
            for key in order:
                self._live[key].raise_()

    def _derive_bar(self, at: int, top: int, height: int) -> None:
        bar = self.verticalScrollBar()
        if bar.isSliderDown():
            return
        total = self._heights.total() + 2 * MARGIN
        bar.setRange(0, max(0, total - height))
        bar.setPageStep(height)
        bar.setSingleStep(60)
        bar.setValue(bar.maximum() if self._stick else self._heights.top(at) - top + MARGIN)

    def _bar_moved(self, value: int) -> None:
        if self._placing or len(self._timeline) == 0:
            return
        bar = self.verticalScrollBar()
        self._stick = value >= bar.maximum()
        if not self._stick:
            at = self._heights.find(value - MARGIN)
            self._anchor = Anchor(self._timeline.row(at).key, self._heights.top(at) - value + MARGIN)
        self.place()

    def _tell_displayed(self, first: int, last: int, tops: dict[int, int], height: int) -> None:
        if not self.isVisible() or not self.window().isActiveWindow():
            return
        for at in range(last, first - 1, -1):
            row = self._timeline.row(at)
            if row.message_id and tops[at] < height:
                self.displayed.emit(row.message_id)
                return

    def _show_new(self) -> None:
        visible = not self._stick and len(self._timeline) > 0
        if visible:
            text = f"{self._unseen} new" if self._unseen else ""
            style = Qt.ToolButtonStyle
            self._new.setText(text)
            self._new.setToolButtonStyle(style.ToolButtonTextBesideIcon if text else style.ToolButtonIconOnly)
            self._new.setAccessibleName(f"Go to {self._unseen} new messages" if self._unseen else "Go to the newest")
            self._new.setToolTip("Go to the newest message")
            width = max(BUTTON_PX, self._new.sizeHint().width()) if text else BUTTON_PX
            area = self.viewport().geometry()
            right = area.left() + self._left() + self._width() - 18
            self._new.setGeometry(right - width, area.bottom() - BUTTON_PX - 12, width, BUTTON_PX)
            self._new.raise_()
        self._new.setVisible(visible)

    def _reset(self) -> None:
        self._heights = Heights(len(self._timeline))
        if self._anchor is not None and self._timeline.index_of(self._anchor.key) is None:
            self._stick = True
        self.place()

    def _inserted(self, at: int, count: int) -> None:
        self._heights.insert(at, count)
        row = self._timeline.row(at)
        anchor = self._timeline.index_of(self._anchor.key) if self._anchor is not None else None
        if row.kind == "mine" and row.state == SENDING:
            self._stick = True
        elif not self._stick and row.kind != "stream" and anchor is not None and at > anchor:
            self._unseen += count
        self.place()

    def _changed(self, at: int) -> None:
        """Show new content of a row; at most 30 times a second, AI text comes faster."""
        if self._timeline.row(at).key in self._live:
            if self._timeline.row(at).kind != "stream":
                self.place()
            elif not self._lazy.isActive():
                self._lazy.start()

    def _removed(self, at: int) -> None:
        self._heights.remove(at)
        if self._anchor is not None and self._timeline.index_of(self._anchor.key) is None and len(self._timeline):
            self._anchor = replace(self._anchor, key=self._timeline.row(min(at, len(self._timeline) - 1)).key)
        self.place()

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self._look = Look(tokens, self.font(), self._theme.mono)
        for widget in (*self._live.values(), *self._spare):
            widget.deleteLater()
        self._live, self._spare, self._order = {}, [], []
        self._new.setIcon(icons.icon("down", tokens.text))
        self._new.setStyleSheet(
            f"QToolButton {{ background: {tokens.raised}; color: {tokens.text}; border: 1px solid {tokens.line};"
            f" border-radius: 17px; padding: 0 9px; font-weight: 600; }}"
            f"QToolButton:hover {{ background: {tokens.hover}; }}"
        )
        self.place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Measure anew with the new width; the anchor stays."""
        if event.size().width() != event.oldSize().width():
            self._heights = Heights(len(self._timeline))
        self.place()

    def showEvent(self, event: QShowEvent) -> None:
        """Place what came while hidden."""
        super().showEvent(event)
        self.place()

    def changeEvent(self, event: QEvent) -> None:
        """Note what was seen when the window becomes active; take over another font."""
        if event.type() == QEvent.Type.ActivationChange:
            self.place()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "_lazy"):
            self._restyle()
        super().changeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by the pixels of a touch pad, or three lines a step of a wheel."""
        pixels = event.pixelDelta().y()
        self.scroll_by(pixels if pixels else round(event.angleDelta().y() * WHEEL_PX))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll with the keys."""
        page = self.viewport().height() - 60
        match event.key():
            case Qt.Key.Key_Up:
                self.scroll_by(60)
            case Qt.Key.Key_Down:
                self.scroll_by(-60)
            case Qt.Key.Key_PageUp:
                self.scroll_by(page)
            case Qt.Key.Key_PageDown:
                self.scroll_by(-page)
            case Qt.Key.Key_End:
                self.to_bottom()
            case Qt.Key.Key_Home:
                self._bar_moved(0)
            case _:
                super().keyPressEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Do nothing: rows are placed by `place`, never moved by Qt."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw nothing: the rows draw themselves."""

    def sizeHint(self) -> QSize:
        """Return a size that leaves the layout free."""
        return QSize(480, 400)

    def viewport_point(self, widget: QWidget) -> QPoint:
        """Return where a widget inside a row stands in the viewport."""
        return widget.mapTo(self.viewport(), QPoint(0, 0))


def _together(one: Row, other: Row) -> bool:
    """Tell whether two neighbours belong to one group: one author, one kind, within five minutes."""
    kinds = {"stream": "ai"}
    return (
        kinds.get(one.kind, one.kind) == kinds.get(other.kind, other.kind)
        and (one.author == other.author or one.kind == "mine")
        and one.kind != "notice"
        and abs((other.ts - one.ts).total_seconds()) < GROUP_S
    )
