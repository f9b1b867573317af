"""One open conversation: header with people and phase, messages, typing line, input."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.chatview.markdown import plain
from gui.chatview.view import ChatView
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.timeline import Row
from gui.tasks import spawn
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.avatar import People
from gui.widgets.message_input import MessageInput
from gui.widgets.mitosis import PhaseBar
from gui.widgets.typing_line import TypingLine

NARROW_PX = 620
COLUMN_PX = 1100


class ConversationPage(QFrame):
    """Shows the session's open conversation.

    Signals:
        menu, invite: a button of the header was pressed.
        phase: a phase was clicked.
        link: a link in a message was clicked.
        said: something to confirm quietly.
    """

    menu = Signal()
    invite = Signal()
    phase = Signal(str)
    link = Signal(str)
    said = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._session = session
        self._theme = theme
        self._one: Conversation | None = None
        self._disconnect: Callable[[], None] | None = None
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.subtitle = QLabel()
        self.subtitle.setProperty("role", "small")
        self.subtitle.setTextFormat(Qt.TextFormat.PlainText)
        self.people = People(theme)
        self.menu_button = _tool("Conversations", self.menu)
        self.invite_button = _tool("Invite people (Ctrl+I)", self.invite)
        self.phases = PhaseBar(theme)
        self.view = ChatView(theme, session.now)
        self.typing = TypingLine(theme)
        self.input = MessageInput(theme)
        self._lay_out()
        self.phases.asked.connect(self.phase)
        self.view.link.connect(self.link)
        self.view.older_wanted.connect(lambda: spawn(session.load_older(), name="older"))
        self.view.displayed.connect(session.displayed)
        self.view.retry.connect(session.retry)
        self.view.discard.connect(self._discard)
        self.view.reply.connect(self._reply)
        self.view.copied.connect(lambda: self.said.emit("Copied"))
        self.input.submitted.connect(self._send)
        self.input.edited.connect(session.typed)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _lay_out(self) -> None:
        header = QFrame()
        header.setProperty("role", "header")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.menu_button)
        top.addLayout(words, 1)
        top.addWidget(self.people)
        top.addWidget(self.invite_button)
        inside = QVBoxLayout(header)
        inside.setContentsMargins(20, 12, 16, 10)
        inside.setSpacing(10)
        inside.addLayout(top)
        inside.addWidget(self.phases)
        below = QWidget()
        below.setMaximumWidth(COLUMN_PX)
        column = QVBoxLayout(below)
        column.setContentsMargins(20, 0, 20, 16)
        column.setSpacing(4)
        column.addWidget(self.typing)
        column.addWidget(self.input)
        centred = QHBoxLayout()
        centred.setContentsMargins(0, 0, 0, 0)
        centred.addStretch(1)
        centred.addWidget(below, 1000)
        centred.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(header)
        whole.addWidget(self.view, 1)
        whole.addLayout(centred)

    def show_conversation(self, one: Conversation) -> None:
        """Show another conversation, with its draft in the input."""
        self.keep_draft()
        if self._disconnect is not None:
            self._disconnect()
        self._one = one
        self._disconnect = one.about.connect(self._about)
        self.view.show_timeline(one.timeline)
        self.typing.watch(one.typing)
        self.input.load(self._session.drafts.of(one.id))
        self._about()
        self.input.edit.setFocus()

    def keep_draft(self) -> None:
        """Remember what is written and not sent."""
        if self._one is not None:
            self._session.drafts.keep(self._one.id, self.input.text())

    def set_menu_visible(self, visible: bool) -> None:
        """Offer the list by a button where it is folded away."""
        self.menu_button.setVisible(visible)

    def _about(self) -> None:
        one = self._one
        if one is None:
            return
        summary = one.summary
        metrics = self.title.fontMetrics()
        room = max(80, self.width() - self.people.sizeHint().width() - 170)
        self.title.setText(metrics.elidedText(summary.title, Qt.TextElideMode.ElideRight, room))
        self.title.setToolTip("")
        cycle = f", cycle {summary.cycle + 1}" if summary.cycle else ""
        parts = [summary.phase.capitalize() + cycle]
        if one.members:
            parts.append(f"{len(one.members)} {'member' if len(one.members) == 1 else 'members'}")
        if summary.status != "active":
            parts.append(summary.status)
        if summary.description:
            parts.append(plain(summary.description))
        text = self.subtitle.fontMetrics().elidedText("  ·  ".join(parts), Qt.TextElideMode.ElideRight, room)
        self.subtitle.setText(text)
        self.people.show_people(one.members, one.ais)
        self.phases.show_phase(summary.phase, summary.progress)

    def _send(self, text: str, reply_to: str) -> None:
        if self._one is not None:
            self._session.send(text, reply_to=reply_to or None)
            self._session.drafts.keep(self._one.id, "")

    def _discard(self, key: str) -> None:
        if self._one is not None:
            at = self._one.timeline.index_of(key)
            text = self._one.timeline.row(at).text if at is not None else ""
            self._one.timeline.discard(key)
            if text and not self.input.text().strip():
                self.input.load(text)  # a deleted message can still be taken up again

    def _reply(self, key: str) -> None:
        row = self._row(key)
        if row is not None and row.message_id:
            name = "yourself" if row.kind == "mine" else row.name
            self.input.answer(row.message_id, f"Reply to {name}: {plain(row.text)}")

    def _row(self, key: str) -> Row | None:
        at = self._one.timeline.index_of(key) if self._one is not None else None
        return self._one.timeline.row(at) if self._one is not None and at is not None else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what has no room."""
        narrow = event.size().width() < NARROW_PX
        self.people.set_most(3 if narrow else 6)
        self.phases.set_named(not narrow)
        self._about()
        super().resizeEvent(event)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self.menu_button.setIcon(icons.icon("menu", tokens.text))
        self.invite_button.setIcon(icons.icon("invite", tokens.text))


def _tool(tip: str, signal: SignalInstance) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setIconSize(QSize(20, 20))
    button.clicked.connect(signal)
    return button
