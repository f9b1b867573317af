"""Sentences that did not begin in a window, in the language that is spoken: the node's, and those of its client.

The node sends beside a sentence its form and what stands in the form's places; see docs/decisions/026. A sentence that
no translation knows stays as the node said it. Knows no Qt: `gui.i18n` says how a text is translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

MOST_DEEP: Final = 8
"""Sentences within sentences."""
LAST: Final = "{names} and {last}"
_PLACE: Final = re.compile(r"\{(\w+)\}")
_COMMAND: Final = re.compile(r"`([^`\n]+)`")


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


@dataclass(slots=True)
class _Language:
    translate: Callable[[str], str] = str
    number: Callable[[float], str] = _number


_language = _Language()


def speak(translate: Callable[[str], str], number: Callable[[float], str]) -> None:
    """Say sentences and numbers in this way from now on."""
    _language.translate, _language.number = translate, number


def number(value: float) -> str:
    """Return a number as the language writes it; one that is not whole with one digit after the point."""
    return _language.number(value)


def spoken(sentence: str, said: object = None) -> str:
    """Return a sentence in the language that is spoken; commands in it stand in quotation marks, not in backticks.

    Args:
        sentence: in English.
        said: its `{form, values}` as the node told them, where it did.
    """
    return _filled(said, 0) or _translated(sentence) if sentence else ""


def _translated(text: str) -> str:
    return _COMMAND.sub("“\\1”", _language.translate(text))


def _filled(said: object, depth: int) -> str:
    """Return a form with its places filled; empty where that is no form, or a place has nothing."""
    if not isinstance(said, Mapping) or depth > MOST_DEEP:
        return ""
    form, values = said.get("form"), said.get("values")
    if not isinstance(form, str) or not isinstance(values, Mapping):
        return ""
    words = {name: _words(values.get(name), depth) for name in _PLACE.findall(form)}
    if None in words.values():
        return ""
    return _PLACE.sub(lambda place: words.get(place[1]) or "", _translated(form))


def _words(value: Any, depth: int) -> str | None:
    """Return what stands in a place; None where that can't stand in a sentence."""
    match value:
        case str():
            return value
        case bool():
            return None
        case int() | float():
            return _language.number(value)
        case [str() as one]:
            return one
        case [*names, str() as last] if all(isinstance(name, str) for name in names):
            both = {"names": ", ".join(names), "last": last}
            return _PLACE.sub(lambda place: both.get(place[1], ""), _language.translate(LAST))
        case Mapping():
            return _filled(value, depth + 1) or None
    return None
