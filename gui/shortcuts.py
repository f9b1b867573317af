"""The keys that do something everywhere in the window: one table, from which the shortcuts and their sheet are made."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class Keys:
    """One thing to do.

    Attributes:
        name: of what is done; empty for keys that a part of the window takes by itself.
        keys: in Qt's words; the first is the one that is shown where there is little room.
        does: what happens, in words.
        group: title of the part of the sheet where it stands.
    """

    name: str
    keys: tuple[str, ...]
    does: str
    group: str


def table() -> tuple[Keys, ...]:
    """Return all of them, in the language that is spoken."""
    said = QCoreApplication.translate
    go, do, write = said("Shortcuts", "Go"), said("Shortcuts", "Do"), said("Shortcuts", "Write")
    return (
        Keys("switch", ("Ctrl+K",), said("Shortcuts", "Switch to a conversation or person"), go),
        Keys("find", ("Ctrl+F",), said("Shortcuts", "Search in the open conversation"), go),
        Keys("search", ("Ctrl+Shift+F",), said("Shortcuts", "Search everywhere"), go),
        Keys("previous", ("Alt+Up",), said("Shortcuts", "Previous conversation"), go),
        Keys("next", ("Alt+Down",), said("Shortcuts", "Next conversation"), go),
        Keys("", ("Esc",), said("Shortcuts", "Go back, close"), go),
        Keys("new", ("Ctrl+N",), said("Shortcuts", "New conversation"), do),
        Keys("join", ("Ctrl+J",), said("Shortcuts", "Join with a link"), do),
        Keys("invite", ("Ctrl+I",), said("Shortcuts", "Invite people"), do),
        Keys("conversation", ("Ctrl+E",), said("Shortcuts", "Settings of the conversation"), do),
        Keys("settings", ("Ctrl+,",), said("Shortcuts", "Settings"), do),
        Keys("shortcuts", ("F1", "Ctrl+?"), said("Shortcuts", "Show these shortcuts"), do),
        Keys("quit", ("Ctrl+Q",), said("Shortcuts", "Quit"), do),
        Keys("", ("Return",), said("Shortcuts", "Send"), write),
        Keys("", ("Shift+Return",), said("Shortcuts", "New line"), write),
        Keys("", ("Up",), said("Shortcuts", "Edit your last message (in an empty field)"), write),
    )
