"""What a row needs to know of the theme to measure and paint itself; made once a theme, not once a row."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QColor, QFont, QFontMetrics

from gui.chatview.rich_segment import document_style
from gui.theme.tokens import Tokens, person_colour


@dataclass(frozen=True)
class Look:
    """Fonts, colours and document styles of the chat view."""

    tokens: Tokens
    font: QFont
    mono: str
    small: QFont = field(init=False)
    bold: QFont = field(init=False)
    metrics: QFontMetrics = field(init=False)
    small_metrics: QFontMetrics = field(init=False)
    bold_metrics: QFontMetrics = field(init=False)
    sheets: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Derive the fonts and style sheets."""
        small = QFont(self.font)
        small.setPointSizeF(self.font.pointSizeF() * 0.84)
        bold = QFont(self.font)
        bold.setPointSizeF(self.font.pointSizeF() * 0.94)
        bold.setWeight(QFont.Weight.DemiBold)
        tokens = self.tokens

        def sheet(text: str, muted: str, line: str, back: str, link: str) -> str:
            colours = {"text": text, "muted": muted, "line": line, "code_back": back, "link": link}
            return document_style(**colours, mono=self.mono, body_pt=self.font.pointSizeF())

        other_code = "#e0e4ea" if not tokens.dark else "#353b46"
        ai_code = "#e4d8fa" if not tokens.dark else "#43365f"
        sheets = {
            "mine": sheet(tokens.on_mine, tokens.mine_muted, tokens.mine_code, tokens.mine_code, tokens.on_mine),
            "other": sheet(tokens.text, tokens.muted, other_code, other_code, tokens.link),
            "ai": sheet(tokens.text, tokens.muted, ai_code, ai_code, tokens.link),
        }
        for name, value in (
            ("small", small),
            ("bold", bold),
            ("metrics", QFontMetrics(self.font)),
            ("small_metrics", QFontMetrics(small)),
            ("bold_metrics", QFontMetrics(bold)),
            ("sheets", sheets),
        ):
            object.__setattr__(self, name, value)

    def fill(self, kind: str) -> QColor:
        """Return the colour of a bubble."""
        tokens = self.tokens
        return QColor({"mine": tokens.mine, "ai": tokens.ai}.get(kind, tokens.other))

    def ink(self, kind: str) -> QColor:
        """Return the colour of text in a bubble."""
        return QColor(self.tokens.on_mine if kind == "mine" else self.tokens.text)

    def faded(self, kind: str) -> QColor:
        """Return the colour of times in a bubble."""
        return QColor(self.tokens.mine_muted if kind == "mine" else self.tokens.muted)

    def link(self, kind: str) -> QColor:
        """Return the colour of links in a bubble."""
        return QColor(self.tokens.on_mine if kind == "mine" else self.tokens.link)

    def name_colour(self, kind: str, author: str) -> QColor:
        """Return the colour of an author's name; brighter on the dark theme, darker than the circle on the light."""
        if kind == "ai":
            return QColor(self.tokens.ai_accent)
        colour = QColor(person_colour(author))
        return colour.lighter(165) if self.tokens.dark else colour.darker(108)
