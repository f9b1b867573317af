"""Title and description of a conversation (S1, S5)."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget
from shiboken6 import isValid

from gui.dialogs.create import MAX_DESCRIPTION, MAX_TITLE
from gui.pages.settings.section import Section
from gui.requests import conversations
from gui.session import Session
from gui.state.conversation import Conversation
from gui.theme.palette import Theme
from gui.widgets.counter import add_counted
from gui.widgets.long_edit import LongEdit
from gui.widgets.words import words
from gui.wording import number


class AboutSection(Section):
    """Changes title and description; what somebody else changes meanwhile does not overwrite what is being typed."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__("", session, theme)
        self.heading.setText(self.tr("About"))
        self._shown = ("", "")  # what the fields were filled with
        self.title = QLineEdit()
        self.description = LongEdit(4)
        self.description.setPlaceholderText(self.tr("What is it about? (optional)"))
        add_counted(self.body, self.tr("Title"), self.title, MAX_TITLE)
        add_counted(self.body, self.tr("Description"), self.description, MAX_DESCRIPTION)
        self.meanwhile = words("", role="small")
        self.meanwhile.hide()
        self.body.addWidget(self.meanwhile)
        self.save = QPushButton(self.tr("Save"))
        self.save.setProperty("role", "primary")
        self.revert = QPushButton(self.tr("Revert"))
        self._buttons = QWidget()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 2, 0, 0)
        buttons.addStretch(1)
        buttons.addWidget(self.revert)
        buttons.addWidget(self.save)
        self.body.addWidget(self._buttons)
        self._buttons.hide()
        self.save.clicked.connect(lambda *_: self.save_now())
        self.revert.clicked.connect(lambda *_: self._fill())
        self.title.returnPressed.connect(self.save_now)
        self.title.textChanged.connect(lambda *_: self._edited())
        self.description.textChanged.connect(self._edited)

    def open(self, one: Conversation) -> None:
        """Show another conversation, as it is; what was typed and not saved of the same one is still there."""
        again, self.one = one is self.one and self.edited, one
        if not again:
            self._fill()
        super().open(one)

    def refresh(self) -> None:
        """Take over what changed, where nothing is being written."""
        if self.one is None:
            return
        self.title.setReadOnly(not self.may("title"))
        self.description.setReadOnly(not self.may("description"))
        now = self._saved(self.one)
        if now == self._shown:
            self.meanwhile.hide()
        elif not self.edited or self._typed == now:
            self._fill()
        else:
            self.meanwhile.setText(
                self.tr("Somebody changed the title to “{title}” meanwhile. Saving replaces that.").format(title=now[0])
                if now[0] != self._shown[0]
                else self.tr("Somebody changed the description meanwhile. Saving replaces that.")
            )
            self.meanwhile.show()

    @staticmethod
    def _saved(one: Conversation) -> tuple[str, str]:
        """Return what the node has, as it would be typed: blanks at the ends of somebody's text are no edit."""
        return one.summary.title.strip(), one.summary.description.strip()

    @property
    def _typed(self) -> tuple[str, str]:
        return self.title.text().strip(), self.description.toPlainText().strip()

    @property
    def edited(self) -> bool:
        """Whether something is written that was not saved."""
        return self._typed != self._shown

    def save_now(self) -> None:
        """Save it, or say what is missing."""
        title, description = self._typed
        if self.one is None or not self.edited:
            return
        if not title:
            self.say(self.tr("Give the conversation a title."))
            self.title.setFocus()
            return
        over = max(len(title) - MAX_TITLE, len(description) - MAX_DESCRIPTION)
        if over > 0:
            self.say(self.tr("That is too long: take away {count} characters.").format(count=number(over)))
            return
        self.work(lambda: self._save(title, description), busy=self.save, done=self.tr("Saved"))

    async def _save(self, title: str, description: str) -> None:
        one, before = self.one, self._shown
        assert one is not None
        summary = await conversations.describe(
            self.session.client,
            one.id,
            title=title if title != before[0] else None,
            description=description if description != before[1] else None,
        )
        if isValid(self) and one is self.one:
            self._shown = (title, description)
            self._edited()
        one.handle("conversation", summary)

    def _fill(self) -> None:
        assert self.one is not None
        self._shown = self._saved(self.one)
        self.title.setText(self._shown[0])
        self.title.setCursorPosition(0)
        self.description.setPlainText(self._shown[1])
        self.meanwhile.hide()
        self._edited()

    def _edited(self) -> None:
        self._buttons.setVisible(self.edited and self.belongs)
        self.say("")
