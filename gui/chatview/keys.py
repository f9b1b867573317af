"""The keyboard in the list of messages: from message to message, and what is done with one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from gui.chatview.bubble import RowWidget
from gui.chatview.placing import MARGIN
from gui.chatview.row_list import RowList

KEYS = {
    Qt.Key.Key_R: "reply",
    Qt.Key.Key_E: "edit",
    Qt.Key.Key_C: "copy",
    Qt.Key.Key_P: "pin",
    Qt.Key.Key_S: "choose",
    Qt.Key.Key_Plus: "react",
    Qt.Key.Key_Delete: "delete",
    Qt.Key.Key_Backspace: "delete",
}
STEP_PX = 120


class Walk:
    """Where the keyboard is in a list of messages."""

    def __init__(self, view: RowList) -> None:
        self.key_of_row = ""
        self._view = view

    def forget(self) -> None:
        """Begin anew: another conversation is shown."""
        self.key_of_row = ""

    def came_to(self, key: str) -> None:
        """Note that the keyboard is at a row; Tab stops at what is in that row alone."""
        if key != self.key_of_row and (before := self._widget()) is not None:
            before.set_tabbed(tabbed=False)
        self.key_of_row = key
        if (now := self._widget()) is not None:
            now.set_tabbed(tabbed=True)

    def enter(self) -> None:
        """Go to the row where the keyboard was, else to the last one in view."""
        self._focus(self._widget() or self._last_in_view())

    def before_hiding(self, keys: list[str]) -> None:
        """Keep the keyboard in the list where the row that has it goes out of view."""
        widget = self._view.widget_of(self.key_of_row) if self.key_of_row else None
        if widget is not None and self.key_of_row not in keys:
            focused = QApplication.focusWidget()
            if focused is not None and (focused is widget or widget.isAncestorOf(focused)):
                self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            widget.set_tabbed(tabbed=False)

    def tab(self, *, forward: bool) -> bool:
        """Go on to what is next in the row where the keyboard is; False where it is at the row's end."""
        widget, focused = self._widget(), QApplication.focusWidget()
        if widget is None or focused is None:
            return False
        inside = [
            each
            for each in widget.findChildren(QWidget)
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible() and each.isEnabled()
        ]
        inside.sort(key=lambda each: (each.mapTo(widget, QPoint(0, 0)).y(), each.mapTo(widget, QPoint(0, 0)).x()))
        stops = [widget, *inside]
        at = stops.index(focused) + (1 if forward else -1) if focused in stops else -1
        if not 0 <= at < len(stops):
            return False
        stops[at].setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Do what a key is for; False where it is for nothing here."""
        view, key = self._view, event.key()
        page = view.viewport().height() - 60
        row = view.timeline.find(self.key_of_row) if self.key_of_row else None
        copies = event.modifiers() == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_C
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier) and not copies:
            return False
        match key:
            case Qt.Key.Key_Up:
                self._step(-1)
            case Qt.Key.Key_Down:
                self._step(1)
            case Qt.Key.Key_PageUp:
                view.scroll_by(page)
            case Qt.Key.Key_PageDown:
                view.scroll_by(-page)
            case Qt.Key.Key_End:
                view.to_bottom()
                self._focus(self._last_in_view())
            case Qt.Key.Key_Home:
                view.verticalScrollBar().setValue(0)
            case Qt.Key.Key_Escape if view.rows.chosen is not None:
                view.acted.emit("done", "")
            case Qt.Key.Key_Escape if (widget := self._widget()) is not None and not widget.hasFocus():
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space | Qt.Key.Key_Menu if row is not None:
                self._use(key)
            case _ if row is not None and key in KEYS and row.kind != "notice":
                view.acted.emit(KEYS[Qt.Key(key)], row.key)
            case _:
                return False
        return True

    def _use(self, key: int) -> None:
        view, widget = self._view, self._widget()
        row = view.timeline.find(self.key_of_row)
        if widget is None or row is None:
            return
        if view.rows.chosen is not None:
            view.acted.emit("choose", row.key)
        elif row.kind == "notice":
            view.acted.emit("unfold", row.key)
        elif key != Qt.Key.Key_Space:
            rect = widget.bubble_rect()
            view.menu.emit(row.key, widget.mapToGlobal(QPoint(rect.left() + 24, rect.top() + min(rect.height(), 40))))

    def _step(self, by: int) -> None:
        """Go to the next row up or down; a row that is longer than the view is scrolled through first."""
        view, widget = self._view, self._widget()
        height = view.viewport().height()
        if widget is None:
            self._focus(self._last_in_view())
            return
        hidden = -widget.y() if by < 0 else widget.y() + widget.height() - height
        if hidden > MARGIN and widget.height() > height:
            view.scroll_by(-by * min(STEP_PX, hidden + MARGIN))
            return
        at = view.timeline.index_of(self.key_of_row)
        assert at is not None
        at += by
        while 0 <= at < len(view.timeline) and view.rows.is_folded(at):
            at += by
        if not 0 <= at < len(view.timeline):
            return
        key = view.timeline.row(at).key
        self._bring(key, by, height)
        self._focus(view.widget_of(key))

    def _bring(self, key: str, by: int, height: int) -> None:
        """Scroll as far as is needed for a row to be seen whole, or its near end."""
        view = self._view
        widget = view.widget_of(key)
        if widget is None:
            view.scroll_to(key, y=MARGIN)
            widget = view.widget_of(key)
        if widget is None:
            return
        if by < 0 and widget.height() > height:
            return  # its end is in view, and it is scrolled through from there
        below = widget.y() + widget.height() + MARGIN - height
        if by < 0 and widget.y() < 0:
            view.scroll_by(MARGIN - widget.y())
        elif by > 0 and below > 0:
            view.scroll_by(-min(below, max(0, widget.y() - MARGIN)))

    def _focus(self, widget: RowWidget | None) -> None:
        if widget is not None and widget.row is not None:
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
            self.came_to(widget.row.key)

    def _widget(self) -> RowWidget | None:
        return self._view.widget_of(self.key_of_row) if self.key_of_row else None

    def _last_in_view(self) -> RowWidget | None:
        height = self._view.viewport().height()
        rows = self._view.live_rows()
        return next((row for row in reversed(rows) if row.y() + 20 < height), rows[-1] if rows else None)
