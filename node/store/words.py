"""Cuts text into the words by which it is found, alike in any case and with or without accents (S18).

Words are runs of letters and digits. Chinese, Japanese, Thai and their like part no words: there each two neighbouring
characters are one, so that whatever stands in a text is found by any part of it. An emoji is a word.
"""

import itertools
import re
from functools import lru_cache
from typing import Final, NamedTuple
from unicodedata import category, combining, normalize

WORD: Final = "w"
PAIR: Final = "u"
"""Two neighbouring characters where words are not parted; one, where it stands alone."""
TAIL: Final = "t"
"""The last character of several, by itself."""
SYMBOL: Final = "s"

_PART: Final = "m"
"""What belongs to the character before it: accents, vowel signs, joiners, skin tones."""
_NOTHING: Final = " "
_RUNS: Final = re.compile(r"w[wm]*|(?:um*)+|sm*")
_UNITS: Final = re.compile(r"um*")
_BEYOND_ASCII: Final = re.compile(r"\S*[^\x00-\x7f]\S*", re.ASCII)
_OFTEN: Final = 24
"""Pieces of a text up to this length come again and again."""
_UNPARTED: Final = (
    (0x0E01, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),
    (0x3041, 0x312F),  # kana, bopomofo
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9D),  # half-width katakana
    (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFF),
)
_ADDED: Final = frozenset({0xFF9E, 0xFF9F, *range(0x1F3FB, 0x1F400)})
"""Marks that Unicode files elsewhere: half-width voicing, skin tones."""
_ACCENTS: Final = frozenset({1, 7, *range(10, 37), *range(202, 241)})
"""Combining classes of marks that a search overlooks; vowel signs, tones of Thai and viramas are of others."""
_LETTERS: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "\N{ARABIC TATWEEL}": "",
    }
)
"""Letters with a stroke and their like, which Unicode does not take apart, as people type them without it."""


class Word(NamedTuple):
    """A word of a text, with where it stands, in characters."""

    spelling: str
    start: int
    end: int
    middle: int
    """Where the first character of a pair ends; else `end`."""
    kind: str


class _Classes(dict[int, str]):
    """The class of each character, found when it is first met."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _class(chr(code))
        return found


def _class(character: str) -> str:
    kind, code = category(character), ord(character)
    if kind[0] == "M" or kind == "Cf" or code in _ADDED:
        return _PART
    if kind[0] in "LN":
        return PAIR if any(first <= code <= last for first, last in _UNPARTED) else WORD
    return SYMBOL if kind == "So" else _NOTHING


_CLASSES: Final = _Classes()


def words(text: str) -> list[Word]:
    """Return the words of a text, in their order."""
    found: list[Word] = []
    classes = text.translate(_CLASSES)
    for run in _RUNS.finditer(classes):
        start, end = run.span()
        kind = classes[start]
        if kind != PAIR:
            word = text[start:end] if kind == WORD else text[start]
            spelling = word.lower() if word.isascii() else _folded(word) if kind == WORD else word
            if spelling:
                found.append(Word(spelling, start, end, end, kind))
            continue
        units = [(_folded(text[slice(*unit.span())]), *unit.span()) for unit in _UNITS.finditer(classes, start, end)]
        for (one, first, middle), (other, _, last) in itertools.pairwise(units):
            found.append(Word(one + other, first, last, middle, PAIR))
        one, first, last = units[-1]
        found.append(Word(one, first, last, last, TAIL if len(units) > 1 else PAIR))
    return found


def spelled(text: str) -> str:
    """Return the spellings of `words(text)` for FTS5's tokenizer `ascii`, which splits the result into just them."""
    # that tokenizer parts and folds ASCII as we do
    return text if text.isascii() else _BEYOND_ASCII.sub(_respelled, text)


def _respelled(piece: re.Match[str]) -> str:
    return _spelled(piece[0]) if len(piece[0]) <= _OFTEN else " ".join(word.spelling for word in words(piece[0]))


@lru_cache(maxsize=8192)
def _spelled(piece: str) -> str:
    return " ".join(word.spelling for word in words(piece))


def forget() -> None:
    """Forget the words that were met."""
    _spelled.cache_clear()
    _folded.cache_clear()


def is_inside(text: str, at: int) -> bool:
    """Return whether a cut at this place would part what is shown as one character."""
    if not 0 < at < len(text):
        return False
    return text[at - 1] == "\N{ZERO WIDTH JOINER}" or _CLASSES[ord(text[at])] == _PART


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    """Return how a word is compared; empty where nothing of it is left."""
    taken_apart = normalize("NFKD", normalize("NFKD", word).casefold()).translate(_LETTERS)
    return "".join(character for character in taken_apart if _counts(character))


def _counts(character: str) -> bool:
    kind = category(character)
    if kind[0] == "M":
        return combining(character) not in _ACCENTS and not 0xFE00 <= ord(character) <= 0xFE0F
    return kind[0] in "LN"
