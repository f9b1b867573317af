"""What every text inside a bubble is shown by: a browser that keeps one document for life and is filled anew.

It does not scroll with the wheel: the list does. It loads nothing: not from the network, not from this disk.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QImage, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from gui.chatview.markdown import SOFT_BREAK

CODE_SHARE = 0.905
"""Size of code, as a share of the text around it."""


class Text(QTextBrowser):
    """A QTextBrowser that loads nothing, opens nothing by itself and leaves the wheel to the list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        flags = Qt.TextInteractionFlag
        keys = flags.TextSelectableByKeyboard | flags.LinksAccessibleByKeyboard
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.LinksAccessibleByMouse | keys)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.document().setDocumentMargin(0)
        self.document().setIndentWidth(24)
        self.viewport().setAutoFillBackground(False)
        self._nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        self._nothing.fill(Qt.GlobalColor.transparent)

    def set_tabbed(self, tabbed: bool) -> None:
        """Let Tab stop here, to mark text and follow links with the keys."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tabbed else Qt.FocusPolicy.ClickFocus)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Return an empty picture for everything; None would make Qt try by itself."""
        return self._nothing

    def createMimeDataFromSelection(self) -> QMimeData:
        """Return what was marked, without the breaks that were put into long words."""
        made = QMimeData()
        made.setText(self.textCursor().selection().toPlainText().replace(SOFT_BREAK, ""))
        return made

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave scrolling to the list."""
        event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Leave the menu to the bubble."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Escape, and Enter where it follows no link, to the list."""
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
