"""The list of conversations: a click or Enter opens, folds unfold, a menu does the rest (S3)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from gui.clock import Now
from gui.state.conversations import Conversations
from gui.state.listing import Row
from gui.theme.palette import Theme
from gui.widgets.list_model import ROW, ConversationModel, Index
from gui.widgets.list_row import RowDelegate


class ConversationList(QListView):
    """The list itself.

    Signals:
        chosen: id of the conversation to open.
        archived: id, and whether it is to be put away.
        read: id of a conversation that is to count as read.
        left: id of a conversation that I want to leave.
    """

    chosen = Signal(str)
    archived = Signal(str, bool)
    read = Signal(str)
    left = Signal(str)

    def __init__(
        self,
        store: Conversations,
        theme: Theme,
        now: Now,
        draft: Callable[[str], str] = lambda _: "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.add_more: Callable[[str, QMenu], None] = lambda _key, _menu: None
        """Adds to the menu of a conversation what the list knows nothing of."""
        self.setProperty("role", "conversations")
        self.setAccessibleName(self.tr("Conversations"))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(24)
        self._now = now
        self.rows = ConversationModel(store, now, draft, self)
        self.setModel(self.rows)
        self._delegate = RowDelegate(self.rows, theme, now, self)
        self.setItemDelegate(self._delegate)
        self._pressed_fold = ""
        self._kept = ""
        self.rows.modelAboutToBeReset.connect(self._keep)
        self.rows.modelReset.connect(self._restore)
        self._midnight = QTimer(self, singleShot=True)
        self._midnight.timeout.connect(self._new_day)
        self._wait_for_midnight()
        theme.changed.connect(self._restyle)

    @property
    def current_key(self) -> str:
        """The row that the keyboard is at: a conversation's id, or that of the folder."""
        row = self.currentIndex().data(ROW)
        return row.key if isinstance(row, Row) else ""

    def show_current(self, conversation_id: str) -> None:
        """Mark the open conversation; an empty id takes the mark away."""
        self.rows.show(conversation_id)
        self._delegate.open_key = conversation_id
        at = self.rows.row_of(conversation_id)
        if at >= 0:
            self.setCurrentIndex(self.rows.index(at))
        self.viewport().update()

    def choose_next(self, step: int) -> None:
        """Open the conversation `step` rows below the open one (negative: above)."""
        at = self.rows.row_of(self._delegate.open_key)
        to = at + step if at >= 0 else (0 if step > 0 else self.rows.rowCount() - 1)
        if 0 <= to < self.rows.rowCount() and (summary := self.rows.row(to).summary) is not None:
            self.chosen.emit(summary.id)

    # --- folding and opening -----------------------------------------------------------------------------------------

    def act(self, index: QModelIndex) -> None:
        """Open the conversation of a row, or unfold the folder."""
        row = index.data(ROW)
        if not isinstance(row, Row):
            return
        if row.summary is None:
            self.rows.fold(row.key, folded=not row.folded)
        else:
            self.chosen.emit(row.key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold where the fold mark was pressed; a right press chooses nothing."""
        index = self.indexAt(event.position().toPoint())
        self._pressed_fold = ""
        if event.button() == Qt.MouseButton.LeftButton and self._is_fold(index, event.position()):
            self._pressed_fold = index.data(ROW).key
            return
        if event.button() == Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Fold, or open what was clicked."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        index = self.indexAt(event.position().toPoint())
        row = index.data(ROW)
        if self._pressed_fold:
            if isinstance(row, Row) and row.key == self._pressed_fold:
                self.rows.fold(row.key, folded=not row.folded)
            self._pressed_fold = ""
            return
        was_pressed = index.isValid() and index == self.currentIndex()
        super().mouseReleaseEvent(event)
        if was_pressed:
            self.act(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter or space, fold and unfold with the arrows, type to find."""
        index = self.currentIndex()
        row = index.data(ROW)
        mirrored = self.isRightToLeft()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and index.isValid():
            if event.key() != Qt.Key.Key_Space or not event.text().strip():
                self.act(index)
            return
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and isinstance(row, Row):
            folded = (event.key() == Qt.Key.Key_Left) is not mirrored
            if row.folds:
                self.rows.fold(row.key, folded=folded)
            return
        super().keyPressEvent(event)

    def _is_fold(self, index: QModelIndex, point: QPointF) -> bool:
        row = index.data(ROW)
        if not isinstance(row, Row) or not row.folds or row.summary is None:
            return False
        whole = QRectF(self.visualRect(index))
        at = QPointF(whole.left() + whole.right() - point.x(), point.y()) if self.isRightToLeft() else point
        return self._delegate.fold_place(whole, row).contains(at)

    # --- the menu ----------------------------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done to the conversation under the pointer, or under the keyboard."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        menu = self.menu_of(index)
        if menu is not None:
            place = event.pos() if by_mouse else self.visualRect(index).center()
            menu.popup(self.viewport().mapToGlobal(QPoint(place)))

    def menu_of(self, index: QModelIndex) -> QMenu | None:
        """Return the menu of a row; None where there is nothing to do."""
        row = index.data(ROW)
        if not isinstance(row, Row) or row.summary is None:
            return None
        summary, key = row.summary, row.key
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Open"), lambda: self.chosen.emit(key))
        if summary.unread:
            menu.addAction(self.tr("Mark as read"), lambda: self.read.emit(key))
        if "archive" in summary.may and not summary.archived:
            menu.addAction(self.tr("Archive"), lambda: self.archived.emit(key, True))
        if "archive" in summary.may and summary.archived:
            menu.addAction(self.tr("Take out of the archive"), lambda: self.archived.emit(key, False))
        self.add_more(key, menu)
        if "leave" in summary.may:
            menu.addSeparator()
            menu.addAction(self.tr("Leave…"), lambda: self.left.emit(key))
        return menu

    # --- keeping its place -------------------------------------------------------------------------------------------

    def dataChanged(self, first: Index, last: Index, roles: object = ()) -> None:
        """Draw the rows that changed and no others: their heights stay, so nothing is laid out anew."""
        for at in range(first.row(), last.row() + 1):
            self.update(self.rows.index(at))

    def _keep(self) -> None:
        self._kept = self.current_key
        self._kept_at = self.verticalScrollBar().value()

    def _restore(self) -> None:
        at = self.rows.row_of(self._kept)
        if at >= 0:
            self.selectionModel().setCurrentIndex(self.rows.index(at), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.doItemsLayout()
        self.verticalScrollBar().setValue(self._kept_at)

    def _wait_for_midnight(self) -> None:
        now = self._now()
        ahead = (now + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=5, microsecond=0) - now
        self._midnight.start(max(1000, int(ahead.total_seconds() * 1000)))

    def _new_day(self) -> None:
        self.viewport().update()
        self._wait_for_midnight()

    def _restyle(self) -> None:
        self._delegate.restyle()
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow another text size."""
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_delegate"):
            self._restyle()
        super().changeEvent(event)
