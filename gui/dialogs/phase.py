"""Explains a phase, and lets the current one be moved on (S25-S27)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.api.errors import ApiError
from gui.dialogs.base import Dialog
from gui.requests import phases
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.objects import PHASES
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.phase_bar import PhaseBar
from gui.widgets.phase_words import explained, onward, phase_name
from gui.widgets.progress_slider import ProgressSlider
from gui.widgets.words import words


class PhaseDialog(Dialog):
    """One phase in words; for the current phase also its progress and the way to the next.

    Signals:
        advanced: the name of the phase that was reached.
    """

    advanced = Signal(str)

    def __init__(
        self, session: Session, one: Conversation, phase: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__("", "", parent)
        self.set_title(phase_name(phase))
        self._session = session
        self._one = one
        self._phase = phase
        at = PHASES.index(phase)
        number = self.tr("Phase {number} of 5, cycle {cycle}").format(number=at + 1, cycle=one.summary.cycle + 1)
        self.body.addWidget(words(number, role="muted"))
        self.bar = PhaseBar(theme)
        self.bar.setEnabled(False)
        self.bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bar.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.body.addWidget(self.bar)
        self.body.addSpacing(8)
        self.body.addWidget(words(explained(phase)))
        self.slider: ProgressSlider | None = None
        self.add_button(self.tr("Close"), self.reject)
        if phase == one.summary.phase and (one.may("progress") or one.may("advance")):
            self._add_controls()
        self._disconnect: Callable[[], None] | None = one.about.connect(self._about)
        self._about()

    def _add_controls(self) -> None:
        self.slider = ProgressSlider()
        self.slider.settled.connect(lambda value: spawn(self._set_progress(value), name="progress"))
        self.body.addSpacing(10)
        label = words(self.tr("Progress within this phase"), role="label")
        label.setBuddy(self.slider.slider)
        self.body.addWidget(label)
        self.body.addWidget(self.slider)
        label_text = onward(self._phase, self._one.summary.cycle)
        self.advance = self.add_button(label_text, self.advance_now, primary=True)

    def _about(self) -> None:
        """Show where the conversation stands now; somebody else may have moved it."""
        summary = self._one.summary
        self.bar.show_phase(summary.phase, summary.progress, of=self._one.id)
        if self.slider is not None:
            self.slider.show_value(summary.progress)
            over = summary.phase != self._phase
            self.slider.setEnabled(not over and self._one.may("progress"))
            self.advance.setEnabled(not over and self._one.may("advance"))
            if over:
                self.say(self.tr("The conversation has moved on to {phase}.").format(phase=phase_name(summary.phase)))

    def advance_now(self) -> None:
        """Go on to the next phase, from the one that is shown here."""
        self.work(self._advance_it, busy=self.advance, label=self.tr("Advancing…"))

    async def _advance_it(self) -> None:
        following = PHASES[(PHASES.index(self._phase) + 1) % len(PHASES)]
        self._unwatch()
        try:
            await phases.advance(self._session.client, self._one, self._phase)
        except ApiError:
            if self.alive():
                self._disconnect = self._one.about.connect(self._about)
            raise
        if self.alive():
            self.advanced.emit(phase_name(following))
            self.accept()

    async def _set_progress(self, value: float) -> None:
        try:
            await phases.set_progress(self._session.client, self._one, value)
        except ApiError as error:
            if self.alive():
                self.say(error.reason)
                self._about()

    def _unwatch(self) -> None:
        if self._disconnect is not None:
            self._disconnect()
            self._disconnect = None

    def done(self, result: int) -> None:
        """Follow the conversation no longer."""
        self._unwatch()
        super().done(result)
