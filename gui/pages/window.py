"""The main window: sidebar, page, banner and toast; folds the sidebar into a menu button where it is narrow (S61)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.idle import Idle
from gui.pages.conversation_page import ConversationPage
from gui.pages.keys import Keys
from gui.pages.pages import Pages, Prepare
from gui.pages.questions import Questions
from gui.pages.side import Side
from gui.pages.sidebar import Sidebar
from gui.pages.steering import Steering
from gui.session import Session
from gui.state.conversation import Conversation
from gui.theme.app_icon import app_icon
from gui.theme.palette import Theme
from gui.widgets.banner import LostBanner
from gui.widgets.toast import Toast
from gui.widgets.words import titled

if TYPE_CHECKING:
    from gui.pages.first_start import FirstStart
    from gui.pages.locked import LockedPage
    from gui.pages.settings.page import SettingsPage
    from gui.pages.sheet import Sheet


class Window(QWidget):
    """The one window of the program.

    Signals:
        closed: the person closed it.
        wanted: something that is done outside of it: `profile`, `settings`, `network`, `shortcuts`, `lock`, `quit`,
            `again` to look for the node now, `log` to show what it wrote.
        sidebar_dragged: the list was given another width, in pixels.
        ready: everything of a session can be shown.
    """

    closed = Signal()
    wanted = Signal(str)
    sidebar_dragged = Signal(int)
    ready = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("Peer2Peer")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(380, 420)
        self.resize(1120, 780)
        self.theme = theme
        self._session: Session | None = None
        self.banner = LostBanner()
        self.banner.again.connect(lambda: self.wanted.emit("again"))
        self.banner.log.connect(lambda: self.wanted.emit("log"))
        self.idle = Idle(self)
        self.pages = Pages(theme)
        self.pages.said.connect(self.say)
        self.pages.invite.connect(self.invite)
        self.empty = self.pages.empty
        self.sidebar: Sidebar | None = None
        self.steering: Steering | None = None
        self.questions: Questions | None = None
        self.side = Side(self)
        self.side.dropped.connect(self.sidebar_dragged)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.banner)
        right.addWidget(self.pages, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.side.place)
        whole.addLayout(right, 1)
        self.toast = Toast(theme, self.pages)
        self.keys = Keys(self)
        for name, done in (
            ("new", self.new),
            ("join", self.join),
            ("invite", self.invite),
            ("previous", lambda: self.step(-1)),
            ("next", lambda: self.step(1)),
            ("settings", lambda: self.wanted.emit("settings")),
            ("shortcuts", lambda: self.wanted.emit("shortcuts")),
            ("conversation", self.settings),
            ("quit", lambda: self.wanted.emit("quit")),
        ):
            self.keys.set(name, done)

    @property
    def page(self) -> ConversationPage | None:
        """The page of the open conversation."""
        return self.pages.conversation

    @property
    def settings_page(self) -> SettingsPage | None:
        """The settings of the open conversation."""
        return self.pages.settings

    @property
    def first_start(self) -> FirstStart | None:
        """The pages of the first start, while they are there."""
        return self.pages.first_start

    @property
    def locked(self) -> LockedPage | None:
        """What asks for the passphrase, while it does."""
        return self.pages.locked

    def ask_first(self, session: Session, prepare: Prepare) -> FirstStart:
        """Show the pages of the first start, and return them."""
        return self.pages.ask_first(session, prepare)

    def ask_passphrase(self, reason: str) -> LockedPage:
        """Show what asks for the passphrase, and nothing else; return it."""
        page = self.pages.ask_passphrase(reason)
        self._arrange()
        return page

    def unlocked(self) -> None:
        """Take away what asked for the passphrase."""
        self.pages.unlocked()
        self._arrange()

    def show_session(self, session: Session) -> None:
        """Show a session; its node may still be starting."""
        self._session = session
        self.sidebar = Sidebar(session, self.theme, self)
        page = self.pages.show_session(session)
        self.questions = Questions(self, session, self.theme)
        self.questions.began.connect(self.open)
        self.questions.said.connect(self.say)
        self.questions.invited.connect(self.pages.look_at_invites)
        self.pages.phase.connect(self.questions.explain)
        self.steering = Steering(self, self, session, self.theme, self.sidebar, page)
        self.pages.person.connect(self.steering.show_person)
        self.empty.menu.connect(self.unfold)
        self.empty.new.connect(self.new)
        self.empty.join.connect(self.join)
        page.invite.connect(self.invite)
        page.settings.connect(self.settings)
        page.add_ai.connect(self.add_ai)
        page.phase.connect(self.questions.explain)
        page.link.connect(self.questions.follow)
        session.opened.connect(self._retitle)
        session.client.online.connect(self.banner.follow)
        session.outbox.changed.connect(lambda: self.banner.count(session.outbox.waiting()))
        self.idle.away.connect(lambda away: session.be("away" if away else "online"))
        self.side.take(self.sidebar)
        self.toast.raise_()
        self.sidebar.user.wanted.connect(self.wanted)
        self._arrange()
        self.ready.emit()

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a page in the place of the conversation until it is left; of one kind at most one."""
        self.fold()
        sheet.left.connect(self.leave_sheet)
        self.pages.show_sheet(sheet)

    def leave_sheet(self) -> bool:
        """Go back to the conversation; False where no such page was shown."""
        return self.pages.leave_sheet()

    def step(self, by: int) -> None:
        """Open the conversation that stands `by` places further down in the list."""
        if self.sidebar is not None:
            self.sidebar.list.choose_next(by)

    def in_view(self, conversation_id: str) -> bool:
        """Tell whether somebody looks at the newest messages of a conversation."""
        one = self._one()
        is_here = self.isActiveWindow() and self.isVisible() and not self.isMinimized()
        return one is not None and one.id == conversation_id and self.pages.shows_conversation and is_here

    def come_forward(self) -> None:
        """Show the window before all others."""
        if self.isMinimized():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def say(self, text: str) -> None:
        """Confirm something quietly."""
        self.toast.say(text)

    def open(self, conversation_id: str) -> None:
        """Open a conversation."""
        if self._session is not None:
            self.leave_sheet()
            self.close_settings()
            self.fold()
            self._session.open(conversation_id)

    def reveal(self, conversation_id: str, message_id: str) -> None:
        """Open a conversation at a message."""
        if self.steering is not None:
            self.leave_sheet()
            self.fold()
            self.steering.reveal(conversation_id, message_id)

    def new(self) -> None:
        """Ask for a new conversation."""
        if self.questions is not None and self.pages.listed:
            self.fold()
            self.questions.new()

    def join(self, link: str = "") -> None:
        """Ask for an invite link."""
        if self.questions is not None and self.pages.listed:
            self.fold()
            self.questions.join(link)

    def welcome(self, conversation_id: str, title: str) -> None:
        """Open a conversation that was just joined."""
        if self.questions is not None:
            self.questions.welcome(conversation_id, title)

    def invite(self) -> None:
        """Make a link for the open conversation."""
        if self.questions is not None:
            self.questions.invite()

    def settings(self) -> None:
        """Show the settings of the open conversation."""
        if self._one() is not None and not self.pages.shows_settings:
            self.leave_sheet()
            self.fold()
            self.pages.show_settings()

    def add_ai(self) -> None:
        """Ask for an AI for the open conversation, over its settings."""
        self.settings()
        self.pages.add_ai()

    def close_settings(self) -> None:
        """Go back from the settings to the messages."""
        self.pages.close_settings()

    def unfold(self) -> None:
        """Show the sidebar over the page."""
        self.side.unfold()

    def fold(self) -> None:
        """Fold the sidebar away where the window is narrow."""
        self.side.fold()

    def _one(self) -> Conversation | None:
        return self._session.open_one if self._session is not None else None

    def _retitle(self) -> None:
        one = self._one()
        self.setWindowTitle(f"{titled(one.summary)} - Peer2Peer" if one is not None else "Peer2Peer")

    def _arrange(self) -> None:
        self.side.lock(on=self.locked is not None)
        if self.page is not None:
            self.page.set_menu_visible(self.side.narrow)
            self.empty.set_menu_visible(self.side.narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold or unfold the sidebar."""
        super().resizeEvent(event)
        self._arrange()
        if self.steering is not None:
            self.steering.switcher.place()
        self.toast.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold the sidebar, or leave the conversation, with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            if self.side.unfolded:
                self.fold()
            elif self.pages.shows_settings:
                self.close_settings()
            elif not self.leave_sheet() and self._session is not None:
                self._session.close()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say that the person closed the window; what that means is decided by who hears it."""
        self.closed.emit()
        super().closeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell the messages when the window becomes active: what is in view then counts as seen."""
        if event.type() == QEvent.Type.WindowActivate and self.page is not None:
            self.page.view.place()
        return super().event(event)
