"""What a model said, taken apart into headings, list items, code and paragraphs; pure, never raises, linear in time.

A tolerant reading of Markdown: models forget blank lines, close fences late or never, and write labels in bold.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

BlockKind = Literal["heading", "item", "text", "code"]
_TAB: Final = "    "
_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")
_BOLD_LINE = re.compile(r"\*\*([^*]{1,200})\*\*[ \t]*:?")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([\w+#.\-]{0,40})([^`\n]*)")
_ORDERED = re.compile(
    r"(?:\*\*)?(?:(?:step|krok|schritt)[ \t]+)?(\d{1,3})(?:[.):]|[ \t]+[-\u2013\u2014:])(?:\*\*)?[ \t]+(\S.*)", re.I
)
_STEP = re.compile(r"(?:step|krok|schritt)[ \t]+\d", re.I)
_BULLET = re.compile(r"[-*+•‣▪◦\u2013\u2014][ \t]+(?:\[[ xX]\][ \t]+)?(\S.*)")
_LABEL = re.compile(
    r"(?:(?:[-*+•]|\d{1,2}[.)])[ \t]+)?(?:\*\*)?([^:*\d][^:*]{1,58})(?:\*\*)?[ \t]*:(?:\*\*)?(?:[ \t]+(\S.*))?"
)
_LABEL_CHARACTERS: Final = 72
_NESTED_AFTER: Final = 2  # columns
_LEVEL_OF_BOLD: Final = 7


@dataclass(frozen=True, slots=True)
class Block:
    """A part of an answer.

    Attributes:
        kind: what it is.
        text: without the marks which made it a block; of code, exactly what stands between the fences.
        level: of a heading, 1-6, and 7 for a line in bold; of an item, 0 where it is no part of another item, else 1.
        number: of an item, where it has one; also of a heading.
        language: of code, as said; may be empty.
    """

    kind: BlockKind
    text: str = field(repr=False)
    level: int = 0
    number: int | None = None
    language: str = ""


def blocks_of(answer: str, *, is_title: Callable[[str], bool]) -> list[Block]:
    """Return the blocks in their order; any text will do.

    Args:
        answer: what was said.
        is_title: tells of the text before a colon whether it is the title of what follows: `Root cause: …`.
    """
    return list(_Reader(answer.replace("\r\n", "\n").split("\n"), is_title).blocks())


def plain(text: str) -> str:
    """Return the text in one line and without the marks of bold type; code in backticks stays as it is."""
    pieces = " ".join(text.split()).split("`")
    return "`".join(piece if place % 2 else piece.replace("**", "") for place, piece in enumerate(pieces)).strip()


class _Reader:
    """Reads lines; what is open while doing so: a paragraph or an item, and the list it is in."""

    def __init__(self, lines: list[str], is_title: Callable[[str], bool]) -> None:
        self._lines = lines
        self._is_title = is_title
        self._open: list[str] = []
        self._item: Block | None = None
        self._indent: int | None = None  # of the list's outer items

    def blocks(self) -> Iterator[Block]:
        place = 0
        while place < len(self._lines):
            line = self._lines[place].replace("\t", _TAB)
            stripped = line.strip()
            place += 1
            if fence := _FENCE.fullmatch(stripped):
                yield from self._close()
                end = self._end_of_fence(place, fence[1])
                yield Block("code", "\n".join(self._lines[place:end]), language=fence[2])
                place = end + 1
            elif not stripped or _is_rule(stripped):
                yield from self._close()
            elif heading := _heading(stripped):
                yield from self._close()
                self._indent = None
                yield heading
            elif (label := self._label(line)) and self._is_title(label[1]):
                yield from self._close()
                self._indent = None
                yield Block("heading", plain(label[1]), _LEVEL_OF_BOLD)
                self._open = [label[2]] if label[2] else []
            elif item := self._item_of(stripped, len(line) - len(line.lstrip())):
                yield from self._close()
                self._item, self._open = item, [item.text]
            else:
                if not self._open and line == line.lstrip():
                    self._indent = None
                self._open.append(stripped)
        yield from self._close()

    def _close(self) -> Iterator[Block]:
        if self._open:
            text = "\n".join(self._open)
            item = self._item
            yield Block("item", text, item.level, item.number) if item else Block("text", text)
        self._open, self._item = [], None

    def _end_of_fence(self, start: int, opened: str) -> int:
        for place in range(start, len(self._lines)):
            line = self._lines[place].strip()
            if len(line) >= len(opened) and line == opened[0] * len(line):
                return place
        return len(self._lines)

    def _label(self, line: str) -> re.Match[str] | None:
        """Return the title before a colon and what follows; within an item there is none."""
        within_item = self._indent is not None and len(line) - len(line.lstrip()) >= self._indent + _NESTED_AFTER
        stripped = line.strip()
        return None if within_item or ":" not in stripped[:_LABEL_CHARACTERS] else _LABEL.fullmatch(stripped)

    def _item_of(self, stripped: str, indent: int) -> Block | None:
        ordered = _ORDERED.fullmatch(stripped)
        bullet = None if ordered else _BULLET.fullmatch(stripped)
        if ordered is None and bullet is None:
            return None
        if self._indent is None or indent < self._indent + _NESTED_AFTER:
            self._indent = indent
        level = 0 if indent == self._indent else 1
        if ordered:
            return Block("item", ordered[2], level, int(ordered[1]))
        assert bullet is not None
        return Block("item", bullet[1], level)


def _heading(stripped: str) -> Block | None:
    """Return the heading which a line is, or the item which it is where it reads `Step 1: …`."""
    if match := _HEADING.fullmatch(stripped):
        text, level = match[2].rstrip("# \t"), len(match[1])
    elif match := _BOLD_LINE.fullmatch(stripped):
        text, level = match[1], _LEVEL_OF_BOLD
    else:
        return None
    text = plain(text).rstrip(":").strip()
    if numbered := _ORDERED.fullmatch(text):
        if _STEP.match(text):
            return Block("item", numbered[2], 0, int(numbered[1]))
        return Block("heading", numbered[2], level, int(numbered[1]))
    return Block("heading", text, level) if text else None


def _is_rule(stripped: str) -> bool:
    marks = stripped.replace(" ", "")
    return len(marks) >= 3 and marks[0] in "-*_=" and marks == marks[0] * len(marks)
