"""What stands where a conversation would be: starting, or how to begin (S3)."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui.theme import icons
from gui.theme.palette import Theme
from gui.widgets.mark import Mark
from gui.widgets.words import words

MARGIN_PX = 12
WORDS_EM = 22
"""So broad the words stand at most, in heights of a line."""


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
        self._title = words("", role="title")
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._about = words("", role="muted")
        self._about.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.new_button = QPushButton(self.tr("New conversation"))
        self.new_button.setProperty("role", "primary")
        self.new_button.setToolTip(_keys("Ctrl+N"))
        self.new_button.clicked.connect(lambda *_: self.new.emit())
        self.join_button = QPushButton(self.tr("Join with a link"))
        self.join_button.setToolTip(_keys("Ctrl+J"))
        self.join_button.clicked.connect(lambda *_: self.join.emit())
        self._theme = theme
        self._menu = QToolButton()
        self._menu.setAccessibleName(self.tr("Conversations"))
        self._menu.setIconSize(QSize(20, 20))
        self._menu.clicked.connect(lambda *_: self.menu.emit())
        self._menu.hide()
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(12)
        self._buttons.addWidget(self.new_button)
        self._buttons.addWidget(self.join_button)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addLayout(self._buttons)
        across.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setSpacing(10)
        whole.addWidget(self._menu, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addStretch(2)
        whole.addWidget(Mark(theme), 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addSpacing(14)
        whole.addWidget(self._title)
        whole.addWidget(self._about)
        whole.addSpacing(14)
        whole.addLayout(across)
        whole.addStretch(3)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.starting()

    def set_menu_visible(self, visible: bool) -> None:
        """Offer the list by a button where it is folded away."""
        self._menu.setVisible(visible)

    def minimumSizeHint(self) -> QSize:
        """Return the least: one button below the other."""
        return QSize(200, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put one button below the other where both have no room beside each other, and keep the words together."""
        room = self.width() - 2 * MARGIN_PX
        both = self.new_button.sizeHint().width() + self._buttons.spacing() + self.join_button.sizeHint().width()
        direction = QBoxLayout.Direction
        self._buttons.setDirection(direction.TopToBottom if both > room else direction.LeftToRight)
        aside = max(0, (room - WORDS_EM * self.fontMetrics().height()) // 2)
        self._about.setContentsMargins(aside, 0, aside, 0)
        super().resizeEvent(event)

    def _restyle(self) -> None:
        self._menu.setIcon(icons.icon("menu", self._theme.tokens.text))

    def starting(self) -> None:
        """Show that the node is starting."""
        self._show(self.tr("Starting your node…"), self.tr("It takes a second or two."), buttons=False)

    def ready(self, *, any_conversation: bool) -> None:
        """Show how to begin, or to choose."""
        if any_conversation:
            self._show(self.tr("Choose a conversation"), self.tr("Or start another one."), buttons=True)
        else:
            self._show(
                self.tr("No conversations yet"),
                self.tr("Start one and invite people with a link, or join with a link that somebody gave you."),
                buttons=True,
            )

    def text(self) -> str:
        """Return the words shown."""
        return f"{self._title.text()} {self._about.text()}"

    def _show(self, title: str, about: str, *, buttons: bool) -> None:
        self._title.setText(title)
        self._about.setText(about)
        self.new_button.setVisible(buttons)
        self.join_button.setVisible(buttons)


def _keys(sequence: str) -> str:
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
