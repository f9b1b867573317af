"""A switch to turn something on or off, and a choice of one out of a few."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPoint, QPointF, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from gui.theme import icons
from gui.theme.palette import Theme

TRACK = QSize(38, 22)
GAP = 12
SLIDE_MS = 120
LEAST_PX = 150


class Switch(QCheckBox):
    """A check box drawn as a switch; keyboard, click and screen reader work as for any check box."""

    def __init__(self, text: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._slide = QVariantAnimation(self, duration=SLIDE_MS, easingCurve=QEasingCurve(QEasingCurve.Type.OutCubic))
        self._slide.valueChanged.connect(lambda *_: self.update())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._move)

    def sizeHint(self) -> QSize:
        """Return the room for the track and the text."""
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(
            TRACK.width() + (GAP + words if words else 0) + 4, max(TRACK.height(), self.fontMetrics().height()) + 8
        )

    def hitButton(self, position: QPoint) -> bool:
        """Take clicks anywhere, on the text too."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track, knob and text."""
        tokens = self._theme.tokens
        moving = self._slide.state() == QVariantAnimation.State.Running
        at = float(self._slide.currentValue()) if moving else float(self.isChecked())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_right = self.isRightToLeft()
        left = self.width() - TRACK.width() - 1 if is_right else 1
        track = QRectF(left, (self.height() - TRACK.height()) / 2, TRACK.width(), TRACK.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.ai_accent if self.isChecked() else tokens.faint))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.accent))
            painter.drawRoundedRect(track.adjusted(-1, -1, 1, 1), 12, 12)
            painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#ffffff"))
        along = (1 - at if is_right else at) * (track.width() - 22)
        painter.drawEllipse(QPointF(track.left() + 11 + along, track.center().y()), 8, 8)
        painter.setPen(QColor(tokens.text))
        room = TRACK.width() + GAP
        words = self.rect().adjusted(0 if is_right else room, 0, -room if is_right else 0, 0)
        side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()

    def _move(self, on: bool) -> None:
        self._slide.stop()
        self._slide.setStartValue(0.0 if on else 1.0)
        self._slide.setEndValue(1.0 if on else 0.0)
        if self.isVisible():
            self._slide.start()


class Choice(QComboBox):
    """A box to choose one of a few, with an arrow in the theme's colour."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def minimumSizeHint(self) -> QSize:
        """Return the least: some letters of the choice, the rest elided."""
        whole = super().minimumSizeHint()
        return QSize(min(whole.width(), LEAST_PX), whole.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box with as much of the choice as there is room for, then the arrow."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        if not self.isEditable():
            elide = Qt.TextElideMode.ElideRight
            option.currentText = self.fontMetrics().elidedText(option.currentText, elide, field.width() + 1)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = 12 if self.isRightToLeft() else self.width() - 28
        arrow = QRectF(left, (self.height() - 16) / 2, 16, 16)
        icons.paint(painter, "chevron", self._theme.tokens.muted, arrow)
        painter.end()
