"""The box a message is written in: Enter sends, Shift+Enter makes a line, it grows from 60 to 200 px (S13).

It writes a new message, a reply, or another text for a message of mine; in that case the text that was there before
waits and comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QLocale, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.state.drafts import EMPTY, MAX_CHARACTERS, Draft, Quoted
from gui.state.mentions import Mentionable
from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.about_line import AboutLine
from gui.widgets.aside_button import AsideButton
from gui.widgets.message_edit import MessageEdit

LEAST_PX = 60
MOST_PX = 200
NEAR = 400
"""So many characters before the limit the count is shown."""


class MessageInput(QFrame):
    """Text, Send button, what it is about, and a line that says why something can't be sent.

    Signals:
        submitted: text that may be sent, the id of the message it answers or an empty text, whether AIs may read it.
        corrected: id of a message of mine, and its new text.
        edited: a key changed the text.
        emptied: the text is gone, and nothing was sent.
        changed: the draft is different.
        last_wanted: the up key in an empty box.
        for_ai: whether AIs may read what is written here was chosen.
    """

    submitted = Signal(str, str, bool)
    corrected = Signal(str, str)
    edited = Signal()
    emptied = Signal()
    changed = Signal()
    last_wanted = Signal()
    for_ai = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "composer")
        self._theme = theme
        self._draft = EMPTY
        self._known: tuple[object, ...] = ()
        self._loading = False
        self._saving = False
        self.edit = MessageEdit(theme)
        self.edit.setProperty("role", "message")
        self.edit.setToolTip(self.tr("Enter sends, Shift+Enter starts a new line, @ mentions somebody"))
        self.edit.setAccessibleName(self.tr("Message"))
        self.edit.document().setDocumentMargin(2)
        self.button = QToolButton()
        self.button.setProperty("role", "send")
        self.button.setIconSize(QSize(20, 20))
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.aside = AsideButton(theme)
        self.aside.hide()
        self.hint = QLabel()
        self.hint.setProperty("role", "error")
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setWordWrap(True)
        self.hint.hide()
        self.count = QLabel()
        self.count.setProperty("role", "small")
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.count.hide()
        self.about = AboutLine(theme)
        self._lay_out()
        self.edit.entered.connect(self.submit)
        self.button.clicked.connect(self.submit)
        self.edit.escaped.connect(self.end)
        self.about.closed.connect(self.end)
        self.edit.upped.connect(self._upped)
        self.edit.focused.connect(self._focused)
        self.edit.too_much.connect(lambda length: self._say(_too_long(length)))
        self.edit.textChanged.connect(self._changed)
        self.edit.document().documentLayout().documentSizeChanged.connect(lambda *_: self._fit())
        self.aside.toggled.connect(self._aside)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._show_mode()
        self._changed()
        self._fit()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self.edit, 1)
        line.addWidget(self.aside, 0, Qt.AlignmentFlag.AlignBottom)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 6, 8, 8)
        whole.setSpacing(4)
        whole.addWidget(self.about)
        whole.addLayout(line)
        whole.addWidget(self.count)
        whole.addWidget(self.hint)

    def text(self) -> str:
        """Return what is written."""
        return self.edit.toPlainText()

    def draft(self) -> Draft:
        """Return what is to be remembered of this box."""
        return replace(self._draft, text=self.text())

    def load(self, draft: Draft) -> None:
        """Show a draft; nobody is told that this is typing."""
        self._draft = draft
        self._saving = False
        self._loading = True
        self.edit.setPlainText(draft.text)
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)
        self.edit.dismiss()
        self.edit.setReadOnly(False)
        self._say("")
        self._show_mode()
        self._changed()
        self._loading = False

    def know(self, people: Sequence[Mentionable], *, for_ai: bool) -> None:
        """Offer these people and AIs; `for_ai` is what holds where nothing was chosen."""
        known = (tuple(people), for_ai, self._draft.for_ai)
        if known == self._known:
            return  # buttons that are filled again have the whole page laid out again
        self._known = known
        self.edit.know(people)
        self.aside.setVisible(any(one.ai for one in people))
        self.aside.choose(aside=not (self._draft.for_ai if self._draft.for_ai is not None else for_ai))
        self._show_aside()

    def reply(self, quoted: Quoted) -> None:
        """Write a reply to a message."""
        if self._draft.edit is not None:
            self.end()
        self._draft = replace(self._draft, reply=quoted)
        self._show_mode()
        self.changed.emit()
        self.edit.setFocus()

    def correct(self, quoted: Quoted, text: str) -> None:
        """Write another text for a message of mine; what stands here waits."""
        draft = self.draft()
        before = draft.aside if draft.edit is not None else draft.text
        self.load(replace(draft, text=text, edit=quoted, aside=before))
        self.changed.emit()
        self.edit.setFocus()

    def end(self) -> None:
        """End what is begun: an edit, and the text from before comes back, else a reply."""
        draft = self.draft()
        if self._saving:
            return
        if draft.edit is not None:
            self.load(replace(draft, text=draft.aside, edit=None, aside=""))
        elif draft.reply is not None:
            self._draft = replace(self._draft, reply=None)
            self._show_mode()
        else:
            return
        self.changed.emit()

    def corrected_now(self) -> None:
        """End the edit: the message has the new text."""
        self._saving = False
        self.end()

    def refuse(self, reason: str) -> None:
        """Say why an edit was not taken, and keep its text."""
        self._saving = False
        self.edit.setReadOnly(False)
        self._show_mode()
        self._say(reason)

    def submit(self) -> None:
        """Send what is written where that is possible; else say why, and keep it."""
        if self._saving:
            return
        text = self.text().strip()
        if not text:
            if self._draft.edit is not None:
                self._say(self.tr("A message can't be empty. Write something, or press Esc to leave it as it was."))
            return
        if len(text) > MAX_CHARACTERS:
            self._say(_too_long(len(text)))
            return
        draft = self.draft()
        if draft.edit is not None:
            self._saving = True
            self.edit.setReadOnly(True)
            self._show_mode()
            self.corrected.emit(draft.edit.id, text)
            return
        self.load(Draft(for_ai=draft.for_ai))
        self.submitted.emit(text, draft.reply.id if draft.reply is not None else "", not self.aside.isChecked())
        self.changed.emit()

    def _upped(self) -> None:
        if self._draft.edit is None:
            self.last_wanted.emit()

    def _aside(self, aside: bool) -> None:
        self._draft = replace(self._draft, for_ai=not aside)
        self._show_aside()
        self.for_ai.emit(not aside)
        self.changed.emit()

    def _say(self, why: str) -> None:
        self.hint.setText(why)
        self.hint.setVisible(bool(why))

    def _changed(self) -> None:
        text = self.text()
        length = len(text.strip())
        self.button.setEnabled(bool(text.strip()) and not self._saving)
        self._say(_too_long(length) if length > MAX_CHARACTERS else "")
        self.count.setVisible(MAX_CHARACTERS - NEAR < length <= MAX_CHARACTERS)
        self.count.setText(self.tr("{count} of {most} characters").format(count=_number(length), most=_most()))
        if not self._loading:
            if text:
                self.edited.emit()
            else:
                self.emptied.emit()
            self.changed.emit()

    def _show_mode(self) -> None:
        """Say what is written: a message, a reply, or another text for one."""
        draft = self._draft
        if draft.edit is not None:
            label = self.tr("Saving…") if self._saving else self.tr("Editing")
            self.about.tell("edit", label, draft.edit.text, self.tr("Do not edit this message (Esc)"))
        elif draft.reply is not None:
            label = self.tr("Reply to {name}").format(name=draft.reply.name)
            self.about.tell("reply", label, draft.reply.text, self.tr("Do not reply to this message (Esc)"))
        else:
            self.about.hide()
        saves = draft.edit is not None
        tip = self.tr("Save (Enter)") if saves else self.tr("Send (Enter)")
        self.button.setAccessibleName(self.tr("Save") if saves else self.tr("Send"))
        self.button.setToolTip(tip)
        self.button.setEnabled(bool(self.text().strip()) and not self._saving)
        self._restyle()

    def _show_aside(self) -> None:
        self.edit.setPlaceholderText(
            self.tr("Write a message, not for AI") if self.aside.holds else self.tr("Write a message")
        )

    def _fit(self) -> None:
        lines = self.edit.document().size().height()
        height = int(lines * self.edit.fontMetrics().lineSpacing()) + 18
        chrome = 14
        self.edit.setFixedHeight(max(LEAST_PX - chrome, min(MOST_PX - chrome, height)))
        scrolls = height > MOST_PX - chrome
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.edit.setVerticalScrollBarPolicy(policy)

    def _focused(self, focused: bool) -> None:
        self.setProperty("active", "true" if focused else "false")
        self.style().unpolish(self)
        self.style().polish(self)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        name = "check" if self._draft.edit is not None else "send"
        self.button.setIcon(icons.icon(name, tokens.on_accent, disabled=tokens.faint))


def _too_long(length: int) -> str:
    said = QCoreApplication.translate(
        "MessageInput",
        "This is {count} characters long; a message holds {most}. Shorten it or send it in parts.",
    )
    return said.format(count=_number(length), most=_most())


def _number(value: int) -> str:
    locale = QLocale()
    if locale.language() == QLocale.Language.C:  # it would not group the digits
        locale = QLocale(QLocale.Language.English)
    return locale.toString(value)


def _most() -> str:
    return _number(MAX_CHARACTERS)
