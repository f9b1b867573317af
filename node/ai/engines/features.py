"""What the linear model sees of a query: its words, how it opens, of what it consists; pure."""

from itertools import pairwise
from typing import Final

from node.ai.engines.reading import Reading

_WORDS: Final = 60
_PAIRS: Final = 20
_STEM: Final = 5
_LENGTHS: Final = (2, 4, 6, 9, 13, 20, 35)
_SHORT: Final = 9
_PARTS: Final = ("code", "pasted", "data", "trace", "error", "question")


def words_of(reading: Reading) -> frozenset[str]:
    """Return names for its words: `w` a word, `s` the beginning of a long one, `b` two in a row, `f` the first."""
    words = reading.words[:_WORDS]
    first = reading.opening.split()[:2]
    found = {f"w:{word}" for word in words}
    found |= {f"s:{word[:_STEM]}" for word in words if len(word) > _STEM}
    found |= {f"b:{one} {other}" for one, other in pairwise(words[:_PAIRS])}
    return frozenset(found | {f"f:{' '.join(first[:count])}" for count in range(1, len(first) + 1)})


def marks_of(reading: Reading) -> frozenset[str]:
    """Return names for what is notable apart from single words: tables of the lexicon, parts, length."""
    found = {f"opens {name}" for name in reading.opens} | {f"says {name}" for name in reading.says}
    found |= {name for name in _PARTS if getattr(reading, name)}
    count = len(reading.words)
    found.add(f"words {next((most for most in _LENGTHS if count <= most), 'more')}")
    found.add(f"commas {min(reading.ask.count(','), 2)}")
    if reading.code and reading.question:
        found.add("code question")
    if {"own", "failure"} <= reading.says:
        found.add("own failure")
    if count <= _SHORT and "anaphor" in reading.says:
        found.add("short anaphor")
    return frozenset(f"m:{name}" for name in found)
