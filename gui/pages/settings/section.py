"""What all sections share: a card with a heading, work with the node that says how it went, rows and badges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QSizePolicy
from shiboken6 import isValid

from gui.api.errors import ApiError
from gui.pages.card import Card
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.objects import Member
from gui.tasks import spawn
from gui.theme.palette import Theme
from gui.widgets.error_line import ErrorLine


class Section(Card):
    """One card of the page.

    Signals:
        said: something to confirm quietly.
    """

    said = Signal(str)

    def __init__(self, title: str, session: Session, theme: Theme) -> None:
        super().__init__(title)
        self.session = session
        self.theme = theme
        self.one: Conversation | None = None
        self.error = ErrorLine()
        self.whole.addWidget(self.error)

    def open(self, one: Conversation) -> None:
        """Show another conversation."""
        self.one = one
        self.say("")
        self.refresh()

    def refresh(self) -> None:
        """Show what the conversation is now; called at each change of it."""

    @property
    def me(self) -> Member | None:
        """This person, as a member of the conversation."""
        return next((one for one in self.one.members if one.me), None) if self.one is not None else None

    def may(self, right: str) -> bool:
        """Tell whether this person may do something in the conversation now (docs/channel.md, "Objects")."""
        return self.one is not None and self.one.may(right)

    @property
    def belongs(self) -> bool:
        """Whether this person belongs to the conversation and can change anything in it."""
        return self.one is not None and bool(self.one.summary.may)

    def say(self, problem: str) -> None:
        """Show what is wrong; an empty text takes it away."""
        self.error.say(problem)

    def work(self, work: Callable[[], Awaitable[None]], *, busy: QAbstractButton | None = None, done: str = "") -> None:
        """Do something with the node; a refusal is shown here, success is confirmed with `done`."""
        spawn(self._work(work, busy, done), name=type(self).__name__)

    async def _work(self, work: Callable[[], Awaitable[None]], busy: QAbstractButton | None, done: str) -> None:
        self.say("")
        if busy is not None:
            if busy.hasFocus():
                self.setFocus()  # else it would go somewhere, out of this page perhaps
            busy.setEnabled(False)
        try:
            await work()
        except (ApiError, KeyError) as error:
            if isValid(self):
                self.say(error.reason if isinstance(error, ApiError) else self.tr("The conversation was closed."))
        else:
            if isValid(self) and done:
                self.said.emit(done)
        finally:
            if busy is not None and isValid(busy):
                busy.setEnabled(True)
            if isValid(self):
                self.refresh()
                if busy is not None and isValid(busy) and self.hasFocus():
                    busy.setFocus()  # where it can be pressed again


def badge(text: str, kind: str = "") -> QLabel:
    """Return a small label such as `Owner`."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", "badge")
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    if kind:
        made.setProperty("kind", kind)
    return made


def line() -> QFrame:
    """Return a thin line between rows."""
    made = QFrame()
    made.setProperty("role", "line")
    return made
