"""What all dialogs share: title, fields, a line for errors, and buttons that wait for the node without blocking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from gui.api.errors import ApiError
from gui.tasks import spawn
from gui.theme.palette import BASE_PT
from gui.widgets.error_line import ErrorLine
from gui.widgets.words import breakable, words

WIDTH = 460
"""In pixels, at the usual size of texts."""
LEAST_PX = 520
"""So high a dialog may become over however low a window."""
ABOUT_PX = 48
MOST_PX = 16_000
"""What a window manager draws about a dialog, at most."""


class Body(QScrollArea):
    """What a dialog is about; it is scrolled where the screen is too low for it."""

    def __init__(self) -> None:
        super().__init__()
        self._inside = QWidget()
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.setProperty("role", "plain")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setWidget(self._inside)

    def height_for(self, width: int) -> int:
        """Return the height at which nothing has to be scrolled."""
        self.column.activate()
        wrapped = self.column.totalHeightForWidth(width) if self.column.hasHeightForWidth() else 0
        return max(wrapped, self.column.totalMinimumSize().height())

    def sizeHint(self) -> QSize:
        """Return the size of what is inside."""
        return self._inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the least: nothing is scrolled sideways."""
        return QSize(self._inside.minimumSizeHint().width(), self.minimumHeight())


class Dialog(QDialog):
    """A dialog with a heading, room for fields in `body`, for what came of them in `foot`, an error line and buttons.

    It is never higher than the screen: then its body is scrolled.
    """

    def __init__(self, title: str, subtitle: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        usual = round(WIDTH * max(1.0, self.font().pointSizeF() / BASE_PT))
        self.setMinimumWidth(usual if parent is None else min(usual, max(300, parent.width() - 60)))
        self.heading = words(breakable(title), role="title")
        below = words(subtitle, role="muted")
        self.error = ErrorLine()
        self.area = Body()
        self.body = self.area.column
        self.foot = QVBoxLayout()
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(10)
        self.buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(28, 26, 28, 22)
        whole.setSpacing(8)
        whole.addWidget(self.heading)
        if subtitle:
            whole.addWidget(below)
        whole.addSpacing(8)
        whole.addWidget(self.area, 1)
        whole.addLayout(self.foot)
        whole.addWidget(self.error)
        whole.addSpacing(10)
        whole.addLayout(self.buttons)

    def set_title(self, title: str) -> None:
        """Give the dialog its heading, where it is known only by now."""
        self.setWindowTitle(title)
        self.heading.setText(breakable(title))

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
        """Take the height that the content needs now, as far as there is room for it."""
        layout = self.layout()
        if layout is None or not self.isVisible():
            return
        self.area.setMinimumHeight(0)
        layout.activate()
        width = max(self.width(), self.minimumWidth(), layout.totalMinimumSize().width())
        margins = layout.contentsMargins()
        wanted = self.area.height_for(width - margins.left() - margins.right())
        self.area.setFixedHeight(wanted)
        whole = max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())
        over = max(0, whole - self._room())
        self.area.setMaximumHeight(MOST_PX)
        self.area.setMinimumHeight(max(0, wanted - over))
        self.resize(width, whole - over)
        self._come_up(whole - over)

    def _come_up(self, height: int) -> None:
        """Move up as far as what has grown reaches below the screen."""
        if not self.windowHandle().isExposed():
            return  # it gets its place with its height
        frame, available = self.frameGeometry(), self.screen().availableGeometry()
        about = frame.height() - self.geometry().height()
        top = max(available.top(), min(frame.top(), available.bottom() - height - max(0, about)))
        if top < frame.top():
            self.move(frame.left(), top)

    def _room(self) -> int:
        """Return how high this may be: within the screen, and not much higher than the window it stands over."""
        room = self.screen().availableGeometry().height() - ABOUT_PX
        parent = self.parentWidget()
        return room if parent is None else min(room, max(LEAST_PX, parent.window().height() - ABOUT_PX))

    def showEvent(self, event: QShowEvent) -> None:
        """Take the height that the wrapped words really need."""
        super().showEvent(event)
        self.fit()

    def say(self, problem: str) -> None:
        """Show what is wrong; an empty text takes it away."""
        self.error.say(problem)
        self.fit()

    def work(self, work: Callable[[], Awaitable[None]], *, busy: QPushButton, label: str) -> None:
        """Do something with the node: the button says so meanwhile, an error is shown, nothing typed is lost."""
        spawn(self._work(work, busy, label), name=type(self).__name__)

    async def _work(self, work: Callable[[], Awaitable[None]], busy: QPushButton, label: str) -> None:
        if not self.alive():
            return
        before, had_keyboard = busy.text(), self.focusWidget() is busy
        busy.setEnabled(False)
        passed_to = self.focusWidget()
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
                if had_keyboard and self.focusWidget() is passed_to:
                    busy.setFocus()  # where it can be pressed again

    def alive(self) -> bool:
        """Tell whether the dialog still exists; it may have been closed while something was waited for."""
        return isValid(self)
