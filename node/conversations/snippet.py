"""The part of a message that shows why it was found: one line, and where in it to lay the colour."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.store.wanted import Range
from node.store.words import is_inside

CHARACTERS: Final = 160
BEFORE: Final = 40
"""Characters in front of the first word that was found."""
_NEAR: Final = 20
"""How far a cut moves to fall between words."""
_TRIED: Final = 50
_CUT: Final = "…"
_BREAK: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A line of text with ranges of its characters, in order, without overlaps."""

    text: str
    highlights: list[Range]


def snippet(text: str, ranges: Sequence[Range]) -> Snippet:
    """Return the part of a text with most of the ranges in it; `…` stands for what is cut off."""
    start, end = _window(text, ranges)
    head = _CUT if start else ""
    part = _BREAK.sub(" ", text[start:end])  # one for one: places stay
    shift = len(head) - start
    highlights = [
        (max(first, start) + shift, min(last, end) + shift) for first, last in ranges if first < end and last > start
    ]
    return Snippet(f"{head}{part}{_CUT if end < len(text) else ''}", highlights)


def _window(text: str, ranges: Sequence[Range]) -> Range:
    if len(text) <= CHARACTERS:
        return 0, len(text)
    starts = [max(0, first - BEFORE) for first, _ in ranges[:_TRIED]] or [0]
    start = max(starts, key=lambda at: sum(at <= first and last <= at + CHARACTERS for first, last in ranges))
    start = max(0, min(start, len(text) - CHARACTERS))
    first = next((first for first, _ in ranges if first >= start), start)
    start = _cut(text, start, range(start, min(first, start + _NEAR) + 1)) if start else 0
    end = min(len(text), start + CHARACTERS)
    return start, _cut(text, end, range(end, end - _NEAR, -1)) if end < len(text) else end


def _cut(text: str, at: int, near: range) -> int:
    """Return a place to cut at: a gap between words nearby, else one that parts no character from its marks."""
    for place in near:
        if text[place - 1].isspace() or text[place].isspace():
            return place
    return next((place for place in near if not is_inside(text, place)), at)
