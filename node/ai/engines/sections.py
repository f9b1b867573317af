"""The titles by which an answer's parts are known, in English, German and Czech, and the parts of an answer; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

from node.ai.engines.blocks import Block, blocks_of
from node.ai.engines.lexicon import folded

SectionKind = Literal["steps", "points", "recommendations", "plan", "root_cause", "solution"]
_LONGEST_TITLE: Final = 80
_MOST_WORDS: Final = 6
_TITLES: Final = MappingProxyType[SectionKind, str](
    {
        "steps": """steps; step by step; step-by-step; reasoning; step by step reasoning; approach; schritte; vorgehen;
            schritt fur schritt; vorgehensweise; kroky; krok za krokem; postup""",
        "points": """analysis; analysis points; key points; main points; key findings; findings; observations; insights;
            key insights; key takeaways; strengths; weaknesses; opportunities; threats; risks; pros; cons; advantages;
            disadvantages; patterns; trends; issues; analyse; erkenntnisse; beobachtungen; wichtige punkte; befunde;
            starken; schwachen; chancen; risiken; vorteile; nachteile; analyza; hlavni body; klicove body; zjisteni;
            pozorovani; silne stranky; slabe stranky; prilezitosti; hrozby; rizika; vyhody; nevyhody""",
        "recommendations": """recommendations; recommendation; recommended actions; suggestions; suggested improvements;
            improvements; next steps; advice; action items; empfehlungen; empfehlung; vorschlage; nachste schritte;
            massnahmen; verbesserungsvorschlage; doporuceni; navrhy; dalsi kroky; navrhy na zlepseni""",
        "plan": """implementation plan; plan; implementation steps; implementation; plan of implementation; roadmap;
            umsetzungsplan; umsetzung; implementierungsplan; implementierung; implementacni plan; plan implementace;
            postup implementace; implementace""",
        "root_cause": """root cause; root cause analysis; cause; likely cause; probable cause; most likely cause;
            diagnosis; why it happens; why this happens; reason; ursache; grundursache; hauptursache;
            wahrscheinliche ursache; diagnose; grund;
            pricina; hlavni pricina; korenova pricina; pravdepodobna pricina; diagnoza; duvod""",
        "solution": """solution; solution steps; solutions; fix; the fix; quick fix; how to fix; how to fix it;
            resolution; steps to fix; steps to resolve; recommended fix; losung; losungsschritte; losungsweg; behebung;
            so behebst du; abhilfe; reseni; kroky reseni; kroky k reseni; postup reseni; oprava;
            jak to opravit; naprava""",
    }
)


@dataclass(slots=True)
class Section:
    """A part of an answer under one title.

    Attributes:
        kind: what the title says it is; None before the first known title, and under unknown ones.
        blocks: what stands in it, in order, without the title.
    """

    kind: SectionKind | None
    blocks: list[Block] = field(default_factory=list)

    def entries(self) -> list[str]:
        """Return its outer list items; where it has none, its paragraphs."""
        items = [block.text for block in self.blocks if block.kind == "item" and block.level == 0]
        return items or self.paragraphs()

    def paragraphs(self) -> list[str]:
        """Return its paragraphs."""
        return [block.text for block in self.blocks if block.kind == "text"]


def kind_of(title: str, *, exactly: bool) -> SectionKind | None:
    """Return which part of an answer has this title.

    Args:
        title: as said.
        exactly: it is nothing but a known title; else it may begin or end with one, as `Root cause of the crash`.
    """
    if len(title) > _LONGEST_TITLE:
        return None
    words = "".join(letter if letter.isalnum() or letter == "-" else " " for letter in folded(title)).split()
    text = " ".join(words)
    known = _known()
    if text in known or exactly or len(words) > _MOST_WORDS:
        return known.get(text)
    tails = (" ".join(words[place:]) for place in range(1, len(words)))
    heads = (" ".join(words[:place]) for place in range(len(words) - 1, 0, -1))
    return next((known[part] for part in (*heads, *tails) if part in known), None)


def sections_of(answer: str) -> list[Section]:
    """Return the answer's parts in order; the first may be empty."""
    sections = [Section(None)]
    level_of_known = 0
    for block in blocks_of(answer, is_title=lambda label: kind_of(label, exactly=True) is not None):
        if block.kind != "heading":
            sections[-1].blocks.append(block)
            continue
        kind = kind_of(block.text, exactly=block.number is not None)
        if kind is not None:
            sections.append(Section(kind))
            level_of_known = block.level
        elif block.number is not None:
            sections[-1].blocks.append(Block("item", block.text, 0, block.number))
        elif block.level <= level_of_known:
            sections.append(Section(None))
            level_of_known = 0
    return sections


def numbered_run(sections: Sequence[Section]) -> list[str]:
    """Return the longest list which is counted through, from wherever it begins; empty where none has two items."""
    runs: list[list[str]] = [[]]
    last = 0
    for section in sections:
        for block in section.blocks:
            if block.kind != "item" or block.level > 0 or block.number is None:
                continue
            if block.number not in (last, last + 1):
                runs.append([])
            runs[-1].append(block.text)
            last = block.number
    longest = max(runs, key=len)
    return longest if len(longest) > 1 else []


@cache
def _known() -> dict[str, SectionKind]:
    return {" ".join(title.split()): kind for kind, titles in _TITLES.items() for title in titles.split(";")}
