"""A small button without a frame inside a bubble: an icon or a word, with a ring where the keyboard is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui.theme import icons

ICON = 15


class Flat(QAbstractButton):
    """A word or an icon that can be clicked.

    Signals:
        asked: the mouse rests on it, or the keyboard came to it: what does it mean?
    """

    asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = ""
        self._colour = "#000000"
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def show_icon(self, name: str, colour: str, spoken: str) -> None:
        """Show an icon; `spoken` is what it means."""
        self._icon, self._colour = name, colour
        self.setText("")
        self.setAccessibleName(spoken)
        self.update()

    def show_word(self, text: str, colour: str, font: QFont, spoken: str) -> None:
        """Show a word."""
        self._icon, self._colour = "", colour
        self.setText(text)
        self.setFont(font)
        self.setAccessibleName(spoken)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for the icon or the word."""
        if self._icon:
            return QSize(ICON, ICON)
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()), metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._icon:
            side = min(ICON, self.width(), self.height())
            box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
            icons.paint(painter, self._icon, self._colour, box)
        else:
            font = self.font()
            font.setUnderline(self.underMouse())
            painter.setFont(font)
            painter.setPen(QColor(self._colour))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            painter.setPen(QColor(self._colour))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell what it means where the keyboard came here."""
        super().focusInEvent(event)
        self.update()
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.asked.emit()

    def event(self, event: QEvent) -> bool:
        """Tell what it means where the mouse rests on it; mark the word under the mouse."""
        if event.type() == QEvent.Type.ToolTip:
            self.asked.emit()
            return True
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        return super().event(event)
