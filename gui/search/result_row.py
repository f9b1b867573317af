"""Draws a row of what was found."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.clock import Now
from gui.search.marked import paint_marked, trimmed
from gui.search.results import RESULT, Heading, Named, Note
from gui.state import times
from gui.state.found import Hit, Person, Ranges
from gui.state.objects import Summary
from gui.theme.palette import Theme
from gui.theme.tokens import person_colour
from gui.widgets.cell import paint_cell
from gui.widgets.circle import paint_circle, paint_presence
from gui.widgets.cut import cut

Index = QModelIndex | QPersistentModelIndex
ROOM = 34
"""Characters within which the first mark of a snippet is to be seen."""


class ResultDelegate(QStyledItemDelegate):
    """Draws headings, names, messages and notes."""

    def __init__(self, theme: Theme, now: Now, parent: QListView) -> None:
        super().__init__(parent)
        self._list = parent
        self._theme = theme
        self._now = now
        self.restyle()

    def restyle(self) -> None:
        """Take the fonts anew."""
        self._plain = QFont(self._list.font())
        self._small, self._title = QFont(self._plain), QFont(self._plain)
        self._small.setPointSizeF(self._plain.pointSizeF() * 0.86)
        self._title.setWeight(QFont.Weight.DemiBold)
        self._line = QFontMetrics(self._small).height()
        self._head = QFontMetrics(self._plain).height()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of its kind; a note takes what its words need."""
        match index.data(RESULT):
            case Heading():
                return QSize(100, self._line + 18)
            case Note(text):
                width = max(100, self._list.viewport().width() - 48)
                wrap = int(Qt.TextFlag.TextWordWrap)
                return QSize(100, QFontMetrics(self._small).boundingRect(0, 0, width, 2000, wrap, text).height() + 20)
            case Named():
                return QSize(100, max(48, self._head + 20))
            case _:
                return QSize(100, self._head + 2 * self._line + 22)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row, tokens = index.data(RESULT), self._theme.tokens
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # that of the words, which may be cut
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._mirror = option.direction == Qt.LayoutDirection.RightToLeft
        self._whole = QRectF(option.rect)
        rect = self._whole.adjusted(8, 2, -8, -2)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if isinstance(row, Named | Hit) and (chosen or option.state & QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.chosen if chosen else tokens.hover))
            painter.drawRoundedRect(rect, 10, 10)
            if chosen and self._list.hasFocus():
                painter.setPen(QPen(QColor(tokens.accent), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 9, 9)
        inside = rect.adjusted(12, 0, -12, 0)
        match row:
            case Heading(text):
                self._words(painter, inside, text, self._small, tokens.muted, bottom=True)
            case Note(text):
                painter.setFont(self._small)
                painter.setPen(QColor(tokens.muted))
                flags = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignVCenter)
                painter.drawText(inside, flags | int(Qt.AlignmentFlag.AlignLeading), text)
            case Named(Summary() as summary, ranges):
                place = self._placed(QRectF(inside.left(), inside.center().y() - 14, 32, 28))
                if summary.direct:
                    circle = QRectF(place.center().x() - 14, place.top(), 28, 28)
                    paint_circle(painter, circle, summary.direct, summary.title)
                else:
                    colour = QColor(person_colour(summary.id))
                    paint_cell(painter, place, summary.phase, colour, QColor("#ffffff"))
                self._name(painter, inside, summary.title, ranges)
            case Named(Person() as person, ranges):
                circle = self._placed(QRectF(inside.left() + 2, inside.center().y() - 14, 28, 28))
                paint_circle(painter, circle, person.identity, person.name)
                paint_presence(painter, circle, person.presence, self._theme)
                self._name(painter, inside, person.name, ranges)
            case Hit():
                self._hit(painter, inside, row)
        painter.restore()

    def _name(self, painter: QPainter, rect: QRectF, name: str, ranges: Ranges) -> None:
        height = float(self._head)
        place = QRectF(rect.left() + 44, rect.center().y() - height / 2, rect.width() - 44, height)
        tokens = self._theme.tokens
        paint_marked(
            painter,
            self._placed(place),
            name,
            ranges,
            font=self._plain,
            ink=tokens.text,
            mark=tokens.link,
            mirror=self._mirror,
        )

    def _hit(self, painter: QPainter, rect: QRectF, hit: Hit) -> None:
        tokens = self._theme.tokens
        when = times.in_list(hit.ts, self._now())
        width = QFontMetrics(self._small).horizontalAdvance(when) + 2.0
        top = QRectF(rect.left(), rect.top() + 8, rect.width(), self._head)
        self._words(
            painter,
            QRectF(top.right() - width, top.top(), width, top.height()),
            when,
            self._small,
            tokens.muted,
            end=True,
        )
        self._words(painter, top.adjusted(0, 0, -width - 8, 0), hit.title, self._title, tokens.text)
        author = hit.author_name if hit.kind != "ai" else self.tr("{name} (AI)").format(name=hit.author_name)
        snippet, ranges = trimmed(hit.snippet, hit.highlights, ROOM)
        text = f"{author[:40]}: {snippet}"
        shift = len(text) - len(snippet)
        ranges = tuple((start + shift, end + shift) for start, end in ranges)
        place = QRectF(rect.left(), top.bottom() + 2, rect.width(), 2.0 * self._line + 2)
        paint_marked(
            painter,
            self._placed(place),
            text,
            ranges,
            font=self._small,
            ink=tokens.muted,
            mark=tokens.link,
            lines=2,
            mirror=self._mirror,
        )

    def _words(
        self,
        painter: QPainter,
        rect: QRectF,
        text: str,
        font: QFont,
        colour: str,
        *,
        end: bool = False,
        bottom: bool = False,
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        side = Qt.AlignmentFlag.AlignRight if end is not self._mirror else Qt.AlignmentFlag.AlignLeft
        height = Qt.AlignmentFlag.AlignBottom if bottom else Qt.AlignmentFlag.AlignVCenter
        shown = cut(text, QFontMetrics(font), rect.width())
        flags = int(side | Qt.AlignmentFlag.AlignAbsolute | height) | int(Qt.TextFlag.TextSingleLine)
        painter.drawText(self._placed(rect), flags, shown)

    def _placed(self, rect: QRectF) -> QRectF:
        if not self._mirror:
            return rect
        return QRectF(self._whole.left() + self._whole.right() - rect.right(), rect.top(), rect.width(), rect.height())
