"""The switcher (Ctrl+K): type a few letters, Enter goes there; it lies over the window and leaves with Escape."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.api.errors import ApiError
from gui.requests import people as people_requests
from gui.search.choices import ACTION, CONVERSATION, PERSON, Choice, choices
from gui.search.marked import paint_marked
from gui.session import Session
from gui.state.found import Person
from gui.state.objects import Summary
from gui.tasks import spawn
from gui.theme import icons
from gui.theme.palette import Theme
from gui.theme.tokens import person_colour
from gui.widgets.cell import paint_cell
from gui.widgets.circle import paint_circle, paint_presence
from gui.widgets.list_model import standing
from gui.widgets.scrim import Scrim

Index = QModelIndex | QPersistentModelIndex
CHOICE = Qt.ItemDataRole.UserRole + 1
WIDTH = 520
ROW_PX = 46
SHOWN = 9
ICONS = {"new": "plus", "join": "link"}


class _Choices(QAbstractListModel):
    """The choices as Qt's list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.choices: list[Choice] = []

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many there are."""
        return 0 if parent is not None and parent.isValid() else len(self.choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a choice is called, or itself."""
        if not 0 <= index.row() < len(self.choices):
            return None
        choice = self.choices[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            kind = (self.tr("Conversation"), self.tr("Person"), self.tr("Action"))[choice.kind]
            return choice.text if role == Qt.ItemDataRole.DisplayRole else f"{kind}: {choice.text}"
        return choice if role == CHOICE else None

    def show(self, found: list[Choice]) -> None:
        """Show these."""
        self.beginResetModel()
        self.choices = found
        self.endResetModel()


class _Row(QStyledItemDelegate):
    """Draws a choice."""

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the same for all."""
        return QSize(200, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one."""
        choice, tokens = index.data(CHOICE), self._theme.tokens
        if not isinstance(choice, Choice):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect).adjusted(8, 1, -8, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.chosen if chosen else tokens.hover))
            painter.drawRoundedRect(rect, 8, 8)
        mirror = option.direction == Qt.LayoutDirection.RightToLeft

        def placed(left: float, width: float, height: float) -> QRectF:
            x = rect.right() - left - width if mirror else rect.left() + left
            return QRectF(x, rect.center().y() - height / 2, width, height)

        font, small = QFont(self._list.font()), QFont(self._list.font())
        small.setPointSizeF(font.pointSizeF() * 0.86)
        note = ""
        match choice.what:
            case Summary() as summary if summary.direct:
                paint_circle(painter, placed(12, 28, 28), summary.direct, summary.title)
                note = standing(summary)
            case Summary() as summary:
                colour = QColor(person_colour(summary.id))
                paint_cell(painter, placed(9, 34, 26), summary.phase, colour, QColor("#ffffff"))
                note = standing(summary)
            case Person() as person:
                paint_circle(painter, placed(12, 28, 28), person.identity, person.name)
                paint_presence(painter, placed(12, 28, 28), person.presence, self._theme)
                note = self.tr("Person")
            case _:
                icons.paint(painter, ICONS.get(choice.key, "more"), tokens.muted, placed(16, 20, 20))
        metrics = QFontMetrics(small)
        room = float(metrics.horizontalAdvance(note)) + 4
        painter.setFont(small)
        painter.setPen(QColor(tokens.muted))
        side = Qt.AlignmentFlag.AlignLeft if mirror else Qt.AlignmentFlag.AlignRight
        flags = int(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(placed(rect.width() - 12 - room, room, 24), flags, note)
        height = float(QFontMetrics(font).height())
        words = placed(54, rect.width() - 54 - 24 - room, height)
        paint_marked(
            painter, words, choice.text, choice.ranges, font=font, ink=tokens.text, mark=tokens.link, mirror=mirror
        )
        painter.restore()


class Switcher(Scrim):
    """Lies over the whole window.

    Signals:
        conversation, person, action: what was chosen.
    """

    conversation = Signal(str)
    person = Signal(str)
    action = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._session = session
        self._theme = theme
        self._people: tuple[Person, ...] = ()
        self._before: QWidget | None = None
        self.box = QFrame(self)
        self.box.setProperty("role", "switcher")
        self.typed = QLineEdit()
        self.typed.setPlaceholderText(self.tr("Conversation or person…"))
        self.typed.setAccessibleName(self.tr("Go to a conversation or a person"))
        self.typed.installEventFilter(self)
        self.list = QListView()
        self.list.setProperty("role", "conversations")
        self.list.setAccessibleName(self.tr("Choices"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows = _Choices(self)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(_Row(theme, self.list))
        self.nothing = QLabel()
        self.nothing.setProperty("role", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setFixedHeight(ROW_PX)
        self.nothing.setText(self.tr("Nothing here is called so."))
        whole = QVBoxLayout(self.box)
        whole.setContentsMargins(12, 12, 12, 10)
        whole.setSpacing(8)
        whole.addWidget(self.typed)
        whole.addWidget(self.list)
        whole.addWidget(self.nothing)
        self.typed.textChanged.connect(lambda *_: self._follow())
        self.list.clicked.connect(self._go)
        self.hide()

    def begin(self) -> None:
        """Show it, empty, over the window."""
        if self.isVisible():
            self.end()
            return
        self._before = self.window().focusWidget()
        self.setGeometry(self._over.rect())
        self.typed.clear()
        self._follow()
        self.show()
        self.raise_()
        self.typed.setFocus()
        spawn(self._meet(), name="people")

    def end(self) -> None:
        """Take it away; the keyboard goes back to where it was."""
        if not self.isVisible():
            return
        self.hide()
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus()

    def place(self) -> None:
        """Fit into the window."""
        self.setGeometry(self._over.rect())
        width = min(WIDTH, self.width() - 32)
        shown = max(1, min(SHOWN, len(self.rows.choices)))
        self.list.setFixedHeight(shown * ROW_PX + 2)
        self.list.setVisible(bool(self.rows.choices))
        self.nothing.setVisible(not self.rows.choices)
        self.box.setFixedWidth(width)
        self.box.adjustSize()
        height = min(self.box.sizeHint().height(), self.height() - 32)
        self.box.setGeometry((self.width() - width) // 2, max(16, self.height() // 9), width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Steer the list from the box."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            match event.key():
                case Qt.Key.Key_Escape:
                    self.end()
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self._go(self.list.currentIndex())
                case Qt.Key.Key_Down | Qt.Key.Key_Up:
                    self._step(1 if event.key() == Qt.Key.Key_Down else -1)
                case _:
                    return False
            return True
        return False

    def _step(self, by: int) -> None:
        count = len(self.rows.choices)
        if count:
            self.list.setCurrentIndex(self.rows.index((self.list.currentIndex().row() + by) % count))

    def _go(self, index: QModelIndex) -> None:
        choice = index.data(CHOICE)
        if not isinstance(choice, Choice):
            return
        self._before = None  # what opens takes the keyboard
        self.end()
        match choice.kind:
            case kind if kind == CONVERSATION:
                self.conversation.emit(choice.key)
            case kind if kind == PERSON:
                self.person.emit(choice.key)
            case kind if kind == ACTION:
                self.action.emit(choice.key)

    def _follow(self) -> None:
        actions = (("new", self.tr("New conversation")), ("join", self.tr("Join by a link")))
        self.rows.show(choices(self.typed.text(), self._session.conversations.all(), self._people, actions))
        if self.rows.choices:
            self.list.setCurrentIndex(self.rows.index(0))
        self.place()

    async def _meet(self) -> None:
        try:
            self._people = await people_requests.people(self._session.client)
        except ApiError:
            return  # conversations can be found all the same
        if self.isVisible() and self.typed.text().strip():
            self._follow()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Leave with a click beside it."""
        if not self.box.geometry().contains(event.position().toPoint()):
            self.end()
