"""What stands instead of the input where nothing can be written: why, and what to do."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from gui.theme import icons
from gui.theme.palette import Theme


class ClosedLine(QFrame):
    """A sentence in a frame."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("role", "strip")
        self._mark = QLabel()
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 12, 14, 12)
        line.setSpacing(12)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.words, 1)
        self.hide()
        theme.changed.connect(self._restyle)
        self._restyle()

    def tell(self, words: str) -> None:
        """Show a sentence; an empty one hides the line."""
        self.words.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))

    def _restyle(self) -> None:
        colour = self._theme.tokens.muted
        self._mark.setPixmap(icons.pixmap("alert", colour, 18, self.devicePixelRatioF()))


def closed_words(status: str) -> str:
    """Return why I can't write in a conversation of this status, and what to do."""
    say = QCoreApplication.translate
    match status:
        case "left":
            return say(
                "ConversationPage",
                "You left this conversation. What was said until then stays here; to write again, ask a member for an "
                "invite link and join with it.",
            )
        case "removed":
            return say(
                "ConversationPage",
                "You were removed from this conversation. What was said until then stays here; to write again, ask an "
                "admin for an invite link and join with it.",
            )
        case "joining":
            return say(
                "ConversationPage",
                "You were let in, and your node is fetching what was said from the other members. You can write as "
                "soon as it is here; until then somebody else has to be online.",
            )
    return say("ConversationPage", "You can read this conversation, and by its rules not write in it. Ask an owner.")
