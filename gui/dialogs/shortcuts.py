"""The sheet of all shortcuts."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from gui.dialogs.base import Dialog
from gui.shortcuts import Keys
from gui.widgets.words import words


class ShortcutsDialog(Dialog):
    """Shows what the keys do."""

    def __init__(self, table: Iterable[Keys], parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("ShortcutsDialog", "Shortcuts"), "", parent)
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        group = ""
        for each in table:
            at = grid.rowCount()
            if each.group != group:
                group = each.group
                title = words(group, role="label")
                title.setContentsMargins(0, 8 if at > 1 else 0, 0, 0)
                grid.addWidget(title, at, 0, 1, 2)
                at += 1
            grid.addWidget(words(each.does), at, 0)
            grid.addLayout(_caps(each.keys), at, 1)
        self.body.addLayout(grid)
        self.add_button(self.tr("Close"), self.reject, primary=True)


def _caps(keys: Iterable[str]) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(4)
    line.addStretch(1)
    for each in keys:
        cap = QLabel(QKeySequence(each).toString(QKeySequence.SequenceFormat.NativeText))
        cap.setTextFormat(Qt.TextFormat.PlainText)
        cap.setProperty("role", "key")
        line.addWidget(cap)
    return line
