"""Shows the whole target of a link before it is opened: what a message says it is may be something else."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from gui.dialogs.base import Dialog
from gui.widgets.long_edit import LongEdit


class LinkDialog(Dialog):
    """Asks whether a link may be opened in the browser."""

    def __init__(self, target: str, parent: QWidget | None = None) -> None:
        said = QCoreApplication.translate
        super().__init__(
            said("LinkDialog", "Open this link?"), said("LinkDialog", "It leads out of Peer2Peer, to:"), parent
        )
        self._target = target
        shown = LongEdit(3)
        shown.setPlainText(target)
        shown.setReadOnly(True)
        shown.setAccessibleName(self.tr("Target of the link"))
        self.body.addWidget(shown)
        self.add_button(self.tr("Cancel"), self.reject)
        self.add_button(self.tr("Copy"), self.copy)
        self.add_button(self.tr("Open"), self.open_it, primary=True)

    def copy(self) -> None:
        """Put the target on the clipboard."""
        QGuiApplication.clipboard().setText(self._target)
        self.accept()

    def open_it(self) -> None:
        """Open it with the program the system has for it."""
        QDesktopServices.openUrl(QUrl(self._target))
        self.accept()
