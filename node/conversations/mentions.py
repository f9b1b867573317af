"""Whom a text mentions: `@Name` of somebody who takes part, a person or an AI; pure.

The longest name counts, so that `@Max Planck` is not `@Max`; upper and lower case are the same, code says nothing.
"""

import re
import unicodedata
from collections.abc import Hashable, Iterable
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_END = r"(?![\w]|-\w)"


def mentioned(text: str, people: Iterable[tuple[str, T]]) -> tuple[T, ...]:
    """Return whom a text mentions, in the order of their first mention; all who go by the same name.

    Args:
        text: what was said.
        people: everybody's name, with what stands for them in the answer.
    """
    known: dict[str, list[T]] = {}
    for name, who in people:
        if folded := " ".join(_folded(name).split()):
            known.setdefault(folded, []).append(who)
    if not known:
        return ()
    longest_first = sorted(known, key=lambda name: (-len(name), name))
    names = "|".join(r"\s+".join(map(re.escape, name.split(" "))) for name in longest_first)
    found: dict[T, None] = {}
    for match in re.findall(rf"(?<![\w@])@({names}){_END}", _folded(_CODE.sub(" ", text))):
        found.update(dict.fromkeys(known[" ".join(match.split())]))
    return tuple(found)


def _folded(text: str) -> str:
    """Return the text so that equal names are equal strings."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
