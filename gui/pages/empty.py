"""What stands where a conversation would be: starting, or how to begin (S3)."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui.dialogs.base import fit_words, words
from gui.pages.first_start import Mark
from gui.theme import icons
from gui.theme.palette import Theme


class EmptyPage(QFrame):
    """A friendly page with the two ways to begin.

    Signals:
        menu, new, join: a button was pressed.
    """

    menu = Signal()
    new = Signal()
    join = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._about = words("", role="muted")
        self._about.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.new_button = QPushButton("New conversation")
        self.new_button.setProperty("role", "primary")
        self.new_button.setToolTip("Ctrl+N")
        self.new_button.clicked.connect(lambda *_: self.new.emit())
        self.join_button = QPushButton("Join with a link")
        self.join_button.setToolTip("Ctrl+J")
        self.join_button.clicked.connect(lambda *_: self.join.emit())
        self._theme = theme
        self._menu = QToolButton()
        self._menu.setAccessibleName("Conversations")
        self._menu.setIconSize(QSize(20, 20))
        self._menu.clicked.connect(lambda *_: self.menu.emit())
        self._menu.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        buttons.addWidget(self.new_button)
        buttons.addWidget(self.join_button)
        buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setSpacing(10)
        whole.addWidget(self._menu, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addStretch(2)
        whole.addWidget(Mark(theme), 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addSpacing(14)
        whole.addWidget(self._title)
        whole.addWidget(self._about, 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addSpacing(14)
        whole.addLayout(buttons)
        whole.addStretch(3)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.starting()

    def set_menu_visible(self, visible: bool) -> None:
        """Offer the list by a button where it is folded away."""
        self._menu.setVisible(visible)

    def _restyle(self) -> None:
        self._menu.setIcon(icons.icon("menu", self._theme.tokens.text))

    def starting(self) -> None:
        """Show that the node is starting."""
        self._show("Starting your node…", "It takes a second or two.", buttons=False)

    def ready(self, *, any_conversation: bool) -> None:
        """Show how to begin, or to choose."""
        if any_conversation:
            self._show("Choose a conversation", "Or start another one.", buttons=True)
        else:
            self._show(
                "No conversations yet",
                "Start one and invite people with a link, or join with a link that somebody gave you.",
                buttons=True,
            )

    def text(self) -> str:
        """Return the words shown."""
        return f"{self._title.text()} {self._about.text()}"

    def _show(self, title: str, about: str, *, buttons: bool) -> None:
        self._title.setText(title)
        self._about.setText(about)
        fit_words(self._about, 400)
        self.new_button.setVisible(buttons)
        self.join_button.setVisible(buttons)
