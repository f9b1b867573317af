"""Says whose computers answer for an AI: the first, and those that stand by, in their order (S37)."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui.dialogs.base import Dialog
from gui.requests import participants
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.objects import Ai
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.face import Face
from gui.widgets.layouts import empty
from gui.widgets.switch import Choice
from gui.widgets.words import words

MOST = 8


class HostsDialog(Dialog):
    """A list in order, with buttons to move, take out and add people.

    Signals:
        saved: the order is in force.
    """

    saved = Signal()

    def __init__(
        self, session: Session, one: Conversation, ai: Ai, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__("", "", parent)
        self.set_title(self.tr("Where {name} runs").format(name=ai.name))
        self._session = session
        self._one = one
        self._ai = ai
        self._theme = theme
        self.order = list(dict.fromkeys(host.identity for host in ai.hosts))
        self.body.addWidget(
            words(
                self.tr(
                    "The first of them answers. When that computer is silent, the next takes over. Whoever is named "
                    "here is asked first."
                ),
                role="muted",
            )
        )
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self.body.addLayout(self._list)
        adding = QHBoxLayout()
        self.others = Choice(theme)
        self.others.setAccessibleName(self.tr("Somebody to stand by"))
        self.add = QPushButton(self.tr("Add"))
        self.add.setAutoDefault(False)
        self.add.clicked.connect(lambda *_: self._add())
        adding.addWidget(self.others, 1)
        adding.addWidget(self.add)
        self.body.addSpacing(6)
        self.body.addLayout(adding)
        self.add_button(self.tr("Cancel"), self.reject)
        self.save = self.add_button(self.tr("Save"), self.save_now, primary=True)
        self._show()

    def save_now(self) -> None:
        """Put the order in force."""
        self.work(self._save, busy=self.save, label=self.tr("Saving…"))

    async def _save(self) -> None:
        await participants.set_hosts(self._session.client, self._one.id, self._ai.id, self.order)
        if self.alive():
            self.saved.emit()
            self.accept()

    def move_up(self, at: int) -> None:
        """Let one host stand before the one above it."""
        self.order[at - 1], self.order[at] = self.order[at], self.order[at - 1]
        self._show()

    def _show(self) -> None:
        empty(self._list)
        members = {one.identity: one for one in self._one.members}
        named = {host.identity: host.name for host in self._ai.hosts}
        for at, identity in enumerate(self.order):
            member = members.get(identity)
            name = member.name if member is not None else named.get(identity, identity[:8])
            presence = member.here if member is not None else "offline"
            self._list.addWidget(self._row(at, identity, name, presence))
        self.others.clear()
        for one in self._one.members:
            if one.identity not in self.order:
                self.others.addItem(one.name, one.identity)
        room = self.others.count() > 0 and len(self.order) < MOST
        self.others.setVisible(self.others.count() > 0)
        self.add.setVisible(self.others.count() > 0)
        self.add.setEnabled(room)
        self.fit()

    def _row(self, at: int, identity: str, name: str, presence: str) -> QWidget:
        row = QWidget()
        whole = QHBoxLayout(row)
        whole.setContentsMargins(0, 2, 0, 2)
        whole.setSpacing(12)
        face = Face(self._theme)
        face.show_person(identity, name, presence)
        text = QVBoxLayout()
        text.setSpacing(0)
        here = identity == self._session.identity
        text.addWidget(words(self.tr("{name} (this computer)").format(name=name) if here else name))
        place = self.tr("answers") if at == 0 else self.tr("stands by, number {number}").format(number=at)
        text.addWidget(words(place, role="small"))
        whole.addWidget(face)
        whole.addLayout(text, 1)
        up = self._tool("up", self.tr("Move {name} up").format(name=name))
        up.setEnabled(at > 0)
        up.clicked.connect(lambda *_: self.move_up(at))
        down = self._tool("down", self.tr("Move {name} down").format(name=name))
        down.setEnabled(at < len(self.order) - 1)
        down.clicked.connect(lambda *_: self.move_up(at + 1))
        out = self._tool("close", self.tr("Take {name} out").format(name=name))
        out.setEnabled(len(self.order) > 1)
        out.clicked.connect(lambda *_: self._take_out(identity))
        for button in (up, down, out):
            whole.addWidget(button)
        return row

    def _tool(self, icon: str, name: str) -> QToolButton:
        button = QToolButton()
        tokens = self._theme.tokens
        button.setIcon(icons.icon(icon, tokens.text, disabled=tokens.line))
        button.setIconSize(QSize(16, 16))
        button.setAccessibleName(name)
        return button

    def _take_out(self, identity: str) -> None:
        self.order.remove(identity)
        self._show()

    def _add(self) -> None:
        identity = self.others.currentData()
        if identity and len(self.order) < MOST:
            self.order.append(str(identity))
            self._show()
