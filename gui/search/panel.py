"""The search under its box: what was found, and a chip that lifts the restriction to one conversation (S18)."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView, QToolButton, QVBoxLayout, QWidget

from gui.clock import Now
from gui.search.finding import Finding
from gui.search.result_row import ResultDelegate
from gui.search.results import RESULT, Named, ResultModel
from gui.state.found import Hit, Person
from gui.state.objects import Summary
from gui.theme import icons
from gui.theme.palette import Theme

AHEAD_PX = 400
"""The next page is fetched when less than this is left below."""


class ResultList(QListView):
    """The rows that were found.

    Signals:
        acted: a row was chosen.
        left: the keyboard went up beyond the first row.
    """

    acted = Signal(QModelIndex)
    left = Signal()

    def __init__(self, finding: Finding, theme: Theme, now: Now) -> None:
        super().__init__()
        self.setProperty("role", "conversations")
        self.setAccessibleName(self.tr("Search results"))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(24)
        self._finding = finding
        self.rows = ResultModel(finding, self)
        self.setModel(self.rows)
        self._delegate = ResultDelegate(theme, now, self)
        self.setItemDelegate(self._delegate)
        self.clicked.connect(self.acted)
        self.verticalScrollBar().valueChanged.connect(lambda *_: self._more())
        self.verticalScrollBar().rangeChanged.connect(lambda *_: self._more())
        theme.changed.connect(self._restyle)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Enter; go back to the box above the first row."""
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if index.isValid():
                self.acted.emit(index)
        elif event.key() == Qt.Key.Key_Up and index == self.rows.first():
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _more(self) -> None:
        bar = self.verticalScrollBar()
        if self.isVisible() and bar.maximum() - bar.value() < AHEAD_PX:
            self._finding.more()

    def _restyle(self) -> None:
        self._delegate.restyle()
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break notes anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class SearchPanel(QWidget):
    """What was found.

    Signals:
        conversation: id of one that was chosen.
        person: identity of somebody who was chosen.
        message: conversation and id of a message that was chosen.
        left: the keyboard goes back to the box.
    """

    conversation = Signal(str)
    person = Signal(str)
    message = Signal(str, str)
    left = Signal()

    def __init__(self, finding: Finding, theme: Theme, now: Now, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._finding = finding
        self._theme = theme
        self.list = ResultList(finding, theme, now)
        self.list.acted.connect(self.act)
        self.list.left.connect(self.left)
        self.chip = QToolButton()
        self.chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.chip.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.chip.setIconSize(QSize(14, 14))
        self.chip.setProperty("role", "chip")
        self.chip.clicked.connect(lambda *_: finding.restrict(None))
        above = QHBoxLayout()
        above.setContentsMargins(16, 0, 16, 4)
        above.addWidget(self.chip)
        above.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(above)
        whole.addWidget(self.list, 1)
        finding.changed.connect(self._follow)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._follow()

    def enter(self) -> None:
        """Give the keyboard to the first row."""
        first = self.list.rows.first()
        if first.isValid():
            self.list.setCurrentIndex(first)
            self.list.setFocus()

    def act(self, index: QModelIndex | None = None) -> None:
        """Open what a row stands for; without one, the first."""
        index = index if index is not None else self.list.rows.first()
        match index.data(RESULT):
            case Named(Summary() as summary):
                self.conversation.emit(summary.id)
            case Named(Person() as person):
                self.person.emit(person.identity)
            case Hit() as hit:
                self.message.emit(hit.conversation, hit.id)

    def _follow(self) -> None:
        within = self._finding.within
        self.chip.setVisible(within is not None)
        if within is not None:
            title = self.fontMetrics().elidedText(within.title, Qt.TextElideMode.ElideRight, 200)
            self.chip.setText(title.replace("&", "&&"))
            self.chip.setToolTip(self.tr("Search everywhere"))
            self.chip.setAccessibleName(
                self.tr("Searching in {title}; press to search everywhere").format(title=within.title)
            )

    def _restyle(self) -> None:
        self.chip.setIcon(icons.icon("close", self._theme.tokens.text))
