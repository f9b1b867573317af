"""Explains a phase, and lets the current one be moved on (S25-S27)."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from gui.api.errors import ApiError
from gui.dialogs.base import Dialog, words
from gui.session import Session
from gui.state.objects import PHASES, Summary
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.mitosis import EXPLAINED, PhaseBar

SETTLE_MS = 350


class PhaseDialog(Dialog):
    """One phase in words; for the current phase also its progress and the way to the next.

    Signals:
        advanced: the name of the phase that was reached.
    """

    advanced = Signal(str)

    def __init__(
        self, session: Session, summary: Summary, phase: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        at = PHASES.index(phase)
        super().__init__(phase.capitalize(), f"Phase {at + 1} of 5, cycle {summary.cycle + 1}", parent)
        self._session = session
        self._summary = summary
        bar = PhaseBar(theme)
        bar.show_phase(summary.phase, summary.progress)
        bar.setEnabled(False)
        bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(bar)
        self.body.addSpacing(8)
        self.body.addWidget(words(EXPLAINED[phase]))
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._set_progress)
        if phase == summary.phase:
            self._add_controls(at)
        self.add_button("Close", self.reject)
        if phase == summary.phase:
            following = PHASES[(at + 1) % len(PHASES)]
            self._next = following
            label = f"Advance to {following}" if at < len(PHASES) - 1 else "Begin a new cycle"
            self._advance = self.add_button(label, self.advance_now, primary=True)

    def _add_controls(self, at: int) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setValue(round(self._summary.progress * 100))
        self.slider.setAccessibleName("Progress within this phase")
        self._percent = words(f"{self.slider.value()} %", role="muted")
        self._percent.setFixedWidth(48)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = QHBoxLayout()
        line.addWidget(self.slider, 1)
        line.addWidget(self._percent)
        self.body.addSpacing(10)
        self.body.addWidget(words("Progress within this phase", role="label"))
        self.body.addLayout(line)
        self.slider.valueChanged.connect(self._moved)

    def advance_now(self) -> None:
        """Go on to the next phase, from the one that is shown here."""
        self.work(self._advance_it, busy=self._advance, label="Advancing…")

    async def _advance_it(self) -> None:
        await self._session.advance(self._summary.id, self._summary.phase)
        self.advanced.emit(self._next)
        self.accept()

    def _moved(self, value: int) -> None:
        self._percent.setText(f"{value} %")
        self._settle.start()

    def _set_progress(self) -> None:
        spawn(self._set_it(self.slider.value() / 100), name="progress")

    async def _set_it(self, value: float) -> None:
        try:
            await self._session.set_progress(self._summary.id, value)
        except ApiError as error:
            if self.alive():
                self.say(error.reason)
