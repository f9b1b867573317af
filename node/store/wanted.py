"""What a person searches for, as they type it: words that must all be there, phrases, the beginning of a word (S18)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.store.words import PAIR, TAIL, Word, words

CHARACTERS: Final = 300
"""What stands beyond is not looked at."""
TERMS: Final = 16
_QUOTES: Final = {'"': '"', "“": "”", "„": "“”", "«": "»", "「": "」"}
_PIECES: Final = re.compile(r'"[^"]*"?|“[^”]*”?|„[^“”]*[“”]?|«[^»]*»?|「[^」]*」?|[^\s"“„«「]+')

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must follow each other directly."""

    spellings: tuple[str, ...]
    is_open: bool
    """Whether the last may go on."""
    ends_within: bool
    """Whether the last is one character where words are not parted, and so the first half of what it is found in."""

    def expression(self) -> str:
        """Return the term for FTS5."""
        return f'"{" ".join(self.spellings)}"{" *" if self.is_open else ""}'

    def ranges(self, text: Sequence[Word]) -> list[Range]:
        """Return where in a text the term stands, as ranges of characters."""
        found = []
        *before, last = self.spellings
        for at in range(len(text) - len(before)):
            if any(text[at + place].spelling != each for place, each in enumerate(before)):
                continue
            end = text[at + len(before)]
            if end.spelling == last or (self.is_open and end.spelling.startswith(last)):
                found.append((text[at].start, end.middle if self.ends_within else end.end))
        return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query, understood; whatever is typed is one."""

    terms: tuple[Term, ...]

    @property
    def expression(self) -> str:
        """The query for FTS5; only where there are terms."""
        return " ".join(term.expression() for term in self.terms)

    def ranges(self, text: str) -> list[Range] | None:
        """Return where a text has what is wanted, in order and without overlaps; None where it lacks any of it."""
        cut, found = words(text), []
        for term in self.terms:
            ranges = term.ranges(cut)
            if not ranges:
                return None
            found += ranges
        return _merged(sorted(found))


def parse_wanted(query: str) -> Wanted:
    """Return what a query asks for: nothing where no word is in it."""
    terms = []
    pieces = _PIECES.findall(query[:CHARACTERS])
    for number, piece in enumerate(pieces, 1):
        closing = _QUOTES.get(piece[0])
        is_closed = closing is not None and len(piece) > 1 and piece[-1] in closing
        term = _term(piece, is_open=number == len(pieces) and not is_closed)
        if term is not None and term not in terms:
            terms.append(term)
    return Wanted(tuple(terms[:TERMS]))


def _term(piece: str, *, is_open: bool) -> Term | None:
    found = words(piece)
    if not found:
        return None
    if found[-1].kind == TAIL:
        found.pop()
    last = found[-1]
    is_unparted = last.kind == PAIR
    spellings = tuple(word.spelling for word in found)
    return Term(spellings, is_open or is_unparted, ends_within=is_unparted and last.middle == last.end)


def _merged(ranges: Sequence[Range]) -> list[Range]:
    merged: list[Range] = []
    for start, end in ranges:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
