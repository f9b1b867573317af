"""The five phases drawn: five joined dots, their names, and a bar of the progress (S26)."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import (
    QCoreApplication,
    QEasingCurve,
    QEvent,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QStyle, QToolTip, QWidget

from gui.state.objects import PHASES
from gui.theme.palette import Theme
from gui.widgets.phase_words import phase_name

MOVE_MS = 450


def _tr(text: str) -> str:
    return QCoreApplication.translate("Phases", text)


class PhaseBar(QWidget):
    """Five joined dots, filled up to the current phase, and a bar of the progress within it.

    Signals:
        asked: a dot was clicked; the name of its phase.
    """

    asked = Signal(str)

    DOT = 5.0
    NAMES = 17
    """Where the names begin, from the top."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._phase = 0
        self._progress = 0.0
        self._of = ""
        self._from = self._shown = (0.0, 0.0)  # phase and progress as they are drawn, on their way
        self._hover = -1
        self._focus = 0
        self._move = QVariantAnimation(self, duration=MOVE_MS, easingCurve=QEasingCurve(QEasingCurve.Type.InOutCubic))
        self._move.setStartValue(0.0)
        self._move.setEndValue(1.0)
        self._move.valueChanged.connect(lambda part: self._moved(float(part)))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_phase(self, phase: str, progress: float, *, of: str = "") -> None:
        """Show where a conversation is; a change of the same one (`of`) moves there, where it can be seen."""
        known, self._of = bool(of) and of == self._of, of
        if known and (PHASES.index(phase), progress) == (self._phase, self._progress):
            return
        self._phase = self._focus = PHASES.index(phase)
        self._progress = progress
        self.setAccessibleName(
            _tr("Phase {number} of 5, {name}, {percent} percent").format(
                number=self._phase + 1, name=phase_name(phase), percent=round(progress * 100)
            )
        )
        self._move.stop()
        self._from = self._shown
        if known and self.isVisible() and self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0:
            self._move.start()
        else:
            self._moved(1.0)

    @property
    def moving(self) -> bool:
        """Whether a change is being shown."""
        return self._move.state() == QVariantAnimation.State.Running

    def _moved(self, part: float) -> None:
        (phase, progress), rest = self._from, 1.0 - part
        self._shown = (phase * rest + self._phase * part, progress * rest + self._progress * part)
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        """Draw nothing that nobody sees."""
        self._move.stop()
        self._moved(1.0)
        super().hideEvent(event)

    def dot_centre(self, at: int) -> QPointF:
        """Return where a dot stands."""
        side = self._side()
        x = side + (self.width() - 2 * side) * at / 4
        return QPointF(self.width() - x if self.isRightToLeft() else x, 10)

    def sizeHint(self) -> QSize:
        """Return a comfortable size: dots, names, bar."""
        return QSize(420, self.NAMES + self._name_metrics().height() + 10)

    def minimumSizeHint(self) -> QSize:
        """Return the least: the longest name alone."""
        longest = max(self._name_metrics().horizontalAdvance(phase_name(name)) for name in PHASES)
        return QSize(longest + 8, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Follow another text size."""
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def names_fit(self) -> bool:
        """Tell whether all five names have room beside each other."""
        metrics = self._name_metrics()
        widths = [metrics.horizontalAdvance(phase_name(name)) + 8 for name in PHASES]
        step = (self.width() - 2 * self._side()) / 4
        return all((one + other) / 2 + 8 <= step for one, other in pairwise(widths))

    def _name_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(self.font().pointSizeF() * 0.82)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _name_metrics(self) -> QFontMetrics:
        return QFontMetrics(self._name_font())

    def _side(self) -> float:
        """Return how far the first dot stands from the border: half of the name below it."""
        metrics = self._name_metrics()
        return max(metrics.horizontalAdvance(phase_name(name)) for name in (PHASES[0], PHASES[-1])) / 2 + 6

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw line, dots, names and bar."""
        tokens = self._theme.tokens
        filled, empty = QColor(tokens.ai_accent), QColor(tokens.line)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for at in range(4):
            one, other = self.dot_centre(at), self.dot_centre(at + 1)
            painter.setBrush(empty)
            painter.drawRect(QRectF(one.x(), one.y() - 1, other.x() - one.x(), 2).normalized())
            part = min(1.0, max(0.0, self._shown[0] - at))
            painter.setBrush(filled)
            painter.drawRect(QRectF(one.x(), one.y() - 1, (other.x() - one.x()) * part, 2).normalized())
        for at in range(5):
            self._paint_dot(painter, at, filled)
        bold, named, metrics = self._name_font(), self.names_fit(), self._name_metrics()
        font = QFont(bold)
        font.setWeight(QFont.Weight.Normal)
        for at, name in enumerate(PHASES):
            current = at == self._phase
            if not (current or at == self._hover or named):
                continue
            painter.setFont(bold if current else font)
            painter.setPen(QColor(tokens.text if current or at == self._hover else tokens.muted))
            width = metrics.horizontalAdvance(phase_name(name)) + 8
            x = min(max(0.0, self.dot_centre(at).x() - width / 2), self.width() - width)
            painter.drawText(
                QRectF(x, self.NAMES, width, metrics.height()), Qt.AlignmentFlag.AlignCenter, phase_name(name)
            )
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
        if at <= self._shown[0] + 0.01:
            painter.setBrush(filled)
            painter.drawEllipse(centre, radius, radius)
        else:
            painter.setBrush(QColor(tokens.muted if at == self._hover else tokens.faint))
            painter.drawEllipse(centre, radius, radius)
            painter.setBrush(QColor(tokens.surface))
            painter.drawEllipse(centre, radius - 2, radius - 2)
        if self.hasFocus() and at == self._focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.accent))
            painter.drawEllipse(centre, radius + 4, radius + 4)
            painter.setPen(Qt.PenStyle.NoPen)

    def _paint_bar(self, painter: QPainter, filled: QColor, empty: QColor) -> None:
        first, last = self.dot_centre(0).x(), self.dot_centre(4).x()
        bar = QRectF(min(first, last), self.height() - 5, abs(last - first), 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(empty)
        painter.drawRoundedRect(bar, 1.5, 1.5)
        if self._shown[1] > 0:
            width = max(3.0, bar.width() * self._shown[1])
            painter.setBrush(filled)
            at = bar.right() - width if self.isRightToLeft() else bar.left()
            painter.drawRoundedRect(QRectF(at, bar.y(), width, 3), 1.5, 1.5)

    def _at(self, position: QPointF) -> int:
        near = [
            at
            for at in range(5)
            if abs(self.dot_centre(at).x() - position.x()) < 30 and position.y() < self.height() - 8
        ]
        return near[0] if near else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Name the dot under the pointer."""
        at = self._at(event.position())
        if at != self._hover:
            self._hover = at
            self.setCursor(Qt.CursorShape.PointingHandCursor if at >= 0 else Qt.CursorShape.ArrowCursor)
            if at >= 0:
                QToolTip.showText(event.globalPosition().toPoint(), phase_name(PHASES[at]), self)
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
        onward = -1 if self.isRightToLeft() else 1
        match event.key():
            case Qt.Key.Key_Left:
                self._focus = min(4, max(0, self._focus - onward))
            case Qt.Key.Key_Right:
                self._focus = min(4, max(0, self._focus + onward))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.asked.emit(PHASES[self._focus])
            case _:
                super().keyPressEvent(event)
        self.update()
