"""A piece of rich text inside a bubble, and its style sheet.

It keeps one document for life and is filled anew (setDocument leaks in PySide6).
"""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QPalette, QTextCursor, QTextOption
from PySide6.QtWidgets import QTextBrowser, QWidget

from gui.chatview.markdown import Rich
from gui.chatview.segment import CODE_SHARE, Text

TABLE = "<table"
"""What a table or a quote begins with."""
NEARLY = 24
"""A text that likes nearly all of the room gets it all: laying it out again is the dearest thing here."""
TALL = 4000
"""Pixels from which on a text gets all the room too."""


class RichSegment(Text):
    """A piece of formatted text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[str, str] | None = None
        self._sheet = ""
        self._is_framed = False  # asking the document for its frames would leave a wrapper of each behind
        self._wanted = (-1, 0)  # for the most it was asked for; laying out again for nothing is the dearest thing here
        self._most = 0  # what it was last asked for
        self._fitted = (-1, 0)  # the width it has, and the height with it
        option = self.document().defaultTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDefaultTextOption(option)
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)

    def show_segment(self, segment: Rich, sheet: str, text: QColor, link: QColor) -> None:
        """Show a piece of HTML made by `markdown`; nothing is done where it is shown already."""
        shown = (segment.html, sheet)
        if shown != self._shown:
            self._shown = shown
            self._wanted = self._fitted = (-1, 0)
            if sheet != self._sheet:  # parsing it takes as long as laying out a message
                self._sheet = sheet
                palette = self.palette()
                palette.setColor(QPalette.ColorRole.Text, text)
                palette.setColor(QPalette.ColorRole.Link, link)
                self.setPalette(palette)
                self.document().setDefaultStyleSheet(sheet)
            if self._most and self.lineWrapColumnOrWidth() != self._most:
                self.document().clear()  # the old text need not be laid out again, and the new one is so once
                self.setLineWrapColumnOrWidth(self._most)
            self._is_framed = TABLE in segment.html
            if segment.words:
                self.document().setPlainText(segment.words)
            else:
                self.setHtml(segment.html)
                self._close_up()

    def wanted_width(self, most: int) -> int:
        """Return the width the text likes, at most `most`."""
        self._most = most
        if self._wanted[0] != most:
            if self.lineWrapColumnOrWidth() != most:
                self.setLineWrapColumnOrWidth(most)
            self._fitted = (-1, 0)
            ideal = math.ceil(self.document().idealWidth()) + 1
            is_tall = self.document().size().height() > TALL
            self._wanted = (most, most if is_tall or ideal > most - NEARLY else ideal)
        return self._wanted[1]

    def fit(self, width: int) -> int:
        """Take this width and return the height the text needs with it."""
        if self._fitted[0] != width:
            if self.lineWrapColumnOrWidth() != width:
                self.setLineWrapColumnOrWidth(width)
            self._fitted = (width, math.ceil(self.document().size().height()))
        return self._fitted[1]

    def _close_up(self) -> None:
        """Take the space below the last paragraph away."""
        cursor = QTextCursor(self.document().lastBlock())
        form = cursor.blockFormat()
        form.setBottomMargin(0)
        cursor.setBlockFormat(form)

    def last_line_end(self) -> float | None:
        """Return where the last line ends, in pixels from the left; None where nothing may stand beside it."""
        block = self.document().lastBlock()
        layout = block.layout()
        if block.textDirection() == Qt.LayoutDirection.RightToLeft or layout.lineCount() == 0:
            return None
        if self._is_framed:
            return None
        line = layout.lineAt(layout.lineCount() - 1)
        left = self.document().documentLayout().blockBoundingRect(block).left()
        return float(max(left, 0) + line.x() + line.naturalTextWidth())


def document_style(*, text: str, muted: str, line: str, code_back: str, link: str, mono: str, body_pt: float) -> str:
    """Return the style sheet of rich text in one kind of bubble, for text of a size."""
    code, *heads = (f"{body_pt * share:.1f}pt" for share in (CODE_SHARE, 1.43, 1.24, 1.05))
    return f"""
    p, li, td, th {{ color: {text}; }}
    p {{ margin-top: 0; margin-bottom: 6px; }}
    ul, ol {{ margin-top: 2px; margin-bottom: 6px; margin-left: 0px; }}
    li {{ margin-bottom: 3px; }}
    a {{ color: {link}; text-decoration: underline; }}
    code, p.pre {{ font-family: "{mono}"; font-size: {code}; background-color: {code_back}; }}
    p.h1 {{ font-size: {heads[0]}; font-weight: 600; margin-bottom: 6px; }}
    p.h2 {{ font-size: {heads[1]}; font-weight: 600; margin-bottom: 6px; }}
    p.h3, p.h4, p.h5, p.h6 {{ font-size: {heads[2]}; font-weight: 600; margin-bottom: 4px; }}
    table.grid {{ margin-top: 2px; margin-bottom: 10px; }}
    table.quote {{ margin-top: 2px; margin-bottom: 6px; }}
    th {{ font-weight: 600; text-align: left; padding: 6px 14px 6px 8px; background-color: {code_back}; }}
    td {{ padding: 6px 14px 6px 8px; border-bottom: 1px solid {line}; }}
    td.quote {{ padding: 0 0 0 10px; border-bottom: none; border-left: 3px solid {muted}; color: {muted}; }}
    """


def link_target(url: QUrl) -> str:
    """Return the whole target of a link, to be shown before it is opened."""
    return url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
