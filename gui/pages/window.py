"""The main window: sidebar, page, banner and toast; folds the sidebar into a menu button where it is narrow (S61)."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from gui.dialogs.create import CreateDialog
from gui.dialogs.invite import InviteDialog
from gui.dialogs.join import PREFIX, JoinDialog
from gui.dialogs.link import LinkDialog
from gui.dialogs.phase import PhaseDialog
from gui.pages.conversation_page import ConversationPage
from gui.pages.empty import EmptyPage
from gui.pages.first_start import FirstStart
from gui.pages.sidebar import WIDTH as SIDEBAR_PX
from gui.pages.sidebar import Sidebar
from gui.session import Session
from gui.state.conversation import Conversation
from gui.theme.palette import Theme
from gui.widgets.toast import Toast

NARROW_PX = 720


class _Scrim(QWidget):
    """Dims the page behind the unfolded sidebar; a click folds it.

    Signals:
        clicked: it was clicked.
    """

    clicked = Signal()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the shade."""
        painter = QPainter(self)
        painter.setOpacity(0.35)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold the sidebar."""
        self.clicked.emit()


class Window(QWidget):
    """The one window of the program.

    Signals:
        closed: the person closed it.
        named: the name chosen on the first start.
    """

    closed = Signal()
    named = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("Peer2Peer")
        self.setMinimumSize(380, 420)
        self.resize(1120, 780)
        self.theme = theme
        self._session: Session | None = None
        self._unfolded = False
        self.banner = QFrame()
        self.banner.setProperty("role", "banner")
        self._banner_text = QLabel()
        self._banner_text.setTextFormat(Qt.TextFormat.PlainText)
        self._banner_text.setWordWrap(True)
        self._banner_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        line = QHBoxLayout(self.banner)
        line.setContentsMargins(20, 8, 20, 8)
        line.addWidget(self._banner_text, 1)
        self.banner.hide()
        self.pages = QStackedWidget()
        self.empty = EmptyPage(theme)
        self.pages.addWidget(self.empty)
        self.first_start: FirstStart | None = None
        self.sidebar: Sidebar | None = None
        self.page: ConversationPage | None = None
        self._place = QWidget()  # where the sidebar stands when it is not folded
        self._place.setFixedWidth(SIDEBAR_PX)
        self._place.hide()
        self._scrim = _Scrim(self)
        self._scrim.hide()
        self._scrim.clicked.connect(self.fold)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.banner)
        right.addWidget(self.pages, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._place)
        whole.addLayout(right, 1)
        self.toast = Toast(theme, self.pages)
        for keys, done in (("Ctrl+N", self.new), ("Ctrl+J", self.join), ("Ctrl+I", self.invite)):
            QShortcut(QKeySequence(keys), self).activated.connect(done)

    def ask_name(self) -> None:
        """Show the page of the first start."""
        self.first_start = FirstStart(self.theme)
        self.first_start.named.connect(self.named)
        self.pages.addWidget(self.first_start)
        self.pages.setCurrentWidget(self.first_start)
        self.first_start.name.setFocus()

    def show_session(self, session: Session) -> None:
        """Show a session; its node may still be starting."""
        self._session = session
        if self.first_start is not None:
            self.pages.removeWidget(self.first_start)
            self.first_start.deleteLater()
            self.first_start = None
        self.sidebar = Sidebar(session, self.theme, self)
        self.page = ConversationPage(session, self.theme)
        self.pages.addWidget(self.page)
        self.pages.setCurrentWidget(self.empty)
        self.sidebar.chosen.connect(self.open)
        self.sidebar.new.connect(self.new)
        self.sidebar.join.connect(self.join)
        self.sidebar.theme.connect(lambda: self.theme.use("light" if self.theme.tokens.dark else "dark"))
        self.empty.menu.connect(self.unfold)
        self.empty.new.connect(self.new)
        self.empty.join.connect(self.join)
        self.page.menu.connect(self.unfold)
        self.page.invite.connect(self.invite)
        self.page.phase.connect(self._explain)
        self.page.link.connect(self._link)
        self.page.said.connect(self.say)
        session.opened.connect(self._opened)
        session.problem.connect(self.say)
        session.conversations.changed.connect(self._listed)
        session.client.online.connect(self._online)
        self._scrim.raise_()
        self.sidebar.raise_()
        self.sidebar.show()
        self.toast.raise_()
        self._arrange()

    @property
    def narrow(self) -> bool:
        """Whether the sidebar is folded away."""
        return self.width() < NARROW_PX

    def say(self, text: str) -> None:
        """Confirm something quietly."""
        self.toast.say(text)

    def show_banner(self, text: str) -> None:
        """Show a state that lasts; an empty text takes it away."""
        self._banner_text.setText(text)
        self.banner.setVisible(bool(text))

    def open(self, conversation_id: str) -> None:
        """Open a conversation."""
        if self._session is not None:
            self.fold()
            self._session.open(conversation_id)

    def new(self) -> None:
        """Ask for a new conversation."""
        if self._session is not None and self._session.conversations.loaded:
            dialog = CreateDialog(self._session, self.theme, self)
            dialog.created.connect(self._created)
            self.fold()
            dialog.open()

    def join(self, link: str = "") -> None:
        """Ask for an invite link."""
        if self._session is not None and self._session.conversations.loaded:
            dialog = JoinDialog(self._session, self, link=link)
            dialog.joined.connect(self._joined)
            self.fold()
            dialog.open()

    def invite(self) -> None:
        """Make a link for the open conversation."""
        one = self._one()
        if self._session is not None and one is not None:
            dialog = InviteDialog(self._session, one.summary, self.theme, self)
            dialog.copied.connect(lambda: self.say("Invite link copied"))
            dialog.open()

    def unfold(self) -> None:
        """Show the sidebar over the page."""
        self._unfolded = True
        self._arrange()

    def fold(self) -> None:
        """Fold the sidebar away where the window is narrow."""
        self._unfolded = False
        self._arrange()

    def _one(self) -> Conversation | None:
        return self._session.open_one if self._session is not None else None

    def _created(self, conversation_id: str) -> None:
        self.open(conversation_id)
        self.say("Conversation created")

    def _joined(self, conversation_id: str, title: str) -> None:
        self.open(conversation_id)
        self.say(f"You joined “{title}”" if title else "You joined the conversation")

    def _opened(self) -> None:
        one = self._one()
        assert self.page is not None
        assert self.sidebar is not None
        if one is None:
            self.page.keep_draft()
            self.pages.setCurrentWidget(self.empty)
        else:
            self.pages.setCurrentWidget(self.page)
            self.page.show_conversation(one)
            self.sidebar.list.show_current(one.id)
        self.setWindowTitle(f"{one.summary.title} - Peer2Peer" if one is not None else "Peer2Peer")

    def _listed(self) -> None:
        assert self._session is not None
        self.empty.ready(any_conversation=bool(self._session.conversations.ordered()))

    def _online(self, online: bool, reason: str) -> None:
        self.show_banner("" if online else f"Reconnecting to your node…  {reason}")

    def _explain(self, phase: str) -> None:
        one = self._one()
        if self._session is not None and one is not None:
            dialog = PhaseDialog(self._session, one.summary, phase, self.theme, self)
            dialog.advanced.connect(lambda reached: self.say(f"Advanced to {reached}"))
            dialog.open()

    def _link(self, target: str) -> None:
        if target.startswith(PREFIX):
            self.join(target)
        else:
            LinkDialog(target, self).open()

    def _arrange(self) -> None:
        if self.sidebar is None or self.page is None:
            return
        self._place.setVisible(not self.narrow)
        self.sidebar.setGeometry(0, 0, SIDEBAR_PX, self.height())
        over = self.narrow and self._unfolded
        self.sidebar.setVisible(not self.narrow or self._unfolded)
        self.page.set_menu_visible(self.narrow)
        self.empty.set_menu_visible(self.narrow)
        self._scrim.setGeometry(self.rect())
        self._scrim.setVisible(over)
        if over:
            self._scrim.raise_()
            self.sidebar.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold or unfold the sidebar."""
        super().resizeEvent(event)
        self._arrange()
        self.toast.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold the sidebar, or leave the conversation, with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            if self._unfolded:
                self.fold()
            elif self._session is not None:
                self._session.close()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say that the person closed the window."""
        self.closed.emit()
        super().closeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell the messages when the window becomes active: what is in view then counts as seen."""
        if event.type() == QEvent.Type.WindowActivate and self.page is not None:
            self.page.view.place()
        return super().event(event)
