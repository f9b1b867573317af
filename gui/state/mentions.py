"""Whom a message mentions while it is written: what to offer after `@`, and which words are a mention; pure (S16).

A mention is what the node takes for one: `@` and the whole name, upper and lower case alike, the longest name first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_BEGUN = re.compile(r"(?<![\w@])@([^\n@]{0,64})\Z")
_END = r"(?![\w]|-\w)"
MOST = 8


@dataclass(frozen=True, slots=True)
class Mentionable:
    """Somebody who can be mentioned: a person or an AI; `about` says more of them in a few words."""

    id: str
    name: str
    ai: bool = False
    about: str = ""


def begun(before: str) -> str | None:
    """Return what was typed after the `@` that the text before the cursor ends with; None where there is none."""
    found = _BEGUN.search(before)
    return found.group(1) if found is not None else None


def matching(people: Sequence[Mentionable], typed: str) -> list[Mentionable]:
    """Return whose name, or a word of it, begins with what was typed; accents and case do not count.

    Those whose whole name begins so come first; of several with one name the first, for all of them are mentioned.
    """
    wanted = folded(typed)
    found: list[tuple[bool, Mentionable]] = []
    names: set[str] = set()
    for one in people:
        name = folded(" ".join(one.name.split()))
        starts = [0, *(space.end() for space in re.finditer(r"\s+", name))]
        if name and name not in names and any(name.startswith(wanted, at) for at in starts):
            names.add(name)
            found.append((not name.startswith(wanted), one))
    return [one for _, one in sorted(found, key=lambda item: item[0])][:MOST]


def spans(text: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """Return where mentions stand in one line: start and length, in characters."""
    parts = sorted({" ".join(name.split()) for name in names if name.strip()}, key=lambda name: (-len(name), name))
    if not parts or "@" not in text:
        return []
    either = "|".join(r"\s+".join(map(re.escape, name.split(" "))) for name in parts)
    found = re.finditer(rf"(?<![\w@])@(?:{either}){_END}", text, re.IGNORECASE)
    return [(match.start(), match.end() - match.start()) for match in found]


def folded(text: str) -> str:
    """Return a text without accents and case."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
