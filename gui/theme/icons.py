"""Our own line icons: SVG paths on a 24 px grid, tinted with a colour when drawn."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QTransform
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
    "gear": (
        '<circle cx="12" cy="12" r="6.3"/><circle cx="12" cy="12" r="2.3"/><path stroke-width="2.8" '
        'd="M12 3.4v1.8M12 18.8v1.8M3.4 12h1.8M18.8 12h1.8M5.9 5.9l1.3 1.3M16.8 16.8l1.3 1.3M5.9 18.1l1.3-1.3M16.8 '
        '7.2l1.3-1.3"/>'
    ),
    "gear-asked": (
        '<circle cx="11" cy="13" r="5.8"/><circle cx="11" cy="13" r="2.2"/><path stroke-width="2.6" d="M11 5v1.6M11 '
        '19.4V21M3 13h1.6M17.400 13H19M5.3 7.300l1.2 1.2M15.500 17.500l1.2 1.2M5.300 18.700l1.200-1.200"/><circle '
        'cx="19" cy="5" r="4" fill="currentColor" stroke="none"/>'
    ),
    "back": '<path d="M19 12H5M11 6l-6 6 6 6"/>',
    "up": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "checks": '<path d="M2 12.5l4.5 4.5L16 7.5M11.5 16l1 1L22 7.5"/>',
    "read": '<path d="M2 12.5l4.5 4.5L16 7.5M11.5 16l1 1L22 7.5" stroke-width="2.9"/>',
    "pin": '<path d="M9 4h6l-1 6 3.5 3.5h-11L10 10zM12 13.5V20"/>',
    "not-ai": (
        '<path d="M11 5c.9 4 2.5 5.6 6.5 6.5-4 .9-5.6 2.5-6.5 6.5-.9-4-2.5-5.6-6.5-6.5C8.500 10.600 10.100 9 11 5z"/>'
        '<path d="M4 20L20 4"/>'
    ),
    "smile": (
        '<circle cx="12" cy="12" r="8.5"/><path d="M8.500 14.200c.8 1.300 2 2 3.500 2s2.700-.700 3.500-2'
        'M9 9.800v.100M15 9.800v.100"/>'
    ),
    "stop": '<rect x="7" y="7" width="10" height="10" rx="2"/>',
    "retry": '<path d="M19 12a7 7 0 1 1-2.200-5.100M19 4v4h-4"/>',
    "clock": '<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>',
    "alert": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5v5.5M12 16.2v.3"/>',
    "copy": (
        '<rect x="9" y="9" width="11" height="11" rx="2.5"/><path d="M5 15H4.5A1.5 1.5 0 0 1 3 '
        '13.5v-9A1.5 1.5 0 0 1 4.5 3h9A1.5 1.5 0 0 1 15 4.5V5"/>'
    ),
    "chevron": '<path d="M6 9.5l6 6 6-6"/>',
    "down": '<path d="M12 5v14M6 13l6 6 6-6"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "network": (
        '<circle cx="12" cy="5.5" r="2.3"/><circle cx="5.5" cy="18" r="2.3"/><circle cx="18.5" cy="18" r="2.3"/>'
        '<path d="M11 7.6L6.6 16M13 7.6l4.4 8.4M7.8 18h8.4"/>'
    ),
    "keys": (
        '<rect x="3" y="6.5" width="18" height="11" rx="2.5"/><path d="M7 10.5h.01M11 10.5h.01M15 10.5h.01M8 14h8"/>'
    ),
    "lock": '<rect x="5" y="10.5" width="14" height="9.5" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>',
    "power": '<path d="M12 3.5v8M7.2 6.6a7.5 7.5 0 1 0 9.6 0"/>',
    "reply": '<path d="M9 7l-5 5 5 5M4 12h10a6 6 0 0 1 6 6v1"/>',
    "theme": '<circle cx="12" cy="12" r="8.5"/><path fill="currentColor" d="M12 3.5a8.5 8.5 0 0 1 0 17z"/>',
    "cells": '<circle cx="8.5" cy="12" r="5.5"/><circle cx="15.5" cy="12" r="5.5"/>',
    "archive": (
        '<rect x="3.5" y="4.5" width="17" height="4.5" rx="1.5"/>'
        '<path d="M5 9v8.5A2 2 0 0 0 7 19.5h10a2 2 0 0 0 2-2V9M10 13h4"/>'
    ),
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5"/>',
    "person": '<circle cx="12" cy="8.5" r="4"/><path d="M4.5 20c.6-4.2 3.6-6.3 7.5-6.3s6.9 2.1 7.5 6.3"/>',
    "shield": (
        '<path d="M12 3.5l7 2.6v5.4c0 4.3-2.8 7.6-7 9-4.2-1.4-7-4.7-7-9V6.1z"/><path d="M8.8 11.8l2.3 2.3 4.2-4.4"/>'
    ),
    "edit": '<path d="M4 20l1-4.5L16 4.5a2 2 0 0 1 2.8 0l.7.7a2 2 0 0 1 0 2.8L8.5 19z"/><path d="M14 6.5l3.5 3.5"/>',
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


def icon(name: str, colour: str, *, disabled: str | None = None, mirrored: bool = False) -> QIcon:
    """Return an icon for a button; `mirrored` for one that points where the text comes from."""
    picture = pixmap(name, colour, 24, 3.0)
    made = QIcon(picture.transformed(QTransform().scale(-1, 1)) if mirrored else picture)
    if disabled is not None:
        made.addPixmap(pixmap(name, disabled, 24, 3.0), QIcon.Mode.Disabled)
    return made


def paint(painter: QPainter, name: str, colour: str, rect: QRectF) -> None:
    """Draw an icon into `rect`."""
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(rect.topLeft(), pixmap(name, colour, round(rect.width()), ratio))


SIZE = QSize(20, 20)


@lru_cache(maxsize=128)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(svg(name, colour)))
