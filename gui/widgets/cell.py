"""The mark of a conversation: a cell that is as far divided as the conversation is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from gui.state.objects import PHASES


def paint_cell(painter: QPainter, rect: QRectF, phase: str, colour: QColor, ink: QColor) -> None:
    """Draw a cell that is as far divided as `phase` says."""
    step = PHASES.index(phase) if phase in PHASES else 0
    apart = (0.0, 0.16, 0.34, 0.56, 0.86)[step]
    radius = rect.height() * (0.5, 0.47, 0.43, 0.39, 0.345)[step]
    offset = radius * apart
    middle = rect.center()
    left, right = middle - QPointF(offset, 0), middle + QPointF(offset, 0)
    body = QPainterPath()
    body.setFillRule(Qt.FillRule.WindingFill)
    body.addEllipse(left, radius, radius)
    other = QPainterPath()
    other.addEllipse(right, radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPath(body.united(other))
    painter.setBrush(ink)
    core = radius * 0.34
    if step == 0:
        painter.drawEllipse(middle, core, core)
    else:
        gap = max(offset, core * (0.55 + 0.25 * step))
        painter.drawEllipse(middle - QPointF(gap, 0), core, core)
        painter.drawEllipse(middle + QPointF(gap, 0), core, core)
