"""The left side: who I am, new and join, the search box, and below it the conversations or what was found."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.search.finding import Finding
from gui.search.panel import SearchPanel
from gui.session import Session
from gui.state.objects import Summary
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.conversation_list import ConversationList
from gui.widgets.tool import tool
from gui.widgets.user_button import UserButton

WIDTH = 308


class SearchBox(QLineEdit):
    """Where a search is typed.

    Signals:
        entered: Enter: open the first thing found.
        down: the keyboard goes on to what was found.
        ended: Escape in an empty search: search no more; with words in it, Escape takes these away first.
    """

    entered = Signal()
    down = Signal()
    ended = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act on Enter, Down and Escape."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.entered.emit()
            case Qt.Key.Key_Down:
                self.down.emit()
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Escape:
                self.ended.emit()
            case _:
                super().keyPressEvent(event)


class Sidebar(QFrame):
    """Name, buttons, search and list.

    Signals:
        new, join, theme: a button was pressed.
        chosen: id of a conversation.
        found: conversation and id of a message that was found.
        person: identity of somebody who was found.
        archived, read, left: what the list's menu asks for.
        searched: the search was ended.
    """

    new = Signal()
    join = Signal()
    theme = Signal()
    chosen = Signal(str)
    found = Signal(str, str)
    person = Signal(str)
    archived = Signal(str, bool)
    read = Signal(str)
    left = Signal(str)
    searched = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "sidebar")
        self.setFixedWidth(WIDTH)
        self._session = session
        self._theme = theme
        self.user = UserButton(session, theme)
        self.finding = Finding(session.client, session.conversations)
        self.search = SearchBox()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search conversations, people and messages"))
        self.search.setClearButtonEnabled(True)
        self._lens = QAction(self)
        self.search.addAction(self._lens, QLineEdit.ActionPosition.LeadingPosition)
        self._lens.setText(self.tr("Search"))
        self._lens.triggered.connect(lambda *_: self.search.setFocus())
        for button in self.search.findChildren(QToolButton):
            if not button.text():
                button.setAccessibleName(self.tr("Clear the search"))
        self.list = ConversationList(session.conversations, theme, session.now, session.drafts.of)
        self.panel = SearchPanel(self.finding, theme, session.now)
        self._new = tool(self.tr("New conversation (Ctrl+N)"), self.new)
        self._join = tool(self.tr("Join with a link (Ctrl+J)"), self.join)
        self._dark = tool(self.tr("Light or dark"), self.theme)
        self.nothing = QLabel()
        self.nothing.setProperty("role", "muted")
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.nothing.setContentsMargins(28, 32, 28, 0)
        self.below = QStackedWidget()
        for page in (self.nothing, self.list, self.panel):
            self.below.addWidget(page)
        self._before: QWidget | None = None
        self._lay_out()
        self._connect()
        self._restyle()
        self._show_below()

    def _connect(self) -> None:
        self.list.chosen.connect(self.chosen)
        self.list.archived.connect(self.archived)
        self.list.read.connect(self.read)
        self.list.left.connect(self.left)
        self.search.textChanged.connect(self.finding.ask)
        self.search.entered.connect(lambda: self.panel.act() if self.finding.active else None)
        self.search.down.connect(self._down)
        self.search.ended.connect(self.end_search)
        self.panel.conversation.connect(self.chosen)
        self.panel.message.connect(self.found)
        self.panel.person.connect(self.person)
        self.panel.left.connect(self.search.setFocus)
        self.panel.list.installEventFilter(self)
        self.finding.changed.connect(self._show_below)
        self._session.opened.connect(self._opened)
        self._session.drafts.changed.connect(self.list.rows.redraft)
        self._session.conversations.changed.connect(self._show_below)
        self._theme.changed.connect(self._restyle)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(10, 10, 10, 8)
        top.setSpacing(2)
        top.addWidget(self.user, 1)
        for button in (self._dark, self._join, self._new):
            top.addWidget(button)
        box = QHBoxLayout()
        box.setContentsMargins(12, 0, 12, 8)
        box.addWidget(self.search)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 1, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addLayout(box)
        whole.addWidget(self.below, 1)

    # --- searching ---------------------------------------------------------------------------------------------------

    def start_search(self, within: Summary | None = None) -> None:
        """Give the keyboard to the search; restricted to one conversation where one is given."""
        focus: QWidget | None = self.window().focusWidget()
        if focus is not None and not self.isAncestorOf(focus):
            self._before = focus
        self.finding.restrict(within)
        self.search.setFocus()
        self.search.selectAll()

    def end_search(self) -> None:
        """Go back to the list as it was, and with the keyboard to where that was, else to the open conversation."""
        self.search.clear()
        self.finding.end()
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus()
        else:
            self.list.setFocus()
        self.searched.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """End the search with Escape on what was found too."""
        is_key = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if is_key and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.end_search()
            return True
        return super().eventFilter(watched, event)

    def _down(self) -> None:
        if self.finding.active:
            self.panel.enter()
        else:
            self.list.setFocus()

    # --- showing -----------------------------------------------------------------------------------------------------

    def _show_below(self) -> None:
        conversations = self._session.conversations
        if self.finding.active:
            self.below.setCurrentWidget(self.panel)
        elif conversations.all():
            self.below.setCurrentWidget(self.list)
        else:
            self.nothing.setText(
                self.tr("No conversations yet. Start one with +, or join with a link that somebody gave you.")
                if conversations.loaded
                else self.tr("Loading your conversations…")
            )
            self.below.setCurrentWidget(self.nothing)

    def _opened(self) -> None:
        """Mark the open conversation."""
        one = self._session.open_one
        open_id = one.id if one is not None else ""
        self.list.show_current(open_id)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self._new.setIcon(icons.icon("plus", tokens.text))
        self._join.setIcon(icons.icon("link", tokens.text))
        self._dark.setIcon(icons.icon("theme", tokens.text))
        self._lens.setIcon(icons.icon("search", tokens.muted))
