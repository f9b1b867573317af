"""The style sheet of ordinary controls, made from the tokens; what paints itself is not here."""

from __future__ import annotations

from string import Template

from gui.theme.tokens import Tokens

SHEET = Template("""
QToolTip { background: $toast; color: $on_toast; border: none; padding: 5px 8px; }
QLabel { background: transparent; }

QPushButton { background: $raised; color: $text; border: 1px solid $line; border-radius: 8px; padding: 7px 16px; }
QPushButton:hover { background: $hover; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_strong; border-color: $accent_strong; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $line; border-color: $line; color: $faint; }
QPushButton[role="quiet"] { background: transparent; border-color: transparent; color: $link; padding: 4px 8px; }
QPushButton[role="quiet"]:hover { background: $hover; }
QPushButton[role="quiet"]:focus { border-color: $accent; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 8px; padding: 6px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $line; }
QToolButton:focus { border-color: $accent; }
QToolButton[role="send"] { background: $accent; border-radius: 10px; padding: 7px; }
QToolButton[role="send"]:hover { background: $accent_strong; }
QToolButton[role="send"]:disabled { background: $line; }

QLineEdit, QPlainTextEdit, QComboBox { background: $surface; color: $text; border: 1px solid $line; border-radius: 8px;
  padding: 7px 10px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus { border-color: $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled { color: $muted; background: $window; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $line; padding: 4px;
  selection-background-color: $chosen; selection-color: $text; outline: none; }
QPlainTextEdit[role="message"] { border: none; background: transparent; padding: 4px 2px; }

QMenu { background: $raised; color: $text; border: 1px solid $line; border-radius: 8px; padding: 6px; }
QMenu::item { padding: 7px 22px; border-radius: 6px; }
QMenu::item:selected { background: $hover; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }

QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: $line; border-radius: 4px; min-height: 36px; margin: 2px; }
QScrollBar::handle:vertical:hover { background: $faint; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle:horizontal { background: $line; border-radius: 3px; min-width: 36px; margin: 2px; }
QScrollBar::handle:horizontal:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none;
  width: 0; height: 0; }

QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $ai_accent; }
QSlider::handle:horizontal { width: 16px; height: 16px; margin: -6px 0; border-radius: 8px; background: $ai_accent; }
QSlider::handle:horizontal:focus { background: $accent; }

QDialog { background: $window; }
QLabel[role="title"] { font-size: 17pt; font-weight: 600; }
QLabel[role="heading"] { font-size: 13pt; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: 9pt; }
QLabel[role="label"] { font-weight: 600; }
QLabel[role="error"] { color: $danger; background: $danger_back; border-radius: 8px; padding: 8px 12px; }
QFrame[role="sidebar"] { background: $window; border: none; border-right: 1px solid $line; }
QFrame[role="header"] { background: $surface; border: none; border-bottom: 1px solid $line; }
QFrame[role="page"] { background: $surface; border: none; }
QFrame[role="composer"] { background: $surface; border: 1px solid $line; border-radius: 14px; }
QFrame[role="composer"][active="true"] { border-color: $accent; }
QFrame[role="quote"] { background: $window; border-radius: 8px; }
QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: 12px; }
QFrame[role="banner"] { background: $warn_back; border: none; }
QFrame[role="banner"] QLabel { color: $warn_text; }
QListView[role="conversations"] { background: transparent; border: none; outline: none; }
""")


def style_sheet(tokens: Tokens) -> str:
    """Return the style sheet of a theme."""
    return SHEET.substitute({name: getattr(tokens, name) for name in tokens.__dataclass_fields__})
