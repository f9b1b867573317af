"""The button beside the text that keeps a message between people: no AI is given it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton

from gui.theme import icons
from gui.theme.palette import Theme


class AsideButton(QToolButton):
    """Checked where what is written is not for AI."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("role", "aside")
        self.setCheckable(True)
        self.setIconSize(QSize(20, 20))
        self.setAccessibleName(self.tr("Not for AI"))
        self.toggled.connect(lambda *_: self.show_choice())
        theme.changed.connect(self.show_choice)
        self.show_choice()

    @property
    def holds(self) -> bool:
        """Whether there is a choice, and it is that no AI is given what is written."""
        return self.isChecked() and not self.isHidden()

    def choose(self, *, aside: bool) -> None:
        """Show a choice that was made elsewhere; nobody is told."""
        self.blockSignals(True)
        self.setChecked(aside)
        self.blockSignals(False)
        self.show_choice()

    def show_choice(self) -> None:
        """Say what is chosen."""
        aside, tokens = self.isChecked(), self._theme.tokens
        self.setText(self.tr("Not for AI") if aside else "")
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonTextBesideIcon if aside else style.ToolButtonIconOnly)
        self.setToolTip(
            self.tr("AIs are not given this message. Click to let them read and answer.")
            if aside
            else self.tr("AIs may read and answer this message. Click to keep it between people.")
        )
        self.setIcon(icons.icon("not-ai" if aside else "sparkle", tokens.text if aside else tokens.ai_accent))
