"""The five phases drawn: a dividing cell as the mark of a conversation, and five joined dots with a bar (S26)."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.state.objects import PHASES
from gui.theme.palette import Theme

EXPLAINED = {
    "prophase": "First ideas are gathered here and begin to take shape. Say what you have, even half of it: this is "
    "the time to share, not to judge.",
    "prometaphase": "The walls between topics and between people come down. Ideas move freely, meet and connect; "
    "borrow, combine, ask.",
    "metaphase": "The ideas line up. What everyone agrees on becomes visible, and so does what is still open.",
    "anaphase": "Separate threads begin to pull apart. Topics show themselves that deserve a room of their own.",
    "telophase": "The conversation divides. Each aspect goes on in a new conversation, with the people and the "
    "messages that belong to it.",
}


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


class PhaseBar(QWidget):
    """Five joined dots, filled up to the current phase, and a bar of the progress within it.

    Signals:
        asked: a dot was clicked; the name of its phase.
    """

    asked = Signal(str)

    DOT = 5.0
    HEIGHT = 44

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._phase = 0
        self._progress = 0.0
        self._hover = -1
        self._focus = 0
        self._named = True
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.HEIGHT)
        theme.changed.connect(self.update)

    def show_phase(self, phase: str, progress: float) -> None:
        """Show where a conversation is."""
        self._phase = self._focus = PHASES.index(phase)
        self._progress = progress
        self.setAccessibleName(f"Phase {self._phase + 1} of 5, {phase}, {round(progress * 100)} percent")
        self.update()

    def set_named(self, named: bool) -> None:
        """Show all five names where there is room, else only the current one."""
        self._named = named
        self.update()

    def dot_centre(self, at: int) -> QPointF:
        """Return where a dot stands."""
        side = 46.0
        return QPointF(side + (self.width() - 2 * side) * at / 4, 10)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(420, self.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw line, dots, names and bar."""
        tokens = self._theme.tokens
        filled, empty = QColor(tokens.ai_accent), QColor(tokens.line)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for at in range(4):
            one, other = self.dot_centre(at), self.dot_centre(at + 1)
            painter.setBrush(filled if at < self._phase else empty)
            painter.drawRect(QRectF(one.x(), one.y() - 1, other.x() - one.x(), 2))
        for at in range(5):
            self._paint_dot(painter, at, filled)
        font = QFont(self.font())
        font.setPointSizeF(self.font().pointSizeF() * 0.82)
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        for at, name in enumerate(PHASES):
            current = at == self._phase
            if not (current or at == self._hover or self._named):
                continue
            painter.setFont(bold if current else font)
            painter.setPen(QColor(tokens.text if current or at == self._hover else tokens.muted))
            width = QFontMetrics(bold).horizontalAdvance(name.capitalize()) + 8
            x = min(max(0.0, self.dot_centre(at).x() - width / 2), self.width() - width)
            painter.drawText(QRectF(x, 17, width, 18), Qt.AlignmentFlag.AlignCenter, name.capitalize())
        self._paint_bar(painter, filled, empty)
        painter.end()

    def _paint_dot(self, painter: QPainter, at: int, filled: QColor) -> None:
        tokens = self._theme.tokens
        centre = self.dot_centre(at)
        radius = self.DOT + (2.0 if at == self._phase else 0.0) + (1.0 if at == self._hover else 0.0)
        if at == self._phase:
            halo = QColor(filled)
            halo.setAlphaF(0.18)
            painter.setBrush(halo)
            painter.drawEllipse(centre, radius + 3, radius + 3)
        if at <= self._phase:
            painter.setBrush(filled)
            painter.drawEllipse(centre, radius, radius)
        else:
            painter.setBrush(QColor(tokens.faint if at == self._hover else tokens.line))
            painter.drawEllipse(centre, radius, radius)
            painter.setBrush(QColor(tokens.surface))
            painter.drawEllipse(centre, radius - 2, radius - 2)
        if self.hasFocus() and at == self._focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.accent))
            painter.drawEllipse(centre, radius + 4, radius + 4)
            painter.setPen(Qt.PenStyle.NoPen)

    def _paint_bar(self, painter: QPainter, filled: QColor, empty: QColor) -> None:
        left, right = self.dot_centre(0).x(), self.dot_centre(4).x()
        bar = QRectF(left, self.HEIGHT - 5, right - left, 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(empty)
        painter.drawRoundedRect(bar, 1.5, 1.5)
        if self._progress > 0:
            painter.setBrush(filled)
            painter.drawRoundedRect(QRectF(left, bar.y(), max(3.0, bar.width() * self._progress), 3), 1.5, 1.5)

    def _at(self, position: QPointF) -> int:
        near = [at for at in range(5) if abs(self.dot_centre(at).x() - position.x()) < 30 and position.y() < 36]
        return near[0] if near else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Name the dot under the pointer."""
        at = self._at(event.position())
        if at != self._hover:
            self._hover = at
            self.setCursor(Qt.CursorShape.PointingHandCursor if at >= 0 else Qt.CursorShape.ArrowCursor)
            if at >= 0:
                QToolTip.showText(event.globalPosition().toPoint(), PHASES[at].capitalize(), self)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the dot under the pointer."""
        self._hover = -1
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Explain the phase of a clicked dot."""
        at = self._at(event.position())
        if at >= 0:
            self.asked.emit(PHASES[at])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a dot with the arrows and explain it with Enter or Space."""
        match event.key():
            case Qt.Key.Key_Left:
                self._focus = max(0, self._focus - 1)
            case Qt.Key.Key_Right:
                self._focus = min(4, self._focus + 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.asked.emit(PHASES[self._focus])
            case _:
                super().keyPressEvent(event)
        self.update()
