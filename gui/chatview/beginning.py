"""What stands where messages will be, as long as nothing was said: what one can do first (S3)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton, QVBoxLayout, QWidget

from gui.state.conversation import Conversation
from gui.state.timeline import Timeline
from gui.widgets.words import words

MOST_PX = 420


class Beginning(QFrame):
    """A hint over the empty list of messages; gone with the first of them.

    Signals:
        wanted: `invite` or `add ai`: a button was pressed.
    """

    wanted = Signal(str)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._one: Conversation | None = None
        self._disconnect: list[Callable[[], None]] = []
        self.title = words(self.tr("Nothing has been said yet"), role="heading")
        self.about = words("", role="muted")
        self.invite = QPushButton(self.tr("Invite people"))
        self.add_ai = QPushButton(self.tr("Add an AI"))
        self.invite.clicked.connect(lambda *_: self.wanted.emit("invite"))
        self.add_ai.clicked.connect(lambda *_: self.wanted.emit("add ai"))
        for label in (self.title, self.about):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(10)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.invite)
        self._buttons.addWidget(self.add_ai)
        self._buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 12, 20, 12)
        whole.setSpacing(8)
        whole.addWidget(self.title)
        whole.addWidget(self.about)
        whole.addSpacing(8)
        whole.addLayout(self._buttons)
        self.hide()

    def watch(self, one: Conversation) -> None:
        """Stand over the messages of another conversation as long as there are none."""
        for disconnect in self._disconnect:
            disconnect()
        self._one, timeline = one, one.timeline
        self._disconnect = [
            one.about.connect(self._look),
            timeline.reset.connect(self._look),
            timeline.inserted.connect(lambda *_: self._look()),
            timeline.removed.connect(lambda *_: self._look()),
        ]
        self._look()

    def place(self) -> None:
        """Take the middle of what it stands over."""
        above = self.parentWidget()
        assert above is not None
        over = above.rect()
        width = min(MOST_PX, over.width())
        height = self.heightForWidth(width)
        self.setGeometry((over.width() - width) // 2, max(0, (over.height() - height) // 2), width, height)

    def _look(self) -> None:
        one = self._one
        begins = one is not None and one.loaded and one.may("message")
        if one is None or not begins or not _silent(one.timeline):
            self.hide()
            return
        alone = len(one.members) < 2
        self.invite.setVisible(alone and one.may("invite"))
        self.add_ai.setVisible(one.may("ai") and not one.ais and not one.summary.direct)
        said = self.tr("Write the first message below.")
        if self.invite.isVisibleTo(self) and self.add_ai.isVisibleTo(self):
            said = self.tr("Write the first message below, invite people to join in, or add an AI that answers.")
        elif self.invite.isVisibleTo(self):
            said = self.tr("Write the first message below, or invite people to join in.")
        elif self.add_ai.isVisibleTo(self):
            said = self.tr("Write the first message below, or add an AI that answers.")
        self.about.setText(said)
        self.setAccessibleName(self.title.text())
        self.setAccessibleDescription(said)
        self.place()
        self.show()
        self.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put one button below the other where they have no room beside each other."""
        both = self.invite.sizeHint().width() + self.add_ai.sizeHint().width() + 60
        direction = QBoxLayout.Direction
        self._buttons.setDirection(direction.TopToBottom if both > self.width() else direction.LeftToRight)
        super().resizeEvent(event)


def _silent(timeline: Timeline) -> bool:
    """Tell whether nobody has said anything: notices do not count."""
    return not timeline.more and all(timeline.row(at).kind == "notice" for at in range(len(timeline)))
