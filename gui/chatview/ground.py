"""What a row paints beneath its texts and buttons: what stands above it, circle, name, bubble, quote, ring."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gui.chatview import author, notice, quote
from gui.chatview.decor import Decor
from gui.chatview.look import Look
from gui.chatview.parts import CIRCLE, NEW, PAD_X, PAD_Y, RULE, SIDE, Mode, Places, kind_of
from gui.chatview.shape import outline, paint_rule
from gui.state.row import Row


@dataclass(frozen=True, slots=True)
class Ground:
    """One row as it is to be painted.

    Attributes:
        width: of the widget.
        flash: how much the bubble is lit up, 0.0-1.0.
        ring: whether the keyboard is here.
        mirrored: whether one reads from right to left.
    """

    row: Row
    decor: Decor
    mode: Mode
    places: Places
    look: Look
    width: int
    flash: float
    ring: bool
    mirrored: bool

    def paint(self, painter: QPainter) -> None:
        """Draw everything that is no widget."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_above(painter)
        if self.row.kind != "notice":
            self._paint_bubble(painter)
            return
        notice.paint(painter, self.row, self.decor, self.places.notice, self.look)
        if self.ring:
            ring = QPainterPath()
            ring.addRoundedRect(QRectF(self.places.notice).adjusted(-6, -2, 6, 2), 8, 8)
            self._paint_ring(painter, ring, self.look.tokens.accent)

    def _paint_above(self, painter: QPainter) -> None:
        look, tokens = self.look, self.look.tokens
        rule = QRectF(SIDE, 0, self.width - 2 * SIDE, RULE + 2)
        if self.decor.day:
            paint_rule(painter, look, self.decor.day, rect=rule, line=tokens.line, ink=tokens.muted)
        if self.decor.new:
            new = QRectF(SIDE, self.places.above - NEW, rule.width(), NEW - 4)
            words = QCoreApplication.translate("RowWidget", "New")
            paint_rule(painter, look, words, rect=new, line=tokens.accent, ink=tokens.link)

    def _paint_bubble(self, painter: QPainter) -> None:
        row, decor, look, bubble = self.row, self.decor, self.look, QRectF(self.places.bubble)
        mine, kind = row.kind == "mine", kind_of(row)
        if self.mode.chosen:
            back = QRectF(0, bubble.top() - 2, self.width, bubble.height() + 4)
            painter.fillRect(back, QColor(look.tokens.chosen))
        group = {"mine": mine, "first": decor.first, "last": decor.last, "right": mine != self.mirrored}
        shape = outline(bubble, **group)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.fill(kind))
        painter.drawPath(shape)
        if self.flash > 0:
            glow = QColor(look.tokens.on_mine if mine else look.tokens.accent)
            glow.setAlphaF(0.3 * self.flash)
            painter.fillPath(shape, glow)
        if self.mode.choosing:
            author.paint_choice(painter, self._circle(bubble), look, chosen=self.mode.chosen)
        elif not mine and decor.first:
            author.paint_circle(painter, row, self._circle(bubble), look)
        if not mine and decor.first:
            line = QRectF(bubble.left() + PAD_X, bubble.top() + PAD_Y, bubble.width() - 2 * PAD_X, 0)
            line.setHeight(look.bold_metrics.height())
            author.paint_name(painter, row, line, look=look, mirrored=self.mirrored)
        if decor.quote is not None:
            quote.paint(painter, decor.quote, self.places.quote, look=look, kind=kind, mirrored=self.mirrored)
        if self.ring:
            ring = outline(bubble.adjusted(2, 2, -2, -2), **group)
            self._paint_ring(painter, ring, look.tokens.on_mine if mine else look.tokens.accent)

    def _circle(self, bubble: QRectF) -> QRectF:
        left = self.width - SIDE - CIRCLE if self.mirrored else SIDE
        return QRectF(left, bubble.top(), CIRCLE, CIRCLE)

    def _paint_ring(self, painter: QPainter, ring: QPainterPath, colour: str) -> None:
        """Show where the keyboard is."""
        painter.setPen(QPen(QColor(colour), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(ring)


def is_author(row: Row, places: Places, look: Look, at: QPoint) -> bool:
    """Tell whether the author's circle or name stands there."""
    bubble = QRectF(places.bubble)
    name = QRectF(bubble.left() + PAD_X, bubble.top() + PAD_Y, 0, look.bold_metrics.height())
    name.setWidth(min(author.name_width(row, look), bubble.width() - 2 * PAD_X))
    return QRectF(SIDE, bubble.top(), CIRCLE, CIRCLE).contains(at) or name.contains(at)
