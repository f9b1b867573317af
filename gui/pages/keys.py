"""The keys of the window: what the table of shortcuts names, done by whoever can."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from gui.shortcuts import table


class Keys(QObject):
    """Belongs to one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._shortcuts: dict[str, QShortcut] = {}

    def set(self, name: str, done: Callable[[], object]) -> None:
        """Do something at the keys that the table has for it."""
        keys = next(row.keys for row in table() if row.name == name)
        for each in keys:
            shortcut = QShortcut(QKeySequence(each), self._window)
            shortcut.activated.connect(lambda: done())
            self._shortcuts[each] = shortcut

    def has(self, name: str) -> bool:
        """Tell whether something is done at these keys; those without a name belong to a part of the window."""
        return not name or any(row.keys[0] in self._shortcuts for row in table() if row.name == name)
