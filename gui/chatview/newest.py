"""The button that goes to the newest message and says how many came below (S15)."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from gui.theme import icons
from gui.theme.tokens import Tokens

SIDE = 36


class NewestButton(QToolButton):
    """Stands over the messages, at the right end of their lower edge."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setIconSize(QSize(15, 15))
        self.setToolTip(self.tr("Go to the newest message"))
        self.hide()

    def show_count(self, unseen: int, area: QRect) -> None:
        """Say how many there are, in the corner of `area`."""
        text = self.tr("%n new", "", unseen) if unseen else ""
        style = Qt.ToolButtonStyle
        self.setText(text)
        self.setToolButtonStyle(style.ToolButtonTextBesideIcon if text else style.ToolButtonIconOnly)
        spoken = (
            self.tr("Go to the newest message, %n new", "", unseen) if unseen else self.tr("Go to the newest message")
        )
        self.setAccessibleName(spoken)
        width = max(SIDE, self.sizeHint().width()) if text else SIDE
        x = area.left() + 18 if self.isRightToLeft() else area.right() - 18 - width
        self.setGeometry(x, area.bottom() - SIDE - 12, width, SIDE)
        self.show()
        self.raise_()

    def restyle(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.setIcon(icons.icon("down", tokens.text))
        self.setStyleSheet(
            f"QToolButton {{ background: {tokens.raised}; color: {tokens.text}; border: 1px solid {tokens.line};"
            f" border-radius: 17px; padding: 0 9px; font-weight: 600; }}"
            f"QToolButton:hover {{ background: {tokens.hover}; }}"
            f"QToolButton:focus {{ border-color: {tokens.accent}; }}"
        )
