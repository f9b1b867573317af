"""Markdown as plain words, for one line: lists, quotes, snippets, notifications; no mark is left, no word is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gui.state.values import on_one_line

Range = tuple[int, int]
MOST_READ = 800
MOST_SHOWN = 300
_MARKED = re.compile(r"[`*_~\[#>|\\]|[-+:=]{3}|(?:^|\n)[ \t]*[-+][ \t]")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n`]*$", re.MULTILINE)
_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)[^\n]{1,400}?(?<!`)\1(?!`)")
_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-{3,}[-:| \t]*$", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*\|.*$", re.MULTILINE)
_START = re.compile(r"^[ \t]*((?:>[ \t]?)*(?:#{1,6}[ \t]+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?)?)(?=\S)", re.MULTILINE)
_LINK = re.compile(r"(!?\[)[^\[\]\n]*(\]\([^()\s]*\))")
_STRONG = re.compile(r"\*\*|~~|`|(?<!\w)__(?=\S)|(?<=\S)__(?!\w)")
_STAR = re.compile(r"(?<![\w*\\])(\*)(?=[^\s*])[^*\n]*[^\s*](\*)(?![\w*])|(?<![\w*\\])(\*)[^\s*](\*)(?![\w*])")
_LINE = re.compile(r"(?<![\w\\])(_)(?=[^\s_])[^_\n]*[^\s_](_)(?!\w)|(?<![\w\\])(_)[^\s_](_)(?!\w)")
_ESCAPE = re.compile(r"\\(?=[\\`*_{}\[\]()#+.!~|>-])")


def plain(text: str) -> str:
    """Return the text on one line without its marks, at most 300 characters of it."""
    words = text[:MOST_READ]
    if _MARKED.search(words):
        words = _without(words, _marks(words))[0]
    return " ".join(on_one_line(words).split())[:MOST_SHOWN]


def plain_marked(text: str, ranges: Sequence[Range]) -> tuple[str, tuple[Range, ...]]:
    """Return a part of a text without its marks, and where the ranges are in it."""
    return _without(text, _marks(text), ranges) if _MARKED.search(text) else (text, tuple(ranges))


def _marks(text: str) -> list[Range]:
    """Return where the marks stand; what is within code is none."""
    marks = [match.span() for match in _FENCE.finditer(text)]
    marks += [match.span() for match in _RULE.finditer(text)]
    code: list[Range] = []
    for match in _CODE.finditer(text):
        ticks = len(match.group(1))
        marks += [(match.start(), match.start() + ticks), (match.end() - ticks, match.end())]
        code.append((match.start() + ticks, match.end() - ticks))

    def found(start: int, end: int) -> None:
        if start < end and not any(first <= start < last for first, last in code):
            marks.append((start, end))

    for match in _START.finditer(text):
        found(*match.span(1))
    for match in _ROW.finditer(text):
        for at, letter in enumerate(match.group(), match.start()):
            if letter == "|":
                found(at, at + 1)
    single = text.replace("**", "\0\0")
    for pattern, within in ((_LINK, text), (_STAR, single), (_LINE, text)):
        for match in pattern.finditer(within):
            for group in range(1, len(match.groups()) + 1):
                found(*match.span(group))
    for pattern in (_STRONG, _ESCAPE):
        for match in pattern.finditer(text):
            found(*match.span())
    return sorted(marks)


def _without(text: str, marks: Sequence[Range], ranges: Sequence[Range] = ()) -> tuple[str, tuple[Range, ...]]:
    """Return the text without some parts, and where the ranges are then; one of which nothing is left is left out."""
    kept: list[str] = []
    place = list[int]()  # of each character, in what is kept
    length = at = 0
    for start, end in [*marks, (len(text), len(text))]:
        if start > at:
            kept.append(text[at:start])
            place.extend(range(length, length + start - at))
            length += start - at
            at = start
        if end > at:
            place.extend([length] * (end - at))
            at = end
    place.append(length)
    moved = ((place[start], place[end]) for start, end in ranges)
    return "".join(kept), tuple((start, end) for start, end in moved if start < end)
