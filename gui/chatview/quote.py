"""The message that a message answers, on its bubble: name and first words, with a bar; a click jumps there."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gui.chatview.look import Look


def height(look: Look) -> int:
    """Return the height of every quote."""
    return 2 * look.small_metrics.height() + 6


def wanted_width(quote: tuple[str, str], look: Look) -> int:
    """Return the width at which nothing is cut."""
    return max(look.small_metrics.horizontalAdvance(text) for text in quote) + 26


def back(look: Look, kind: str) -> QColor:
    """Return the colour behind a quote on a bubble of one kind."""
    return QColor(look.tokens.mine_code if kind == "mine" else look.tokens.code)


def paint(
    painter: QPainter, quote: tuple[str, str], rect: QRect, *, look: Look, kind: str, mirrored: bool = False
) -> None:
    """Draw a quote on a bubble of one kind; `mirrored` where one reads from right to left."""
    bar = look.faded(kind)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(back(look, kind))
    painter.drawRoundedRect(QRectF(rect), 6, 6)
    painter.setBrush(bar)
    painter.drawRoundedRect(
        QRectF(rect.right() - 2 if mirrored else rect.left(), rect.top(), 3, rect.height()), 1.5, 1.5
    )
    painter.setFont(look.small)
    height = look.small_metrics.height()
    lines = [text for text in quote if text]
    line = QRectF(rect.left() + 12, rect.top() + (rect.height() - len(lines) * height) / 2, rect.width() - 22, height)
    if mirrored:
        line.translate(-2, 0)
    side = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)  # the painter mirrors it
    for at, text in enumerate(lines):
        painter.setPen(look.ink(kind) if at < len(lines) - 1 else look.faded(kind))
        shown = look.small_metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, side, shown)
        line.translate(0, height)
