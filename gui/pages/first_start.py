"""The first page of a new profile: choose the name that others see (S60)."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from gui.dialogs.base import fit_words, words
from gui.theme.palette import Theme
from gui.widgets.mitosis import paint_cell

MAX_NAME = 80


class Mark(QWidget):
    """The program's mark: a cell that divides."""

    def __init__(self, theme: Theme, size: int = 76) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(round(size * 1.5), size)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        paint_cell(painter, QRectF(self.rect()), "anaphase", QColor(tokens.ai_accent), QColor(tokens.surface))
        painter.end()


class FirstStart(QFrame):
    """Asks for a display name.

    Signals:
        named: the name that was chosen.
    """

    named = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.name = QLineEdit()
        self.name.setMaxLength(MAX_NAME)
        self.name.setPlaceholderText("Your name")
        self.name.setAccessibleName("Your name")
        self.name.returnPressed.connect(self.submit)
        self.button = QPushButton("Start")
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self.submit)
        self.error = words("", role="error")
        self.error.hide()
        title = QLabel("Welcome to Peer2Peer")
        title.setProperty("role", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        about = words(
            "Conversations that grow ideas, straight from your computer to the others. There is no server and no "
            "account: your keys are made here and stay here.",
            role="muted",
        )
        about.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        fit_words(about, 400)
        label = words("How should others see you?", role="label")
        inner = QWidget()
        inner.setFixedWidth(424)
        column = QVBoxLayout(inner)
        column.setSpacing(12)
        column.addWidget(Mark(theme), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(10)
        column.addWidget(title)
        column.addWidget(about)
        column.addSpacing(18)
        column.addWidget(label)
        column.addWidget(self.name)
        column.addWidget(self.error)
        column.addSpacing(4)
        column.addWidget(self.button)
        whole = QVBoxLayout(self)
        whole.addStretch(2)
        whole.addWidget(inner, 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addStretch(3)

    def submit(self) -> None:
        """Take the name, or ask for one."""
        name = " ".join(self.name.text().split())
        if not name:
            self.say("Choose a name first.")
            return
        self.busy(True)
        self.named.emit(name)

    def busy(self, busy: bool) -> None:
        """Show that the keys are being made."""
        self.button.setEnabled(not busy)
        self.name.setEnabled(not busy)
        self.button.setText("Making your keys…" if busy else "Start")

    def say(self, problem: str) -> None:
        """Show what went wrong."""
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        self.busy(False)
