"""Join by an invite link (S63)."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gui.dialogs.base import Dialog
from gui.session import Session
from gui.widgets.join_form import JoinForm


class JoinDialog(Dialog):
    """Asks for a link, or a picture of one, and joins.

    Signals:
        joined: id and title of the conversation.
    """

    joined = Signal(str, str)

    def __init__(self, session: Session, parent: QWidget | None = None, *, link: str = "") -> None:
        said = QCoreApplication.translate
        super().__init__(
            said("JoinDialog", "Join a conversation"),
            said("JoinDialog", "Paste the invite link that somebody gave you."),
            parent,
        )
        self.form = JoinForm(session)
        self.body.addWidget(self.form)
        self.add_button(self.tr("Cancel"), self.reject)
        self._join = self.add_button(self.tr("Join"), self.form.join_now, primary=True)
        self.form.offer(link)
        self.form.resized.connect(self.fit)
        self.form.busy.connect(self._busy)
        self.form.joined.connect(self._joined)

    @property
    def link(self) -> QPlainTextEdit:
        """The field for the link."""
        return self.form.link

    def join_now(self) -> None:
        """Begin to join, or say what is wrong with the link."""
        self.form.join_now()

    def _busy(self, busy: bool) -> None:
        self._join.setEnabled(not busy)
        self._join.setText(self.tr("Joining…") if busy else self.tr("Join"))

    def _joined(self, conversation: str, title: str) -> None:
        self.joined.emit(conversation, title)
        self.accept()

    def done(self, result: int) -> None:
        """Stop waiting; the node may still finish, and the conversation then appears in the list."""
        self.form.cancel()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Treat the window's close button as Cancel."""
        self.reject()
        super().closeEvent(event)
