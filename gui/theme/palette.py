"""Puts a theme on the application: Fusion with our palette, one style sheet made from the tokens, a readable font."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from gui.theme.style import style_sheet
from gui.theme.tokens import DARK, LIGHT, Tokens

PLAIN_FAMILIES = ("Inter", "Noto Sans", "Segoe UI", "Cantarell", "Ubuntu")
FALLBACK_DEFAULTS = ("DejaVu Sans", "Sans Serif", "Bitstream Vera Sans")
MONO_FAMILIES = (
    "JetBrains Mono",
    "Noto Sans Mono",
    "Cascadia Mono",
    "SF Mono",
    "Menlo",
    "Consolas",
    "DejaVu Sans Mono",
)
BASE_PT = 10.5


class Theme(QObject):
    """The theme in force; widgets that paint themselves read `tokens` and follow `changed`."""

    changed = Signal()

    def __init__(self, app: QApplication, name: str = "system", *, text_percent: int = 100) -> None:
        super().__init__(app)
        self._app = app
        self._wanted = name
        self._percent = text_percent
        self.tokens: Tokens = LIGHT
        self.mono = mono_family()
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(lambda *_: self._apply())
        self._apply()

    def use(self, name: str) -> None:
        """Take `light`, `dark`, or `system`."""
        self._wanted = name
        self._apply()

    def resize_text(self, percent: int) -> None:
        """Write everything larger or smaller; 100 is the usual size."""
        if percent != self._percent:
            self._percent = percent
            self._apply()

    def _apply(self) -> None:
        dark = self._wanted == "dark" or (
            self._wanted == "system" and self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        )
        self.tokens = DARK if dark else LIGHT
        font = base_font(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont), self._percent)
        if font != self._app.font():
            self._app.setFont(font)
        self._app.setPalette(palette(self.tokens))
        sheet = style_sheet(self.tokens, self._percent)
        if sheet != self._app.styleSheet():  # setting it restyles every widget
            self._app.setStyleSheet(sheet)
        self.changed.emit()


def palette(tokens: Tokens) -> QPalette:
    """Return the palette of a theme."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.window,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.window,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.Button: tokens.raised,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.BrightText: tokens.danger,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.on_accent,
        QPalette.ColorRole.Link: tokens.link,
        QPalette.ColorRole.LinkVisited: tokens.link,
        QPalette.ColorRole.ToolTipBase: tokens.toast,
        QPalette.ColorRole.ToolTipText: tokens.on_toast,
        QPalette.ColorRole.PlaceholderText: tokens.muted,
        QPalette.ColorRole.Mid: tokens.line,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.faint))
    return made


def base_font(system: QFont, percent: int = 100) -> QFont:
    """Return the system's font, or a nicer one where the system has only its last resort."""
    font = QFont(system)
    if QFontInfo(system).family() in FALLBACK_DEFAULTS:
        families = set(QFontDatabase.families())
        for family in PLAIN_FAMILIES:
            if family in families:
                font = QFont(family)
                break
    font.setPointSizeF(max(BASE_PT, system.pointSizeF()) * percent / 100)
    return font


def mono_family() -> str:
    """Return the family for code."""
    families = set(QFontDatabase.families())
    for family in MONO_FAMILIES:
        if family in families:
            return family
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
