"""What all dialogs share: title, fields, a line for errors, and buttons that wait for the node without blocking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from gui.api.errors import ApiError
from gui.tasks import spawn

WIDTH = 460


class Dialog(QDialog):
    """A dialog with a heading, room for fields in `body`, an error line and buttons."""

    def __init__(self, title: str, subtitle: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH if parent is None else min(WIDTH, max(300, parent.width() - 60)))
        heading = QLabel(title)
        heading.setProperty("role", "title")
        heading.setTextFormat(Qt.TextFormat.PlainText)
        heading.setWordWrap(True)
        below = words(subtitle, role="muted")
        self.error = words("", role="error")
        self.error.hide()
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(10)
        self.buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(28, 26, 28, 22)
        whole.setSpacing(8)
        whole.addWidget(heading)
        if subtitle:
            whole.addWidget(below)
        whole.addSpacing(8)
        whole.addLayout(self.body)
        whole.addWidget(self.error)
        whole.addSpacing(10)
        whole.addLayout(self.buttons)

    def add_field(self, label: str, field: QWidget) -> None:
        """Add a field under its label."""
        text = QLabel(label)
        text.setProperty("role", "label")
        text.setBuddy(field)
        field.setAccessibleName(label)
        if self.body.count():
            self.body.addSpacing(6)
        self.body.addWidget(text)
        self.body.addWidget(field)

    def add_button(self, label: str, pressed: Callable[[], object], *, primary: bool = False) -> QPushButton:
        """Add a button; the primary one is pressed with Enter."""
        button = QPushButton(label)
        button.setAutoDefault(primary)
        button.setDefault(primary)
        if primary:
            button.setProperty("role", "primary")
        button.clicked.connect(lambda *_: pressed())
        self.buttons.addWidget(button)
        return button

    def fit(self) -> None:
        """Take the height that the content needs now."""
        layout = self.layout()
        if layout is not None and self.isVisible():
            layout.activate()
            width = max(self.width(), self.minimumWidth())
            self.resize(width, max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height()))

    def say(self, problem: str) -> None:
        """Show what is wrong; an empty text takes it away."""
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        self.fit()

    def work(self, work: Callable[[], Awaitable[None]], *, busy: QPushButton, label: str) -> None:
        """Do something with the node: the button says so meanwhile, an error is shown, nothing typed is lost."""
        spawn(self._work(work, busy, label), name=type(self).__name__)

    async def _work(self, work: Callable[[], Awaitable[None]], busy: QPushButton, label: str) -> None:
        before = busy.text()
        busy.setEnabled(False)
        busy.setText(label)
        self.say("")
        try:
            await work()
        except ApiError as error:
            if self.alive():
                self.say(error.reason)
        finally:
            if self.alive():
                busy.setEnabled(True)
                if busy.text() == label:
                    busy.setText(before)

    def alive(self) -> bool:
        """Tell whether the dialog still exists; it may have been closed while something was waited for."""
        return isValid(self)


def words(text: str, *, role: str = "") -> QLabel:
    """Return a label that shows `text` as it is, wrapped."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label


def fit_words(label: QLabel, width: int) -> None:
    """Give a wrapped label a width and the height its words need with it."""
    label.ensurePolished()
    label.setFixedWidth(width)
    label.setFixedHeight(label.heightForWidth(width))
