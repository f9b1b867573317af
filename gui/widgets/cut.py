"""Words on one line, cut where they have no room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics


def cut(words: str, metrics: QFontMetrics, width: float) -> str:
    """Return the words as far as they have room; Qt's own cut is too wide where the dots are of another font."""
    whole = room = int(width) + 1
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
    while shown != words and room > 0 and (over := metrics.horizontalAdvance(shown) - whole) > 0:
        room -= over
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
    return shown
