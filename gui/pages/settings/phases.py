"""The phase of a conversation: where it stands, who brought it there, progress, and the way on (S25-S28)."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QPushButton
from shiboken6 import isValid

from gui.api.errors import ApiError
from gui.pages.settings.section import Section
from gui.pages.sheet import WORDS_EM
from gui.requests import phases
from gui.session import Session
from gui.state import times
from gui.state.conversation import Conversation
from gui.state.details import Move
from gui.state.objects import EPOCH, PHASES
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.phase_bar import PhaseBar
from gui.widgets.phase_words import explained, onward, phase_name
from gui.widgets.progress_slider import ProgressSlider
from gui.widgets.words import words

WIDTH_PX = 520

CHANGED_MS = 800
"""For so long after the phase changed, a click on Advance was meant for the phase before."""


class PhasesSection(Section):
    """Shows the five phases, moves the progress, and goes on to the next phase.

    Signals:
        asked: a phase was clicked, to be explained.
    """

    asked = Signal(str)

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__("", session, theme)
        self.heading.setText(self.tr("Phase"))
        self.bar = PhaseBar(theme)
        self.bar.asked.connect(self.asked)
        self.stands = words("", role="label")
        self.about = words("", role="muted")
        self.moved = words("", role="small")
        self.slider = ProgressSlider()
        self.slider.settled.connect(self._set_progress)
        label = words(self.tr("Progress within this phase"), role="label")
        label.setBuddy(self.slider.slider)
        self.advance = QPushButton()
        self.advance.setProperty("role", "primary")
        self.advance.clicked.connect(lambda *_: self.advance_now())
        self._below = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._below.addWidget(self.moved, 1)
        self._below.addWidget(self.advance, 0, Qt.AlignmentFlag.AlignRight)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.stands)
        self.body.addWidget(self.about)
        self.body.addSpacing(4)
        self.body.addWidget(label)
        self.body.addWidget(self.slider)
        self.body.addSpacing(4)
        self.body.addLayout(self._below)
        self._width = WIDTH_PX
        self._known: tuple[str, str, float, int] | None = None
        self._changed = QTimer(self, singleShot=True, interval=CHANGED_MS)
        self._changed.timeout.connect(self.refresh)
        self._soon = QTimer(self, singleShot=True, interval=150)
        self._soon.timeout.connect(lambda: spawn(self._load(), name="moved"))

    def open(self, one: Conversation) -> None:
        """Show another conversation."""
        self._known = None
        self._changed.stop()
        self.moved.setText("")
        self.slider.forget()
        super().open(one)

    def refresh(self) -> None:
        """Show where the conversation stands now; a progress that is being chosen is not moved away."""
        if self.one is None:
            return
        summary = self.one.summary
        self.bar.show_phase(summary.phase, summary.progress, of=self.one.id)
        name = phase_name(summary.phase)
        self.stands.setText(
            self.tr("{phase}, cycle {cycle}").format(phase=name, cycle=summary.cycle + 1) if summary.cycle else name
        )
        self.about.setText(explained(summary.phase))
        self.slider.show_value(summary.progress, of=f"{self.one.id} {summary.cycle} {summary.phase}")
        self.slider.setEnabled(self.may("progress"))
        self.fit(self._width)
        known = (self.one.id, summary.phase, summary.progress, summary.cycle)
        if self._known is not None and (known[1], known[3]) != (self._known[1], self._known[3]):
            self._changed.start()
        self.advance.setEnabled(self.may("advance") and not self._changed.isActive())
        self.advance.setText(onward(summary.phase, summary.cycle))
        if known != self._known:
            self._known = known
            self._soon.start()

    def fit(self, width: int) -> None:
        """Show the button beside the words only where there is room."""
        self._width = width
        self.advance.ensurePolished()
        if self.one is not None:
            summary = self.one.summary
            whole = onward(summary.phase, summary.cycle)
            self.advance.setAccessibleName(whole)
            self.advance.setText(whole)
            if self.advance.sizeHint().width() > width:
                self.advance.setText(self.tr("Advance"))
        is_tight = width < self.advance.sizeHint().width() + WORDS_EM * self.fontMetrics().height()
        self._below.setDirection(QBoxLayout.Direction.TopToBottom if is_tight else QBoxLayout.Direction.LeftToRight)

    def advance_now(self) -> None:
        """Go on from the phase that is shown."""
        one = self.one
        if one is None:
            return
        phase = one.summary.phase

        async def advance() -> None:
            await phases.advance(self.session.client, one, phase)

        following = phase_name(PHASES[(PHASES.index(phase) + 1) % len(PHASES)])
        self.work(advance, busy=self.advance, done=self.tr("Advanced to {phase}").format(phase=following))

    def _set_progress(self, value: float) -> None:
        one = self.one
        if one is None:
            return

        async def set_progress() -> None:
            await phases.set_progress(self.session.client, one, value)

        self.work(set_progress, done=self.tr("Progress set to {percent} %").format(percent=round(value * 100)))

    async def _load(self) -> None:
        one = self.one
        if one is None:
            return
        try:
            found = await phases.last_move(self.session.client, one.id)
        except ApiError:
            return  # it is asked for again with the next change
        if isValid(self) and one is self.one:
            self.moved.setText(self._sentence(found))

    def _sentence(self, move: Move) -> str:
        """Return who brought it here, when, from where."""
        if not move.by or move.ts <= EPOCH or self.one is None:
            return self.tr("Nobody has moved it yet.")
        when = times.stamp(move.ts, self.session.now())
        name = self.tr("You") if move.by == self.session.identity else move.by_name
        if move.from_phase != self.one.summary.phase:
            said = self.tr("{name} moved it here from {phase}, {time}")
            return said.format(name=name, phase=phase_name(move.from_phase), time=when)
        said = self.tr("{name} set the progress, from {percent} %, {time}")
        return said.format(name=name, percent=round(move.from_progress * 100), time=when)
