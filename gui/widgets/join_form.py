"""Joins by an invite link, pasted or read from the picture of a QR code; says what it waits for, keeps trying (S63)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from gui import qr
from gui.api.errors import ApiError
from gui.requests.invites import SCHEME
from gui.session import Session
from gui.tasks import spawn
from gui.widgets.announcing import announce
from gui.widgets.error_line import ErrorLine
from gui.widgets.long_edit import LongEdit
from gui.widgets.words import words

LINK_LINES = 3
STILL_MS = 3000
AGAIN_S = (3.0, 5.0, 10.0, 20.0, 30.0)
WORTH_ANOTHER_TRY = ("unreachable", "timeout", "disconnected")


class LinkEdit(LongEdit):
    """Takes a link as text, and a picture or its file by paste and drop.

    Signals:
        pictured: a picture.
        filed: path of a file.
    """

    pictured = Signal(QImage)
    filed = Signal(str)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take pictures and files, too."""
        if qr.available() and (source.hasImage() or _file(source)):
            return True
        return bool(super().canInsertFromMimeData(source))

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Give pictures away, put text in."""
        if qr.available() and source.hasImage():
            self.pictured.emit(QImage(source.imageData()))
        elif qr.available() and (path := _file(source)):
            self.filed.emit(path)
        else:
            super().insertFromMimeData(source)


class JoinForm(QWidget):
    """A field for the link, the ways to fill it, and what happens while it is waited for.

    Signals:
        joined: id and title of the conversation.
        busy: whether it is joining now.
        resized: the form needs another height.
    """

    joined = Signal(str, str)
    busy = Signal(bool)
    resized = Signal()

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
        *,
        prepare: Callable[[Callable[[str], None]], Awaitable[None]] | None = None,
        again_s: tuple[float, ...] = AGAIN_S,
    ) -> None:
        """`prepare` does what has to be done before a node can join, and tells what that is meanwhile."""
        super().__init__(parent)
        self._session = session
        self._prepare = prepare
        self._again_s = again_s
        self._task: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._file_dialog: QFileDialog | None = None
        self.link = LinkEdit(LINK_LINES)
        self.link.setPlaceholderText("peer2peer://join#…")
        self.link.setAccessibleName(self.tr("Invite link"))
        label = words(self.tr("Invite link"), role="label")
        label.setBuddy(self.link)
        self.picture = QPushButton(self.tr("Use a picture of a QR code…"))
        self.picture.setProperty("role", "quiet")
        self.picture.setToolTip(self.tr("You can also drop or paste a picture into the field"))
        self.picture.setVisible(qr.available())
        self.error = ErrorLine()
        self.progress = words("", role="muted")
        self.keep_trying = QPushButton(self.tr("Keep trying"))
        for hidden in (self.progress, self.keep_trying):
            hidden.hide()
        below = QHBoxLayout()
        below.addWidget(self.picture)
        below.addStretch(1)
        below.addWidget(self.keep_trying)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(label)
        whole.addWidget(self.link)
        whole.addWidget(self.error)
        whole.addWidget(self.progress)
        whole.addLayout(below)
        self._still = QTimer(self, singleShot=True, interval=STILL_MS)
        self._still.timeout.connect(self._say_still)
        self.link.textChanged.connect(lambda: self.say(""))
        self.link.pictured.connect(self.read_image)
        self.link.filed.connect(lambda path: self.read_file(Path(path)))
        self.picture.clicked.connect(lambda *_: self._choose_file())
        self.keep_trying.clicked.connect(lambda *_: self._start(persistent=True))

    @property
    def joining(self) -> bool:
        """Whether it waits for the node now."""
        return self._task is not None

    def offer(self, link: str = "") -> None:
        """Put a link into the field: the one given, else one that lies on the clipboard."""
        clipboard = QGuiApplication.clipboard().text().strip() if not link else ""
        if link or clipboard.startswith(SCHEME):
            self.link.setPlainText(link or clipboard)
            self.link.selectAll()

    def join_now(self) -> None:
        """Begin to join, or say what is wrong with the link."""
        link = self._typed()
        if not link:
            self.say(self.tr("Paste an invite link first."))
        elif not link.startswith(SCHEME):
            self.say(self.tr("This is not an invite link. It begins with “peer2peer://join#”; copy the whole of it."))
        else:
            self._start(persistent=False)

    def cancel(self) -> None:
        """Stop waiting; the node may still finish, and the conversation then appears in the list."""
        self._still.stop()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            self._show_busy(False)

    def say(self, problem: str, *, hopeful: bool = False) -> None:
        """Show what is wrong; an empty text takes it away. `hopeful`: trying again may help."""
        if self.error.text() == problem and self.error.isHidden() == (not problem):
            return
        self.error.say(problem)
        self.keep_trying.setVisible(hopeful)
        self.resized.emit()

    # --- joining -----------------------------------------------------------------------------------------------------

    def _typed(self) -> str:
        return "".join(self.link.toPlainText().split())

    def _start(self, *, persistent: bool) -> None:
        if self._task is None:
            self.say("")
            self._show_busy(True)
            self._task = spawn(self._join(self._typed(), persistent), name="join")

    async def _join(self, link: str, persistent: bool) -> None:
        try:
            if self._prepare is not None:
                await self._prepare(self._tell)
            self._tell(self.tr("Looking for a member who is online…"))
            self._still.start()
            conversation, title = await (self._persist(link) if persistent else self._session.join(link))
        except ApiError as error:
            self._over(error.reason, hopeful=error.code in WORTH_ANOTHER_TRY)
        except Exception:
            self._over(self.tr("That did not work, and not as foreseen. Try again."))
            raise
        else:
            self._over()
            if isValid(self):
                self.joined.emit(conversation, title)

    def _over(self, problem: str = "", *, hopeful: bool = False) -> None:
        """Wait no more, unless for something that was begun later."""
        if isValid(self) and self._task is asyncio.current_task():
            self._task = None
            self._show_busy(False)
            self.say(problem, hopeful=hopeful)

    async def _persist(self, link: str) -> tuple[str, str]:
        """Try until it works, or fails for another reason than that nobody is there."""
        tried = 0
        while True:
            try:
                return await self._session.join(link)
            except ApiError as error:
                if error.code not in WORTH_ANOTHER_TRY:
                    raise
            pause_s = self._again_s[min(tried, len(self._again_s) - 1)]
            tried += 1
            self._still.stop()
            self._tell(self.tr("Nobody could be reached yet (tried %n time(s)). Trying again in a moment…", "", tried))
            await asyncio.sleep(pause_s)

    def _tell(self, progress: str) -> None:
        if isValid(self):
            self.progress.setText(progress)
            announce(self.progress, progress)
            self.resized.emit()

    def _say_still(self) -> None:
        self._tell(
            self.tr(
                "Still trying… The person who invited you, or another member, has to be online and reachable. You can "
                "wait, or cancel and try later."
            )
        )

    def _show_busy(self, busy: bool) -> None:
        self._still.stop()
        self.link.setReadOnly(busy)
        self.picture.setEnabled(not busy)
        self.keep_trying.hide()
        self.progress.setVisible(busy)
        self.busy.emit(busy)
        self.resized.emit()

    # --- pictures ----------------------------------------------------------------------------------------------------

    def _choose_file(self) -> None:
        names = " ".join(f"*.{suffix}" for suffix in qr.SUFFIXES)
        dialog = QFileDialog(
            self, self.tr("A picture of the QR code"), "", self.tr("Pictures ({names})").format(names=names)
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.read_file(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        self._file_dialog = dialog
        dialog.open()

    def read_file(self, path: Path) -> None:
        """Read the QR code in a file."""
        try:
            self.read_image(qr.read_picture(path))
        except qr.NoPicture as problem:
            self.say(str(problem))

    def read_image(self, image: QImage) -> None:
        """Read the QR code in a picture, and put its link into the field."""
        self._reading = spawn(self._read(QImage(image)), name="qr")

    async def _read(self, image: QImage) -> None:
        found = await qr.text_in(image)
        if not isValid(self):
            return
        if found is None:
            self.say(self.tr("No QR code was found in this picture. Try a larger or sharper one."))
        elif not found.startswith(SCHEME):
            self.say(self.tr("There is a QR code in this picture, but it is not an invite of Peer2Peer."))
        else:
            self.link.setPlainText(found)


def _file(source: QMimeData) -> str:
    """Return the path of the one local picture that is dropped or pasted; empty where there is none."""
    paths = [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
    return paths[0] if len(paths) == 1 and paths[0].lower().endswith(tuple(f".{one}" for one in qr.SUFFIXES)) else ""
