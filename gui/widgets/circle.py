"""Somebody as a circle: initials in a colour of their own, how they are here, the mark of an AI (S22)."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt, QTextBoundaryFinder
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from gui.theme import icons
from gui.theme.palette import Theme
from gui.theme.tokens import Tokens, absent_colour, person_colour

LETTER = 0.36
"""Height of the initials as a part of the circle's: two broad letters fit."""


def letters_of(text: str) -> list[str]:
    """Return the letters of a text as people count them: an emoji or a letter with its accents is one."""
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, text)
    found, units, start = list[str](), text.encode("utf-16-le", "surrogatepass"), 0
    while (end := finder.toNextBoundary()) != -1:
        found.append(units[2 * start : 2 * end].decode("utf-16-le", "replace"))
        start = end
    return found


def initials(name: str) -> str:
    """Return one or two letters for a name: of the first and last word, else the first two."""
    name = "".join(character for character in name if character.isprintable() or character == "\u200d")
    words = [word for word in name.split() if word[0].isalnum()] or name.split()
    if not words:
        return "?"
    if words[0].isascii():
        words = [word for word in words if word.isascii()]
    if len(words) == 1:
        letters = letters_of(words[0])
        return words[0][:2].capitalize() if words[0].isascii() else letters[0]
    return (letters_of(words[0])[0] + letters_of(words[-1])[0]).upper()


def paint_circle(painter: QPainter, circle: QRectF, identity: str, name: str, *, pale: Tokens | None = None) -> None:
    """Draw somebody's circle with their initials, in the colour they have everywhere; pale where they are not here."""
    letters, colour = _mark(identity, name)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(absent_colour(identity, pale) if pale is not None else colour))
    painter.drawEllipse(circle)
    painter.setFont(letter_font(painter.font().family(), circle.height()))
    painter.setPen(QColor(pale.on_absent if pale is not None else "#ffffff"))
    painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, letters)


@lru_cache(maxsize=64)
def letter_font(family: str, diameter: float) -> QFont:
    """Return the font of what stands in a circle: as large as the circle lets it be, whatever size texts have."""
    font = QFont(family)
    font.setPixelSize(max(6, round(diameter * LETTER)))
    font.setWeight(QFont.Weight.DemiBold)
    return font


@lru_cache(maxsize=512)
def _mark(identity: str, name: str) -> tuple[str, str]:
    """Return initials and colour of a person."""
    return initials(name), person_colour(identity)


def paint_ai(painter: QPainter, circle: QRectF, tokens: Tokens) -> None:
    """Draw the circle of an AI."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.ai))
    painter.drawEllipse(circle)
    inset = round(circle.width() * 0.21)
    icons.paint(painter, "sparkle", tokens.ai_accent, circle.adjusted(inset, inset, -inset, -inset))


def paint_presence(painter: QPainter, circle: QRectF, presence: str, theme: Theme) -> None:
    """Draw the dot that says how somebody is here: full, a ring, or nothing where they are away or it is not known."""
    if presence not in ("online", "away"):
        return
    tokens = theme.tokens
    dot = QRectF(circle.right() - 9, circle.bottom() - 9, 10, 10)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.surface))
    painter.drawEllipse(dot.adjusted(-1, -1, 1, 1))
    if presence == "online":
        painter.setBrush(QColor(tokens.good))
        painter.drawEllipse(dot.adjusted(1, 1, -1, -1))
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.muted), 2))
        painter.drawEllipse(dot.adjusted(2, 2, -2, -2))
