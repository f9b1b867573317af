"""Putting a conversation away, and leaving it (S5)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from gui.dialogs.leave import LeaveDialog
from gui.pages.settings.section import Section, line
from gui.requests import conversations
from gui.session import Session
from gui.theme.palette import Theme
from gui.widgets.layouts import row
from gui.widgets.words import words


class GoingSection(Section):
    """Archive and leave.

    Signals:
        gone: this person has left the conversation.
    """

    gone = Signal()

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__("", session, theme)
        self.heading.setText(self.tr("Archive and leave"))
        self.archive = QPushButton()
        self.archive.clicked.connect(lambda *_: self._archive())
        self.about = words("", role="muted")
        self.leave = QPushButton(self.tr("Leave…"))
        self.leave.setProperty("role", "danger")
        self.leave.clicked.connect(lambda *_: self.leave_now())
        self.leaving = words("", role="muted")
        for text, button in ((self.about, self.archive), (self.leaving, self.leave)):
            if button is self.leave:
                self.body.addWidget(line())
            self.body.addLayout(row(text, after=(button,)))

    def refresh(self) -> None:
        """Offer what can be done now."""
        one = self.one
        if one is None:
            return
        archived = one.summary.archived
        self.archive.setText(self.tr("Bring back") if archived else self.tr("Archive"))
        self.archive.setEnabled(self.may("archive"))
        if not self.may("archive"):
            self.about.setText(self.tr("An owner or an admin can put the conversation away for everybody."))
        elif archived:
            self.about.setText(
                self.tr("The conversation is archived for everybody. It can be written in all the same.")
            )
        else:
            self.about.setText(self.tr("Puts the conversation away for everybody. It can be brought back."))
        self.leave.setEnabled(self.may("leave"))
        owners = [member for member in one.members if member.role == "owner"]
        self.only_owner = self.me is not None and owners == [self.me] and len(one.members) > 1
        if not self.may("leave"):
            self.leaving.setText(self.tr("You do not belong to this conversation any more."))
        elif self.only_owner:
            self.leaving.setText(
                self.tr("You are the only owner: as you leave, you choose who owns the conversation from then on.")
            )
        else:
            self.leaving.setText(self.tr("What is here stays readable for you. A new invite can bring you back."))

    def leave_now(self) -> None:
        """Leave, once that is confirmed; the only owner says who owns it from then on."""
        one = self.one
        if one is None:
            return
        dialog = LeaveDialog(self.session, one.summary, self.theme, self.window())
        dialog.said.connect(self.said)
        dialog.done_it.connect(self.gone)
        dialog.open()

    def _archive(self) -> None:
        one = self.one
        if one is None:
            return
        on = not one.summary.archived

        async def archive() -> None:
            one.handle("conversation", await conversations.archive(self.session.client, one.id, on=on))

        self.work(archive, busy=self.archive, done=self.tr("Archived") if on else self.tr("Brought back"))
