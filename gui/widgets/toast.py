"""Quiet confirmations that come and go by themselves (S64)."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, Qt, QTimer
from PySide6.QtWidgets import QGraphicsOpacityEffect, QLabel, QWidget

from gui.theme.palette import Theme
from gui.widgets.announcing import announce

SHOWN_MS = 2600
FADE_MS = 180
ABOVE_PX = 118


class Toast(QLabel):
    """One short sentence over the lower part of a window; it takes no clicks."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._over_what = parent
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.setDuration(FADE_MS)
        self._fade.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._fade.finished.connect(self._faded)
        self._over = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._over.timeout.connect(lambda: self._to(0.0))
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def say(self, text: str) -> None:
        """Show a sentence for a moment."""
        self.setText(text)
        announce(self, text)
        self.adjustSize()
        self.place()
        self._effect.setOpacity(0.0)
        self.show()
        self.raise_()
        self._to(1.0)
        self._over.start()

    def place(self) -> None:
        """Stand in the middle of the lower part of the window."""
        parent = self._over_what
        self.resize(min(self.width(), parent.width() - 40), self.height())
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - ABOVE_PX)

    def _to(self, opacity: float) -> None:
        self._fade.stop()
        self._fade.setStartValue(self._effect.opacity())
        self._fade.setEndValue(opacity)
        self._fade.start()

    def _faded(self) -> None:
        if self._effect.opacity() < 0.05:
            self.hide()

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self.setStyleSheet(
            f"background: {tokens.toast}; color: {tokens.on_toast}; border-radius: 10px; padding: 10px 18px;"
        )
