"""The band over the page while the node is not there: what is waited for, since when, and why (S73)."""

from __future__ import annotations

import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.clock import Now, now
from gui.widgets.announcing import announce

LOOP = 3
"""So many failures in a row are no passing trouble: then the reason is shown without being asked for."""


class LostBanner(QFrame):
    """Says that the node is not there; the reason is shown on demand, and where it does not come back.

    Signals:
        again: try once more, now.
        log: show what the node wrote.
    """

    again = Signal()
    log = Signal()

    def __init__(self, parent: QWidget | None = None, *, clock: Now = now) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self._clock = clock
        self._since: datetime.datetime | None = None
        self._waiting = 0
        self._failures = 0
        self.words = _label()
        self.details = _label()
        self.details.hide()
        self.button = QPushButton(self.tr("Show details"))
        self.button.setProperty("role", "banner")
        self.button.clicked.connect(lambda *_: self._unfold(self.details.isHidden()))
        self.try_again = QPushButton(self.tr("Try again"))
        self.show_log = QPushButton(self.tr("Show log"))
        for button, signal in ((self.try_again, self.again), (self.show_log, self.log)):
            button.setProperty("role", "banner")
            button.clicked.connect(lambda *_, signal=signal: signal.emit())
        self._do = QWidget()
        below = QHBoxLayout(self._do)
        below.setContentsMargins(0, 2, 0, 2)
        below.setSpacing(8)
        below.addWidget(self.try_again)
        below.addWidget(self.show_log)
        below.addStretch(1)
        self._do.hide()
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.words, 1)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 6, 12, 6)
        whole.setSpacing(2)
        whole.addLayout(line)
        whole.addWidget(self.details)
        whole.addWidget(self._do)
        self.hide()

    def follow(self, online: bool, reason: str) -> None:
        """Take over whether the node is there, and why it is not."""
        if online:
            self.found()
        else:
            self.lost(reason)

    def lost(self, reason: str) -> None:
        """Show that the node is not there; the time stays that of the first notice."""
        if self._since is None:
            self._since = self._clock()
        self.details.setText(reason)
        self.button.setVisible(bool(reason))
        self._failures += 1
        if self._failures == LOOP and reason:
            self._unfold(True)
        self._say()
        self.show()
        if self._failures == 1:
            announce(self, self.words.text())

    def found(self) -> None:
        """Take the band away."""
        self._since = None
        self._failures = 0
        self._unfold(False)
        self.hide()

    def count(self, waiting: int) -> None:
        """Say how many messages wait for the node."""
        self._waiting = waiting
        if self._since is not None:
            self._say()

    def _say(self) -> None:
        assert self._since is not None
        since = self._since.strftime("%H:%M:%S")
        text = self.tr("Waiting for your node since {time}; it is started again.")
        if self._failures >= LOOP:
            text = self.tr("Your node has not come up since {time}; it is tried again and again.")
        text = text.format(time=since)
        if self._waiting:
            kept = self.tr("%n message(s) will be sent when it is there.", "", self._waiting)
        else:
            kept = self.tr("What you write is kept and sent when it is there.")
        self.words.setText(f"{text} {kept}")
        self.setAccessibleName(self.words.text())

    def _unfold(self, unfold: bool) -> None:
        self.details.setVisible(unfold)
        self._do.setVisible(unfold)
        self.button.setText(self.tr("Hide details") if unfold else self.tr("Show details"))


def _label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
