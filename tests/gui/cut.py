"""Finds what is cut, sticks out or overlaps in a window: labels, buttons and fields in less room than they need."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from gui.chatview.view import ChatView
from gui.widgets.one_line import OneLine
from gui.widgets.phase_bar import PhaseBar

SLACK_PX = 1


def faults(root: QWidget) -> list[str]:
    """Return what is wrong in a window or dialog, a line each; messages measure themselves and are left out."""
    found = [fault for widget in _shown(root) for fault in _fault(widget)]
    for widget in [root, *_shown(root)]:
        layout = widget.layout()
        if layout is not None:
            found += _overlaps(widget, layout)
    return found


def _shown(root: QWidget) -> Iterator[QWidget]:
    for widget in root.findChildren(QWidget):
        if widget.isVisible() and widget.window() is root.window() and not _within_messages(widget):
            yield widget


def _within_messages(widget: QWidget) -> bool:
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, ChatView):
            return True
        above = above.parentWidget()
    return False


def _fault(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel) and widget.text() and not isinstance(widget, OneLine):
        yield from _label(widget)
    elif isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
        pass
    elif isinstance(widget, QAbstractButton) and widget.text() and widget.property("role") != "me":
        yield from _less(widget, widget.text())
    elif isinstance(widget, QAbstractSpinBox | PhaseBar):
        yield from _less(widget, widget.accessibleName())
    elif isinstance(widget, QComboBox) and widget.height() + SLACK_PX < widget.sizeHint().height():
        yield f"low: {widget.currentText()}"
    elif isinstance(widget, QLineEdit) and not isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox):
        room = widget.contentsRect().width() - 20
        if widget.fontMetrics().horizontalAdvance(widget.placeholderText()) > room:
            yield f"placeholder: {widget.placeholderText()}"
        yield from _less(widget, widget.accessibleName(), high_only=True)
    elif isinstance(widget, QScrollArea) and widget.widget() is not None:
        least = widget.widget().minimumSizeHint().width()
        if least > widget.viewport().width() + SLACK_PX:
            yield f"wider than what scrolls it: {widget.accessibleName() or widget} {least}>{widget.viewport().width()}"
    above = widget.parentWidget()
    is_scrolled = above is not None and isinstance(above.parentWidget(), QAbstractScrollArea)
    if above is not None and not widget.isWindow() and not is_scrolled and widget.width() and widget.height():
        room = above.rect().adjusted(-SLACK_PX, -SLACK_PX, SLACK_PX, SLACK_PX)
        if not room.contains(widget.geometry()) and not isinstance(above, QAbstractScrollArea):
            yield f"sticks out: {_name(widget)} {widget.geometry()} in {above.rect()}"


def _label(label: QLabel) -> Iterator[str]:
    if label.wordWrap():
        if label.heightForWidth(label.width()) > label.height() + SLACK_PX:
            yield f"low: {label.text()}"
        if label.minimumSizeHint().width() > label.width() + SLACK_PX:
            yield f"narrow: {label.text()}"
    elif label.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored:  # it elides by itself
        if label.fontMetrics().horizontalAdvance(label.text()) > label.contentsRect().width() + SLACK_PX:
            yield f"narrow: {label.text()}"
        yield from _less(label, label.text(), high_only=True)
    else:
        yield from _less(label, label.text())


def _less(widget: QWidget, what: str, *, high_only: bool = False) -> Iterator[str]:
    wish = widget.sizeHint()
    if isinstance(widget, PhaseBar):
        wish = widget.minimumSizeHint()
    if not high_only and widget.width() + SLACK_PX < wish.width():
        yield f"narrow: {what} {widget.width()}<{wish.width()}"
    if widget.height() + SLACK_PX < wish.height():
        yield f"low: {what} {widget.height()}<{wish.height()}"


def _overlaps(parent: QWidget, layout: QLayout) -> Iterator[str]:
    placed = [widget for widget in _laid_out(layout) if widget.isVisible() and widget.parentWidget() is parent]
    for at, one in enumerate(placed):
        for other in placed[at + 1 :]:
            common: QRect = one.geometry().intersected(other.geometry())
            if common.width() > SLACK_PX and common.height() > SLACK_PX:
                yield f"overlap: {_name(one)} and {_name(other)} by {common.width()}x{common.height()}"


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _laid_out(inner)


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    return f"{type(widget).__name__} {text or widget.accessibleName()}"
