"""The program's icon, for windows, tray and notifications."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

FILE = Path(__file__).with_name("peer2peer.svg")
SIZES = (16, 22, 24, 32, 48, 64, 128)


@lru_cache(maxsize=16)
def app_pixmap(size: int) -> QPixmap:
    """Return the icon as a picture of `size` pixels."""
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(str(FILE)).render(painter)
    painter.end()
    return picture


@lru_cache(maxsize=1)
def app_icon() -> QIcon:
    """Return the icon in all sizes."""
    made = QIcon()
    for size in SIZES:
        made.addPixmap(app_pixmap(size))
    return made
