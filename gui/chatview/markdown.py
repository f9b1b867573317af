"""Markdown to what the view shows: a list of segments, rich text or code.

Nothing that somebody else wrote reaches Qt as HTML: raw HTML is off, pictures become links, and only harmless link
targets stay links. Nothing is ever fetched.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from gui.state.values import calm

if TYPE_CHECKING:
    from markdown_it.token import Token

log = logging.getLogger(__name__)

CACHED_TEXTS = 2000
MAX_CELLS = 240
"""Of a table; a larger one is shown as it was written."""
MAX_PIECES = 24
"""Of a message; what comes after so many blocks of code is shown as it was written."""
BREAK_EVERY = 40
SOFT_BREAK = "\u200b"
_LONG_WORD = re.compile(r"[^\s`|\\]{250,}")
MAX_HIGHLIGHT_CHARACTERS = 20_000
MAX_HIGHLIGHT_LINE = 800


_MARKED = re.compile(
    r"""
      ^ [-+=\#>] | ^ \d+ [.)]        # begins a list, a heading, a rule, a quote
    | [\\`*_\[\]<>&~|@\x00-\x1f\x7f]  # means something to Markdown, or to what looks for links
    | [:.] [^\s.!?)"'…]              # may be within a link
    | //
    | [\ufdd0-\ufdef\ufff0-\uffff]   # is for Qt's own use
    """,
    re.VERBOSE,
)
"""What a line has that may be more than words; some are none the less, and only take longer."""


@dataclass(frozen=True, slots=True)
class Rich:
    """HTML made here, with classes that `document_style` knows.

    Attributes:
        html: all of it.
        words: the same as plain text, where it is one paragraph without any form; empty where it is more.
    """

    html: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code as it was written."""

    text: str
    language: str


Segment = Rich | Code


@lru_cache(maxsize=CACHED_TEXTS)
def segments(text: str, *, breaks: bool = True) -> tuple[Segment, ...]:
    """Return `render(text)`, remembered: the same message is shown again and again."""
    return render(text, breaks=breaks)


def render(text: str, *, breaks: bool = True) -> tuple[Segment, ...]:
    """Return what to show for a message.

    Args:
        text: Markdown, from anybody.
        breaks: whether a single line break is one; as people write, not as AIs do.
    """
    text = calm(text)
    if all(map(is_plain, lines := text.rstrip(" \n").split("\n"))):
        html = ("<br />\n" if breaks else "\n").join(lines).replace('"', "&quot;")
        return (Rich(f"<p>{html}</p>", ("\u2028" if breaks else " ").join(lines)),)
    try:
        return _parsed(text, breaks=breaks)
    except Exception:  # whatever somebody else wrote, the messages around it are shown
        log.exception("a message could not be read as Markdown")
        return (Code(text, ""),)


def _parsed(text: str, *, breaks: bool) -> tuple[Segment, ...]:
    from gui.chatview.renderer import AI, PEOPLE  # not before the first message: its rules take long to make

    parser = PEOPLE if breaks else AI
    environment: dict[str, Any] = {}
    found: list[Segment] = []
    pending: list[Token] = []

    def flush() -> None:
        if pending:
            html = parser.renderer.render(pending, parser.options, environment).strip()
            if html:
                found.append(Rich(html))
            pending.clear()

    text = _LONG_WORD.sub(_with_breaks, text)
    tokens = parser.parse(text, environment)
    large = _large_tables(tokens)
    within = -1  # where the large table that is passed over ends
    for at, token in enumerate(tokens):
        is_block = token.level == 0 and token.type in ("fence", "code_block")
        if at <= within:
            continue
        if token.map is not None and token.level == 0 and is_block and len(found) >= MAX_PIECES:
            flush()
            found.append(Code(_lines(text, token.map[0], None), ""))  # the rest as it was written
            return tuple(found)
        if is_block:
            flush()
            language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
            found.append(Code(token.content.rstrip("\n").replace(SOFT_BREAK, ""), language[:24]))
        elif at in large and token.map is not None:
            flush()
            within = large[at]
            found.append(Code(_lines(text, *token.map), ""))
        else:
            pending.append(token)
    flush()
    return tuple(found)


def is_plain(line: str) -> bool:
    """Tell whether a line is certainly nothing but words; most messages are, and need no parser."""
    return bool(line) and not _MARKED.search(line) and not _LONG_WORD.search(line) and " ".join(line.split()) == line


def _lines(text: str, first: int, end: int | None) -> str:
    return "\n".join(text.split("\n")[first:end]).rstrip("\n").replace(SOFT_BREAK, "")


def _with_breaks(word: re.Match[str]) -> str:
    """Return a long word with places where a line may end: without any, finding where each ends takes Qt long."""
    if "://" in word[0]:
        return word[0]
    return SOFT_BREAK.join(word[0][at : at + BREAK_EVERY] for at in range(0, len(word[0]), BREAK_EVERY))


def _large_tables(tokens: Sequence[Token]) -> dict[int, int]:
    """Return where tables that would take long to lay out begin and end."""
    found, began, cells = dict[int, int](), 0, 0
    for at, token in enumerate(tokens):
        if token.type == "table_open" and token.level == 0:
            began, cells = at, 0
        elif token.type in ("td_open", "th_open"):
            cells += 1
        elif token.type == "table_close" and token.level == 0 and cells > MAX_CELLS:
            found[began] = at
    return found


@lru_cache(maxsize=512)
def code_html(code: str, language: str, style: str) -> str:
    """Return code as HTML with colours; plain where the language is unknown or the text is very long."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter  # its package lacks the name while another thread imports it
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    plain = len(code) > MAX_HIGHLIGHT_CHARACTERS or max(map(len, code.split("\n"))) > MAX_HIGHLIGHT_LINE
    try:
        lexer = get_lexer_by_name(language) if language and not plain else None
    except ClassNotFound:
        lexer = None
    coloured = escape(code)
    if lexer is not None:
        formatter = HtmlFormatter(noclasses=True, nowrap=True, style=style)
        try:
            coloured = highlight(code, lexer, formatter).rstrip()
        except Exception:  # a rule for some language may stumble over what a stranger writes
            log.exception("code could not be coloured language=%s", language[:32])
    return f"<pre>{coloured}</pre>"
