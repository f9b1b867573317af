"""Invite people: choose how often and how long a link works, make it; copy it, or show it as a QR code (S63)."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QGuiApplication, QTextOption
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.dialogs.base import Dialog
from gui.requests import invites
from gui.session import Session
from gui.state import objects, times
from gui.state.objects import Summary
from gui.theme.palette import Theme
from gui.widgets import qr
from gui.widgets.long_edit import LongEdit
from gui.widgets.switch import Choice
from gui.widgets.words import words

HOUR_S = 3_600
DAY_S = 24 * HOUR_S
WEEK_S = 7 * DAY_S


class InviteDialog(Dialog):
    """Makes an invite link of one conversation.

    Signals:
        copied: the link is on the clipboard.
        saved: the name of the file that the QR code is in now.
    """

    copied = Signal()
    saved = Signal(str)

    def __init__(self, session: Session, summary: Summary, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.set_title(self.tr("Invite people"))
        self._session = session
        self._summary = summary
        about = self.tr("Whoever opens the link joins “{title}”. Give it only to people you mean to invite.")
        self.body.addWidget(words(about.format(title=summary.title), role="muted"))
        self.body.addSpacing(6)
        self.uses = Choice(theme)
        self.expires = Choice(theme)
        for label, value in (
            (self.tr("One person"), 1),
            (self.tr("Up to 5 people"), 5),
            (self.tr("Up to 25 people"), 25),
            (self.tr("Anybody who has it"), 0),
        ):
            self.uses.addItem(label, value)
        for label, value in (
            (self.tr("1 hour"), HOUR_S),
            (self.tr("1 day"), DAY_S),
            (self.tr("7 days"), WEEK_S),
            (self.tr("30 days"), 30 * DAY_S),
            (self.tr("1 year"), 365 * DAY_S),
        ):
            self.expires.addItem(label, value)
        self.expires.setCurrentIndex(self.expires.findData(WEEK_S))
        choices = QHBoxLayout()
        choices.setSpacing(16)
        for label, box in ((self.tr("Works for"), self.uses), (self.tr("Expires after"), self.expires)):
            column = QVBoxLayout()
            column.setSpacing(8)
            text = words(label, role="label")
            text.setBuddy(box)
            box.setAccessibleName(label)
            column.addWidget(text)
            column.addWidget(box)
            choices.addLayout(column, 1)
        self.body.addLayout(choices)
        self.body.addSpacing(6)
        self.body.addWidget(self._made())
        self._close = self.add_button(self.tr("Cancel"), self.reject)
        self._make = self.add_button(self.tr("Make link"), self.make_now, primary=True)
        self.uses.currentIndexChanged.connect(lambda *_: self._stale())
        self.expires.currentIndexChanged.connect(lambda *_: self._stale())

    def _made(self) -> QWidget:
        """Return what is shown once there is a link."""
        self.made = QWidget()
        column = QVBoxLayout(self.made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.qr = qr.QrCode()
        self.qr.setAccessibleName(self.tr("The invite link as a QR code"))
        self.link = LongEdit(2)
        self.link.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.link.setReadOnly(True)
        self.link.setAccessibleName(self.tr("Invite link"))
        self.about = words("", role="small")
        self.save = QPushButton(self.tr("Save QR code…"))
        self.save.setProperty("role", "quiet")
        self.save.setAutoDefault(False)
        self.save.clicked.connect(lambda *_: self.choose_file())
        below = QHBoxLayout()
        below.addWidget(self.about, 1)
        below.addWidget(self.save)
        column.addWidget(self.qr, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.link)
        column.addLayout(below)
        self.made.hide()
        return self.made

    def make_now(self) -> None:
        """Make the link, or copy the one that is shown."""
        if self.link.toPlainText():
            QGuiApplication.clipboard().setText(self.link.toPlainText())
            self.copied.emit()
        else:
            self.work(self._make_it, busy=self._make, label=self.tr("Making…"))

    async def _make_it(self) -> None:
        uses, expires_s = int(self.uses.currentData()), int(self.expires.currentData())
        reply = await invites.make(self._session.client, self._summary.id, uses=uses, expires_s=expires_s)
        if self.alive():
            self._show(str(reply.get("link", "")), reply)
            self._make.setText(self.tr("Copy link"))

    def _show(self, link: str, reply: dict[str, object]) -> None:
        self.link.setPlainText(link)
        self.link.selectAll()
        self.qr.show_text(link)
        expires, uses = objects.moment(reply.get("expires")), reply.get("uses")
        until = times.stamp(expires, self._session.now()) if expires > objects.EPOCH else ""
        if uses == 0:
            said = self.tr("It works any number of times, until {time}.")
        elif uses == 1:
            said = self.tr("It works once, until {time}.")
        else:
            said = self.tr("It works {uses} times, until {time}.")
        self.about.setText(said.format(uses=uses, time=until))
        self.made.show()
        self._close.setText(self.tr("Close"))
        self.fit()

    def choose_file(self) -> None:
        """Ask where to save the QR code."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        self.files = QFileDialog(self, self.tr("Save QR code"), folder, self.tr("Pictures (*.png)"))
        self.files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.files.setDefaultSuffix("png")
        self.files.selectFile("invite.png")
        self.files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.files.fileSelected.connect(self.save_to)
        self.files.open()

    def save_to(self, path: str) -> None:
        """Save the QR code as a picture."""
        if qr.picture(self.link.toPlainText()).save(path, "PNG"):  # type: ignore[call-overload]
            self.say("")
            self.saved.emit(Path(path).name)
        else:
            self.say(self.tr("{name} could not be written: choose another folder.").format(name=Path(path).name))

    def _stale(self) -> None:
        """Ask for a new link after a choice has changed."""
        self.link.clear()
        self.qr.show_text("")
        self.made.hide()
        self._make.setText(self.tr("Make link"))
        self.fit()
