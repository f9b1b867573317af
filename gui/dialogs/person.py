"""A person's card: who it is, how they are here, the words to compare with them, and a way to talk alone (S7, S22)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.api.errors import ApiError
from gui.dialogs.base import Dialog
from gui.requests import people as requests
from gui.session import Session
from gui.state.found import Person
from gui.state.objects import Member
from gui.theme.palette import Theme
from gui.widgets.face import Face
from gui.widgets.person_words import presence_label, role_word
from gui.widgets.switch import Switch
from gui.widgets.words import breakable, words

COLUMNS = 3


class PersonDialog(Dialog):
    """Shows one person; of a conversation too, where the card is opened from one.

    Signals:
        direct: id of our conversation of two, to be opened.
        said: something to confirm quietly.
    """

    direct = Signal(str)
    said = Signal(str)

    def __init__(
        self,
        session: Session,
        theme: Theme,
        identity: str,
        name: str,
        member: Member | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, "", parent)
        self._session = session
        self._identity = identity
        self._member = member
        self._me = identity == session.identity
        self._face = Face(theme, 52)
        self.about = words("", role="muted")
        self.origin = words("", role="small")
        facts = QVBoxLayout()
        facts.setSpacing(2)
        facts.addWidget(self.about)
        facts.addWidget(self.origin)
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(self._face, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(facts, 1)
        self.body.addLayout(top)
        self.id = QLabel(identity[:16])
        self.id.setProperty("role", "small")
        self.id.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.id.setAccessibleName(self.tr("Id {id}").format(id=identity))
        self.copy = QPushButton(self.tr("Copy id"))
        self.copy.setProperty("role", "quiet")
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(lambda *_: self._copied())
        line = QHBoxLayout()
        line.addWidget(self.id)
        line.addWidget(self.copy)
        line.addStretch(1)
        self.body.addLayout(line)
        self.check = QFrame()
        self.check.setProperty("role", "card")
        self._words: list[QLabel] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(4)
        self.verified = Switch(self.tr("We saw the same words"), theme)
        inside = QVBoxLayout(self.check)
        inside.setContentsMargins(16, 14, 16, 14)
        inside.setSpacing(10)
        inside.addWidget(words(self.tr("Check words"), role="label"))
        explained = self.tr(
            "Compare these words with {name} over another channel, a call or face to face. Where both see the same "
            "ones, nobody stands between you."
        )
        inside.addWidget(words(breakable(explained.format(name=name)), role="small"))
        inside.addLayout(self._grid)
        inside.addWidget(self.verified)
        self.check.hide()
        self.body.addSpacing(4)
        self.body.addWidget(self.check)
        self.add_button(self.tr("Close"), self.reject)
        self.talk = self.add_button(self.tr("Direct message"), self._talk, primary=True)
        self.talk.setVisible(not self._me)
        self.talk.setFocus()
        self.verified.toggled.connect(lambda on: self._verify(on=on))
        self._show(Person(identity, name, member.here if member is not None else "offline"))
        if not self._me:
            self.work(self._load, busy=self.talk, label=self.talk.text())

    def check_words(self) -> list[str]:
        """Return the words that are shown."""
        return [label.text().partition(" ")[2] for label in self._words]

    def follow(self, member: Member | None) -> None:
        """Show how they are in the conversation now."""
        if member != self._member:
            self._member = member
            self._show(self._person)

    async def _load(self) -> None:
        person = await requests.person(self._session.client, self._identity)
        if self.alive():
            self._show(person)

    def _show(self, person: Person) -> None:
        self._person, member = person, self._member
        presence = member.here if member is not None else ("online" if self._me else person.presence)
        self._face.show_person(self._identity, person.name, presence)
        parts = [self.tr("You") if self._me else presence_label(presence)]
        if member is not None:
            parts.append(role_word(member.role))
            if member.devices:
                parts.append(self.tr("%n device(s)", "", len(member.devices)))
        if person.verified:
            parts.append(self.tr("Verified"))
        self.about.setText("  ·  ".join(parts))
        origin = []
        if member is not None:
            joined = self.tr("Joined through {name}").format(name=member.by_name)
            origin.append(joined if member.by_name else self.tr("Here from the beginning"))
        if person.conversations:
            origin.append(self.tr("%n conversation(s) with you", "", len(person.conversations)))
        self.origin.setText(breakable("  ·  ".join(origin)))
        self.origin.setVisible(bool(origin))
        self._show_words(person)
        self.fit()

    def _show_words(self, person: Person) -> None:
        if person.words and not self._grid.count():
            for at, word in enumerate(person.words):
                label = QLabel(f"{at + 1}. {word}")
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                self._words.append(label)
                self._grid.addWidget(label, at // COLUMNS, at % COLUMNS)
        self.check.setVisible(bool(person.words))
        self.verified.blockSignals(True)
        self.verified.setChecked(person.verified)
        self.verified.blockSignals(False)

    def _verify(self, *, on: bool) -> None:
        async def keep() -> None:
            try:
                person = await requests.verify(self._session.client, self._identity, on=on)
            except ApiError:
                if self.alive():
                    self.verified.blockSignals(True)
                    self.verified.setChecked(not on)
                    self.verified.blockSignals(False)
                raise
            if self.alive():
                self._show(person)
                self.said.emit(self.tr("Verified") if on else self.tr("No longer verified"))

        self.work(keep, busy=self.talk, label=self.talk.text())

    def _talk(self) -> None:
        self.work(self._open_direct, busy=self.talk, label=self.tr("Opening…"))

    async def _open_direct(self) -> None:
        name = await requests.direct(self._session.client, self._identity)
        await self._session.refresh()
        if self.alive():
            self.direct.emit(name)
            self.accept()

    def _copied(self) -> None:
        QGuiApplication.clipboard().setText(self._identity)
        self.said.emit(self.tr("Id copied"))
