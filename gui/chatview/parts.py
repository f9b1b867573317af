"""What a row is made of, and where everything in it stands: texts, line at the end, reactions, what went wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QWidget

from gui.chatview import author, notice, quote
from gui.chatview.decor import Decor
from gui.chatview.footer import Footer
from gui.chatview.look import Look
from gui.chatview.reactions import Reactions
from gui.chatview.texts import Texts
from gui.chatview.trouble import Trouble, text_of
from gui.state.row import Row

SIDE = 20
GUTTER = 42
CIRCLE = 30
PAD_X = 14
PAD_Y = 9
GAP_GROUP = 14
GAP_WITHIN = 3
RULE = 46
NEW = 34
MOST = 680
ALONG = 15  # between a short last line and the footer beside it


@dataclass(frozen=True, slots=True)
class Mode:
    """What the moment allows: to react, to stop an answer; whether messages are being chosen, this one is."""

    reacts: bool = True
    stoppable: bool = False
    choosing: bool = False
    chosen: bool = False


PLAIN = Mode()
CLOSED = Mode(reacts=False)


def kind_of(row: Row) -> str:
    """Return what a bubble looks like: `mine`, `other` or `ai`."""
    return "ai" if row.kind in ("ai", "stream") else row.kind


@dataclass(slots=True)
class Places:
    """Where the parts of a row stand, in its widget; what is not there is null. `above`: height of what is on top."""

    above: int
    bubble: QRect
    quote: QRect
    notice: QRect


class Parts:
    """The child widgets of one row widget; those that are rarely needed are made late."""

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        *,
        clicked: Callable[[str], object],
        copied: Callable[[], object],
        acted: Callable[[str], object],
        reacted: Callable[[str], object],
    ) -> None:
        self.texts = Texts(parent, look, clicked=clicked, copied=copied)
        self.footer = Footer(parent)
        self.footer.acted.connect(acted)
        self.footer.hide()
        self.reactions: Reactions | None = None
        self.trouble: Trouble | None = None
        self.places = Places(0, QRect(), QRect(), QRect())
        self._parent = parent
        self._look = look
        self._acted = acted
        self._reacted = reacted
        self._choosing = False
        self._footer_width = 0

    def lay(self, row: Row, decor: Decor, width: int, mode: Mode) -> int:
        """Show a row in `width` pixels and return the height it needs."""
        above = (RULE if decor.day else 0) + (NEW if decor.new else 0)
        self.places = Places(above, QRect(), QRect(), QRect())
        top = above or (GAP_GROUP if decor.first else GAP_WITHIN)
        if row.kind == "notice":
            height = self._lay_notice(row, decor, top, width)
        else:
            height = self._lay_bubble(row, decor, top, width, mode)
        if mode.choosing or self._choosing:
            self._let_through(mode.choosing)
        return height

    def go_on(self, before: Row, row: Row, decor: Decor) -> bool:
        """Show only how far a message has come; False where more than that changed, or it needs another width."""
        if row is before:
            return True
        if row.kind != before.kind or text_of(row) or text_of(before):
            return False
        if replace(row, state=before.state, delivered=before.delivered, read=before.read) != before:
            return False
        return self.footer.show_row(row, decor, self._look, kind_of(row)) == self._footer_width

    def set_tabbed(self, tabbed: bool) -> None:
        """Let Tab stop at what is inside, or not."""
        self.footer.set_tabbed(tabbed)
        self.texts.set_tabbed(tabbed)
        if self.reactions is not None:
            self.reactions.set_tabbed(tabbed)

    def _lay_notice(self, row: Row, decor: Decor, top: int, width: int) -> int:
        self.texts.fill(None, "other", 0)
        for part in (self.footer, self.reactions, self.trouble):
            if part is not None:
                part.hide()
        room = QRect(0, 0, max(80, min(width - 4 * SIDE, 560)), 4000)
        size = notice.size(row, decor, room, self._look)
        self.places.notice = QRect((width - room.width()) // 2, top, room.width(), size.height())
        return top + size.height() + 4

    def _lay_bubble(self, row: Row, decor: Decor, top: int, width: int, mode: Mode) -> int:
        look = self._look
        mine, mirrored = row.kind == "mine", self._parent.isRightToLeft()
        troubled = bool(text_of(row)) or (row.kind == "stream" and mode.stoppable)
        left = SIDE if mine and not mode.choosing else SIDE + GUTTER
        most = min(MOST, round((width - left - SIDE) * (0.86 if width > 520 else 1.0)))
        inner_most = max(60, most - 2 * PAD_X)
        inner = self.texts.fill(row, kind_of(row), inner_most)
        footer = self._footer_width = self.footer.show_row(row, decor, look, kind_of(row))
        inner = max(inner, min(inner_most, footer), *(min(inner_most, wish) for wish in _wishes(row, decor, look)))
        if troubled and not mine:
            inner = max(inner, min(inner_most, max(230, look.small_metrics.horizontalAdvance(text_of(row)) + 24)))
        end = self.texts.only_line_end()
        if end is not None:
            inner = max(inner, min(inner_most, math.ceil(end) + ALONG + footer))
        heights = self.texts.fit(inner)
        bubble_left = width - SIDE - inner - 2 * PAD_X if mine else left
        if mirrored:
            bubble_left = width - bubble_left - inner - 2 * PAD_X
        x, y = bubble_left + PAD_X, top + PAD_Y
        if not mine and decor.first:
            y += look.bold_metrics.height() + 3
        if decor.quote is not None:
            self.places.quote = QRect(x, y, inner, quote.height(look))
            y += quote.height(look) + 6
        y = self.texts.place(x, y, inner, heights)
        end = self.texts.last_line_end()
        if troubled and not mine:
            y = self._lay_trouble(row, QRect(x, y + 6, inner, 0), mode)
            end = self.trouble.taken if self.trouble is not None else None
        elif not troubled and self.trouble is not None:
            self.trouble.hide()
        beside = end is not None and end + ALONG - 1 + footer <= inner and not mirrored
        y += 0 if beside else look.small_metrics.height() + 2
        bubble = self.places.bubble = QRect(bubble_left, top, inner + 2 * PAD_X, y + PAD_Y - top)
        self._lay_footer(bubble, beside=beside, mirrored=mirrored)
        total = self._lay_reactions(row, mode, bubble, width, on_right=mine != mirrored)
        if troubled and mine:
            total = self._lay_trouble(row, QRect(2 * SIDE, total + 4, width - 3 * SIDE, 0), mode) + 2
        return total

    def _lay_footer(self, bubble: QRect, *, beside: bool, mirrored: bool) -> None:
        look, width = self._look, self._footer_width
        metrics = look.metrics if beside else look.small_metrics
        baseline = bubble.bottom() - PAD_Y - metrics.descent() + 1
        x = bubble.left() + PAD_X if mirrored else bubble.right() - PAD_X + 1 - width
        self.footer.setGeometry(x, baseline - look.small_metrics.ascent() - 1, width, Footer.height_of(look))
        self.footer.show()

    def _lay_reactions(self, row: Row, mode: Mode, bubble: QRect, width: int, *, on_right: bool) -> int:
        top = bubble.bottom() + 1
        if not row.reactions:
            if self.reactions is not None:
                self.reactions.hide()
            return top
        if self.reactions is None:
            self.reactions = Reactions(self._parent)
            self.reactions.toggled.connect(self._reacted)
        size = self.reactions.show_reactions(row.reactions, self._look, width - 2 * SIDE - GUTTER, usable=mode.reacts)
        x = bubble.right() - 4 - size.width() if on_right else bubble.left() + 4
        self.reactions.setGeometry(QRect(QPoint(x, top + 4), size))
        self.reactions.show()
        return top + size.height() + 8

    def _lay_trouble(self, row: Row, room: QRect, mode: Mode) -> int:
        if self.trouble is None:
            self.trouble = Trouble(self._parent)
            self.trouble.acted.connect(self._acted)
        height = self.trouble.show_row(row, self._look, room.width(), stoppable=mode.stoppable)
        self.trouble.setGeometry(QRect(room.topLeft(), QSize(room.width(), height)))
        self.trouble.show()
        return room.top() + height

    def _let_through(self, choosing: bool) -> None:
        """Let a click anywhere choose this message, while messages are being chosen."""
        self._choosing = choosing
        for child in self._parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, choosing)


def _wishes(row: Row, decor: Decor, look: Look) -> list[int]:
    """Return the widths that would show name and quote in full."""
    wishes = [0]
    if row.kind != "mine" and decor.first:
        wishes.append(author.name_width(row, look))
    if decor.quote is not None:
        wishes.append(quote.wanted_width(decor.quote, look))
    return wishes
