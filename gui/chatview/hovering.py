"""The buttons beside the bubble under the mouse: react, reply, and the menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QToolButton, QWidget

from gui.chatview.bubble import RowWidget
from gui.theme import icons
from gui.theme.tokens import Tokens

HEIGHT = 30
BUTTON = 28
SETTLED_MS = 120
"""How long the messages stand still before the one under a resting mouse has its buttons again."""


class Hovering(QWidget):
    """Stands beside one bubble at a time; hidden where the mouse is on none. The keyboard has the menu instead.

    Signals:
        over: key of the row that has come to be under a resting mouse.
        acted: `react` or `reply`, and the row's key.
        menu: the row's key and where on the screen its menu is wanted.
    """

    over = Signal(str)
    acted = Signal(str, str)
    menu = Signal(str, QPoint)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._area = parent
        self._row: RowWidget | None = None
        self._hiding = False
        self.react = self._button(self.tr("React"))
        self.reply = self._button(self.tr("Reply"))
        self.more = self._button(self.tr("More"))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        for button in (self.react, self.reply, self.more):
            line.addWidget(button)
        self.react.clicked.connect(lambda *_: self._act("react"))
        self.reply.clicked.connect(lambda *_: self._act("reply"))
        self.more.clicked.connect(lambda *_: self._open())
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._look)
        parent.installEventFilter(self)
        self.hide()

    def show_at(self, row: RowWidget, actions: list[str]) -> None:
        """Stand beside the bubble of a row, with those of the buttons that can be used."""
        if self._hiding:  # a button that goes lets the mouse enter what lies under it, while the others still go
            self.look_again()
            return
        self._row = row
        self.react.setVisible("react" in actions)
        self.reply.setVisible("reply" in actions)
        width = BUTTON * (1 + ("react" in actions) + ("reply" in actions))
        bubble = row.bubble_rect()
        on_right = (row.row is not None and row.row.kind == "mine") != row.isRightToLeft()
        x = bubble.left() - width - 4 if on_right else bubble.right() + 5
        y = bubble.top() + min(10, max(0, (bubble.height() - HEIGHT) // 2))
        if x < 0 or x + width > row.width():  # no room beside it: over its upper corner
            x = bubble.left() + 4 if on_right else bubble.right() - width - 2
            y = bubble.top() - HEIGHT // 2
        self.setGeometry(QRect(row.mapTo(self._area, QPoint(x, y)), QSize(width, HEIGHT)))
        self.show()
        self.raise_()

    def leave(self) -> None:
        """Hide: the mouse is on no message any more."""
        self._settled.stop()
        self._row = None
        self._hiding = True
        self.hide()
        self._hiding = False

    def move_on(self) -> None:
        """Hide while the messages move; come back beside the one that is under the mouse then."""
        self.leave()
        self._settled.start()

    def look_again(self) -> None:
        """Find out soon what is under the mouse: something changed its place, or what lay over it has gone."""
        self._settled.start()

    def _look(self) -> None:
        place = self._area.mapFromGlobal(QCursor.pos())
        under = self._area.childAt(place) if self._area.isVisible() and self._area.rect().contains(place) else None
        covered = QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None
        if under is None or covered:
            self.leave()
            return
        if under is self or self.isAncestorOf(under):
            row = self._row
        else:
            at: QObject | None = under
            while at is not self._area and not isinstance(at, RowWidget) and at is not None:
                at = at.parent()
            row = at if isinstance(at, RowWidget) else None
        if row is None or row.row is None:
            self.leave()
        else:
            self.over.emit(row.row.key)

    def restyle(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        for button, name in ((self.react, "smile"), (self.reply, "reply"), (self.more, "more")):
            button.setIcon(icons.icon(name, tokens.muted))
            button.setStyleSheet(
                f"QToolButton {{ background: {tokens.surface}; padding: 4px; border: none; border-radius: 8px; }}"
                f"QToolButton:hover {{ background: {tokens.hover}; }}"
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hide where the mouse leaves the messages."""
        if event.type() == QEvent.Type.Leave:
            self.leave()
        return False

    def _button(self, spoken: str) -> QToolButton:
        made = QToolButton(self)
        made.setToolTip(spoken)
        made.setAccessibleName(spoken)
        made.setIconSize(QSize(17, 17))
        made.setFixedSize(BUTTON, HEIGHT)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        return made

    def _act(self, action: str) -> None:
        if self._row is not None and self._row.row is not None:
            self.acted.emit(action, self._row.row.key)

    def _open(self) -> None:
        if self._row is not None and self._row.row is not None:
            self.menu.emit(self._row.row.key, self.more.mapToGlobal(QPoint(0, HEIGHT)))
