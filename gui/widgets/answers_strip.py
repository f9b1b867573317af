"""What the AIs are at for me, over the input: Stop while one thinks, and my place in the line of one (S14)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.state.ai_work import AiWork, Answering
from gui.theme.palette import Theme
from gui.widgets.typing_line import TypingLine


class AnswersStrip(QWidget):
    """The typing line with a Stop button, and below it the lines of those who make me wait.

    As soon as an answer has words its bubble has a Stop button of its own.

    Signals:
        stop: message and AI whose answer is to end.
    """

    stop = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = AiWork()
        self._is_mine: Callable[[str], bool] = lambda _: False
        self._disconnect: Callable[[], None] | None = None
        self.typing = TypingLine(theme)
        self.button = QPushButton(self.tr("Stop"))
        self.button.setProperty("role", "quiet")
        self.button.clicked.connect(self._stop)
        hold = self.button.sizePolicy()
        hold.setRetainSizeWhenHidden(True)  # nothing moves when it comes
        self.button.setSizePolicy(hold)
        self.button.hide()
        self.waiting = QLabel()
        self.waiting.setProperty("role", "waiting")
        self.waiting.setTextFormat(Qt.TextFormat.PlainText)
        self.waiting.setWordWrap(True)
        self.waiting.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.waiting.hide()
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.typing, 1)
        line.addWidget(self.button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2)
        whole.addLayout(line)
        whole.addWidget(self.waiting)

    def watch(self, work: AiWork, is_mine: Callable[[str], bool]) -> None:
        """Show what concerns my messages in one conversation from now on."""
        if self._disconnect is not None:
            self._disconnect()
        self._work, self._is_mine = work, is_mine
        self._disconnect = work.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show how it is now."""
        thinking = self._thinking()
        self.button.setVisible(thinking is not None)
        if thinking is not None:
            self.button.setAccessibleName(self.tr("Stop the answer of {name}").format(name=thinking.name))
        words = []
        for one in self._work.waiting(self._is_mine):
            if one.others:
                words.append(self.tr("{name} answers after %n other(s)", "", one.others).format(name=one.name))
            else:
                words.append(self.tr("{name} answers you next").format(name=one.name))
        self.waiting.setText("   ·   ".join(words))
        self.waiting.setVisible(bool(words))

    def _thinking(self) -> Answering | None:
        return next((one for one in self._work.answering(self._is_mine) if not one.writes), None)

    def _stop(self) -> None:
        one = self._thinking()
        if one is not None:
            self.stop.emit(one.reply_to, one.ai)
