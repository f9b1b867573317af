"""The words about who is typing (S14)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication


def people_words(names: Sequence[str]) -> str:
    """Return the words for the people who type; empty where nobody does."""
    say = QCoreApplication.translate
    match names:
        case []:
            return ""
        case [one]:
            return say("Typing", "{one} is typing...").format(one=one)
        case [one, two]:
            return say("Typing", "{one} and {two} are typing...").format(one=one, two=two)
        case [one, two, *_]:
            return say("Typing", "{one}, {two} and others are typing...").format(one=one, two=two)
    raise AssertionError(names)
