"""A block of code inside a bubble; while it grows, what is new is added to what is shown."""

from __future__ import annotations

import math
from html import escape

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QClipboard,
    QColor,
    QFont,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QTextBrowser, QToolButton, QWidget

from gui.chatview.markdown import Code, code_html
from gui.chatview.segment import CODE_SHARE, Text
from gui.theme import icons
from gui.theme.tokens import Tokens

GROWN = 300
"""Characters of growing code, at least, that may wait for their colours; else as many as have them."""


class CodeSegment(QWidget):
    """A block of code: its language, a Copy button, and its own horizontal bar where lines are long."""

    copied = Signal()

    HEAD = 26
    SIDE = 12

    def __init__(self, parent: QWidget, mono: str) -> None:
        super().__init__(parent)
        self._mono = mono
        self._shown: tuple[Code, str] | None = None
        self._coloured = 0  # characters that have their colours; while a block grows, the last ones wait for theirs
        self._segment = Code("", "")
        self._colours = ("#ffffff", "#000000", "#888888")
        self._text = Text(self)
        self._text.setLineWrapMode(QTextBrowser.LineWrapMode.NoWrap)
        self._text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._text.setAccessibleName(self.tr("Code"))
        self._copy = QToolButton(self)
        self._copy.setToolTip(self.tr("Copy the code"))
        self._copy.setAccessibleName(self.tr("Copy the code"))
        self._copy.setCursor(Qt.CursorShape.PointingHandCursor)
        self._copy.setIconSize(QSize(15, 15))
        self._copy.setFixedSize(24, 22)
        self._copy.setStyleSheet("QToolButton { padding: 2px; border-radius: 5px; }")
        self._copy.clicked.connect(self._copy_code)

    def show_segment(self, segment: Code, tokens: Tokens, *, growing: bool = False) -> None:
        """Show a block of code; nothing is done where it is shown already.

        Args:
            segment: the block.
            tokens: the colours.
            growing: it is being written. What is new is added without colours, until there is enough of it.
        """
        if self._shown == (segment, self._style(tokens)) and (growing or self._coloured == len(segment.text)):
            return
        if growing and self._grow(segment, tokens):
            return
        self._shown = (segment, self._style(tokens))
        self._coloured = len(segment.text)
        self._segment = segment
        self._colours = (tokens.code, tokens.text, tokens.muted)
        palette = self._text.palette()
        palette.setColor(QPalette.ColorRole.Text, QColor(tokens.text))
        self._text.setPalette(palette)
        family, size = escape(self._mono), f"{self.font().pointSizeF() * CODE_SHARE:.1f}pt"
        self._text.document().setDefaultStyleSheet(f'pre {{ font-family: "{family}"; font-size: {size}; margin: 0; }}')
        self._text.setHtml(code_html(segment.text, segment.language, tokens.pygments))
        self._copy.setIcon(icons.icon("copy", tokens.muted))

    def _style(self, tokens: Tokens) -> str:
        """Return what the block looks like: colours, and size of the text."""
        return f"{tokens.name} {self.font().pointSizeF():.1f}"

    def _grow(self, segment: Code, tokens: Tokens) -> bool:
        """Add what is new to the block that is shown; False where it is another one, or it is time for colours."""
        before = Code(self._segment.text, segment.language)
        if self._shown is None or self._shown != (before, self._style(tokens)):
            return False
        shown, after = self._text.toPlainText(), segment.text  # blanks at the end are shown with what follows them
        if not after.startswith(shown) or len(after) - self._coloured > max(GROWN, self._coloured):
            return False
        cursor = QTextCursor(self._text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        form = cursor.charFormat()
        form.setForeground(QColor(tokens.text))
        form.setFontWeight(QFont.Weight.Normal)
        form.setFontItalic(False)
        cursor.insertText(after[len(shown) :], form)
        self._segment = segment
        self._shown = (segment, self._style(tokens))
        return True

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

    def set_tabbed(self, tabbed: bool) -> None:
        """Let Tab stop at the code and its button, or not."""
        self._text.set_tabbed(tabbed)
        self._copy.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tabbed else Qt.FocusPolicy.ClickFocus)

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
        font.setPointSizeF(font.pointSizeF() * 0.81)
        painter.setFont(font)
        rect = self.rect().adjusted(self.SIDE, 4, -40, 0)
        rect.setHeight(self.HEAD - 4)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self._segment.language or self.tr("code"))
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
