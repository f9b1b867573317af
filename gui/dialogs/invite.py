"""Invite people: choose how often and how long a link works, make it, copy it (S63)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from gui.dialogs.base import Dialog, words
from gui.session import Session
from gui.state import objects, times
from gui.state.objects import Summary
from gui.theme.palette import Theme
from gui.widgets.switch import Choice

DAY_S = 86_400
USES = (("One person", 1), ("Up to 5 people", 5), ("Up to 25 people", 25), ("Anybody who has it", 0))
EXPIRES = (("1 hour", 3600), ("1 day", DAY_S), ("7 days", 7 * DAY_S), ("30 days", 30 * DAY_S))


class InviteDialog(Dialog):
    """Makes an invite link of one conversation.

    Signals:
        copied: the link is on the clipboard.
    """

    copied = Signal()

    def __init__(self, session: Session, summary: Summary, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            "Invite people",
            f"Whoever opens the link joins “{summary.title}”. Give it only to people you mean to invite.",
            parent,
        )
        self._session = session
        self._summary = summary
        self.uses = Choice(theme)
        self.expires = Choice(theme)
        for label, value in USES:
            self.uses.addItem(label, value)
        for label, value in EXPIRES:
            self.expires.addItem(label, value)
        self.expires.setCurrentIndex(2)
        choices = QHBoxLayout()
        choices.setSpacing(16)
        for label, box in (("Works for", self.uses), ("Expires after", self.expires)):
            column = QVBoxLayout()
            column.setSpacing(8)
            text = words(label, role="label")
            text.setBuddy(box)
            box.setAccessibleName(label)
            column.addWidget(text)
            column.addWidget(box)
            choices.addLayout(column, 1)
        self.body.addLayout(choices)
        self.link = QPlainTextEdit()
        self.link.setReadOnly(True)
        self.link.setAccessibleName("Invite link")
        self.link.setFixedHeight(84)
        self.link.hide()
        self.about = words("", role="small")
        self.about.hide()
        self.body.addSpacing(6)
        self.body.addWidget(self.link)
        self.body.addWidget(self.about)
        self._close = self.add_button("Cancel", self.reject)
        self._make = self.add_button("Make link", self.make_now, primary=True)
        self.uses.currentIndexChanged.connect(lambda *_: self._stale())
        self.expires.currentIndexChanged.connect(lambda *_: self._stale())

    def make_now(self) -> None:
        """Make the link, or copy the one that is shown."""
        if self.link.toPlainText():
            QGuiApplication.clipboard().setText(self.link.toPlainText())
            self.copied.emit()
        else:
            self.work(self._make_it, busy=self._make, label="Making…")

    async def _make_it(self) -> None:
        reply = await self._session.invite(
            self._summary.id, uses=int(self.uses.currentData()), expires_s=int(self.expires.currentData())
        )
        self._show(str(reply.get("link", "")), reply)
        self._make.setText("Copy link")

    def _show(self, link: str, reply: dict[str, object]) -> None:
        self.link.setPlainText(link)
        self.link.selectAll()
        self.link.show()
        expires = objects.moment(reply.get("expires"))
        uses = reply.get("uses")
        who = "It works any number of times" if uses == 0 else f"It works {'once' if uses == 1 else f'{uses} times'}"
        until = f", until {times.stamp(expires, self._session.now())}" if expires > objects.EPOCH else ""
        self.about.setText(f"{who}{until}.")
        self.about.show()
        self._close.setText("Close")
        self.fit()

    def _stale(self) -> None:
        """Ask for a new link after a choice has changed."""
        self.link.clear()
        self.link.hide()
        self.about.hide()
        self._make.setText("Make link")
        self.fit()
