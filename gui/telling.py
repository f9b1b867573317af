"""What a person is told who does not look at the window: the tray's count, and notifications (S20)."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gui.notification_bus import NotificationBus
from gui.notifier import Notifier
from gui.pages.window import Window
from gui.session import Session
from gui.state.notices import Notice, Notices
from gui.state.settings import Settings
from gui.tray import Tray


class Telling(QObject):
    """Follows one session and its window after the other.

    Signals:
        wanted: `open`, `new` or `quit`, from the tray.
        clicked: conversation and id of the message to show; an empty id is the first unread one.
    """

    wanted = Signal(str)
    clicked = Signal(str, str)

    def __init__(self, settings: Settings) -> None:
        super().__init__(None)
        self._settings = settings
        self.tray = Tray()
        self.tray.chosen.connect(lambda: self.wanted.emit("open"))
        self.notifier = Notifier(self.tray, NotificationBus() if NotificationBus.is_there() else None, self)
        self.tray.balloon_clicked.connect(self.notifier.act)
        self.notifier.clicked.connect(self.clicked)
        self.notices: Notices | None = None
        self._window: Window | None = None

    def follow(self, session: Session, window: Window) -> None:
        """Tell of this session from now on."""
        self._window = window
        self.notices = Notices(session.conversations, self._settings, in_view=window.in_view)
        self.notices.arrived.connect(self._arrived)
        self.notices.unread.connect(self.tray.count)
        self.tray.offer(
            [
                (self.tr("Open Peer2Peer"), lambda: self.wanted.emit("open")),
                (self.tr("New conversation"), lambda: self.wanted.emit("new")),
                (self.tr("Quit"), lambda: self.wanted.emit("quit")),
            ]
        )

    def leave(self) -> None:
        """Tell of no session, and take away what was told: whoever comes next may not be who it was for."""
        if self.notices is not None:
            self.notices.end()
            self.notices = None
        self.notifier.forget()
        self.tray.count(0)

    async def end(self) -> None:
        """Go."""
        self.leave()
        await self.notifier.end()
        self.tray.end()
        self.deleteLater()

    def _arrived(self, notice: Notice) -> None:
        self.notifier.quiet = self._window is not None and self._window.locked is not None
        self.notifier.add(notice)
