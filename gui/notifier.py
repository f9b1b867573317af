"""Tells the person of new messages: by the desktop's notifications where it has them, else by the tray (S20)."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from gui.notification_bus import NotificationBus
from gui.state.notices import Notice
from gui.state.plain import plain
from gui.tasks import spawn

GATHER_MS = 400
MOST_LETTERS = 180


class Balloon(Protocol):
    """What shows a notification where the desktop has no service for it."""

    def show_balloon(self, title: str, body: str, key: str) -> None:
        """Show it; a click on it tells `key`."""


class Notifier(QObject):
    """Gathers for a moment what arrives, and tells it at once.

    Signals:
        clicked: conversation and id of the message to go to; an empty id is the first unread one.
    """

    clicked = Signal(str, str)

    def __init__(self, balloon: Balloon, bus: NotificationBus | None = None, parent: QObject | None = None) -> None:
        """`bus` is the session bus; None where there is none."""
        super().__init__(parent)
        self._balloon = balloon
        self._bus = bus
        self._gathered: list[Notice] = []
        self._gather = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._gather.timeout.connect(self._tell)
        self.quiet = False
        """Whether only the count is told: somebody else may sit there, as while the keys are locked."""
        if bus is not None:
            bus.clicked.connect(self.act)

    def add(self, notice: Notice) -> None:
        """Tell soon of something new."""
        self._gathered.append(notice)
        if not self._gather.isActive():
            self._gather.start()

    def forget(self) -> None:
        """Tell nothing of what was gathered, and take away what is shown."""
        self._gathered.clear()
        self._gather.stop()
        if self._bus is not None:
            spawn(self._bus.withdraw(), name="notifications")

    async def end(self) -> None:
        """Go, with everything that is shown."""
        self._gathered.clear()
        self._gather.stop()
        if self._bus is not None:
            await self._bus.withdraw()
            await self._bus.end()
        self.deleteLater()

    def act(self, key: str) -> None:
        """Do what a click does on the notification with this key."""
        conversation, _, message = key.partition(" ")
        self.clicked.emit(conversation, message)

    def words(self, notices: list[Notice]) -> tuple[str, str]:
        """Return title and text for what arrived within a moment, as plain text."""
        count = sum(notice.count for notice in notices)
        if self.quiet:
            return "Peer2Peer", self.tr("%n new message(s)", "", count)
        conversations = {notice.conversation: notice for notice in notices}
        if len(conversations) > 1:
            titles = ", ".join(notice.title for notice in list(conversations.values())[:3])
            return self.tr("%n new message(s)", "", count), _short(titles)
        notice = notices[-1]
        if count > 1:
            return _short(notice.title), self.tr("%n new message(s)", "", count)
        title = notice.author if notice.direct else f"{notice.author} · {notice.title}"
        return _short(title), _short(notice.text)

    def _tell(self) -> None:
        notices, self._gathered = self._gathered, []
        if notices:
            title, body = self.words(notices)
            last = notices[-1]
            alone = len(notices) == 1 and last.count == 1
            key = f"{last.conversation} {last.message}" if alone and last.message else last.conversation
            spawn(self._show(title, body, key), name="notification")

    async def _show(self, title: str, body: str, key: str) -> None:
        if self._bus is None or not await self._bus.show(title, body, key, action=self.tr("Open")):
            self._balloon.show_balloon(title, body, key)


def _short(text: str) -> str:
    """Return the beginning of a text as one plain line."""
    line = " ".join(plain(text).split())
    return line if len(line) <= MOST_LETTERS else line[: MOST_LETTERS - 1] + "…"
