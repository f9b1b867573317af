"""Draws a row of the list: dividing cell or person, title and time, last message, phase, badges (S3)."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.clock import Now
from gui.state import times
from gui.state.listing import Row
from gui.state.objects import Summary
from gui.theme import icons
from gui.theme.palette import Theme
from gui.theme.tokens import person_colour
from gui.widgets.cell import paint_cell
from gui.widgets.circle import paint_circle
from gui.widgets.cut import cut
from gui.widgets.list_model import ROW, ConversationModel, standing
from gui.widgets.words import titled

ROW_PX = 76
FOLDER_PX = 44
INDENT_PX = 22
FOLD_PX = 18
"""Width of the place beside a row where it is folded."""
Index = QModelIndex | QPersistentModelIndex


def _tr(text: str) -> str:
    return QCoreApplication.translate("ConversationList", text)


def count(number: int) -> str:
    """Return a count as a badge shows it."""
    return str(number) if number < 100 else "99+"


class RowDelegate(QStyledItemDelegate):
    """Draws the rows; fonts and their measures are made once."""

    def __init__(self, model: ConversationModel, theme: Theme, now: Now, parent: QWidget) -> None:
        super().__init__(parent)
        self._list = parent
        self._model = model
        self._theme = theme
        self._now = now
        self.open_key = ""
        """The conversation that is open."""
        self.restyle()

    def restyle(self) -> None:
        """Take the fonts anew."""
        base = QFont(self._list.font())
        self._title, self._small, self._badge = QFont(base), QFont(base), QFont(base)
        self._title.setWeight(QFont.Weight.DemiBold)
        self._small.setPointSizeF(base.pointSizeF() * 0.86)
        self._badge.setPointSizeF(base.pointSizeF() * 0.8)
        self._badge.setWeight(QFont.Weight.Bold)
        self._title_metrics = QFontMetrics(self._title)
        self._small_metrics = QFontMetrics(self._small)
        self._badge_metrics = QFontMetrics(self._badge)
        self._room = max(0, self._title_metrics.height() + 2 * self._small_metrics.height() - 50)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a conversation, or of the folder."""
        row = index.data(ROW)
        is_folder = isinstance(row, Row) and row.summary is None
        return QSize(120, FOLDER_PX if is_folder else ROW_PX + self._room)

    def fold_place(self, rect: QRectF, row: Row) -> QRectF:
        """Return where a click folds a row, within its place in the list; for left-to-right layouts."""
        if row.summary is None:
            return rect
        return QRectF(rect.left() + row.depth * INDENT_PX, rect.top(), FOLD_PX + 8, rect.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row; in right-to-left layouts as in a mirror, words excepted."""
        row = index.data(ROW)
        if not isinstance(row, Row):
            return
        tokens = self._theme.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # that of the words, which may be cut
        self._mirror = option.direction == Qt.LayoutDirection.RightToLeft
        self._whole = QRectF(option.rect)
        rect = self._whole.adjusted(8, 2, -8, -2)
        is_open = row.key == self.open_key
        if is_open or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.chosen if is_open else tokens.hover))
            painter.drawRoundedRect(rect, 10, 10)
        if option.state & QStyle.StateFlag.State_HasFocus and self._list.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 9, 9)
        if row.summary is None:
            self._paint_folder(painter, rect, row)
        else:
            self._paint_conversation(painter, rect, row, row.summary)
        painter.restore()

    def _paint_conversation(self, painter: QPainter, rect: QRectF, row: Row, summary: Summary) -> None:
        left = rect.left() + row.depth * INDENT_PX
        middle = rect.top() + rect.height() / 2
        if row.folds:
            self._paint_chevron(painter, QRectF(left + 1, middle - 7, 14, 14), folded=row.folded)
        faded = summary.put_away or summary.status == "joining"
        place = self._placed(QRectF(left + 17, middle - 17, 44, 34))
        colour = QColor(person_colour(summary.direct or summary.id))
        if summary.direct:
            circle = QRectF(place.center().x() - 19, place.center().y() - 19, 38, 38)
            pale = self._theme.tokens if faded else None
            paint_circle(painter, circle, summary.direct, summary.title, pale=pale)
        else:
            painter.setOpacity(0.55 if faded else 1.0)
            paint_cell(painter, place, summary.phase, colour, QColor("#ffffff"))
            painter.setOpacity(1.0)
        self._paint_words(painter, QRectF(left + 70, rect.top(), rect.right() - 12 - left - 70, rect.height()), row)

    def _paint_words(self, painter: QPainter, rect: QRectF, row: Row) -> None:
        summary, tokens = row.summary, self._theme.tokens
        assert summary is not None
        small, title = self._small_metrics, self._title_metrics
        gap = 2.0
        top = rect.top() + (rect.height() - title.height() - 2 * small.height() - 2 * gap) / 2
        when = times.in_list(summary.activity, self._now())
        width = small.horizontalAdvance(when) + 2.0
        strong = bool(row.unread) and not summary.muted
        line = QRectF(rect.left(), top, rect.width(), title.height())
        self._words(
            painter,
            QRectF(line.right() - width, top, width, line.height()),
            when,
            self._small,
            tokens.accent if strong else tokens.muted,
            end=True,
        )
        self._words(painter, line.adjusted(0, 0, -width - 10, 0), titled(summary), self._title, tokens.text)
        taken = self._paint_badges(painter, rect, top + title.height() + gap, row)
        second = QRectF(rect.left(), line.bottom() + gap, rect.width() - taken, small.height())
        kind, words = self._model.line(summary)
        if kind == "draft":
            label = _tr("Draft:") + " "
            room = small.horizontalAdvance(label) + 1.0
            self._words(
                painter, QRectF(second.left(), second.top(), room, second.height()), label, self._small, tokens.danger
            )
            second = second.adjusted(room, 0, 0, 0)
        self._words(painter, second, words, self._small, tokens.accent if kind == "typing" else tokens.muted)
        third = QRectF(rect.left(), second.bottom() + gap, rect.width() - taken, small.height())
        colour = tokens.ai_accent if summary.status == "active" and not summary.direct else tokens.muted
        self._words(painter, third, standing(summary), self._small, colour)

    def _paint_badges(self, painter: QPainter, rect: QRectF, top: float, row: Row) -> float:
        """Draw how many are unread and whether I am mentioned; return the width that takes."""
        tokens, summary, taken = self._theme.tokens, row.summary, 0.0
        is_muted = summary is not None and summary.muted
        right = rect.right()
        if row.unread:
            colours = (tokens.line, tokens.text) if is_muted else (tokens.accent, tokens.on_accent)
            taken += self._paint_badge(painter, right - taken, top, count(row.unread), *colours) + 4
        if row.mentions:
            taken += self._paint_badge(painter, right - taken, top, "@", tokens.danger, tokens.on_accent) + 4
        return taken + 4 if taken else 0.0

    def _paint_badge(self, painter: QPainter, right: float, top: float, text: str, back: str, ink: str) -> float:
        height = max(20.0, self._badge_metrics.height() + 4.0)
        width = max(height, self._badge_metrics.horizontalAdvance(text) + 12.0)
        badge = self._placed(QRectF(right - width, top + 2, width, height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(back))
        painter.drawRoundedRect(badge, height / 2, height / 2)
        painter.setPen(QColor(ink))
        painter.setFont(self._badge)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
        return width

    def _paint_folder(self, painter: QPainter, rect: QRectF, row: Row) -> None:
        tokens = self._theme.tokens
        middle = rect.center().y()
        self._paint_chevron(painter, QRectF(rect.left() + 1, middle - 7, 14, 14), folded=row.folded)
        icons.paint(painter, "archive", tokens.muted, self._placed(QRectF(rect.left() + 26, middle - 10, 20, 20)))
        taken = self._paint_badges(painter, rect.adjusted(0, 0, -12, 0), middle - 12, row)
        words = QRectF(rect.left() + 70, rect.top(), rect.width() - 82 - taken, rect.height())
        self._words(painter, words, f"{_tr('Archived')} · {row.count}", self._small, tokens.muted)

    def _paint_chevron(self, painter: QPainter, rect: QRectF, *, folded: bool) -> None:
        place = self._placed(rect)
        painter.save()
        if folded:
            painter.translate(place.center())
            painter.rotate(90 if self._mirror else -90)
            painter.translate(-place.center())
        icons.paint(painter, "chevron", self._theme.tokens.muted, place)
        painter.restore()

    def _words(
        self, painter: QPainter, rect: QRectF, text: str, font: QFont, colour: str, *, end: bool = False
    ) -> None:
        """Draw words on one line, cut where they have no room; at the start of their place, or at its end."""
        metrics = self._title_metrics if font is self._title else self._small_metrics
        painter.setFont(font)
        painter.setPen(QColor(colour))
        side = Qt.AlignmentFlag.AlignRight if end is not self._mirror else Qt.AlignmentFlag.AlignLeft
        flags = int(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
        flags |= int(Qt.TextFlag.TextSingleLine)
        painter.drawText(self._placed(rect), flags, cut(text, metrics, rect.width()))

    def _placed(self, rect: QRectF) -> QRectF:
        """Return a place as it is in the layout's direction."""
        if not self._mirror:
            return rect
        return QRectF(self._whole.left() + self._whole.right() - rect.right(), rect.top(), rect.width(), rect.height())
