"""The last step of the first start: a conversation of one's own, or somebody's link."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from gui.theme.palette import Theme
from gui.widgets.join_form import JoinForm
from gui.widgets.switch import Switch
from gui.widgets.words import words

MAX_TITLE = 200


class FirstConversation(QWidget):
    """What is typed there.

    Signals:
        entered: Enter in the title.
        edited: the title is another.
        chosen: it is to be one's own now, or somebody's.
    """

    entered = Signal()
    edited = Signal()
    chosen = Signal()

    def __init__(self, theme: Theme, form: JoinForm) -> None:
        super().__init__()
        self.form = form
        self.by_title = _choice(self.tr("Start a conversation"))
        self.by_link = _choice(self.tr("Join with a link"))
        self.by_title.setChecked(True)
        self._ways = QButtonGroup(self)
        line = QHBoxLayout()
        line.setSpacing(10)
        for button in (self.by_title, self.by_link):
            self._ways.addButton(button)
            line.addWidget(button, 1)
        self.title = QLineEdit()
        self.title.setMaxLength(MAX_TITLE)
        self.title.setPlaceholderText(self.tr("For example: A garden on the roof"))
        self.title.setAccessibleName(self.tr("Title of the conversation"))
        self.title.returnPressed.connect(self.entered)
        self.title.textChanged.connect(lambda *_: self.edited.emit())
        self.ai = Switch(self.tr("Invite an AI participant, named Assistant"), theme)
        self.ai.setChecked(True)
        own = QWidget()
        column = column_of(own)
        column.addWidget(words(self.tr("Title of the conversation"), role="label"))
        column.addWidget(self.title)
        column.addWidget(self.ai)
        column.addStretch(1)
        theirs = QWidget()
        column = column_of(theirs)
        column.addWidget(form)
        column.addStretch(1)
        self._kinds = QStackedWidget()
        self._kinds.addWidget(own)
        self._kinds.addWidget(theirs)
        column = column_of(self)
        column.addLayout(line)
        column.addSpacing(6)
        column.addWidget(self._kinds, 1)
        self.by_title.toggled.connect(lambda *_: self._choose())

    def set_busy(self, busy: bool) -> None:
        """Change nothing while something is waited for."""
        for field in (self.title, self.ai, self.by_title, self.by_link):
            field.setEnabled(not busy)

    def _choose(self) -> None:
        self._kinds.setCurrentIndex(0 if self.by_title.isChecked() else 1)
        self.chosen.emit()


def column_of(page: QWidget) -> QVBoxLayout:
    """Return the layout of a step's page."""
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    return column


def _choice(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setCheckable(True)
    button.setProperty("role", "choice")
    return button
