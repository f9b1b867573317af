"""How hard a passphrase is to guess: a rough count of bits, for a hint while it is typed."""

from __future__ import annotations

import math
from typing import Final

WEAK_BITS: Final = 40.0
STRONG_BITS: Final = 64.0
_POOLS: Final = ((str.islower, 26), (str.isupper, 26), (str.isdigit, 10), (str.isspace, 1))
_OTHERS: Final = 33


def bits(text: str) -> float:
    """Return about how many bits a guesser has to find; characters that follow from the one before count for little."""
    if not text:
        return 0.0
    pool = sum(size for belongs, size in _POOLS if any(belongs(character) for character in text))
    if any(not any(belongs(character) for belongs, _ in _POOLS) for character in text):
        pool += _OTHERS
    each = math.log2(max(pool, 2))
    seen: set[str] = set()
    total = 0.0
    for at, character in enumerate(text):
        follows = at > 0 and abs(ord(character) - ord(text[at - 1])) <= 1
        pair = text[max(0, at - 1) : at + 1]
        total += each * (0.2 if follows else 0.4 if len(pair) == 2 and pair in seen else 1.0)
        seen.add(pair)
    return total


def grade(text: str) -> str:
    """Return `weak`, `fair` or `strong`."""
    found = bits(text)
    return "weak" if found < WEAK_BITS else "fair" if found < STRONG_BITS else "strong"
