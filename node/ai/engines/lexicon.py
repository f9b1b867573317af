"""The words by which a query shows what it wants, in English, Czech and German; the words lie in lexicon.toml.

Patterns are for folded text: lower case, no diacritics, so that typing without them makes no difference.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

Language = Literal["en", "cs", "de"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "cs", "de")
_PLAIN = str.maketrans(
    {"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT SINGLE QUOTATION MARK}": "'", "ß": "ss", "ł": "l", "ø": "o"}
)
_LETTERS: Final[Mapping[Language, frozenset[str]]] = {"cs": frozenset("ěščřžůťďňýáí"), "de": frozenset("äöüß")}
_TELLING: Final = ("opens_generate", "opens_analyse", "opens_repair", "failure")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The patterns of one language.

    Attributes:
        anywhere: finds one of a table's phrases in a text, by table.
        opening: matches one at the beginning of a text, by table.
        courtesy: matches all greetings and courtesies at the beginning of a text.
        small_talk: matches a text which is nothing but small talk.
    """

    anywhere: Mapping[str, re.Pattern[str]]
    opening: Mapping[str, re.Pattern[str]]
    courtesy: re.Pattern[str]
    small_talk: re.Pattern[str]


@cache
def lexicon(language: Language) -> Lexicon:
    """Return the patterns; the first call reads the file, the others cost nothing."""
    known = {name: _pattern(table[language]) for name, table in _tables().items() if language in table}
    del known["common"]
    courtesy, small_talk = known.pop("courtesy"), known.pop("small_talk")
    return Lexicon(
        anywhere={name: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for name, pattern in known.items()},
        opening={name: re.compile(rf"(?:{pattern})(?!\w)") for name, pattern in known.items()},
        courtesy=re.compile(rf"(?:(?:{courtesy})(?![\w'])[\s,:;!.\-]*)+"),
        small_talk=re.compile(rf"(?:(?:{small_talk})(?![\w'])[\s,.!?:;)(\-]*)+"),
    )


def language_of(text: str) -> Language:
    """Return the language a text most likely is in; English where nothing speaks for another."""
    plain = folded(text)
    words = re.findall(r"[a-z']+", plain)
    letters = set(text.lower())
    counts: dict[Language, int] = {}
    for language in LANGUAGES:
        common = _common(language)
        counts[language] = sum(word in common for word in words)
    for language, own in _LETTERS.items():
        opening = lexicon(language).opening
        counts[language] += 2 * len(letters & own) + any(opening[name].match(plain) is not None for name in _TELLING)
    return max(LANGUAGES, key=lambda language: (counts[language], counts[language] > 0 and language != "en"))


def folded(text: str) -> str:
    """Return the text in lower case and without diacritics."""
    text = text.lower().translate(_PLAIN)
    if text.isascii():
        return text
    return "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))


@cache
def _tables() -> Mapping[str, Mapping[Language, str]]:
    tables: Mapping[str, Mapping[Language, str]] = tomllib.loads(
        files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8")
    )
    return tables


@cache
def _common(language: Language) -> frozenset[str]:
    return frozenset(_phrases(_tables()["common"][language]))


def _pattern(phrases: str) -> str:
    return "|".join(
        phrase.replace("(", "(?:").replace("~", r"\w*").replace(" ", r"\s+") for phrase in _phrases(phrases)
    )


def _phrases(listed: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in listed.replace("|\n", "|").split(";") if phrase.strip()]
