"""Lights a message up for a moment, when somebody jumped to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEasingCurve, QVariantAnimation

from gui.chatview.row_list import RowList

LASTS_MS = 1400


class Flash:
    """One light, which goes out by itself."""

    def __init__(self, view: RowList) -> None:
        self.key = ""
        self._view = view
        self._animation = QVariantAnimation(view)
        self._animation.setDuration(LASTS_MS)
        self._animation.setStartValue(1.0)
        self._animation.setEndValue(0.0)
        self._animation.setEasingCurve(QEasingCurve.Type.InQuad)
        self._animation.valueChanged.connect(self._step)
        self._animation.finished.connect(self._end)

    def start(self, key: str) -> None:
        """Light a row up, and no other."""
        self._end()
        self._animation.stop()
        self.key = key
        self._animation.start()

    def _step(self, value: Any) -> None:
        widget = self._view.widget_of(self.key) if self.key else None
        if widget is None or not self._view.isVisible():
            self._animation.stop()
            self._end()
        else:
            widget.set_flash(float(value))

    def _end(self) -> None:
        for widget in self._view.live_rows():
            widget.set_flash(0.0)
        self.key = ""
