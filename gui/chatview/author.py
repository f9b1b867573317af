"""Who wrote a message: the circle beside the bubble and the name on top of it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gui.chatview.look import Look
from gui.state.row import Row
from gui.theme import icons
from gui.widgets.circle import paint_ai
from gui.widgets.circle import paint_circle as paint_person

ICON = 20
BEGINNING = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)  # the painter mirrors it


def shown_name(row: Row) -> str:
    """Return the name as it stands on the bubble; an AI is named as one."""
    name = row.name or QCoreApplication.translate("Messages", "Unknown")
    if row.kind not in ("ai", "stream"):
        return name
    return QCoreApplication.translate("Messages", "{name} (AI)").format(name=name)


def name_width(row: Row, look: Look) -> int:
    """Return the room that the name likes."""
    return look.bold_metrics.horizontalAdvance(shown_name(row)) + (ICON if row.kind in ("ai", "stream") else 0) + 2


def paint_circle(painter: QPainter, row: Row, circle: QRectF, look: Look) -> None:
    """Draw the author's circle; an AI has an icon instead of initials."""
    if row.kind in ("ai", "stream"):
        paint_ai(painter, circle, look.tokens)
    else:
        paint_person(painter, circle, row.author, row.name)


def paint_name(painter: QPainter, row: Row, line: QRectF, *, look: Look, mirrored: bool) -> None:
    """Draw the author's name at the beginning of a line; `mirrored` where one reads from right to left."""
    kind = "ai" if row.kind in ("ai", "stream") else row.kind
    painter.setFont(look.bold)
    painter.setPen(look.name_colour(kind, row.author))
    if kind == "ai":
        x = line.right() - 16 if mirrored else line.left()
        box = QRectF(x, line.top() + look.bold_metrics.ascent() - 13, 16, 16)
        icons.paint(painter, "sparkle", look.tokens.ai_accent, box)
        line = line.adjusted(0, 0, -ICON, 0) if mirrored else line.adjusted(ICON, 0, 0, 0)
    name = look.bold_metrics.elidedText(shown_name(row), Qt.TextElideMode.ElideRight, int(line.width()))
    painter.drawText(line, BEGINNING, name)


def paint_choice(painter: QPainter, circle: QRectF, look: Look, *, chosen: bool) -> None:
    """Draw the mark of a message that may be chosen to be copied."""
    tokens = look.tokens
    painter.setPen(QColor(tokens.accent if chosen else tokens.faint))
    painter.setBrush(QColor(tokens.accent if chosen else tokens.surface))
    painter.drawEllipse(circle.adjusted(4.5, 4.5, -4.5, -4.5))
    if chosen:
        icons.paint(painter, "check", tokens.on_accent, circle.adjusted(8, 8, -8, -8))
