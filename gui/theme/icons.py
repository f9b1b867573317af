"""Our own line icons: SVG paths on a 24 px grid, tinted with a colour when drawn."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

PATHS = {
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "link": (
        '<path d="M10 14a4.2 4.2 0 0 0 6 0l3-3a4.2 4.2 0 0 0-6-6l-1 1M14 10a4.2 4.2 0 0 0-6 0l-3 3a4.2 '
        '4.2 0 0 0 6 6l1-1"/>'
    ),
    "invite": (
        '<circle cx="10" cy="8" r="3.6"/><path d="M3.5 20c.4-3.8 3-6 6.5-6 1.5 0 2.8.4 3.9 1.1M18 14v6M15 17h6"/>'
    ),
    "send": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "sparkle": (
        '<path fill="currentColor" d="M11 4c.9 4.3 2.7 6.1 7 7-4.3.9-6.1 2.7-7 7-.9-4.3-2.7-6.1-7-7 '
        '4.3-.9 6.1-2.7 7-7z"/><path fill="currentColor" d="M18.5 15.5c.3 1.6 1 2.3 2.5 2.6-1.6.3-2.2 '
        '1-2.5 2.6-.3-1.6-1-2.3-2.5-2.6 1.5-.3 2.2-1 2.5-2.6z" stroke-width=".8"/>'
    ),
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "checks": '<path d="M2 12.5l4.5 4.5L16 7.5M11.5 16l1 1L22 7.5"/>',
    "clock": '<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>',
    "alert": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5v5.5M12 16.2v.3"/>',
    "copy": (
        '<rect x="9" y="9" width="11" height="11" rx="2.5"/><path d="M5 15H4.5A1.5 1.5 0 0 1 3 '
        '13.5v-9A1.5 1.5 0 0 1 4.5 3h9A1.5 1.5 0 0 1 15 4.5V5"/>'
    ),
    "chevron": '<path d="M6 9.5l6 6 6-6"/>',
    "down": '<path d="M12 5v14M6 13l6 6 6-6"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "reply": '<path d="M9 7l-5 5 5 5M4 12h10a6 6 0 0 1 6 6v1"/>',
    "theme": '<circle cx="12" cy="12" r="8.5"/><path fill="currentColor" d="M12 3.5a8.5 8.5 0 0 1 0 17z"/>',
    "cells": '<circle cx="8.5" cy="12" r="5.5"/><circle cx="15.5" cy="12" r="5.5"/>',
    "more": '<path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="2.8"/>',
}

FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9" '
    'stroke-linecap="round" stroke-linejoin="round">{}</svg>'
)


def svg(name: str, colour: str) -> bytes:
    """Return the SVG of an icon in one colour."""
    return FRAME.format(PATHS[name]).replace("currentColor", colour).encode()


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return an icon as a picture of `size` logical pixels."""
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    _renderer(name, colour).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def icon(name: str, colour: str, *, disabled: str | None = None) -> QIcon:
    """Return an icon for a button."""
    made = QIcon(pixmap(name, colour, 24, 3.0))
    if disabled is not None:
        made.addPixmap(pixmap(name, disabled, 24, 3.0), QIcon.Mode.Disabled)
    return made


def paint(painter: QPainter, name: str, colour: str, rect: QRectF) -> None:
    """Draw an icon into `rect`."""
    _renderer(name, colour).render(painter, rect)


SIZE = QSize(20, 20)


@lru_cache(maxsize=128)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(svg(name, colour)))
