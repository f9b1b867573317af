"""A QR code, drawn by its modules: sharp at any size and scale, dark on light in every theme (S63)."""

from __future__ import annotations

import segno
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

QUIET = 4
"""Modules of margin that a reader needs."""
SIDE_PX = 264
PICTURE_PX = 1024
DARK = QColor("#101418")
LIGHT = QColor("#ffffff")


class QrCode(QWidget):
    """Shows a text as a QR code."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._matrix: tuple[tuple[bool, ...], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(SIDE_PX, SIDE_PX)

    def show_text(self, text: str) -> None:
        """Show another text; an empty one shows nothing."""
        self._matrix = matrix(text)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size that a telephone reads from a desk away."""
        return QSize(SIDE_PX, SIDE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the modules on the grid of the screen's own pixels."""
        if not self._matrix:
            return
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        side = int(self.width() * ratio)
        painter.scale(1 / ratio, 1 / ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QPainterPath()
        card.addRoundedRect(QRectF(0, 0, side, side), 10 * ratio, 10 * ratio)
        painter.fillPath(card, LIGHT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        draw(painter, self._matrix, side)
        painter.end()


def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of dark and light modules, without margin; nothing for an empty text."""
    if not text:
        return ()
    code = segno.make_qr(text, error="m", boost_error=False)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def draw(painter: QPainter, rows: tuple[tuple[bool, ...], ...], side: int) -> None:
    """Draw the dark modules into a square of `side` device pixels, each of whole pixels, with the quiet zone."""
    across = len(rows) + 2 * QUIET
    module = max(1, side // across)
    start = (side - module * len(rows)) // 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(DARK)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                painter.fillRect(start + x * module, start + y * module, module, module, DARK)


def picture(text: str) -> QImage:
    """Return the code as a picture to be saved: 1,024 pixels or a little less, with the quiet zone."""
    rows = matrix(text)
    across = len(rows) + 2 * QUIET
    side = max(1, PICTURE_PX // across) * across
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(LIGHT)
    painter = QPainter(image)
    draw(painter, rows, side)
    painter.end()
    return image
