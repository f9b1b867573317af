"""Buttons that are an icon."""

from __future__ import annotations

from PySide6.QtCore import QSize, SignalInstance
from PySide6.QtWidgets import QMenu, QToolButton


def tool(tip: str, pressed: SignalInstance) -> QToolButton:
    """Return a button that says on hovering what it does; its icon is set with the colours."""
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setIconSize(QSize(20, 20))
    button.clicked.connect(pressed)
    return button


def more_tool() -> tuple[QToolButton, QMenu]:
    """Return a button for what else can be done, and the menu it shows."""
    button = QToolButton()
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setIconSize(QSize(18, 18))
    button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
    menu = QMenu(button)
    button.setMenu(menu)
    return button, menu
