"""What the node wrote before it ended, for a person who is to find out why (S73)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFontDatabase, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gui.dialogs.base import Dialog

WIDTH_PX = 640
HEIGHT_PX = 300


class LogDialog(Dialog):
    """Shows lines, the newest at the end."""

    def __init__(self, lines: Sequence[str], parent: QWidget | None = None) -> None:
        said = QCoreApplication.translate
        super().__init__(
            said("LogDialog", "What your node wrote"), said("LogDialog", "It is started anew by itself."), parent
        )
        self.text = QPlainTextEdit("\n".join(lines))
        self.text.setProperty("role", "log")
        self.text.setReadOnly(True)
        self.text.setAccessibleName(self.tr("Log of your node"))
        self.text.setPlaceholderText(self.tr("It wrote nothing."))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setMinimumHeight(HEIGHT_PX)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        if parent is not None:
            self.setMinimumWidth(min(WIDTH_PX, max(300, parent.width() - 60)))
        self.body.addWidget(self.text)
        self.add_button(self.tr("Copy"), self.copy)
        self.add_button(self.tr("Close"), self.reject, primary=True)

    def copy(self) -> None:
        """Put the lines on the clipboard."""
        QGuiApplication.clipboard().setText(self.text.toPlainText())
