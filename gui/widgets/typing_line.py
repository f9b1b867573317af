"""The line under the messages that says who is typing; AIs in purple with moving dots (S14)."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.state.typing import Typing
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.typing_words import people_words

FRAME_MS = 66
HEIGHT = 22


class TypingLine(QWidget):
    """Shows one conversation's typing; its timers run only while somebody types."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._typing: Typing | None = None
        self._frame = 0
        self.setFixedHeight(HEIGHT)
        self._expiry = QTimer(self, singleShot=True)
        self._expiry.timeout.connect(self._expire)
        self._dots = QTimer(self, interval=FRAME_MS)
        self._dots.timeout.connect(self._tick)
        self._disconnect: Callable[[], None] | None = None
        theme.changed.connect(self.update)

    def watch(self, typing: Typing) -> None:
        """Show this conversation's typing from now on."""
        if self._disconnect is not None:
            self._disconnect()
        self._typing = typing
        self._disconnect = typing.changed.connect(self._changed)
        self._changed()

    def people_text(self) -> str:
        """Return the words about people."""
        return people_words(self._typing.people()) if self._typing is not None else ""

    def ai_text(self) -> str:
        """Return the names of the AIs, as shown."""
        names = self._typing.ais() if self._typing is not None else []
        return ", ".join(self.tr("{name} (AI)").format(name=name) for name in names)

    @property
    def animated(self) -> bool:
        """Whether the dots move."""
        return self._dots.isActive()

    def _changed(self) -> None:
        if self.ai_text() and self.isVisible():
            self._dots.start()
        else:
            self._dots.stop()
        self.setAccessibleName(" ".join(part for part in (self.ai_text(), self.people_text()) if part))
        self._arm()
        self.update()

    def _arm(self) -> None:
        end_s = self._typing.next_end_s() if self._typing is not None else None
        if end_s is None:
            self._expiry.stop()
        else:
            self._expiry.start(math.ceil(end_s * 1000) + 5)

    def _expire(self) -> None:
        if self._typing is not None:
            self._typing.expire()
            self._arm()

    def _tick(self) -> None:
        self._frame += 1
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop moving while hidden."""
        self._dots.stop()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words and the dots."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPointSizeF(self.font().pointSizeF() * 0.87)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        x = 4.0
        baseline = (HEIGHT + metrics.ascent() - metrics.descent()) / 2
        ai = self.ai_text()
        if ai:
            icons.paint(painter, "sparkle", tokens.ai_accent, QRectF(x, (HEIGHT - 15) / 2, 15, 15))
            x += 21
            painter.setPen(QColor(tokens.ai_accent))
            painter.drawText(QPointF(x, baseline), ai)
            x += metrics.horizontalAdvance(ai) + 9
            painter.setPen(Qt.PenStyle.NoPen)
            for at in range(3):
                wave = math.sin(self._frame * 0.42 - at * 0.9)
                colour = QColor(tokens.ai_accent)
                colour.setAlphaF(0.45 + 0.55 * max(0.0, wave))
                painter.setBrush(colour)
                painter.drawEllipse(QPointF(x + at * 8, HEIGHT / 2 + 1 - 2.2 * max(0.0, wave)), 2.4, 2.4)
            x += 36
        people = metrics.elidedText(self.people_text(), Qt.TextElideMode.ElideRight, int(self.width() - x))
        painter.setPen(QColor(tokens.muted))
        painter.drawText(QPointF(x, baseline), people)
        painter.end()
