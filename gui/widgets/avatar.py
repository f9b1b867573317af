"""Initials in a coloured circle, and the row of them that shows who is here (S22)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.state.objects import Ai, Member
from gui.theme import icons
from gui.theme.palette import Theme
from gui.theme.tokens import person_colour

SIZE = 32
STEP = 29
MOST = 6


def initials(name: str) -> str:
    """Return one or two letters for a name: of the first and last word, else the first two."""
    words = [word for word in name.split() if word[0].isalnum()] or name.split()
    if not words:
        return "?"
    if words[0].isascii():
        words = [word for word in words if word.isascii()]
    if len(words) == 1:
        return words[0][:2].capitalize() if words[0].isascii() else words[0][:1]
    return (words[0][0] + words[-1][0]).upper()


class People(QWidget):
    """Overlapping circles of members and AIs; a green dot marks who is online; names on hover."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._members: tuple[Member, ...] = ()
        self._ais: tuple[Ai, ...] = ()
        self._most = MOST
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_people(self, members: Sequence[Member], ais: Sequence[Ai]) -> None:
        """Show these; those who are online first, then by name, AIs last."""
        self._members = tuple(sorted(members, key=lambda one: (one.presence != "online", one.name.casefold())))
        self._ais = tuple(ais)
        self.setAccessibleName("Participants: " + ", ".join(self._lines()))
        self.updateGeometry()
        self.update()

    def set_most(self, count: int) -> None:
        """Show at most this many circles."""
        if count != self._most:
            self._most = count
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return the room for the circles."""
        count = min(self._most, len(self._members) + len(self._ais))
        return QSize(max(1, (count - 1) * STEP + SIZE + 4 if count else 1), SIZE + 4)

    def minimumSizeHint(self) -> QSize:
        """Return the same; circles do not shrink."""
        return self.sizeHint()

    def _lines(self) -> list[str]:
        people = [f"{one.name} ({'you' if one.me else one.presence}, {one.role})" for one in self._members]
        return people + [f"{ai.name} (AI)" for ai in self._ais]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the circles from right to left, so that the first lies on top."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPointSizeF(9)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        everybody: list[Member | Ai] = [*self._members, *self._ais]
        shown = everybody[: self._most]
        hidden = len(everybody) - len(shown)
        for at in reversed(range(len(shown))):
            circle = QRectF(at * STEP + 2, 2, SIZE, SIZE)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.surface))
            painter.drawEllipse(circle.adjusted(-2, -2, 2, 2))
            one = shown[at]
            if hidden and at == len(shown) - 1:
                painter.setBrush(QColor(tokens.hover))
                painter.drawEllipse(circle)
                painter.setPen(QColor(tokens.muted))
                painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, f"+{hidden + 1}")
            elif isinstance(one, Ai):
                painter.setBrush(QColor(tokens.ai))
                painter.drawEllipse(circle)
                icons.paint(painter, "sparkle", tokens.ai_accent, circle.adjusted(7, 7, -7, -7))
            else:
                self._paint_member(painter, one, circle)
        painter.end()

    def _paint_member(self, painter: QPainter, one: Member, circle: QRectF) -> None:
        tokens = self._theme.tokens
        online = one.presence == "online" or one.me
        colour = QColor(person_colour(one.identity))
        painter.setOpacity(1.0 if online else 0.5)
        painter.setBrush(colour)
        painter.drawEllipse(circle)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, initials(one.name))
        painter.setOpacity(1.0)
        if online:
            dot = QRectF(circle.right() - 9, circle.bottom() - 9, 10, 10)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.surface))
            painter.drawEllipse(dot.adjusted(-1, -1, 1, 1))
            painter.setBrush(QColor(tokens.good))
            painter.drawEllipse(dot.adjusted(1, 1, -1, -1))

    def event(self, event: QEvent) -> bool:
        """Show everybody's names on hover, escaped: names are foreign text."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            lines = "<br/>".join(escape(line) for line in self._lines())
            QToolTip.showText(event.globalPos() + QPoint(0, 8), f"<p style='white-space:pre'>{lines}</p>", self)
            return True
        return super().event(event)
