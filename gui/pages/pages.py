"""What fills the window beside the list: one page at a time. Each is made, and imported, when it is first wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget

from gui.pages.conversation_page import ConversationPage
from gui.pages.empty import EmptyPage
from gui.session import Session
from gui.theme.palette import Theme

if TYPE_CHECKING:
    from gui.pages.first_start import FirstStart
    from gui.pages.locked import LockedPage
    from gui.pages.settings.page import SettingsPage
    from gui.pages.sheet import Sheet


Prepare = Callable[[str, str, Callable[[str], None]], Awaitable[None]]


class Pages(QStackedWidget):
    """The pages of one window.

    Signals:
        said: a sentence about what was done in the settings of the conversation.
        invite: somebody is to be invited.
        phase: name of a phase that is asked about.
        person: identity of somebody whose card is wanted.
    """

    said = Signal(str)
    invite = Signal()
    phase = Signal(str)
    person = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._session: Session | None = None
        self._warm = False
        self._sheet: Sheet | None = None
        self._settings: SettingsPage | None = None
        self.empty = EmptyPage(theme)
        self.addWidget(self.empty)
        self.first_start: FirstStart | None = None
        self.locked: LockedPage | None = None
        self.conversation: ConversationPage | None = None

    def ask_first(self, session: Session, prepare: Prepare) -> FirstStart:
        """Show the pages of the first start, and return them."""
        from gui.pages.first_start import FirstStart

        self.first_start = first = FirstStart(self._theme, session, prepare)
        self._put(first)
        first.name.setFocus()
        return first

    def ask_passphrase(self, reason: str) -> LockedPage:
        """Show what asks for the passphrase, and return it."""
        from gui.pages.locked import LockedPage

        if self.locked is None:
            self.locked = LockedPage(self._theme)
        self._put(self.locked)
        self.locked.ask(reason)
        return self.locked

    def unlocked(self) -> None:
        """Take away what asked for the passphrase."""
        locked, self.locked = self.locked, None
        if locked is not None and self._remove(locked):
            self.show_conversation()

    def show_session(self, session: Session) -> ConversationPage:
        """Have the pages of a session, and return that of its conversations."""
        self._session = session
        first, self.first_start = self.first_start, None
        if first is not None:
            self._remove(first)
        self.conversation = ConversationPage(session, self._theme)
        self.addWidget(self.conversation)
        self.setCurrentWidget(self.empty)
        session.opened.connect(self._opened)
        session.conversations.changed.connect(self._listed)
        if session.conversations.loaded:
            self._listed()
        return self.conversation

    @property
    def listed(self) -> bool:
        """Whether it is known which conversations there are."""
        return self._session is not None and self._session.conversations.loaded

    def show_conversation(self) -> bool:
        """Show the messages of the open conversation; False where none is open."""
        is_open = self._session is not None and self._session.open_one is not None
        if self.conversation is not None:
            self.setCurrentWidget(self.conversation if is_open else self.empty)
        return is_open

    @property
    def shows_conversation(self) -> bool:
        """Whether messages are shown."""
        return self.conversation is not None and self.currentWidget() is self.conversation

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a page in the place of the conversation until it is left."""
        self.leave_sheet()
        self._sheet = sheet
        self._put(sheet)
        sheet.back.setFocus()

    def leave_sheet(self) -> bool:
        """Go back to the conversation; False where no such page was shown."""
        sheet, self._sheet = self._sheet, None
        if sheet is None:
            return False
        if self._remove(sheet):
            self._write()
        return True

    @property
    def settings(self) -> SettingsPage | None:
        """The settings of a conversation; None where there is no session."""
        if self._settings is None and self._session is not None:
            from gui.pages.settings.page import SettingsPage

            self._settings = page = SettingsPage(self._session, self._theme)
            page.left.connect(self.close_settings)
            page.said.connect(self.said)
            page.invite.connect(self.invite)
            page.phase.connect(self.phase)
            page.people.person.connect(self.person)
            self.addWidget(page)
        return self._settings

    @property
    def shows_settings(self) -> bool:
        """Whether the settings of a conversation are shown."""
        return self._settings is not None and self.currentWidget() is self._settings

    def show_settings(self) -> None:
        """Show the settings of the open conversation."""
        one = self._session.open_one if self._session is not None else None
        page = self.settings
        if one is not None and page is not None:
            page.show_conversation(one)
            self.setCurrentWidget(page)
            page.back.setFocus()

    def close_settings(self) -> None:
        """Go back from the settings to the messages."""
        if self.shows_settings:
            self._write()

    def add_ai(self) -> None:
        """Ask for an AI over the settings, where these are shown."""
        if self._settings is not None and self.shows_settings:
            self._settings.participants.add_now()

    def look_at_invites(self) -> None:
        """Show which invites there are now, where that is shown."""
        if self._settings is not None:
            self._settings.invites.look()

    def _opened(self) -> None:
        assert self._session is not None
        assert self.conversation is not None
        one = self._session.open_one
        if one is None:
            self.conversation.keep_draft()
            self.setCurrentWidget(self.empty)
        else:
            self.setCurrentWidget(self.conversation)
            self.conversation.show_conversation(one)

    def _listed(self) -> None:
        assert self._session is not None
        if not self._warm:
            self._warm = True
            QTimer.singleShot(0, self, self._warm_up)  # who opens a conversation at once waits the less for it
        self.empty.ready(any_conversation=bool(self._session.conversations.ordered()))

    def _warm_up(self) -> None:
        from gui.chatview.warming import Rehearsal, warm_aside

        warm_aside(self._theme.tokens.pygments)
        if self.conversation is not None:
            Rehearsal(self.conversation.view)

    def _write(self) -> None:
        if self.show_conversation() and self.conversation is not None:
            self.conversation.input.edit.setFocus()

    def _put(self, page: Sheet | FirstStart | LockedPage) -> None:
        if self.indexOf(page) < 0:
            self.addWidget(page)
        self.setCurrentWidget(page)

    def _remove(self, page: Sheet | FirstStart | LockedPage) -> bool:
        """Take a page away; tell whether it was shown."""
        was_shown = self.currentWidget() is page
        self.removeWidget(page)
        page.deleteLater()
        return was_shown
