"""What of an answer goes into its metadata (S54): steps, points, code, cause; pure, never raises, linear in time.

Every value stands in the answer; what was not said is left out. Marks of bold type and line breaks go, code stays.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from node.ai.engines.blocks import plain
from node.ai.engines.sections import Section, SectionKind, numbered_run

MAX_ENTRIES: Final = 50
ENTRY_CHARACTERS: Final = 1_000
CODE_CHARACTERS: Final = 100_000
_NO_CODE: Final = frozenset({"text", "txt", "plaintext", "output", "console-output"})
_SENTENCE = re.compile(r"(?:[^.!?]|[.!?](?=\S)){1,1000}[.!?]?")
_CAUSAL = re.compile(
    r"(?<!\w)(?:because|caused by|due to|the (?:root )?(?:cause|reason) (?:is|was)|stems from|results? from"
    r"|weil|liegt (?:daran|an)|ursache ist|verursacht|wegen|aufgrund"
    r"|protože|příčin\w* je|kvůli|způsob\w*|důvodem je)(?!\w)",
    re.I,
)


def entries(texts: Iterable[str]) -> list[str]:
    """Return the texts as metadata: in one line each, without empty ones; the first of many, the beginning of long."""
    found = filter(None, (plain(text)[:ENTRY_CHARACTERS].strip() for text in texts))
    return list(islice(found, MAX_ENTRIES))


def under(sections: Sequence[Section], *kinds: SectionKind) -> list[str]:
    """Return what stands under titles of the first of these kinds which there is."""
    for kind in kinds:
        if found := entries(text for section in sections if section.kind == kind for text in section.entries()):
            return found
    return []


def steps(sections: Sequence[Section], *kinds: SectionKind) -> list[str]:
    """Return the steps under such a title; where there is none, the longest list which is counted through."""
    return under(sections, *kinds) or entries(numbered_run(sections))


def points(sections: Sequence[Section]) -> list[str]:
    """Return the points of an analysis; where no title says so, the outer items of all lists but recommendations."""
    said = under(sections, "points")
    return said or entries(
        block.text
        for section in sections
        if section.kind not in ("recommendations", "solution", "plan")
        for block in section.blocks
        if block.kind == "item" and block.level == 0
    )


def code_blocks(sections: Sequence[Section]) -> list[dict[str, str]]:
    """Return the fenced blocks which are code: `code`, and `language` where it was said."""
    found = []
    left = CODE_CHARACTERS
    for section in sections:
        for block in section.blocks:
            code = block.text.rstrip()[:left]
            if block.kind == "code" and code.strip() and block.language.lower() not in _NO_CODE:
                left -= len(code)
                found.append({"language": block.language, "code": code} if block.language else {"code": code})
    return found[:MAX_ENTRIES]


def root_cause(sections: Sequence[Section]) -> str:
    """Return the first thing under such a title, else the first sentence which gives a reason; empty for none."""
    if said := under(sections, "root_cause"):
        return said[0]
    for section in sections:
        for paragraph in section.paragraphs():
            text = plain(paragraph)
            for sentence in _SENTENCE.findall(text):
                if _CAUSAL.search(sentence):
                    return str(sentence.strip())
    return ""
