"""One row of the view: day separator, circle, bubble with its segments, time and tick, reason of a failure.

A row widget is used again for other rows: `bind` fills it and tells its height. It paints everything that needs no
selection; text is in pooled segments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QUrl, Signal, SignalInstance
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from gui.chatview.look import Look
from gui.chatview.markdown import Code, Rich, Segment, plain, render, safe_link, segments
from gui.chatview.segments import CodeSegment, RichSegment, link_target
from gui.chatview.stream import Parts
from gui.state.timeline import FAILED, Row
from gui.theme import icons
from gui.theme.tokens import person_colour
from gui.widgets.avatar import initials

SIDE = 20
GUTTER = 42
CIRCLE = 30
PAD_X = 14
PAD_Y = 9
GAP_GROUP = 14
GAP_WITHIN = 3
DAY = 46
MOST = 680
SEGMENT_GAP = 6
RADIUS = 15.0
TIGHT = 5.0
CHIP = 24
TICKS = {"sending": "clock", "stored": "check", "delivered": "checks", "read": "checks"}


@dataclass(frozen=True, slots=True)
class Decor:
    """What the neighbours and the moment add to a row."""

    day: str
    time: str
    first: bool
    last: bool
    quote: tuple[str, str] | None


class RowWidget(QWidget):
    """Shows one row.

    Signals:
        link: a link was clicked; its target in full.
        retry, discard: the key of my failed message.
        reply: the key of the row to answer.
        jump: the id of the message that a quote shows.
        copied: something was put on the clipboard.
    """

    link = Signal(str)
    retry = Signal(str)
    discard = Signal(str)
    reply = Signal(str)
    jump = Signal(str)
    copied = Signal()

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self.row: Row | None = None
        self._look = look
        self._decor = Decor("", "", True, True, None)
        self._bound: tuple[Row, Decor, int] | None = None
        self._height = 0
        self._rich: list[RichSegment] = []
        self._code: list[CodeSegment] = []
        self._parts = Parts()
        self._parts_key = ""
        self._bubble = QRect()
        self._quote = QRect()
        self._footer = QPointF()
        self._problem = QRect()
        self._notice = QRect()
        self._chips_y = 0
        self._buttons: tuple[QPushButton, QPushButton] | None = None

    def bind(self, row: Row, decor: Decor, width: int) -> int:
        """Show `row` in `width` pixels and return the height it needs; nothing is done where it is shown already."""
        bound = (row, decor, width)
        if self._bound == bound:
            return self._height
        self._bound = bound
        self.row, self._decor = row, decor
        top = DAY if decor.day else (GAP_GROUP if decor.first else GAP_WITHIN)
        if row.kind == "notice":
            self._height = self._lay_notice(top, width)
        else:
            self._height = self._lay_bubble(top, width)
        self.setAccessibleName(self._spoken())
        self.update()
        return self._height

    def bubble_rect(self) -> QRect:
        """Return where the bubble is, in this widget; for tests and hit checks."""
        return QRect(self._bubble)

    @property
    def _kind(self) -> str:
        assert self.row is not None
        return "ai" if self.row.kind in ("ai", "stream") else self.row.kind

    def _lay_notice(self, top: int, width: int) -> int:
        assert self.row is not None
        self._show_segments((), 0)
        self._place_buttons(QRect())
        self._bubble = QRect()
        room = QRect(0, 0, max(80, min(width - 4 * SIDE, 560)), 4000)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        size = self._look.small_metrics.boundingRect(room, int(flags), self.row.text)
        self._notice = QRect((width - room.width()) // 2, top, room.width(), size.height())
        return top + size.height() + 4

    def _lay_bubble(self, top: int, width: int) -> int:
        row, decor, look = self.row, self._decor, self._look
        assert row is not None
        mine = row.kind == "mine"
        left = SIDE if mine else SIDE + GUTTER
        most = min(MOST, round((width - left - SIDE) * (0.86 if width > 520 else 1.0)))
        inner_most = max(60, most - 2 * PAD_X)
        pieces = self._pieces(row)
        inner = self._show_segments(pieces, inner_most)
        y = PAD_Y
        named = not mine and decor.first
        if named:
            inner = max(inner, min(inner_most, self._name_width()))
            y += look.bold_metrics.height() + 3
        quote_top = 0
        if decor.quote is not None:
            wanted = max(look.small_metrics.horizontalAdvance(text) for text in decor.quote) + 26
            inner = max(inner, min(inner_most, wanted))
            quote_top = y
            y += 2 * look.small_metrics.height() + 12
        footer = self._footer_width()
        inner = max(inner, footer)
        problem = self._problem_text()
        if problem and not mine:
            inner = max(inner, min(inner_most, look.small_metrics.horizontalAdvance(problem) + 24))
        widgets = self._visible(pieces)
        end: float | None = None
        if len(pieces) == 1 and isinstance(widgets[0], RichSegment):
            inner_with = inner
            end = widgets[0].last_line_end()
            if end is not None:
                inner_with = max(inner, min(inner_most, math.ceil(end) + 15 + footer))
            inner = inner_with
        heights = [widget.fit(inner) for widget in widgets]
        last = widgets[-1] if widgets else None
        end = last.last_line_end() if isinstance(last, RichSegment) else None
        beside = end is not None and end + 14 + footer <= inner and not (problem and not mine)
        bubble_left = width - SIDE - inner - 2 * PAD_X if mine else left
        for at, (widget, height) in enumerate(zip(widgets, heights, strict=True)):
            widget.setGeometry(bubble_left + PAD_X, top + y, inner, height)
            y += height + (SEGMENT_GAP if at < len(widgets) - 1 else 0)
        if problem and not mine:
            room = QRect(bubble_left + PAD_X, top + y + (6 if widgets else 0), inner, 2000)
            wrap = int(Qt.TextFlag.TextWordWrap)
            size = look.small_metrics.boundingRect(room.adjusted(22, 0, 0, 0), wrap, problem)
            self._problem = QRect(room.left(), room.top(), inner, size.height())
            y += size.height() + 8
        else:
            self._problem = QRect()
        if not beside:
            y += look.small_metrics.height() + 2
        self._bubble = QRect(bubble_left, top, inner + 2 * PAD_X, y + PAD_Y)
        metrics = look.metrics if beside else look.small_metrics
        baseline = self._bubble.bottom() - PAD_Y - metrics.descent() + 1
        self._footer = QPointF(self._bubble.right() - PAD_X - footer + 1, baseline)
        self._quote = QRect(bubble_left + PAD_X, top + quote_top, inner, 2 * look.small_metrics.height() + 6)
        if decor.quote is None:
            self._quote = QRect()
        total = top + self._bubble.height()
        self._chips_y = total + 4
        total += CHIP + 6 if row.reactions else 0
        return self._lay_problem_of_mine(total, width) if mine else self._no_buttons(total)

    def _lay_problem_of_mine(self, total: int, width: int) -> int:
        problem = self._problem_text()
        if not problem:
            return self._no_buttons(total)
        room = QRect(2 * SIDE, total + 4, width - 3 * SIDE, 2000)
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignRight)
        size = self._look.small_metrics.boundingRect(room, flags, problem)
        self._problem = QRect(room.left(), room.top(), room.width(), size.height())
        total = self._problem.bottom() + 2
        self._place_buttons(QRect(room.left(), total, room.width(), 30))
        return total + 32

    def _no_buttons(self, total: int) -> int:
        self._place_buttons(QRect())
        return total

    def _place_buttons(self, room: QRect) -> None:
        if room.isNull():
            if self._buttons is not None:
                for button in self._buttons:
                    button.hide()
            return
        if self._buttons is None:
            retry, discard = QPushButton("Retry", self), QPushButton("Delete", self)
            for button in (retry, discard):
                button.setProperty("role", "quiet")
                button.setCursor(Qt.CursorShape.PointingHandCursor)
            retry.clicked.connect(lambda *_: self._emit_key(self.retry))
            discard.clicked.connect(lambda *_: self._emit_key(self.discard))
            self._buttons = (retry, discard)
        retry, discard = self._buttons
        size = retry.sizeHint().expandedTo(QSize(60, 26))
        retry.setGeometry(room.right() - size.width() + 8, room.top(), size.width(), 28)
        discard.setGeometry(retry.x() - discard.sizeHint().width() - 4, room.top(), discard.sizeHint().width(), 28)
        retry.show()
        discard.show()

    def _pieces(self, row: Row) -> tuple[Segment, ...]:
        if row.deleted:
            return (Rich("<p><i>This message was deleted.</i></p>"),)
        if row.kind != "stream":
            return segments(row.text, breaks=row.kind != "ai")
        if self._parts_key != row.key:
            self._parts, self._parts_key = Parts(), row.key
        finished, tail = self._parts.take(row.text)
        shown = [piece for part in finished for piece in segments(part, breaks=False)]
        return (*shown, *render(tail, breaks=False))

    def _show_segments(self, pieces: tuple[Segment, ...], most: int) -> int:
        """Fill the segments and return the width they like; those that are left over are hidden."""
        look, kind = self._look, self._kind
        rich = code = 0
        wanted = 0
        for piece in pieces:
            if isinstance(piece, Code):
                if code == len(self._code):
                    self._code.append(self._new_code())
                block = self._code[code]
                code += 1
                block.show_segment(piece, look.tokens)
                wanted = max(wanted, block.wanted_width(most))
                block.show()
            else:
                if rich == len(self._rich):
                    self._rich.append(self._new_rich())
                text = self._rich[rich]
                rich += 1
                text.show_segment(piece, look.sheets[kind], look.ink(kind), look.link(kind))
                wanted = max(wanted, text.wanted_width(most))
                text.show()
        for extra in (*self._rich[rich:], *self._code[code:]):
            extra.hide()
        return wanted

    def _visible(self, pieces: tuple[Segment, ...]) -> list[RichSegment | CodeSegment]:
        rich, code = iter(self._rich), iter(self._code)
        return [next(code) if isinstance(piece, Code) else next(rich) for piece in pieces]

    def _new_rich(self) -> RichSegment:
        made = RichSegment(self)
        made.setFont(self._look.font)
        made.document().setDefaultFont(self._look.font)
        made.anchorClicked.connect(self._clicked)
        return made

    def _new_code(self) -> CodeSegment:
        made = CodeSegment(self, self._look.mono)
        made.copied.connect(self.copied)
        return made

    def _clicked(self, url: QUrl) -> None:
        target = link_target(url)
        if safe_link(target):
            self.link.emit(target)

    def _shown_name(self) -> str:
        assert self.row is not None
        name = self.row.name or "Unknown"
        return f"{name} (AI)" if self._kind == "ai" else name

    def _name_width(self) -> int:
        icon = 20 if self._kind == "ai" else 0
        return self._look.bold_metrics.horizontalAdvance(self._shown_name()) + icon + 2

    def _problem_text(self) -> str:
        assert self.row is not None
        return (self.row.problem or "This failed.") if self.row.state == FAILED else ""

    def _footer_text(self) -> str:
        assert self.row is not None
        if self.row.kind == "stream" and self.row.state != FAILED:
            return "writing…"
        return f"edited · {self._decor.time}" if self.row.edited else self._decor.time

    def _footer_width(self) -> int:
        assert self.row is not None
        tick = 19 if self.row.kind == "mine" else 0
        return self._look.small_metrics.horizontalAdvance(self._footer_text()) + tick

    def _spoken(self) -> str:
        assert self.row is not None
        if self.row.kind == "notice":
            return self.row.text
        who = "Me" if self.row.kind == "mine" else self._shown_name()
        state = f", {self.row.state}" if self.row.kind == "mine" else ""
        return f"{who}, {self._decor.time}{state}: {plain(self.row.text)}"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw everything that is not text of the message."""
        row, look = self.row, self._look
        if row is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._decor.day:
            self._paint_day(painter)
        if row.kind == "notice":
            painter.setFont(look.small)
            painter.setPen(QColor(look.tokens.muted))
            painter.drawText(self._notice, int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap), row.text)
        else:
            self._paint_bubble(painter, row)
        painter.end()

    def _paint_day(self, painter: QPainter) -> None:
        look = self._look
        painter.setFont(look.small)
        text = self._decor.day
        half = look.small_metrics.horizontalAdvance(text) / 2 + 14
        middle, y = self.width() / 2, DAY / 2 + 1
        painter.setPen(QColor(look.tokens.line))
        painter.drawLine(QPointF(SIDE, y), QPointF(middle - half, y))
        painter.drawLine(QPointF(middle + half, y), QPointF(self.width() - SIDE, y))
        painter.setPen(QColor(look.tokens.muted))
        painter.drawText(QRectF(middle - half, 0, 2 * half, DAY + 2), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_bubble(self, painter: QPainter, row: Row) -> None:
        look, kind, bubble = self._look, self._kind, QRectF(self._bubble)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.fill(kind))
        painter.drawPath(_shape(bubble, mine=row.kind == "mine", first=self._decor.first, last=self._decor.last))
        if row.kind != "mine" and self._decor.first:
            self._paint_circle(painter, row)
            self._paint_name(painter, row)
        if self._decor.quote is not None:
            self._paint_quote(painter, self._decor.quote)
        painter.setFont(look.small)
        painter.setPen(look.faded(kind))
        painter.drawText(self._footer, self._footer_text())
        if row.kind == "mine":
            name = "alert" if row.state == FAILED else TICKS.get(row.state, "check")
            colour = look.tokens.on_mine if row.state in ("read", FAILED) else look.tokens.mine_muted
            icons.paint(painter, name, colour, QRectF(bubble.right() - PAD_X - 14, self._footer.y() - 12, 15, 15))
        if not self._problem.isNull():
            self._paint_problem(painter, row)
        self._paint_reactions(painter, row)

    def _paint_circle(self, painter: QPainter, row: Row) -> None:
        look = self._look
        circle = QRectF(SIDE, self._bubble.top(), CIRCLE, CIRCLE)
        if self._kind == "ai":
            painter.setBrush(look.fill("ai"))
            painter.drawEllipse(circle)
            icons.paint(painter, "sparkle", look.tokens.ai_accent, circle.adjusted(6, 6, -6, -6))
            return
        painter.setBrush(QColor(person_colour(row.author)))
        painter.drawEllipse(circle)
        painter.setPen(QColor("#ffffff"))
        painter.setFont(look.circle)
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, initials(row.name))

    def _paint_name(self, painter: QPainter, row: Row) -> None:
        look = self._look
        painter.setFont(look.bold)
        painter.setPen(look.name_colour(self._kind, row.author))
        x = self._bubble.left() + PAD_X
        baseline = self._bubble.top() + PAD_Y + look.bold_metrics.ascent()
        room = self._bubble.width() - 2 * PAD_X
        if self._kind == "ai":
            icons.paint(painter, "sparkle", look.tokens.ai_accent, QRectF(x, baseline - 13, 16, 16))
            x, room = x + 20, room - 20
        name = look.bold_metrics.elidedText(self._shown_name(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(x, baseline), name)

    def _paint_quote(self, painter: QPainter, quote: tuple[str, str]) -> None:
        look, rect = self._look, QRectF(self._quote)
        bar = look.faded(self._kind)
        painter.setPen(Qt.PenStyle.NoPen)
        back = QColor(bar)
        back.setAlphaF(0.11)
        painter.setBrush(back)
        painter.drawRoundedRect(rect, 6, 6)
        painter.setBrush(bar)
        painter.drawRoundedRect(QRectF(rect.left(), rect.top(), 3, rect.height()), 1.5, 1.5)
        painter.setFont(look.small)
        room = self._quote.width() - 22
        y = rect.top() + 2 + look.small_metrics.ascent()
        painter.setPen(look.ink(self._kind))
        painter.drawText(QPointF(rect.left() + 12, y), _elide(look, quote[0], room))
        painter.setPen(look.faded(self._kind))
        painter.drawText(QPointF(rect.left() + 12, y + look.small_metrics.height()), _elide(look, quote[1], room))

    def _paint_problem(self, painter: QPainter, row: Row) -> None:
        look = self._look
        painter.setFont(look.small)
        painter.setPen(QColor(look.tokens.danger))
        flags = Qt.TextFlag.TextWordWrap
        if row.kind == "mine":
            painter.drawText(self._problem, int(flags | Qt.AlignmentFlag.AlignRight), self._problem_text())
            return
        icons.paint(painter, "alert", look.tokens.danger, QRectF(self._problem.left(), self._problem.top(), 16, 16))
        painter.drawText(self._problem.adjusted(22, 0, 0, 0), int(flags), self._problem_text())

    def _paint_reactions(self, painter: QPainter, row: Row) -> None:
        look = self._look
        x = float(self._bubble.left() + 4)
        painter.setFont(look.small)
        for emoji, count, mine in row.reactions:
            text = f"{emoji} {count}"
            chip = QRectF(x, self._chips_y, look.small_metrics.horizontalAdvance(text) + 18, CHIP)
            painter.setBrush(QColor(look.tokens.chosen if mine else look.tokens.other))
            painter.setPen(QColor(look.tokens.accent) if mine else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(chip, CHIP / 2, CHIP / 2)
            painter.setPen(QColor(look.tokens.text))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
            x += chip.width() + 6

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the quoted message where its quote is clicked."""
        row = self.row
        if row is not None and row.reply_to and self._quote.contains(event.position().toPoint()):
            self.jump.emit(row.reply_to)
        else:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with this message."""
        row = self.row
        if row is None or row.kind == "notice":
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        marked = next((text.textCursor().selectedText() for text in self._rich if text.textCursor().hasSelection()), "")
        if marked:
            menu.addAction(self._action(menu, "Copy selection", marked.replace("\u2029", "\n")))
        menu.addAction(self._action(menu, "Copy message", row.text))
        if row.message_id:
            answer = QAction("Reply", menu)
            answer.triggered.connect(partial(self.reply.emit, row.key))
            menu.addAction(answer)
        menu.popup(event.globalPos())

    def _action(self, menu: QMenu, label: str, text: str) -> QAction:
        action = QAction(label, menu)
        action.triggered.connect(lambda *_: self._copy(text))
        return action

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit()

    def _emit_key(self, signal: SignalInstance) -> None:
        if self.row is not None:
            signal.emit(self.row.key)


def _elide(look: Look, text: str, room: int) -> str:
    return look.small_metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)


def _shape(rect: QRectF, *, mine: bool, first: bool, last: bool) -> QPainterPath:
    """Return the outline of a bubble: corners towards the sender's side are tight where the group goes on."""
    near_top = TIGHT if not first or not mine else RADIUS
    near_bottom = RADIUS if last and not mine else TIGHT
    left = (RADIUS, RADIUS) if mine else (near_top, near_bottom)
    right = (near_top, near_bottom) if mine else (RADIUS, RADIUS)
    path = QPainterPath()
    path.moveTo(rect.left() + left[0], rect.top())
    path.lineTo(rect.right() - right[0], rect.top())
    path.arcTo(_box(rect.right() - 2 * right[0], rect.top(), right[0]), 90, -90)
    path.lineTo(rect.right(), rect.bottom() - right[1])
    path.arcTo(_box(rect.right() - 2 * right[1], rect.bottom() - 2 * right[1], right[1]), 0, -90)
    path.lineTo(rect.left() + left[1], rect.bottom())
    path.arcTo(_box(rect.left(), rect.bottom() - 2 * left[1], left[1]), 270, -90)
    path.lineTo(rect.left(), rect.top() + left[0])
    path.arcTo(_box(rect.left(), rect.top(), left[0]), 180, -90)
    path.closeSubpath()
    return path


def _box(x: float, y: float, radius: float) -> QRectF:
    return QRectF(x, y, 2 * radius, 2 * radius)
