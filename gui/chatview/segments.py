"""The widgets inside a bubble: a piece of rich text, and a block of code.

Both keep one document for life and are filled anew (setDocument leaks in PySide6). Neither scrolls with the wheel: the
list does. Neither loads anything: not from the network, not from this disk.
"""

from __future__ import annotations

import math
from html import escape
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QClipboard,
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QToolButton, QWidget

from gui.chatview.markdown import Code, Rich, code_html
from gui.theme import icons
from gui.theme.tokens import Tokens


class _Text(QTextBrowser):
    """A QTextBrowser that loads nothing, opens nothing by itself and leaves the wheel to the list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.document().setDocumentMargin(0)
        self.document().setIndentWidth(24)
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("QTextBrowser { background: transparent; border: none; padding: 0; }")
        self._nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        self._nothing.fill(Qt.GlobalColor.transparent)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Return an empty picture for everything; None would make Qt try by itself."""
        return self._nothing

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave scrolling to the list."""
        event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Leave the menu to the bubble."""
        event.ignore()


class RichSegment(_Text):
    """A piece of formatted text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[str, str] | None = None
        self._wanted = (-1, 0)  # for the most it was asked for; laying out again for nothing is the dearest thing here
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
            palette = self.palette()
            palette.setColor(QPalette.ColorRole.Text, text)
            palette.setColor(QPalette.ColorRole.Link, link)
            self.setPalette(palette)
            self.document().setDefaultStyleSheet(sheet)
            self.setHtml(segment.html)
            self._close_up()

    def wanted_width(self, most: int) -> int:
        """Return the width the text likes, at most `most`."""
        if self._wanted[0] != most:
            self.setLineWrapColumnOrWidth(most)
            self._fitted = (-1, 0)
            self._wanted = (most, min(most, math.ceil(self.document().idealWidth()) + 1))
        return self._wanted[1]

    def fit(self, width: int) -> int:
        """Take this width and return the height the text needs with it."""
        if self._fitted[0] != width:
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
        if self.document().rootFrame().childFrames():
            return None
        line = layout.lineAt(layout.lineCount() - 1)
        left = self.document().documentLayout().blockBoundingRect(block).left()
        return float(max(left, 0) + line.x() + line.naturalTextWidth())


class CodeSegment(QWidget):
    """A block of code: its language, a Copy button, and its own horizontal bar where lines are long."""

    copied = Signal()

    HEAD = 26
    SIDE = 12

    def __init__(self, parent: QWidget, mono: str) -> None:
        super().__init__(parent)
        self._mono = mono
        self._shown: tuple[Code, str] | None = None
        self._segment = Code("", "")
        self._colours = ("#ffffff", "#000000", "#888888")
        self._text = _Text(self)
        self._text.setLineWrapMode(QTextBrowser.LineWrapMode.NoWrap)
        self._text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._text.setAccessibleName("Code")
        self._copy = QToolButton(self)
        self._copy.setToolTip("Copy the code")
        self._copy.setAccessibleName("Copy the code")
        self._copy.setCursor(Qt.CursorShape.PointingHandCursor)
        self._copy.setIconSize(QSize(15, 15))
        self._copy.setFixedSize(24, 22)
        self._copy.setStyleSheet("QToolButton { padding: 2px; border-radius: 5px; }")
        self._copy.clicked.connect(self._copy_code)

    def show_segment(self, segment: Code, tokens: Tokens) -> None:
        """Show a block of code; nothing is done where it is shown already."""
        if self._shown == (segment, tokens.name):
            return
        self._shown = (segment, tokens.name)
        self._segment = segment
        self._colours = (tokens.code, tokens.text, tokens.muted)
        palette = self._text.palette()
        palette.setColor(QPalette.ColorRole.Text, QColor(tokens.text))
        self._text.setPalette(palette)
        family = escape(self._mono)
        self._text.document().setDefaultStyleSheet(f'pre {{ font-family: "{family}"; font-size: 9.5pt; margin: 0; }}')
        self._text.setHtml(code_html(segment.text, segment.language, tokens.pygments))
        self._copy.setIcon(icons.icon("copy", tokens.muted))

    def wanted_width(self, most: int) -> int:
        """Return the width the longest line likes, at most `most`."""
        ideal = math.ceil(self._text.document().idealWidth()) + 2 * self.SIDE
        return max(min(most, ideal), min(most, 150))

    def fit(self, width: int) -> int:
        """Take this width and return the height the code needs with it."""
        height = math.ceil(self._text.document().size().height())
        long_lines = self._text.document().idealWidth() > width - 2 * self.SIDE
        height += 14 if long_lines else 0
        self._text.setGeometry(self.SIDE, self.HEAD + 2, width - 2 * self.SIDE, height)
        self._copy.move(width - self._copy.width() - 6, 4)
        return self.HEAD + height + 12

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the panel and the name of the language."""
        back, _, muted = self._colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(back))
        painter.drawRoundedRect(self.rect(), 8, 8)
        painter.setPen(QColor(muted))
        font = self.font()
        font.setPointSizeF(8.5)
        painter.setFont(font)
        rect = self.rect().adjusted(self.SIDE, 4, -40, 0)
        rect.setHeight(self.HEAD - 4)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self._segment.language or "code")
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll long lines sideways; everything else is the list's."""
        sideways = event.angleDelta().x()
        bar = self._text.horizontalScrollBar()
        if sideways and bar.maximum() > 0:
            bar.setValue(bar.value() - sideways // 2)
            event.accept()
        else:
            event.ignore()

    def _copy_code(self) -> None:
        QGuiApplication.clipboard().setText(self._segment.text, QClipboard.Mode.Clipboard)
        self.copied.emit()


def document_style(*, text: str, muted: str, line: str, code_back: str, link: str, mono: str) -> str:
    """Return the style sheet of rich text in one kind of bubble."""
    return f"""
    p, li, td, th {{ color: {text}; }}
    p {{ margin-top: 0; margin-bottom: 6px; }}
    ul, ol {{ margin-top: 2px; margin-bottom: 6px; margin-left: 0px; }}
    li {{ margin-bottom: 3px; }}
    a {{ color: {link}; text-decoration: underline; }}
    code, p.pre {{ font-family: "{mono}"; font-size: 9.5pt; background-color: {code_back}; }}
    p.h1 {{ font-size: 15pt; font-weight: 600; margin-bottom: 6px; }}
    p.h2 {{ font-size: 13pt; font-weight: 600; margin-bottom: 6px; }}
    p.h3, p.h4, p.h5, p.h6 {{ font-size: 11pt; font-weight: 600; margin-bottom: 4px; }}
    table.grid {{ margin-top: 2px; margin-bottom: 10px; }}
    table.quote {{ margin-top: 2px; margin-bottom: 6px; }}
    th {{ font-weight: 600; text-align: left; padding: 6px 14px 6px 8px; background-color: {code_back}; }}
    td {{ padding: 6px 14px 6px 8px; border-bottom: 1px solid {line}; }}
    td.quote {{ padding: 0 0 0 10px; border-bottom: none; border-left: 3px solid {muted}; color: {muted}; }}
    """


def link_target(url: QUrl) -> str:
    """Return the whole target of a link, to be shown before it is opened."""
    return url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
