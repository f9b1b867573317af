"""One row of the view: what stands above it, circle, bubble with quote, text and footer, what goes on, reactions.

A row widget is used again for other rows: `bind` fills it and tells its height. It paints what needs no selection and
no keyboard; text and buttons are child widgets.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QFocusEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.chatview.decor import Decor
from gui.chatview.footer import Footer
from gui.chatview.ground import Ground, is_author
from gui.chatview.look import Look
from gui.chatview.parts import PLAIN, Mode, Parts
from gui.chatview.reactions import Reactions
from gui.chatview.spoken import spoken
from gui.chatview.texts import Texts
from gui.chatview.trouble import Trouble
from gui.state.row import Row


class RowWidget(QWidget):
    """Shows one row.

    Signals:
        link: a link was clicked; its target in full.
        acted: what was asked for (a button's action) and the row's key.
        reacted: the row's key and an emoji whose chip was clicked.
        menu: the row's key and where on the screen its menu is wanted.
        focused: the row's key; the keyboard is here.
        hovered: the row's key; the mouse is here.
        copied: something was put on the clipboard.
    """

    link = Signal(str)
    acted = Signal(str, str)
    reacted = Signal(str, str)
    menu = Signal(str, QPoint)
    focused = Signal(str)
    hovered = Signal(str)
    copied = Signal()

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self.row: Row | None = None
        self.measured_for: tuple[object, ...] | None = None
        """All that says how it looks, as whoever measures it knows that; None where it may look different by now."""
        self.placed: tuple[int, int, int, int] | None = None
        """Left, top, width and height in the view, as whoever places it knows them; None while it is not in view."""
        self.wanted_height = 0
        """The height that what is shown needs."""
        self._look = look
        self._decor = Decor("", "", first=True, last=True, quote=None)
        self._mode = PLAIN
        self._width = -1
        self._parts = Parts(
            self,
            look,
            clicked=self.link.emit,
            copied=self.copied.emit,
            acted=self._act,
            reacted=self._react,
        )
        self._flash = 0.0
        self._ring = False
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def bind(self, row: Row, decor: Decor, width: int, mode: Mode = PLAIN) -> int:
        """Show `row` in `width` pixels and return the height it needs; nothing is done where it is shown already."""
        before, was, is_fitting = self.row, self._decor, self._width == width and self._mode == mode
        if is_fitting and row == before and decor == was:
            return self.wanted_height
        self.row, self._decor, self._width, self._mode = row, decor, width, mode
        goes_on = is_fitting and before is not None and decor.only_goes_on(was)
        if not (goes_on and before is not None and self._parts.go_on(before, row, decor)):
            self.wanted_height = self._parts.lay(row, decor, width, mode)
        self.setAccessibleName(spoken(row, decor))
        self.update()
        return self.wanted_height

    @property
    def texts(self) -> Texts:
        """The pieces of the message's text."""
        return self._parts.texts

    @property
    def footer(self) -> Footer:
        """The line at the end."""
        return self._parts.footer

    @property
    def reactions(self) -> Reactions | None:
        """The chips, where there ever were some."""
        return self._parts.reactions

    @property
    def trouble(self) -> Trouble | None:
        """What goes on or went wrong, where there ever was something."""
        return self._parts.trouble

    def bubble_rect(self) -> QRect:
        """Return where the bubble is, in this widget."""
        return QRect(self._parts.places.bubble)

    def quote_rect(self) -> QRect:
        """Return where the quote is, in this widget; null without one."""
        return QRect(self._parts.places.quote)

    def set_flash(self, strength: float) -> None:
        """Light the bubble up, 0.0-1.0."""
        if strength != self._flash:
            self._flash = strength
            self.update()

    def set_tabbed(self, tabbed: bool) -> None:
        """Let Tab stop at what is inside, or not."""
        self._parts.set_tabbed(tabbed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw everything that is not text of the message."""
        if self.row is None:
            return
        painter = QPainter(self)
        Ground(
            self.row,
            self._decor,
            self._mode,
            self._parts.places,
            self._look,
            self.width(),
            self._flash,
            self._ring and self.hasFocus(),
            self.isRightToLeft(),
        ).paint(painter)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the quoted message, show who wrote, unfold notices, or choose this message where that is going on."""
        row, at, places = self.row, event.position().toPoint(), self._parts.places
        if row is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        elif self._mode.choosing:
            self.acted.emit("choose", row.key)
        elif row.reply_to and places.quote.contains(at):
            self.acted.emit("jump", row.key)
        elif row.kind == "other" and self._decor.first and is_author(row, places, self._look, at):
            self.acted.emit("person", row.key)
        elif row.kind == "notice" and self._decor.notices > 1 and places.notice.contains(at):
            self.acted.emit("unfold", row.key)
        else:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of this message."""
        if self.row is not None and self.row.kind != "notice" and not self._mode.choosing:
            self.menu.emit(self.row.key, event.globalPos())
            event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Tell that the mouse came here."""
        super().enterEvent(event)
        if self.row is not None:
            self.hovered.emit(self.row.key)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the list; show a ring where the keyboard led here."""
        super().focusInEvent(event)
        self._ring = event.reason() != Qt.FocusReason.MouseFocusReason
        self.update()
        if self.row is not None:
            self.focused.emit(self.row.key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def _act(self, action: str) -> None:
        if self.row is not None:
            if action == "retry" and self.row.kind == "stream":
                action = "ask again"
            self.acted.emit(action, self.row.key)

    def _react(self, emoji: str) -> None:
        if self.row is not None:
            self.reacted.emit(self.row.key, emoji)
