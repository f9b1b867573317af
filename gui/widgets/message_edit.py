"""The text of a message while it is written: plain, mentions in colour; keys go to the mentions first (S13, S16)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gui.state import mentions
from gui.state.mentions import Mentionable
from gui.theme.palette import Theme
from gui.widgets.mention_popup import MentionPopup

MOST_PASTED = 40_000


class _Mentions(QSyntaxHighlighter):
    """Draws mentions in colour, those of AIs in theirs."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._people: Sequence[Mentionable] = ()

    def know(self, people: Sequence[Mentionable]) -> None:
        self._people = people
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        if "@" not in text:
            return
        ais = {mentions.folded(one.name) for one in self._people if one.ai}
        for start, length in mentions.spans(text, [one.name for one in self._people]):
            name = mentions.folded(" ".join(text[start + 1 : start + length].split()))
            style = QTextCharFormat()
            tokens = self._theme.tokens
            style.setForeground(QColor(tokens.ai_accent if name in ais else tokens.link))
            style.setFontWeight(QFont.Weight.DemiBold)
            # Qt counts in UTF-16 units
            at, size = _units(text[:start]), _units(text[start : start + length])
            self.setFormat(at, size, style)


class MessageEdit(QPlainTextEdit):
    """The text itself; plain text only, whatever is pasted.

    Signals:
        entered: Enter without Shift.
        focused: whether the keyboard is here.
        escaped: Escape, with no list of mentions open.
        upped: the up key, in an empty text.
        too_much: something was to be pasted that is too long; its length.
    """

    entered = Signal()
    focused = Signal(bool)
    escaped = Signal()
    upped = Signal()
    too_much = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._people: Sequence[Mentionable] = ()
        self._popup: MentionPopup | None = None
        self._dismissed = False
        self._colours = _Mentions(self.document(), theme)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(self._offer)
        self.cursorPositionChanged.connect(self._moved)
        theme.changed.connect(self._colours.rehighlight)

    @property
    def popup(self) -> MentionPopup:
        """The list of mentions; it lies over the window, so it is made once there is one."""
        if self._popup is None or self._popup.parentWidget() is not self.window():
            self._popup = MentionPopup(self._theme, self.window())
            self._popup.chosen.connect(self._mention)
            self._popup.misplaced.connect(self._moved)
        return self._popup

    def know(self, people: Sequence[Mentionable]) -> None:
        """Offer and colour these people and AIs."""
        if list(people) != list(self._people):
            self._people = people
            self._colours.know(people)
            if self.offers:
                self._offer()

    @property
    def offers(self) -> bool:
        """Whether the list of mentions is open."""
        return self._popup is not None and not self._popup.isHidden()

    def dismiss(self) -> None:
        """Offer nothing before the next key."""
        self._dismissed = True
        self.close_offer()

    def close_offer(self) -> None:
        """Take the list of mentions away."""
        if self._popup is not None:
            self._popup.hide()

    def _offer(self) -> None:
        self._dismissed = False
        self._moved()

    def _moved(self) -> None:
        typed = self._begun()
        found = mentions.matching(self._people, typed) if typed is not None and not self._dismissed else []
        if not found:
            self.close_offer()
            return
        assert typed is not None
        cursor = self.textCursor()
        cursor.setPosition(cursor.position() - _units(typed) - 1)
        rect = self.cursorRect(cursor)
        corner = self.viewport().mapTo(self.window(), QPoint(rect.left(), rect.top()))
        self.popup.offer(found, corner)

    def _begun(self) -> str | None:
        cursor = self.textCursor()
        if cursor.hasSelection():
            return None
        block = cursor.block()
        units = block.text().encode("utf-16-le")[: cursor.positionInBlock() * 2]
        return mentions.begun(units.decode("utf-16-le", "replace"))

    def _mention(self, name: str) -> None:
        typed = self._begun()
        cursor = self.textCursor()
        if typed is not None:
            cursor.setPosition(cursor.position() - _units(typed), cursor.MoveMode.KeepAnchor)
        cursor.insertText(f"{name} ")
        self.setTextCursor(cursor)
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a mention; send on Enter; make a line on Shift+Enter."""
        key = event.key()
        if self.offers and self._choose(key, event.modifiers()):
            return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.insertPlainText("\n")
                self.ensureCursorVisible()
            else:
                self.entered.emit()
            return
        if key == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        if key == Qt.Key.Key_Up and event.modifiers() == Qt.KeyboardModifier.NoModifier and not self.toPlainText():
            self.upped.emit()
            return
        super().keyPressEvent(event)

    def _choose(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            return False
        match key:
            case Qt.Key.Key_Up:
                self.popup.step(-1)
            case Qt.Key.Key_Down:
                self.popup.step(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Tab:
                self.popup.take()
            case Qt.Key.Key_Escape:
                self._dismissed = True
                self.popup.hide()
            case _:
                return False
        return True

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab choose a mention while some are offered."""
        if self.offers and forward:
            self.popup.take()
            return True
        return super().focusNextPrevChild(forward)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste text as it is; what is far too long stays where it is."""
        if source.hasText():
            text = source.text()
            if len(text) > MOST_PASTED:
                self.too_much.emit(len(text))
            else:
                self.insertPlainText(text)
                self.ensureCursorVisible()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take text alone."""
        return source.hasText()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the frame."""
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell the frame."""
        super().focusOutEvent(event)
        self.close_offer()
        self.focused.emit(False)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
