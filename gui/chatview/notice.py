"""Notices: quiet centred lines; several in a row are one line that unfolds."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter

from gui.chatview.decor import Decor
from gui.chatview.look import Look
from gui.state.row import Row

FLAGS = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)


def text(row: Row, decor: Decor) -> str:
    """Return what a notice says, with how many it stands for."""
    others = decor.notices - 1
    if others < 1:
        return row.text
    more = QCoreApplication.translate("Messages", "and %n more, show all", "", others)
    return f"{row.text}\n{more}"


def size(row: Row, decor: Decor, room: QRect, look: Look) -> QSize:
    """Return the room that a notice takes."""
    return look.small_metrics.boundingRect(room, FLAGS, text(row, decor)).size()


def paint(painter: QPainter, row: Row, decor: Decor, rect: QRect, look: Look) -> None:
    """Draw a notice; what unfolds it looks like a link."""
    painter.setFont(look.small)
    painter.setPen(QColor(look.tokens.muted))
    words = text(row, decor)
    if decor.notices < 2:
        painter.drawText(rect, FLAGS, words)
        return
    said, more = words.rsplit("\n", 1)
    painter.drawText(rect, FLAGS, said)
    painter.setPen(QColor(look.tokens.link))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom), more)
