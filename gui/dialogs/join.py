"""Join by an invite link: says what happens while it waits, can be cancelled, shows a clear error (S63)."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gui.api.errors import ApiError
from gui.dialogs.base import Dialog, words
from gui.session import Session
from gui.tasks import spawn

PREFIX = "peer2peer:"
STILL_MS = 3000


class JoinDialog(Dialog):
    """Asks for a link and joins.

    Signals:
        joined: id and title of the conversation.
    """

    joined = Signal(str, str)

    def __init__(self, session: Session, parent: QWidget | None = None, *, link: str = "") -> None:
        super().__init__("Join a conversation", "Paste the invite link that somebody gave you.", parent)
        self._session = session
        self._task: asyncio.Task[None] | None = None
        self.link = QPlainTextEdit()
        self.link.setPlaceholderText("peer2peer://join#…")
        self.link.setTabChangesFocus(True)
        self.link.setFixedHeight(84)
        self.add_field("Invite link", self.link)
        self.progress = words("", role="muted")
        self.progress.hide()
        self.body.addWidget(self.progress)
        self.add_button("Cancel", self.reject)
        self._join = self.add_button("Join", self.join_now, primary=True)
        self._still = QTimer(self, singleShot=True, interval=STILL_MS)
        self._still.timeout.connect(self._say_still)
        self.link.textChanged.connect(lambda: self.say(""))
        clipboard = QGuiApplication.clipboard().text().strip() if not link else ""
        if link or clipboard.startswith(PREFIX):
            self.link.setPlainText(link or clipboard)
            self.link.selectAll()

    def join_now(self) -> None:
        """Begin to join, or say what is wrong with the link."""
        link = "".join(self.link.toPlainText().split())
        if not link:
            self.say("Paste an invite link first.")
        elif not link.startswith(PREFIX):
            self.say("This is not an invite link. It begins with “peer2peer://join#”; copy the whole of it.")
        elif self._task is None:
            self._task = spawn(self._join_it(link), name="join")

    async def _join_it(self, link: str) -> None:
        self.say("")
        self._busy(True)
        try:
            conversation_id, title = await self._session.join(link)
        except ApiError as error:
            if self.alive():
                self._busy(False)
                self.say(error.reason)
        else:
            if self.alive():
                self.joined.emit(conversation_id, title)
                self.accept()
        finally:
            self._task = None

    def _busy(self, busy: bool) -> None:
        self._join.setEnabled(not busy)
        self._join.setText("Joining…" if busy else "Join")
        self.link.setReadOnly(busy)
        self.progress.setText("Looking for a member who is online…")
        self.progress.setVisible(busy)
        self.fit()
        if busy:
            self._still.start()
        else:
            self._still.stop()

    def _say_still(self) -> None:
        self.progress.setText(
            "Still trying… The person who invited you, or another member, has to be online and reachable. You can wait "
            "or cancel and try later."
        )
        self.fit()

    def done(self, result: int) -> None:
        """Stop waiting; the node may still finish, and the conversation then appears in the list."""
        self._still.stop()
        task, self._task = self._task, None
        if task is not None and result == int(JoinDialog.DialogCode.Rejected):
            task.cancel()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Treat the window's close button as Cancel."""
        self.reject()
        super().closeEvent(event)
