"""The rules by which Markdown becomes the HTML that Qt knows; a module of its own, since making them takes long."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from gui.chatview.links import safe_link

MAX_QUOTES = 3


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
        """Begin a quote; within three others its bar is left out: each doubles what Qt takes to lay out the rest."""
        env["quotes"] = env.get("quotes", 0) + 1
        if env["quotes"] > MAX_QUOTES:
            return ""
        return '<table class="quote" cellspacing="0" cellpadding="0"><tr><td class="quote">'

    def blockquote_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """End a quote."""
        env["quotes"] -= 1
        if env["quotes"] >= MAX_QUOTES:
            return ""
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


PEOPLE = _parser(breaks=True)
AI = _parser(breaks=False)
