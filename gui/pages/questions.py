"""What the window asks a person: a title, a link, how many an invite is for, whether to go on to a phase."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

from gui.requests.invites import SCHEME
from gui.session import Session
from gui.theme.palette import Theme


def _tr(text: str) -> str:
    return QCoreApplication.translate("Window", text)


class Questions(QObject):
    """Opens the dialogs of a session over its window.

    Signals:
        began: id of a conversation that is to be opened.
        said: a sentence about what was done.
        invited: the dialog about an invite was left.
    """

    began = Signal(str)
    said = Signal(str)
    invited = Signal()

    def __init__(self, window: QWidget, session: Session, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._theme = theme

    def new(self) -> None:
        """Ask for a new conversation."""
        from gui.dialogs.create import CreateDialog

        dialog = CreateDialog(self._session, self._theme, self._window)
        dialog.created.connect(self._created)
        dialog.open()

    def join(self, link: str = "") -> None:
        """Ask for an invite link."""
        from gui.dialogs.join import JoinDialog

        dialog = JoinDialog(self._session, self._window, link=link)
        dialog.joined.connect(self.welcome)
        dialog.open()

    def invite(self) -> None:
        """Make a link for the open conversation."""
        one = self._session.open_one
        if one is not None and not one.may("invite"):
            if not one.summary.direct:
                self.said.emit(_tr("You can't invite people here: an owner or an admin can."))
        elif one is not None:
            from gui.dialogs.invite import InviteDialog

            dialog = InviteDialog(self._session, one.summary, self._theme, self._window)
            dialog.copied.connect(lambda: self.said.emit(_tr("Invite link copied")))
            dialog.saved.connect(lambda name: self.said.emit(_tr("Saved as {name}").format(name=name)))
            dialog.finished.connect(self.invited)
            dialog.open()

    def explain(self, phase: str) -> None:
        """Say what a phase of the open conversation is, and ask whether to go on to it."""
        one = self._session.open_one
        if one is not None:
            from gui.dialogs.phase import PhaseDialog

            dialog = PhaseDialog(self._session, one, phase, self._theme, self._window)
            dialog.advanced.connect(lambda reached: self.said.emit(_tr("Advanced to {phase}").format(phase=reached)))
            dialog.open()

    def follow(self, target: str) -> None:
        """Ask whether to open a link; one that invites is joined."""
        if target.startswith(SCHEME):
            self.join(target)
        else:
            from gui.dialogs.link import LinkDialog

            LinkDialog(target, self._window).open()

    def welcome(self, conversation_id: str, title: str) -> None:
        """Open a conversation that was just joined."""
        self.began.emit(conversation_id)
        self.said.emit(_tr("You joined “{title}”").format(title=title) if title else _tr("You joined the conversation"))

    def _created(self, conversation_id: str) -> None:
        self.began.emit(conversation_id)
        self.said.emit(_tr("Conversation created"))
