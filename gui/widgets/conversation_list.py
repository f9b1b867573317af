"""The list of conversations: the model over the store, and how a row is drawn (S3)."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.chatview.markdown import plain
from gui.clock import Now
from gui.state import times
from gui.state.conversations import Conversations
from gui.state.objects import Summary
from gui.theme.palette import Theme
from gui.theme.tokens import person_colour
from gui.widgets.mitosis import paint_cell

ROW_PX = 76
Index = QModelIndex | QPersistentModelIndex
SUMMARY = Qt.ItemDataRole.UserRole + 1


def last_line(summary: Summary) -> str:
    """Return what was last said, on one line."""
    if summary.status == "joining":
        return "Joining…"
    if summary.last is None:
        return "No messages yet"
    text = plain(summary.last.text)
    return text if summary.last.kind == "notice" else f"{summary.last.author_name}: {text}"


class ConversationModel(QAbstractListModel):
    """The store as Qt's list."""

    def __init__(self, store: Conversations, now: Now, parent: QWidget) -> None:
        super().__init__(parent)
        self._store = store
        self._now = now
        self._rows = store.ordered()
        store.changed.connect(self._changed)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the title, the whole in words for screen readers, or the summary."""
        summary = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return summary.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            unread = f", {summary.unread} unread" if summary.unread else ""
            return f"{summary.title}, {summary.phase}{unread}. {last_line(summary)}"
        return summary if role == SUMMARY else None

    def row_of(self, conversation_id: str) -> int:
        """Return where a conversation stands, or -1."""
        return next((at for at, item in enumerate(self._rows) if item.id == conversation_id), -1)

    def _changed(self) -> None:
        rows = self._store.ordered()
        if [item.id for item in rows] == [item.id for item in self._rows]:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()


class _Delegate(QStyledItemDelegate):
    """Draws a row: a dividing cell, title and time, phase and last message, unread count."""

    def __init__(self, theme: Theme, now: Now, parent: QWidget) -> None:
        super().__init__(parent)
        self._list = parent
        self._theme = theme
        self._now = now

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the same height for all."""
        return QSize(200, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one conversation."""
        summary = index.data(SUMMARY)
        if not isinstance(summary, Summary):
            return
        tokens = self._theme.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect).adjusted(8, 2, -8, -2)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.chosen if chosen else tokens.hover))
            painter.drawRoundedRect(rect, 10, 10)
        colour = QColor(person_colour(summary.id))
        paint_cell(painter, QRectF(rect.left() + 12, rect.top() + 17, 44, 38), summary.phase, colour, QColor("#ffffff"))
        self._paint_text(painter, rect.adjusted(66, 0, -12, 0), summary)
        painter.restore()

    def _paint_text(self, painter: QPainter, rect: QRectF, summary: Summary) -> None:
        tokens = self._theme.tokens
        base = QFont(self._list.font())
        title_font, small = QFont(base), QFont(base)
        title_font.setWeight(QFont.Weight.DemiBold)
        small.setPointSizeF(base.pointSizeF() * 0.86)
        metrics = QFontMetrics(small)
        when = times.in_list(summary.activity, self._now())
        when_width = metrics.horizontalAdvance(when)
        y = rect.top() + 24
        painter.setFont(small)
        painter.setPen(QColor(tokens.accent if summary.unread else tokens.muted))
        painter.drawText(QPointF(rect.right() - when_width, y), when)
        painter.setFont(title_font)
        painter.setPen(QColor(tokens.text))
        room = int(rect.width() - when_width - 10)
        title = QFontMetrics(title_font).elidedText(summary.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(rect.left(), y), title)
        right = rect.right() - self._paint_unread(painter, rect, summary.unread, small)
        painter.setFont(small)
        painter.setPen(QColor(tokens.muted))
        line = metrics.elidedText(last_line(summary), Qt.TextElideMode.ElideRight, int(right - rect.left()))
        painter.drawText(QPointF(rect.left(), y + 19), line)
        painter.setPen(QColor(tokens.ai_accent))
        label = "Archived · " if summary.status == "archived" else ""
        painter.drawText(QPointF(rect.left(), y + 36), label + summary.phase.capitalize())

    def _paint_unread(self, painter: QPainter, rect: QRectF, unread: int, font: QFont) -> float:
        if not unread:
            return 0.0
        tokens = self._theme.tokens
        bold = QFont(font)
        bold.setWeight(QFont.Weight.Bold)
        text = str(unread) if unread < 100 else "99+"
        width = max(20.0, QFontMetrics(bold).horizontalAdvance(text) + 12.0)
        badge = QRectF(rect.right() - width, rect.top() + 33, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(badge, 10, 10)
        painter.setPen(QColor(tokens.on_accent))
        painter.setFont(bold)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
        return width + 8


class ConversationList(QListView):
    """The list itself.

    Signals:
        chosen: id of the conversation to open.
    """

    chosen = Signal(str)

    def __init__(self, store: Conversations, theme: Theme, now: Now, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "conversations")
        self.setAccessibleName("Conversations")
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self._current = ""
        self._model = ConversationModel(store, now, self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(theme, now, self))
        self._model.modelReset.connect(self._restore)
        self.clicked.connect(self._clicked)
        self.activated.connect(self._clicked)
        theme.changed.connect(self.viewport().update)

    def show_current(self, conversation_id: str) -> None:
        """Mark the open conversation."""
        self._current = conversation_id
        self._restore()

    def _restore(self) -> None:
        row = self._model.row_of(self._current)
        if row >= 0:
            self.setCurrentIndex(self._model.index(row))
        else:
            self.clearSelection()

    def _clicked(self, index: QModelIndex) -> None:
        summary = index.data(SUMMARY)
        if isinstance(summary, Summary):
            self.chosen.emit(summary.id)
