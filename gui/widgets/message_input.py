"""The box a message is written in: Enter sends, Shift+Enter makes a line, it grows from 60 to 200 px (S13)."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from gui.state.drafts import MAX_CHARACTERS, objection
from gui.theme import icons
from gui.theme.palette import Theme

LEAST_PX = 60
MOST_PX = 200


class _Edit(QPlainTextEdit):
    """The text itself; plain text only, whatever is pasted.

    Signals:
        entered: Enter without Shift.
        focused: whether the keyboard is here.
        escaped: Escape.
    """

    entered = Signal()
    focused = Signal(bool)
    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send on Enter; make a line on Shift+Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.insertPlainText("\n")
                self.ensureCursorVisible()
            else:
                self.entered.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste text as it is."""
        if source.hasText():
            self.insertPlainText(source.text())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the frame."""
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell the frame."""
        super().focusOutEvent(event)
        self.focused.emit(False)


class MessageInput(QFrame):
    """Text, Send button, and a line that says why something can't be sent.

    Signals:
        submitted: text that may be sent, and the id of the message it answers or an empty text.
        edited: a key changed the text.
    """

    submitted = Signal(str, str)
    edited = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "composer")
        self._theme = theme
        self._reply_to = ""
        self._loading = False
        self.edit = _Edit()
        self.edit.setProperty("role", "message")
        self.edit.setPlaceholderText("Write a message")
        self.edit.setToolTip("Enter sends, Shift+Enter starts a new line")
        self.edit.setAccessibleName("Message")
        self.edit.setTabChangesFocus(True)
        self.edit.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.edit.document().setDocumentMargin(2)
        self.button = QToolButton()
        self.button.setProperty("role", "send")
        self.button.setAccessibleName("Send")
        self.button.setToolTip("Send (Enter)")
        self.button.setIconSize(QSize(20, 20))
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hint = QLabel()
        self.hint.setProperty("role", "error")
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setWordWrap(True)
        self.hint.hide()
        self._quote = QFrame()
        self._quote.setProperty("role", "quote")
        self._quote_text = QLabel()
        self._quote_text.setTextFormat(Qt.TextFormat.PlainText)
        self._quote_close = QToolButton()
        self._quote_close.setAccessibleName("Do not reply to this message")
        self._quote_close.setIconSize(QSize(14, 14))
        self._quote_close.clicked.connect(lambda *_: self.answer("", ""))
        self._lay_out()
        self.edit.entered.connect(self.submit)
        self.button.clicked.connect(self.submit)
        self.edit.escaped.connect(lambda: self.answer("", ""))
        self.edit.focused.connect(self._focused)
        self.edit.textChanged.connect(self._changed)
        self.edit.document().documentLayout().documentSizeChanged.connect(lambda *_: self._fit())
        theme.changed.connect(self._restyle)
        self._restyle()
        self._changed()
        self._fit()

    def _lay_out(self) -> None:
        quote = QHBoxLayout(self._quote)
        quote.setContentsMargins(12, 4, 4, 4)
        quote.addWidget(self._quote_text, 1)
        quote.addWidget(self._quote_close)
        self._quote.hide()
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.edit, 1)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 6, 8, 8)
        whole.setSpacing(4)
        whole.addWidget(self._quote)
        whole.addLayout(line)
        whole.addWidget(self.hint)

    def text(self) -> str:
        """Return what is written."""
        return self.edit.toPlainText()

    def load(self, text: str) -> None:
        """Show a draft; nobody is told that this is typing."""
        self._loading = True
        self.edit.setPlainText(text)
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)
        self._loading = False
        self.answer("", "")

    def answer(self, message_id: str, label: str) -> None:
        """Write a reply to a message, shown as `label`; empty texts end that."""
        self._reply_to = message_id
        self._quote.setVisible(bool(message_id))
        metrics = self._quote_text.fontMetrics()
        self._quote_text.setText(metrics.elidedText(label, Qt.TextElideMode.ElideRight, max(120, self.width() - 90)))
        if message_id:
            self.edit.setFocus()

    def submit(self) -> None:
        """Send what is written where that is possible; else say why, and keep it."""
        why = objection(self.text())
        if why:
            if self.text().strip():
                self._say(why)
            return
        text, reply_to = self.text().strip(), self._reply_to
        self.load("")
        self.submitted.emit(text, reply_to)

    def _say(self, why: str) -> None:
        self.hint.setText(why)
        self.hint.setVisible(bool(why))

    def _changed(self) -> None:
        text = self.text()
        self.button.setEnabled(bool(text.strip()))
        self._say(objection(text) if len(text.strip()) > MAX_CHARACTERS else "")
        if not self._loading and text:
            self.edited.emit()

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
        self.button.setIcon(icons.icon("send", tokens.on_accent, disabled=tokens.faint))
        self._quote_close.setIcon(icons.icon("close", tokens.muted))
