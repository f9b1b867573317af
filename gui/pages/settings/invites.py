"""Open invites of a conversation: how often each still works, until when; taking one back (S63)."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from gui.api.errors import ApiError
from gui.dialogs.confirm import ConfirmDialog
from gui.pages.settings.section import Section
from gui.requests import invites
from gui.session import Session
from gui.state import times
from gui.state.conversation import Conversation
from gui.state.details import Invite
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.layouts import row
from gui.widgets.words import words

SOON_MS = 200


class InvitesSection(Section):
    """Lists the invites by which somebody could still come."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__("", session, theme)
        self.heading.setText(self.tr("Open invites"))
        self.rows: dict[str, InviteRow] = {}
        self.nothing = words(self.tr("Nobody can join by a link now."), role="muted")
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self.body.addWidget(self.nothing)
        self.body.addLayout(self._list)
        self._asked: object = None
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(lambda: spawn(self._load(), name="invites"))

    def open(self, one: Conversation) -> None:
        """Show another conversation."""
        self._asked = None
        self._show(())
        super().open(one)

    def refresh(self) -> None:
        """Ask for the invites where they may be others: an invite and who came by it change the members' event."""
        if self.one is not None and self._asked is not self.one.members:
            self.look()

    def look(self) -> None:
        """Ask for the invites anew, soon."""
        if self.one is not None:
            self._asked = self.one.members
            self._soon.start()

    async def _load(self) -> None:
        one = self.one
        if one is None:
            return
        try:
            found = await invites.listed(self.session.client, one.id)
        except ApiError:
            return  # they are asked for again with the next change
        if isValid(self) and one is self.one:
            self._show(found)

    def _show(self, found: tuple[Invite, ...]) -> None:
        self.nothing.setVisible(not found)
        for gone in self.rows.keys() - {one.id for one in found}:
            left = self.rows.pop(gone)
            self._list.removeWidget(left)
            left.hide()
            left.deleteLater()
        for one in found:
            shown = self.rows.get(one.id)
            if shown is None:
                shown = self.rows[one.id] = InviteRow(self.session)
                shown.revoke.clicked.connect(lambda *_, invite=one.id: self._revoke(invite))
                self._list.addWidget(shown)
            shown.show_invite(one)
            shown.revoke.setVisible(one.revocable and self.belongs)

    def _revoke(self, invite: str) -> None:
        one = self.one
        if one is None:
            return

        async def revoke() -> None:
            await invites.revoke(self.session.client, one.id, invite)

        dialog = ConfirmDialog(
            self.tr("Take this invite back?"),
            self.tr("The link works for nobody any more. Who has joined by it stays."),
            self.tr("Take it back"),
            revoke,
            self.window(),
        )
        dialog.done_it.connect(lambda: self.said.emit(self.tr("The invite was taken back")))
        dialog.done_it.connect(self.look)
        dialog.open()


class InviteRow(QWidget):
    """One invite and the button that takes it back."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.text = words("")
        self.about = words("", role="small")
        self.revoke = QPushButton(self.tr("Take back"))
        whole = row(self.text, self.about, after=(self.revoke,))
        whole.setContentsMargins(0, 4, 0, 4)
        self.setLayout(whole)

    def show_invite(self, one: Invite) -> None:
        """Show how it stands."""
        if one.uses:
            text = self.tr("Used {used} of {uses}").format(used=one.used, uses=one.uses)
        else:
            text = self.tr("Used {used}, without limit").format(used=one.used)
        self.text.setText(text)
        until = times.stamp(one.expires, self._session.now())
        self.about.setText(self.tr("made by {name}, until {time}").format(name=one.by_name, time=until))
        self.revoke.setAccessibleName(self.tr("Take back the invite made by {name}").format(name=one.by_name))
