"""The row of circles that shows who is here (S22)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from gui.state.objects import Ai, Member
from gui.theme.palette import Theme
from gui.widgets.circle import letter_font, paint_ai, paint_circle, paint_presence
from gui.widgets.person_words import presence_word, role_word

SIZE = 32
STEP = 29
MOST = 6
NAME_EM = 12
"""So much room a name has in the menu, in heights of a line."""
HERE = ("online", "away", "unknown", "offline")
"""Presences, the most present first."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("People", text)


class People(QWidget):
    """Overlapping circles of members and AIs; a dot marks who is here; a click shows who it is.

    Signals:
        asked: the identity of a person whose circle was clicked.
    """

    asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._members: tuple[Member, ...] = ()
        self._ais: tuple[Ai, ...] = ()
        self._most = MOST
        self._focus = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)

    def show_people(self, members: Sequence[Member], ais: Sequence[Ai]) -> None:
        """Show these; those who are here first, then by name, AIs last."""
        before = self._members, self._ais
        self._members, self._ais = tuple(sorted(members, key=_order)), tuple(ais)
        if before == (self._members, self._ais) and self.accessibleName():
            return  # told with every message
        self._focus = min(self._focus, max(0, self.shown - 1))
        self._name_it()
        self.updateGeometry()
        self.update()

    def set_most(self, count: int) -> None:
        """Show at most this many circles."""
        if count != self._most:
            self._most = count
            self.updateGeometry()
            self.update()

    @property
    def shown(self) -> int:
        """How many circles are drawn."""
        return min(self._most, len(self._members) + len(self._ais))

    def sizeHint(self) -> QSize:
        """Return the room for the circles."""
        return QSize(max(1, (self.shown - 1) * STEP + SIZE + 4 if self.shown else 1), SIZE + 4)

    def minimumSizeHint(self) -> QSize:
        """Return the same; circles do not shrink."""
        return self.sizeHint()

    def circle(self, at: int) -> QRectF:
        """Return where a circle stands."""
        left = at * STEP + 2.0
        return QRectF(self.width() - left - SIZE if self.isRightToLeft() else left, 2, SIZE, SIZE)

    def menu(self) -> QMenu:
        """Return the menu of all people."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        metrics, elide = menu.fontMetrics(), Qt.TextElideMode.ElideRight
        for one in self._members:
            name = metrics.elidedText(one.name, elide, NAME_EM * metrics.height())
            words = f"{name} · {_tr('you') if one.me else presence_word(one.here)}"
            entry = menu.addAction(words.replace("&", "&&"), partial(self.asked.emit, one.identity))
            entry.setToolTip(escape(one.name))
        return menu

    def _lines(self) -> list[str]:
        people = [
            f"{one.name} ({_tr('you') if one.me else presence_word(one.here)}, {role_word(one.role)})"
            for one in self._members
        ]
        return people + [_tr("{name} (AI)").format(name=ai.name) for ai in self._ais]

    def _name_it(self) -> None:
        self.setAccessibleName(_tr("Participants: {names}").format(names=", ".join(self._lines())))

    # --- drawing -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the circles from the last to the first, so that the first lies on top."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        everybody: list[Member | Ai] = [*self._members, *self._ais]
        hidden = len(everybody) - self.shown
        for at in reversed(range(self.shown)):
            circle = self.circle(at)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.surface))
            painter.drawEllipse(circle.adjusted(-2, -2, 2, 2))
            one = everybody[at]
            if hidden and at == self.shown - 1:
                painter.setBrush(QColor(tokens.hover))
                painter.drawEllipse(circle)
                painter.setPen(QColor(tokens.muted))
                painter.setFont(letter_font(painter.font().family(), circle.height()))
                painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, f"+{hidden + 1}")
            elif isinstance(one, Ai):
                paint_ai(painter, circle, tokens)
            else:
                paint_circle(painter, circle, one.identity, one.name, pale=tokens if one.here == "offline" else None)
                paint_presence(painter, circle, one.here, self._theme)
            if self.hasFocus() and at == self._focus:
                painter.setPen(QPen(QColor(tokens.accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(circle)
        painter.end()

    # --- mouse and keyboard ------------------------------------------------------------------------------------------

    def press(self, at: int) -> None:
        """Ask for the card of the person at a circle; the last one stands for all where there are more."""
        hidden = len(self._members) + len(self._ais) - self.shown
        if (hidden and at == self.shown - 1) or at >= len(self._members):
            self.menu().popup(self.mapToGlobal(QPoint(int(self.circle(at).left()), self.height())))
        else:
            self.asked.emit(self._members[at].identity)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Show whose circle was clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            at = next((at for at in range(self.shown) if self.circle(at).contains(event.position())), -1)
            if at >= 0:
                self.press(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk along the circles and show who one is."""
        forward = Qt.Key.Key_Left if self.isRightToLeft() else Qt.Key.Key_Right
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.shown:
            self._focus = (self._focus + (1 if event.key() == forward else -1)) % self.shown
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.shown:
            self.press(self._focus)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that it is gone."""
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        """Show everybody's names on hover, escaped: names are foreign text."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            lines = "<br/>".join(escape(line) for line in self._lines())
            QToolTip.showText(event.globalPos() + QPoint(0, 8), f"<p style='white-space:pre'>{lines}</p>", self)
            return True
        return super().event(event)


def _order(one: Member) -> tuple[int, str]:
    return (HERE.index(one.here) if one.here in HERE else len(HERE), one.name.casefold())
