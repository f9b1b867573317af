"""Who belongs to a conversation, what they may do, and who was here before (S5, S22, S63)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from gui.api.errors import ApiError
from gui.dialogs.confirm import ConfirmDialog
from gui.dialogs.removal import RemovalDialog
from gui.pages.settings.section import Section, badge
from gui.requests import members
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.details import Former
from gui.state.objects import Member
from gui.tasks import spawn
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.face import Face
from gui.widgets.layouts import empty, row
from gui.widgets.one_line import OneLine
from gui.widgets.person_words import presence_label, role_word
from gui.widgets.tool import more_tool
from gui.widgets.words import words

ORDER = {"owner": 0, "admin": 1, "member": 2}
SOON_MS = 200


class PeopleSection(Section):
    """Lists the members with what can be done about each, and those who were members.

    Signals:
        invite: an invite link is wanted.
        person: identity of somebody whose card is wanted.
    """

    invite = Signal()
    person = Signal(str)

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__("", session, theme)
        self.rows: dict[str, PersonRow] = {}
        self._members: tuple[Member, ...] | None = None
        self._asked: object = None
        self.invite_button = QPushButton(self.tr("Invite people"))
        self.invite_button.clicked.connect(lambda *_: self.invite.emit())
        self.head.add(self.invite_button)
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        self.body.addLayout(self._list)
        self.more = QPushButton()
        self.more.setProperty("role", "quiet")
        self.more.setCheckable(True)
        self.more.hide()
        self.former = QWidget()
        self._former = QVBoxLayout(self.former)
        self._former.setContentsMargins(10, 0, 0, 0)
        self._former.setSpacing(6)
        self.former.hide()
        self.body.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.former)
        self.more.toggled.connect(self.former.setVisible)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(lambda: spawn(self._load_former(), name="former"))

    def open(self, one: Conversation) -> None:
        """Show another conversation."""
        self._members = self._asked = None
        self.more.setChecked(False)
        self.more.hide()
        super().open(one)

    def refresh(self) -> None:
        """Show the members as they are; who is new gets a row, the others keep theirs."""
        if self.one is None:
            return
        self.invite_button.setVisible(self.may("invite"))
        if self._asked is not self.one.members:
            self._asked = self.one.members
            self._soon.start()
        if self._members == self.one.members and self.rows:
            return
        self._members = self.one.members
        self.heading.setText(self.tr("People ({count})").format(count=len(self._members)))
        ordered = sorted(self._members, key=lambda one: (ORDER.get(one.role, 3), one.name.casefold(), one.identity))
        for gone in self.rows.keys() - {one.identity for one in ordered}:
            left = self.rows.pop(gone)
            self._list.removeWidget(left)
            left.hide()
            left.deleteLater()
        for at, member in enumerate(ordered):
            shown = self.rows.get(member.identity)
            if shown is None:
                shown = self.rows[member.identity] = PersonRow(self.theme)
                shown.card.clicked.connect(lambda *_, identity=member.identity: self.person.emit(identity))
            if self._list.indexOf(shown) != at:
                self._list.insertWidget(at, shown)
            shown.show_member(member, self._actions(member))

    def _actions(self, member: Member) -> list[tuple[str, Callable[[], None]]]:
        """Return what this person may do about somebody."""
        offered: tuple[tuple[str, str, Callable[[], None]], ...] = (
            ("admin", self.tr("Make admin"), lambda: self._set_role(member, "admin")),
            ("member", self.tr("Make member"), lambda: self._set_role(member, "member")),
            ("owner", self.tr("Make owner…"), lambda: self._make_owner(member)),
            ("hand_over", self.tr("Hand over the conversation…"), lambda: self._hand_over(member)),
            ("remove", self.tr("Remove…"), lambda: self._remove(member)),
        )
        return [(label, act) for right, label, act in offered if right in member.may]

    def _set_role(self, member: Member, role: str) -> None:
        client, name = self.session.client, self.one.id if self.one is not None else ""
        done = {
            "admin": self.tr("{name} is an admin now"),
            "member": self.tr("{name} is a member now"),
        }[role]
        self.work(lambda: members.set_role(client, name, member.identity, role), done=done.format(name=member.name))

    def _make_owner(self, member: Member) -> None:
        client, name = self.session.client, self.one.id if self.one is not None else ""
        self._confirm(
            self.tr("Make {name} an owner?").format(name=member.name),
            self.tr("An owner may do everything here that you may. You stay an owner too."),
            self.tr("Make owner"),
            lambda: members.set_role(client, name, member.identity, "owner"),
            self.tr("{name} is an owner now").format(name=member.name),
        )

    def _hand_over(self, member: Member) -> None:
        client, name = self.session.client, self.one.id if self.one is not None else ""
        self._confirm(
            self.tr("Hand over to {name}?").format(name=member.name),
            self.tr("{name} becomes the owner, and you stay as a member. Only {name} can give it back.").format(
                name=member.name
            ),
            self.tr("Hand over"),
            lambda: members.hand_over(client, name, member.identity),
            self.tr("{name} is the owner now").format(name=member.name),
        )

    def _confirm(self, title: str, text: str, verb: str, work: Callable[[], Awaitable[None]], done: str) -> None:
        dialog = ConfirmDialog(title, text, verb, work, self.window())
        dialog.done_it.connect(lambda: self.said.emit(done))
        dialog.open()

    def _remove(self, member: Member) -> None:
        assert self.one is not None
        dialog = RemovalDialog(self.session, self.one.id, member, self.theme, self.window())
        done = self.tr("{name} was removed").format(name=member.name)
        dialog.removed.connect(lambda: self.said.emit(done))
        dialog.open()

    async def _load_former(self) -> None:
        one = self.one
        if one is None:
            return
        try:
            found = await members.former(self.session.client, one.id)
        except ApiError:
            return  # they are asked for again with the next change
        if isValid(self) and one is self.one:
            self._show_former(found)

    def _show_former(self, people: tuple[Former, ...]) -> None:
        self.more.setText(self.tr("Former members ({count})").format(count=len(people)))
        self.more.setVisible(bool(people))
        self.former.setVisible(bool(people) and self.more.isChecked())
        empty(self._former)
        for one in people:
            if one.left:
                text = self.tr("{name} left").format(name=one.name)
            else:
                text = self.tr("{name} was removed by {by}").format(name=one.name, by=one.by_name)
            self._former.addWidget(words(text, role="muted"))


class CardButton(QPushButton):
    """Circle, name and presence of somebody; a click shows their card."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "me")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the room for what is in it."""
        layout = self.layout()
        return layout.totalSizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the least room for it."""
        layout = self.layout()
        return layout.totalMinimumSize() if layout is not None else super().minimumSizeHint()


class PersonRow(QWidget):
    """One member: circle, name, badge, presence, and a menu of what can be done."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.face = Face(theme)
        self.name = OneLine()
        self.about = OneLine(role="small")
        self.badge = badge("")
        self.more, self.actions_menu = more_tool()
        self.card = CardButton()
        inside = row(self.name, self.about, before=self.face)
        inside.setContentsMargins(0, 4, 6, 4)
        self.card.setLayout(inside)
        self.setLayout(row(self.card, after=(self.badge, self.more)))
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_member(self, member: Member, actions: list[tuple[str, Callable[[], None]]]) -> None:
        """Show somebody, and what can be done about them."""
        self.face.show_person(member.identity, member.name, member.here)
        self.name.setText(self.tr("{name} (you)").format(name=member.name) if member.me else member.name)
        about = [presence_label(member.here)]
        if member.by_name:
            about.append(self.tr("invited by {name}").format(name=member.by_name))
        self.about.setText("  ·  ".join(about))
        self.badge.setText(role_word(member.role))
        said = f"{self.name.text()}, {self.badge.text()}, {self.about.text()}"
        self.card.setAccessibleName(said)
        self.card.setAccessibleDescription(self.tr("Shows the card"))
        kind = "accent" if member.role in ("owner", "admin") else ""
        if self.badge.property("kind") != kind:
            self.badge.setProperty("kind", kind)
            self.badge.style().unpolish(self.badge)
            self.badge.style().polish(self.badge)
        self.more.setAccessibleName(self.tr("What can be done about {name}").format(name=member.name))
        self.more.setVisible(bool(actions))
        self.actions_menu.clear()
        for label, act in actions:
            self.actions_menu.addAction(label).triggered.connect(lambda *_, act=act: act())

    def _restyle(self) -> None:
        self.more.setIcon(icons.icon("more", self._theme.tokens.muted))
