"""Markdown to what the view shows: a list of segments, rich text or code.

Nothing that somebody else wrote reaches Qt as HTML: raw HTML is off, pictures become links, and only harmless link
targets stay links. Nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

SAFE_SCHEMES = frozenset({"http", "https", "mailto", "peer2peer"})
CACHED_TEXTS = 2000
MAX_HIGHLIGHT_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Rich:
    """HTML made here, with classes that `document_style` knows."""

    html: str


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code as it was written."""

    text: str
    language: str


Segment = Rich | Code


def safe_link(target: str) -> bool:
    """Tell whether a link may be clicked: web, mail, and our invites."""
    try:
        return urlsplit(target.strip()).scheme.lower() in SAFE_SCHEMES
    except ValueError:
        return False


class _Renderer(RendererHTML):
    """Qt's HTML subset: pictures as links, headings as styled paragraphs, quotes as a bar, nested code wrapped."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """Show a picture as a link to it, never as a picture."""
        token = tokens[idx]
        label = escape(token.content or "picture")
        target = str(token.attrGet("src") or "")
        if not safe_link(target):
            return f"<span>[{label}]</span>"
        return f'<a href="{escape(target)}">[picture: {label}]</a>'

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """Begin a heading."""
        return f'<p class="{tokens[idx].tag}">'

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """End a heading."""
        return "</p>"

    def blockquote_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """Begin a quote."""
        return '<table class="quote" cellspacing="0" cellpadding="0"><tr><td class="quote">'

    def blockquote_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """End a quote."""
        return "</td></tr></table>"

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """Begin a table."""
        return '<table class="grid" border="0" cellspacing="0" cellpadding="0">'

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """Show code inside a list or quote; other code is a segment of its own."""
        lines = escape(tokens[idx].content.rstrip("\n")).replace("\n", "<br/>")
        return f'<p class="pre">{lines}</p>'

    code_block = fence


def _parser(*, breaks: bool) -> MarkdownIt:
    options = {"html": False, "linkify": True, "breaks": breaks, "typographer": False}
    parser = MarkdownIt("commonmark", options, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough", "linkify"])
    parser.validateLink = safe_link  # type: ignore[assignment]
    return parser


_PEOPLE = _parser(breaks=True)
_AI = _parser(breaks=False)


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
    parser = _PEOPLE if breaks else _AI
    environment: dict[str, Any] = {}
    found: list[Segment] = []
    pending: list[Token] = []

    def flush() -> None:
        if pending:
            html = parser.renderer.render(pending, parser.options, environment).strip()
            if html:
                found.append(Rich(html))
            pending.clear()

    for token in parser.parse(text, environment):
        if token.level == 0 and token.type in ("fence", "code_block"):
            flush()
            language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
            found.append(Code(token.content.rstrip("\n"), language[:24]))
        else:
            pending.append(token)
    flush()
    return tuple(found)


@lru_cache(maxsize=512)
def code_html(code: str, language: str, style: str) -> str:
    """Return code as HTML with colours; plain where the language is unknown or the text is very long."""
    try:
        lexer = get_lexer_by_name(language) if language and len(code) <= MAX_HIGHLIGHT_CHARACTERS else None
    except ClassNotFound:
        lexer = None
    if lexer is None:
        return f"<pre>{escape(code)}</pre>"
    formatter = HtmlFormatter(noclasses=True, nowrap=True, style=style)
    return f"<pre>{highlight(code, lexer, formatter).rstrip()}</pre>"


def plain(text: str) -> str:
    """Return the text on one line, for the list and for quotes, without the commonest marks."""
    words = " ".join(text[:800].replace("```", " ").replace("**", "").replace("`", "").split())
    return words[:300]
