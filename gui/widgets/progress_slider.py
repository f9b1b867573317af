"""A slider for a part of a whole in steps of 0.01; it tells a value once it was chosen, not each one on the way."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from gui.widgets.words import words

SETTLE_MS = 450
STEPS = 100


class ProgressSlider(QWidget):
    """A slider with its value beside it.

    Signals:
        settled: the value that was chosen, 0.0-1.0: the mouse let go, or no key was pressed for a moment.
    """

    settled = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(10)
        self.slider.setMinimumHeight(24)  # the whole handle
        self.slider.setAccessibleName(self.tr("Progress within this phase, in percent"))
        self.percent = words("0 %", role="muted")
        self.percent.setWordWrap(False)
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.slider, 1)
        whole.addWidget(self.percent)
        self.setFocusProxy(self.slider)
        self._of = ""
        self._told = 0
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._tell)
        self.slider.valueChanged.connect(self._changed)
        self.slider.sliderReleased.connect(self._tell)

    @property
    def choosing(self) -> bool:
        """Whether a value is being chosen that was not told yet."""
        return self.slider.isSliderDown() or self._settle.isActive()

    def show_value(self, value: float, *, of: str = "") -> None:
        """Show a value, unless one of the same thing (`of`) is being chosen."""
        if self.choosing and of == self._of:
            return
        self._settle.stop()
        self._of = of
        self._told = round(value * STEPS)
        self.slider.blockSignals(True)
        self.slider.setValue(self._told)
        self.slider.blockSignals(False)
        self._say()

    def forget(self) -> None:
        """Choose nothing any more; the next value that comes is shown."""
        self._settle.stop()

    def _changed(self) -> None:
        self._say()
        if not self.slider.isSliderDown():
            self._settle.start()

    def _tell(self) -> None:
        self._settle.stop()
        if self.slider.value() != self._told:
            self._told = self.slider.value()
            self.settled.emit(self._told / STEPS)

    def _say(self) -> None:
        self.percent.setText(f"{self.slider.value()} %")
