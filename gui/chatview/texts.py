"""The pieces of a message's text: pooled segments that are filled anew, and what a growing text adds to them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtWidgets import QWidget

from gui.chatview.code_segment import CodeSegment
from gui.chatview.links import safe_link
from gui.chatview.look import Look
from gui.chatview.markdown import Code, Rich, Segment, render, segments
from gui.chatview.rich_segment import RichSegment, link_target
from gui.chatview.stream import Parts
from gui.state.row import FAILED, Row

GAP = 6


class Texts:
    """The text widgets of one row widget; `shown` are those of what is shown now, top to bottom."""

    def __init__(
        self, parent: QWidget, look: Look, *, clicked: Callable[[str], object], copied: Callable[[], object]
    ) -> None:
        self.shown: list[RichSegment | CodeSegment] = []
        self._parent = parent
        self._look = look
        self._clicked = clicked
        self._copied = copied
        self._rich: list[RichSegment] = []
        self._code: list[CodeSegment] = []
        self._parts = Parts()
        self._parts_key = ""
        self._tabbed = False

    def fill(self, row: Row | None, kind: str, most: int) -> int:
        """Show the text of a row, or nothing, and return the width it likes; at most `most`."""
        look = self._look
        rich, code = iter(self._rich), iter(self._code)
        self.shown = []
        wanted = 0
        pieces = self._pieces(row) if row is not None else ()
        growing = row is not None and row.kind == "stream" and row.state != FAILED
        for piece in pieces:
            if isinstance(piece, Code):
                block = next(code, None) or self._new_code()
                block.show_segment(piece, look.tokens, growing=growing and piece is pieces[-1])
                self.shown.append(block)
            else:
                text = next(rich, None) or self._new_rich()
                text.show_segment(piece, look.sheets[kind], look.ink(kind), look.link(kind))
                self.shown.append(text)
            wanted = max(wanted, self.shown[-1].wanted_width(most))
            self.shown[-1].show()
        for extra in (*rich, *code):
            extra.hide()
        return wanted

    def fit(self, width: int) -> list[int]:
        """Give the shown ones their width and return their heights."""
        return [each.fit(width) for each in self.shown]

    def place(self, x: int, y: int, width: int, heights: list[int]) -> int:
        """Put them below each other and return where the last ends."""
        for at, (each, height) in enumerate(zip(self.shown, heights, strict=True)):
            y += GAP if at else 0
            each.setGeometry(x, y, width, height)
            y += height
        return y

    def only_line_end(self) -> float | None:
        """Return where the last line of the only piece of text ends; None where there are more, or code."""
        return self.last_line_end() if len(self.shown) == 1 else None

    def last_line_end(self) -> float | None:
        """Return where the last line of text ends; None where nothing may stand beside it."""
        last = self.shown[-1] if self.shown else None
        return last.last_line_end() if isinstance(last, RichSegment) else None

    def marked(self) -> str:
        """Return the text that is marked; empty where none is."""
        found = (each.textCursor() for each in self._rich if not each.isHidden())
        return next((cursor.selectedText().replace("\u2029", "\n") for cursor in found if cursor.hasSelection()), "")

    def set_tabbed(self, tabbed: bool) -> None:
        """Let Tab stop at the text and its links, or not."""
        self._tabbed = tabbed
        for text in self._rich:
            text.set_tabbed(tabbed)
        for block in self._code:
            block.set_tabbed(tabbed)

    def _pieces(self, row: Row) -> tuple[Segment, ...]:
        if row.deleted:
            words = QCoreApplication.translate("Messages", "This message was deleted.")
            return (Rich(f"<p><i>{words}</i></p>"),)
        if row.kind != "stream":
            return segments(row.text, breaks=row.kind != "ai")
        if self._parts_key != row.key:
            self._parts, self._parts_key = Parts(), row.key
        finished, tail = self._parts.take(row.text)
        shown = [piece for part in finished for piece in segments(part, breaks=False)]
        return (*shown, *render(tail, breaks=False))

    def _new_rich(self) -> RichSegment:
        made = RichSegment(self._parent)
        made.setFont(self._look.font)
        made.document().setDefaultFont(self._look.font)
        made.setAccessibleName(QCoreApplication.translate("Messages", "Text of the message"))
        made.anchorClicked.connect(self._follow)
        made.set_tabbed(self._tabbed)
        self._rich.append(made)
        return made

    def _new_code(self) -> CodeSegment:
        made = CodeSegment(self._parent, self._look.mono)
        made.copied.connect(self._copied)
        made.set_tabbed(self._tabbed)
        self._code.append(made)
        return made

    def _follow(self, url: QUrl) -> None:
        target = link_target(url)
        if safe_link(target):
            self._clicked(target)
