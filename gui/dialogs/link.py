"""Shows the whole target of a link before it is opened: what a message says it is may be something else."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gui.dialogs.base import Dialog


class LinkDialog(Dialog):
    """Asks whether a link may be opened in the browser."""

    def __init__(self, target: str, parent: QWidget | None = None) -> None:
        super().__init__("Open this link?", "It leads out of Peer2Peer, to:", parent)
        self._target = target
        shown = QPlainTextEdit(target)
        shown.setReadOnly(True)
        shown.setFixedHeight(72)
        shown.setAccessibleName("Target of the link")
        self.body.addWidget(shown)
        self.add_button("Cancel", self.reject)
        self.add_button("Copy", self.copy)
        self.add_button("Open", self.open_it, primary=True)

    def copy(self) -> None:
        """Put the target on the clipboard."""
        QGuiApplication.clipboard().setText(self._target)
        self.accept()

    def open_it(self) -> None:
        """Open it with the program the system has for it."""
        QDesktopServices.openUrl(QUrl(self._target))
        self.accept()
