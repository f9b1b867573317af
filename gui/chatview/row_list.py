"""A list of any number of rows, of which only the visible ones are widgets.

Its state is an anchor, one row and where its top stands in the viewport, or "at the bottom". Rows are placed up and
down from the anchor; heights measured late and pages added on top therefore never move what is being read. The scroll
bar is derived.
"""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from gui.chatview.bubble import RowWidget
from gui.chatview.decor import Decor
from gui.chatview.look import Look
from gui.chatview.pace import Pace
from gui.chatview.placing import MARGIN, OVERSCAN, Anchor, Placed, place
from gui.chatview.rows import Rows
from gui.chatview.standing import Standing
from gui.clock import Now
from gui.state.row import Row
from gui.state.timeline import Timeline
from gui.state.values import EPOCH
from gui.theme.palette import Theme

AT_ONCE = 4
"""So many new rows are measured at a stretch where a whole page of them came; keys have their turn in between."""
COLUMN = 1100
SAMPLE = Row("", "mine", "", "", "A few words", EPOCH)


class RowList(QAbstractScrollArea):
    """Places rows; what they are, and what happens to them, its heirs know.

    Signals:
        link, acted, reacted, menu, hovered, copied: as of the rows.
        focused: key of the row where the keyboard is.
        newest_wanted: to the newest message, which is not in this timeline.
    """

    link = Signal(str)
    acted = Signal(str, str)
    reacted = Signal(str, str)
    menu = Signal(str, QPoint)
    hovered = Signal(str)
    focused = Signal(str)
    copied = Signal()
    newest_wanted = Signal()

    def __init__(self, theme: Theme, now: Now, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._look = Look(theme.tokens, self.font(), theme.mono)
        self.rows = Rows(self._make, now)
        self.standing = Standing()
        self._placing = False
        self._again = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Its place is kept where there is nothing to scroll: rows would be measured anew when it comes.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().valueChanged.connect(self._bar_moved)
        self.pace = Pace(self, lambda: len(self.timeline), self._measured_below, self._place_up_to)
        self._placed = 0
        """How many rows there were when they were last placed."""

    @property
    def timeline(self) -> Timeline:
        """What is shown."""
        return self.rows.timeline

    def top_of(self, key: str) -> int | None:
        """Return where a row's top stands in the viewport; None where it is not in view."""
        widget = self.widget_of(key)
        return widget.y() if widget is not None else None

    def widget_of(self, key: str) -> RowWidget | None:
        """Return what shows a row, named by its key or message; None where it is not in view."""
        return self.rows.widget_of(key)

    def live_rows(self) -> list[RowWidget]:
        """Return the row widgets in view, top to bottom."""
        return self.rows.live()

    def pool_size(self) -> int:
        """Return how many row widgets exist."""
        return len(self.rows.pool)

    def prepare(self) -> None:
        """Make one row widget more than there are, ready for whatever is to be shown first."""
        made = self._make()
        made.bind(SAMPLE, Decor("", "00:00", first=True, last=True, quote=None), self._width())
        for part in (made, *made.findChildren(QWidget)):
            part.ensurePolished()  # style sheets are looked through here, not when it is shown
        self.rows.pool.add(made)

    def scroll_by(self, dy: int) -> None:
        """Move the content by `dy` pixels; positive shows what is above."""
        if dy and self.standing.shift(dy):
            self.standing.is_opened = True
            self.place()

    def scroll_to(self, key: str, *, y: int | None = None) -> bool:
        """Bring a row into the upper third, or its top to `y`; False where it is not loaded."""
        row = self.timeline.find(key)
        if row is None:
            return False
        self.standing.is_opened = True
        self.standing.move(Anchor(row.key, self.viewport().height() // 3 if y is None else y))
        self.place()
        return True

    def to_bottom(self) -> None:
        """Go to the newest message and follow from there."""
        if self.timeline.newer:
            self.newest_wanted.emit()
            return
        self.standing.stick = self.standing.is_opened = True
        self.place()

    def place(self) -> None:
        """Place the rows around the anchor, measure those that come into view, and derive the scroll bar."""
        self._place_up_to(len(self.timeline))

    def place_again(self) -> None:
        """Place what is in view anew; what came since then has its turn as before."""
        self._place_up_to(self._placed)

    def _place_up_to(self, count: int) -> None:
        """Place so many rows and, soon, those that follow them; all at once where none are followed."""
        if len(self.rows.heights) != len(self.timeline):
            return  # rows came or went just now, and this is about to be told of it
        if self._placing:
            self._again = True  # what follows from where the rows stand asks for it
            return
        if self.timeline.is_changing:
            return  # it says when it is done
        self.pace.stop()
        count = min(count, len(self.timeline)) if self.standing.stick else len(self.timeline)
        self._placing = True
        try:
            for _ in range(3):
                self._again = False
                self._place(count)
                if not self._again:
                    break
        finally:
            self._placing = False
        self._placed = count
        if count < len(self.timeline):
            self.pace.soon()

    def measure(self, at: int) -> int:
        """Return the height that a row needs in the width there is now."""
        return self.rows.measure(at, self._width())

    def about_to_keep(self, keys: list[str]) -> None:
        """Nothing but these rows will be in view; for heirs."""

    def was_placed(self, placed: Placed | None) -> None:
        """The rows stand where they belong; None where there are none. For heirs."""

    def sizeHint(self) -> QSize:
        """Return a size that leaves the layout free."""
        return QSize(480, 400)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Do nothing: rows are placed by `place`, never moved by Qt."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground alone, so that nothing behind it has to be: the rows draw themselves."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._theme.tokens.surface))
        painter.end()

    def _measured_below(self, goal: int) -> bool:
        """Measure some of what goes into view where the newest message is followed; tell whether it all is."""
        count, room = len(self.timeline), self.viewport().height() - MARGIN + OVERSCAN
        if goal - self._placed <= AT_ONCE:
            return True  # so few are measured while they are placed
        is_ready = not self.timeline.is_changing and not self._placing and len(self.rows.heights) == count
        if not self.standing.stick or not is_ready or self.viewport().width() < 50:
            return True
        measure, live, fresh = self.rows.measurer(self._width()), self.rows.pool.live, 0
        for at in range(goal - 1, -1, -1):
            fresh += self.timeline.row(at).key not in live
            if fresh > AT_ONCE:
                return False
            room -= measure(at)
            if room <= 0:
                break
        return True

    def _place(self, count: int) -> None:
        area = self.viewport().rect()
        timeline, rows, standing, height = self.timeline, self.rows, self.standing, area.height()
        if count == 0 or height <= 0 or area.width() < 50:
            rows.pool.keep([])
            self._set_range(0)
            self.was_placed(None)
            return
        heights = rows.heights
        left, width = max(0, (area.width() - COLUMN) // 2), min(COLUMN, area.width())
        measure = rows.measurer(width)
        at = standing.index_in(timeline) if not standing.stick else None
        if at is None or standing.anchor is None:
            at, y = count - 1, height - MARGIN - measure(count - 1)
        else:
            y = standing.anchor.y
        placed = place(at, y, count=count, viewport=height, measure=measure, height=heights.height)
        tops, within = placed.tops, range(placed.first, placed.last + 1)
        wanted = {
            timeline.row(at).key: (left, tops[at], width, heights.height(at)) for at in within if heights.height(at)
        }
        self._move(wanted)
        keys = list(wanted)
        self.about_to_keep(keys)
        rows.pool.keep(keys)
        seen = next((at for at in within if tops[at] + heights.height(at) > 0), placed.last)
        standing.anchor = Anchor(timeline.row(seen).key, tops[seen])
        bottom = tops[placed.last] + heights.height(placed.last)
        standing.stick = placed.last == count - 1 and bottom <= height - MARGIN + 2 and not timeline.newer
        if standing.stick:
            standing.unseen = 0
        self._derive_bar(seen, tops[seen], height)
        self.was_placed(placed)

    def _move(self, wanted: dict[str, tuple[int, int, int, int]]) -> None:
        """Put the rows to their places; what is painted already is scrolled by what most of them move."""
        live = self.rows.pool.live
        moves: Counter[int] = Counter()
        for key, (_, top, _, _) in wanted.items():
            if (before := live[key].placed) is not None:
                moves[top - before[1]] += 1
        by = moves.most_common(1)[0][0] if moves else 0
        if not self.viewport().isVisible():
            by = 0  # Qt scrolls nothing that is hidden
        if by:
            self.viewport().scroll(0, by)  # moves all of them, and nothing is painted again but what comes into view
        for key, spot in wanted.items():
            widget = live[key]
            before, widget.placed = widget.placed, spot
            if before is None:
                widget.setGeometry(*spot)
                widget.show()
            elif (before[0], before[1] + by, before[2], before[3]) != spot:
                widget.setGeometry(*spot)

    def _left(self) -> int:
        return max(0, (self.viewport().width() - COLUMN) // 2)

    def _width(self) -> int:
        return min(COLUMN, self.viewport().width())

    def _make(self) -> RowWidget:
        made = RowWidget(self.viewport(), self._look)
        made.hide()  # until it is placed; one that is only not shown yet would be shown together with this list
        made.link.connect(self.link)
        made.acted.connect(self.acted)
        made.reacted.connect(self.reacted)
        made.menu.connect(self.menu)
        made.copied.connect(self.copied)
        made.focused.connect(self.focused)
        made.hovered.connect(self.hovered)
        return made

    def _derive_bar(self, at: int, top: int, height: int) -> None:
        bar = self.verticalScrollBar()
        if bar.isSliderDown():
            return
        total = self.rows.heights.total() + 2 * MARGIN
        self._set_range(max(0, total - height))
        bar.setPageStep(height)
        bar.setSingleStep(60)
        bar.setValue(bar.maximum() if self.standing.stick else self.rows.heights.top(at) - top + MARGIN)

    def _set_range(self, most: int) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, most)
        bar.setEnabled(most > 0)

    def _bar_moved(self, value: int) -> None:
        if self._placing or len(self.timeline) == 0:
            return
        bar = self.verticalScrollBar()
        self.standing.is_opened = True
        self.standing.stick = value >= bar.maximum()
        if not self.standing.stick:
            at = self.rows.heights.find(value - MARGIN)
            top = self.rows.heights.top(at) - value + MARGIN
            self.standing.anchor = Anchor(self.timeline.row(at).key, top)
        self.place()
