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
QPushButton[role="primary"]:focus { border-color: $ring; }
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
QToolButton[role="send"]:focus { border-color: $ring; }
QToolButton[role="send"]:disabled { background: $line; }

QFrame[role="switcher"] { background: $raised; border: 1px solid $line; border-radius: 14px; }
QToolButton[role="chip"] { background: $chosen; border-radius: 11px; padding: 3px 10px; }
QToolButton[role="chip"]:hover { background: $hover; }

QLineEdit, QPlainTextEdit, QComboBox { background: $surface; color: $text; border: 1px solid $line; border-radius: 8px;
  padding: 7px 10px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus { border-color: $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled { color: $muted; background: $window; }
QComboBox QLineEdit { border: none; border-radius: 0; padding: 0; background: transparent; }
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
QScrollBar::handle:vertical:disabled { background: transparent; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle:horizontal { background: $line; border-radius: 3px; min-width: 36px; margin: 2px; }
QScrollBar::handle:horizontal:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none;
  width: 0; height: 0; }

QSlider:horizontal { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $ai_accent; }
QSlider::handle:horizontal { width: 16px; height: 16px; margin: -6px 0; border-radius: 8px; background: $ai_accent; }
QSlider::handle:horizontal:focus { background: $accent; }

QPushButton[role="choice"] { text-align: left; padding: 9px 12px; }
QPushButton[role="choice"]:checked { background: $chosen; border-color: $accent; }
QPushButton[role="me"] { background: transparent; border: 1px solid transparent; border-radius: 10px; padding: 0; }
QPushButton[role="me"]:hover { background: $hover; }
QPushButton[role="me"]:focus { border-color: $accent; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QDialog { background: $window; }
QLabel[role="title"] { font-size: ${title_pt}pt; font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading_pt}pt; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: ${small_pt}pt; }
QLabel[role="small"][kind="over"] { color: $danger; }
QLabel[role="label"] { font-weight: 600; }
QLabel[role="error"] { color: $danger; background: $danger_back; border-radius: 8px; padding: 8px 12px; }
QFrame[role="sidebar"] { background: $window; border: none; border-right: 1px solid $line; }
QFrame[role="header"] { background: $surface; border: none; border-bottom: 1px solid $line; }
QFrame[role="page"] { background: $surface; border: none; }
QFrame[role="pins"] { background: $window; border: none; border-bottom: 1px solid $line; }
QLabel[role="given"] { background: $window; border-radius: 8px; padding: 8px 12px; }
QFrame[role="composer"] { background: $surface; border: 1px solid $line; border-radius: 14px; }
QFrame[role="composer"][active="true"] { border-color: $accent; }
QFrame[role="quote"] { background: $window; border-radius: 8px; }
QLabel[role="badge"] { color: $muted; background: $hover; border-radius: 7px; padding: 1px 8px;
  font-size: ${small_pt}pt; font-weight: 600; }
QLabel[role="badge"][kind="accent"] { color: $link; background: $chosen; }
QLabel[role="badge"][kind="ai"] { color: $ai_accent; background: $ai; }
QLabel[role="badge"][kind="warn"] { color: $warn_text; background: $warn_back; }
QFrame[role="ask"] { background: $warn_back; border: none; border-radius: 10px; }
QFrame[role="ask"] QLabel { color: $warn_text; }
QFrame[role="line"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QPushButton[role="danger"] { background: transparent; color: $danger; border-color: $line; }
QPushButton[role="danger"]:hover { background: $danger_back; border-color: $danger; }
QPushButton[role="danger"]:focus { border-color: $danger; }
QPushButton[role="danger"]:disabled { color: $faint; }
QScrollArea[role="page"], QScrollArea[role="page"] > QWidget > QWidget[role="column"] { background: $window;
  border: none; }
QScrollArea[role="plain"], QScrollArea[role="plain"] > QWidget > QWidget { background: transparent; border: none; }
QSpinBox, QDoubleSpinBox { background: $surface; color: $text; border: 1px solid $line; border-radius: 8px;
  padding: 6px 8px; selection-background-color: $accent; selection-color: $on_accent; }
QSpinBox:focus, QDoubleSpinBox:focus { border-color: $accent; }
QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled { color: $muted; background: $window; }
QProgressBar { background: $line; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QLabel[role="about"] { color: $link; font-weight: 600; font-size: ${small_pt}pt; }
QToolButton[role="aside"] { padding: 6px; font-size: ${small_pt}pt; }
QToolButton[role="aside"]:checked { background: $hover; color: $text; border-color: $line; }
QToolButton[role="aside"]:checked:focus { border-color: $accent; }
QListWidget[role="popup"] { background: $raised; color: $text; border: 1px solid $line; border-radius: 10px;
  padding: 6px; outline: none; }
QListWidget[role="popup"]::item { border-radius: 6px; padding: 0 6px; }
QListWidget[role="popup"]::item:selected { background: $chosen; color: $text; }
QFrame[role="strip"] { background: $window; border: 1px solid $line; border-radius: 10px; }
QLabel[role="waiting"] { color: $ai_accent; font-size: ${small_pt}pt; }
QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: 12px; }
QFrame[role="drop"] { background: $window; border: 1px dashed $line; border-radius: 12px; }
QFrame[role="drop"][over="true"] { border-color: $accent; }
QFrame[role="line"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QPlainTextEdit[role="log"] { background: $window; border-radius: 8px; }
QLabel[role="key"] { background: $raised; border: 1px solid $line; border-radius: 5px; padding: 2px 7px; }
QLabel[role="good"] { color: $good; }
QLabel[role="bad"] { color: $danger; }
QLabel[role="warning"] { color: $warn_text; }
QFrame[role="banner"] { background: $warn_back; border: none; }
QFrame[role="banner"] QLabel { color: $warn_text; }
QPushButton[role="banner"] { background: transparent; color: $warn_text; border: 1px solid $warn_text;
  padding: 3px 10px; }
QPushButton[role="banner"]:focus { border-width: 2px; }
QListView[role="conversations"] { background: transparent; border: none; outline: none; }
""")


SIZES_PT = {"title_pt": 17.0, "heading_pt": 13.0, "small_pt": 9.0}


def style_sheet(tokens: Tokens, percent: int = 100) -> str:
    """Return the style sheet of a theme, its text at so many per cent of the usual size."""
    sizes = {name: f"{size * percent / 100:.1f}" for name, size in SIZES_PT.items()}
    return SHEET.substitute({name: getattr(tokens, name) for name in tokens.__dataclass_fields__} | sizes)
