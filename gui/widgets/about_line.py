"""The line over the text that says what it is about: a message replied to, or one that is edited (S16)."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QWidget

from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.layouts import row


class AboutLine(QFrame):
    """A label, the message's words cut to one line, and a button that ends it.

    Signals:
        closed: the button was pressed.
    """

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "quote")
        self._theme = theme
        self._whole = ""
        self._icon = "reply"
        self._mark = QLabel()
        self.label = QLabel()
        self.label.setProperty("role", "about")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.words = QLabel()
        self.words.setProperty("role", "small")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.label, self.words):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.close_button = QToolButton()
        self.close_button.setIconSize(QSize(14, 14))
        self.close_button.clicked.connect(self.closed)
        line = row(self.label, self.words, before=self._mark, after=(self.close_button,))
        line.setContentsMargins(10, 5, 4, 5)
        self.setLayout(line)
        self.hide()
        theme.changed.connect(self._restyle)
        self._restyle()

    def tell(self, icon: str, label: str, words: str, ends: str) -> None:
        """Show what a text is about; `ends` names the button."""
        self._icon = icon
        self._whole = words
        self.label.setText(label)
        self.close_button.setAccessibleName(ends)
        self.close_button.setToolTip(ends)
        self.setAccessibleName(f"{label}: {words}")
        self.show()
        self._restyle()
        self._elide()

    def _elide(self) -> None:
        room = max(60, self.words.width())
        self.words.setText(self.words.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the words to the new width."""
        super().resizeEvent(event)
        self._elide()

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self._mark.setPixmap(icons.pixmap(self._icon, tokens.accent, 18, self.devicePixelRatioF()))
        self.close_button.setIcon(icons.icon("close", tokens.muted))
