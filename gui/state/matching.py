"""Whether a name matches what was typed, how well, and where: case and accents do not count."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

PREFIX, WORD, PART, SCATTERED = range(4)
"""How well a name matches: it begins so, a word in it does, it holds it, or it holds the letters in their order."""


@dataclass(frozen=True, slots=True)
class Match:
    """How a name matches.

    Attributes:
        rank: the lower, the better: how well, then how late, then how long the name is.
        ranges: `(start, end)` of what was found, in code points of the name.
    """

    rank: tuple[int, int, int]
    ranges: tuple[tuple[int, int], ...]


def match(typed: str, name: str, *, scattered: bool = False) -> Match | None:
    """Return how a name matches what was typed; None where it does not, or nothing was typed.

    Args:
        typed: words, each of which must be in the name.
        name: whatever it is called.
        scattered: whether it is enough that its letters stand in the name, in their order.
    """
    words = fold(typed)[0].split()
    if not words:
        return None
    folded, places = fold(name)
    whole = " ".join(words)
    if folded.startswith(whole):
        return Match((PREFIX, 0, len(folded)), _ranges(places, [(0, len(whole))]))
    found = []
    worst = 0
    for word in words:
        at = _word_start(folded, word)
        if at < 0:
            at = folded.find(word)
            worst = PART
        if at < 0:
            break
        found.append((at, at + len(word)))
    else:
        return Match((max(worst, WORD), min(found)[0], len(folded)), _ranges(places, found))
    return _scattered("".join(words), folded, places) if scattered else None


def fold(text: str) -> tuple[str, list[int]]:
    """Return the text without case and accents, and from which code point each of its characters comes."""
    characters, places = list[str](), list[int]()
    for at, character in enumerate(text):
        for each in unicodedata.normalize("NFKD", _PLAIN.get(character, character)).casefold():
            if not unicodedata.combining(each):
                characters.append(each)
                places.append(at)
    return "".join(characters), places


_PLAIN = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}


def _word_start(folded: str, word: str) -> int:
    at = folded.find(word)
    while at > 0 and folded[at - 1].isalnum():
        at = folded.find(word, at + 1)
    return at


def _scattered(letters: str, folded: str, places: list[int]) -> Match | None:
    found, at = list[tuple[int, int]](), -1
    for letter in letters:
        at = folded.find(letter, at + 1)
        if at < 0:
            return None
        found.append((at, at + 1))
    spread = found[-1][1] - found[0][0]
    return Match((SCATTERED, spread, len(folded)), _ranges(places, found))


def _ranges(places: list[int], found: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return ranges of the folded text as ranges of the name, in their order, those that touch as one."""
    ranges = list[tuple[int, int]]()
    for start, end in sorted(found):
        first, last = places[start], places[end - 1] + 1
        if ranges and first <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(last, ranges[-1][1]))
        else:
            ranges.append((first, last))
    return tuple(ranges)
