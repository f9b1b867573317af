"""Reads single values out of what the node sent: one of the wrong type counts as missing."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from gui.wording import spoken

NAMES = frozenset({"name", "author_name", "by_name", "host_name", "title", "model", "provider"})
"""Keys of texts that stand within sentences of ours, and beside other people's."""
_TURNS = dict.fromkeys((1564, 8206, 8207, *range(8234, 8239), *range(8294, 8298)))
_BREAKS = dict.fromkeys((*range(32), 127, *range(128, 160), 8232, 8233), " ")
_ON_ONE_LINE = _TURNS | _BREAKS
STACKED = 4
"""Marks that may stand on one letter: living languages need three."""
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKS = re.compile(f"({_MARK}{{{STACKED}}}){_MARK}+")
_JOINERS = re.compile("([\u200b-\u200d\u2060\ufeff])[\u200b-\u200d\u2060\ufeff]+")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def text(data: Mapping[str, Any], key: str) -> str:
    """Return a text; empty where there is none."""
    value = data.get(key)
    if not isinstance(value, str):
        return ""
    return on_one_line(value) if key in NAMES else value


def sentence(data: Mapping[str, Any], key: str) -> str:
    """Return a sentence of the node's in the language that is spoken; empty where there is none."""
    said = data.get("said")
    return on_one_line(spoken(text(data, key), said.get(key) if isinstance(said, dict) else None))


def calm(value: str) -> str:
    """Return foreign text with at most four marks on a letter and one joiner between two: more only slow us down."""
    return value if value.isascii() else _JOINERS.sub(r"\1", _STACKS.sub(r"\1", value))


def on_one_line(value: str) -> str:
    """Return foreign text as it may stand beside other text: it turns nobody's direction and breaks no line."""
    return calm(value.translate(_ON_ONE_LINE))


def number(data: Mapping[str, Any], key: str) -> float:
    """Return a number; 0 where there is none."""
    value = data.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def moment(value: Any) -> datetime.datetime:
    """Return the time in an ISO 8601 text; 1970 where there is none."""
    try:
        found = datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return EPOCH
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)


def dicts(data: Any) -> list[dict[str, Any]]:
    """Return the objects in a list, leaving out what is none."""
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def texts(data: Any) -> tuple[str, ...]:
    """Return the texts in a list, leaving out what is none."""
    return tuple(item for item in data if isinstance(item, str)) if isinstance(data, list) else ()
