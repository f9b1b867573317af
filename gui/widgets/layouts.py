"""Layouts that several things share: a row of something, and such as are filled anew."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

BETWEEN_PX = 12


def row(*texts: QWidget, before: QWidget | None = None, after: tuple[QWidget, ...] = ()) -> QHBoxLayout:
    """Return texts under one another, what stands before them (a circle, a mark), and what is done about them."""
    column = QVBoxLayout()
    column.setSpacing(0)
    for text in texts:
        column.addWidget(text)
    made = QHBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(BETWEEN_PX)
    if before is not None:
        made.addWidget(before)
    made.addLayout(column, 1)
    for control in after:
        made.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
    return made


def empty(layout: QLayout) -> None:
    """Take everything out of a layout; the widgets are deleted soon."""
    while layout.count():
        item = layout.takeAt(0)
        assert item is not None
        widget, inside = item.widget(), item.layout()
        if widget is not None:
            _drop(widget)
        elif inside is not None:
            empty(inside)


def _drop(widget: QWidget) -> None:
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()
