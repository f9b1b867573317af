"""Words with some of them marked, drawn on a few lines; ranges are code points, as the node counts."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption

from gui.state.found import Ranges

BEFORE = 18
"""Characters that stay before the first mark where the beginning is cut off."""
ELLIPSIS = "…"


def units(text: str, ranges: Ranges) -> list[tuple[int, int]]:
    """Return `(start, length)` of ranges in UTF-16 units, as Qt counts."""
    if text.isascii():
        return [(start, end - start) for start, end in ranges]
    found = []
    for start, end in ranges:
        before = len(text[:start].encode("utf-16-le")) // 2
        found.append((before, len(text[start:end].encode("utf-16-le")) // 2))
    return found


def trimmed(text: str, ranges: Ranges, room: int) -> tuple[str, Ranges]:
    """Return a text that shows its first mark within about `room` characters, and the ranges in it."""
    if not ranges or ranges[0][1] <= room:
        return text, ranges
    start = max(0, ranges[0][0] - BEFORE)
    space = text.find(" ", start, ranges[0][0])
    start = space + 1 if space >= 0 else start
    shift = start - len(ELLIPSIS)
    return ELLIPSIS + text[start:], tuple((first - shift, last - shift) for first, last in ranges if first >= start)


def paint_marked(
    painter: QPainter,
    rect: QRectF,
    text: str,
    ranges: Ranges,
    *,
    font: QFont,
    ink: str,
    mark: str,
    lines: int = 1,
    mirror: bool = False,
) -> None:
    """Draw words on at most so many lines, the marked ones bold and in another colour; `mirror`: at the right."""
    layout = _laid_out(text, ranges, font=font, mark=mark, width=rect.width(), lines=lines, mirror=mirror)
    if layout.lineCount() > lines:
        start = layout.lineAt(lines - 1).textStart()
        encoded = text.encode("utf-16-le")
        kept, rest = (part.decode("utf-16-le", "replace") for part in (encoded[: 2 * start], encoded[2 * start :]))
        shown = kept + QFontMetrics(font).elidedText(rest, Qt.TextElideMode.ElideRight, int(rect.width()) - 4)
        ranges = tuple((first, min(last, len(shown))) for first, last in ranges if first < len(shown) - 1)
        layout = _laid_out(shown, ranges, font=font, mark=mark, width=rect.width(), lines=lines, mirror=mirror)
    painter.save()
    painter.setPen(QColor(ink))
    painter.setClipRect(rect)
    layout.draw(painter, rect.topLeft())
    painter.restore()


def _laid_out(
    text: str, ranges: Ranges, *, font: QFont, mark: str, width: float, lines: int, mirror: bool
) -> QTextLayout:
    """Return words broken into lines; one line more than there is room for tells that there are too many."""
    strong = QTextCharFormat()
    strong.setFontWeight(QFont.Weight.Bold)
    strong.setForeground(QColor(mark))
    formats = []
    for start, length in units(text, ranges):
        one = QTextLayout.FormatRange()
        one.start, one.length, one.format = start, length, strong
        formats.append(one)
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setAlignment(Qt.AlignmentFlag.AlignRight if mirror else Qt.AlignmentFlag.AlignLeft)
    layout.setTextOption(option)
    layout.setFormats(formats)
    layout.beginLayout()
    y = 0.0
    for _ in range(lines + 1):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    return layout
