"""What is offered after `@`: the people and AIs of a conversation, over the box a message is written in (S16)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QIcon, QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from gui.state.mentions import Mentionable
from gui.state.objects import Ai, Member
from gui.theme.palette import Theme
from gui.widgets.announcing import announce
from gui.widgets.circle import paint_ai, paint_circle
from gui.widgets.person_words import role_word

ROW_PX = 36
CIRCLE_PX = 24
WIDTH = 300
WHO = Qt.ItemDataRole.UserRole


def mentionable(members: Sequence[Member], ais: Sequence[Ai]) -> list[Mentionable]:
    """Return who can be mentioned in a conversation: others by name with what they may do, then the AIs."""
    others = sorted((one for one in members if not one.me), key=lambda one: one.name.casefold())
    people = [
        Mentionable(one.identity, one.name, about="" if one.role == "member" else role_word(one.role)) for one in others
    ]
    return [*people, *(Mentionable(ai.id, ai.name, ai=True) for ai in ais)]


class MentionPopup(QListWidget):
    """A list that never takes the keyboard: the box hands it the keys it wants.

    Signals:
        chosen: the name of who is to be mentioned.
        misplaced: the window has another size.
    """

    chosen = Signal(str)
    misplaced = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._over = parent
        self.setProperty("role", "popup")
        self.setAccessibleName(self.tr("People and AIs to mention"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(CIRCLE_PX, CIRCLE_PX))
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.itemClicked.connect(self._clicked)
        self.currentRowChanged.connect(self._announce)
        self._placing = QTimer(self, singleShot=True, interval=0)  # once the window has its new layout
        self._placing.timeout.connect(self.misplaced)
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        """Watch the window while this stands over it."""
        self._over.installEventFilter(self)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Watch it no longer."""
        self._over.removeEventFilter(self)
        self._placing.stop()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another place where the window has another size."""
        if event.type() == QEvent.Type.Resize and watched is self._over:
            self._placing.start()
        return super().eventFilter(watched, event)

    def offer(self, people: Sequence[Mentionable], corner: QPoint) -> None:
        """Show these, the first of them chosen, above `corner`; nobody hides the list."""
        before = self.current()
        self.clear()
        for one in people:
            about = self.tr("AI") if one.ai else one.about
            item = QListWidgetItem(self._circle(one), f"{one.name}   {about}" if about else one.name)
            item.setData(WHO, one.name)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.name}, {about}" if about else one.name)
            item.setSizeHint(QSize(WIDTH - 20, ROW_PX))
            self.addItem(item)
        if not people:
            self.hide()
            return
        names = [one.name for one in people]
        self.setCurrentRow(names.index(before) if before in names else 0)
        parent = self._over
        width = min(WIDTH, parent.width() - 24)
        height = min(len(people) * ROW_PX + 14, max(ROW_PX + 14, corner.y() - 8))
        left = corner.x() + 12 - width if self.isRightToLeft() else corner.x() - 12
        left = max(12, min(left, parent.width() - width - 12))
        self.setGeometry(left, corner.y() - height - 6, width, height)
        self.show()
        self.raise_()

    def current(self) -> str:
        """Return the name that Enter would take; empty where nothing is offered."""
        item = self.currentItem()
        return "" if self.isHidden() or self.count() == 0 else str(item.data(WHO))

    def step(self, by: int) -> None:
        """Choose the next or the one before, round the ends."""
        if self.count():
            self.setCurrentRow((self.currentRow() + by) % self.count())

    def take(self) -> None:
        """Mention who is chosen."""
        name = self.current()
        self.hide()
        if name:
            self.chosen.emit(name)

    def _announce(self, row: int) -> None:
        """Let a screen reader say who is chosen: the keyboard stays in the text."""
        if row >= 0:
            announce(self, str(self.item(row).data(Qt.ItemDataRole.AccessibleTextRole)))

    def _clicked(self, item: QListWidgetItem) -> None:
        self.setCurrentItem(item)
        self.take()

    def _circle(self, one: Mentionable) -> QIcon:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(CIRCLE_PX * ratio), round(CIRCLE_PX * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(0, 0, CIRCLE_PX, CIRCLE_PX)
        if one.ai:
            paint_ai(painter, circle, self._theme.tokens)
        else:
            paint_circle(painter, circle, one.id, one.name)
        painter.end()
        return QIcon(picture)
