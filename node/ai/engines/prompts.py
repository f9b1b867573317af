"""What each engine tells the model: the task, and the form in which parts of the answer are found again; pure.

Short on purpose: small models follow few words better, and every token delays the first word of the answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from node.ai.engines.route import ConversationType


@dataclass(frozen=True, slots=True)
class Prompt:
    """What an engine says.

    Attributes:
        task: how to go about it.
        form: how to write it down, with `{titles}` in the language of the answer.
    """

    task: str
    form: str = ""


PROMPTS: Final[Mapping[ConversationType, Prompt]] = MappingProxyType(
    {
        "simple": Prompt("Answer directly, in one to three sentences. If you do not know, say so."),
        "complex": Prompt(
            "Think the question through before you conclude. Name your assumptions, and what speaks against your view.",
            "Write your reasoning as a numbered list under the heading “## {steps}”, one thought each, then the "
            "conclusion in a paragraph of its own under “## {conclusion}”.",
        ),
        "analysis": Prompt(
            "Examine what was given. Rely on nothing else where the material can answer, and tell what it can't show.",
            "List what you found under the heading “## {points}”, one point an item. Where something should be done, "
            "list it under “## {recommendations}”; leave that out where there is nothing.",
        ),
        "generation": Prompt(
            "Make what was asked for, complete and ready to use, rather than describing it.",
            "Put code into a fenced block with the name of its language. Where it takes several stages to put to use, "
            "list them, numbered, under the heading “## {plan}”; leave that out where it does not.",
        ),
        "problem_solving": Prompt(
            "Find out why it fails before you say what to do. Where several causes are possible, begin with the "
            "likeliest, and say how to tell them apart. Put nothing at risk which can not be undone without saying so.",
            "Name the cause in a sentence after “**{root_cause}:**”, then what to do as a numbered list under the "
            "heading “## {solution}”.",
        ),
        "multi_step": Prompt(
            "The message goes on from what was said before. Find what it refers to, build on that and keep to what was "
            "agreed. If it could mean several things, say which one you take.",
            "Where the answer has several steps, write them as a numbered list under the heading “## {steps}”.",
        ),
    }
)
_TITLES: Final = MappingProxyType(
    {
        "en": {
            "steps": "Steps",
            "conclusion": "Conclusion",
            "points": "Key points",
            "recommendations": "Recommendations",
            "plan": "Implementation plan",
            "root_cause": "Root cause",
            "solution": "Solution",
        },
        "de": {
            "steps": "Schritte",
            "conclusion": "Fazit",
            "points": "Wichtige Punkte",
            "recommendations": "Empfehlungen",
            "plan": "Umsetzungsplan",
            "root_cause": "Ursache",
            "solution": "Lösung",
        },
        "cs": {
            "steps": "Kroky",
            "conclusion": "Závěr",
            "points": "Hlavní body",
            "recommendations": "Doporučení",
            "plan": "Plán implementace",
            "root_cause": "Příčina",
            "solution": "Řešení",
        },
    }
)


def titles_in(language: str) -> Mapping[str, str]:
    """Return the titles of an answer's parts in a language, by its code; in English where we have none for it."""
    return _TITLES.get(language, _TITLES["en"])
