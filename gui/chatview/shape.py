"""The outline of a bubble, and the line above a day and above what is new."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from gui.chatview.look import Look

RADIUS = 15.0
TIGHT = 5.0


def outline(rect: QRectF, *, mine: bool, first: bool, last: bool, right: bool) -> QPainterPath:
    """Return the outline of a bubble: tight corners, where the group goes on, are at the sender's side."""
    return _outline(rect.width(), rect.height(), mine, first, last, right).translated(rect.topLeft())


@lru_cache(maxsize=512)
def _outline(width: float, height: float, mine: bool, first: bool, last: bool, right: bool) -> QPainterPath:
    near = (TIGHT if not first or not mine else RADIUS, RADIUS if last and not mine else TIGHT)
    far = (RADIUS, RADIUS)
    left, right_ = (far, near) if right else (near, far)
    path = QPainterPath()
    path.moveTo(left[0], 0)
    path.lineTo(width - right_[0], 0)
    path.arcTo(_box(width - 2 * right_[0], 0, right_[0]), 90, -90)
    path.lineTo(width, height - right_[1])
    path.arcTo(_box(width - 2 * right_[1], height - 2 * right_[1], right_[1]), 0, -90)
    path.lineTo(left[1], height)
    path.arcTo(_box(0, height - 2 * left[1], left[1]), 270, -90)
    path.lineTo(0, left[0])
    path.arcTo(_box(0, 0, left[0]), 180, -90)
    path.closeSubpath()
    return path


def paint_rule(painter: QPainter, look: Look, text: str, *, rect: QRectF, line: str, ink: str) -> None:
    """Draw a text in the middle of a line across `rect`."""
    painter.setFont(look.small)
    half = look.small_metrics.horizontalAdvance(text) / 2 + 14
    middle, y = rect.center().x(), rect.center().y()
    painter.setPen(QColor(line))
    painter.drawLine(QPointF(rect.left(), y), QPointF(middle - half, y))
    painter.drawLine(QPointF(middle + half, y), QPointF(rect.right(), y))
    painter.setPen(QColor(ink))
    painter.drawText(QRectF(middle - half, rect.top(), 2 * half, rect.height()), Qt.AlignmentFlag.AlignCenter, text)


def _box(x: float, y: float, radius: float) -> QRectF:
    return QRectF(x, y, 2 * radius, 2 * radius)
