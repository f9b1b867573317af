"""A query taken apart: what is asked, apart from courtesies, code, quotations and pasted material; pure.

Only the first MAX_CHARACTERS are read, and of what is asked ASK_CHARACTERS, so that a reading takes the same short time
whatever is sent.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from node.ai.engines.lexicon import Language, Lexicon, folded, language_of, lexicon

MAX_CHARACTERS: Final = 4_000
ASK_CHARACTERS: Final = 500
_LINE: Final = 1_000

_MENTION = re.compile(r"\s*(?:@\w[\w.\-]{0,63}[\s,:]*)+")
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_INLINE_CODE = re.compile(r"`[^`\n]{1,200}`")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„»\n]{12,2000})[\"”“»]|(?<=[\s:])'([^'\n]{20,2000})'(?!\w)")
_TRACE = re.compile(
    r"Traceback \(most recent call|^[ \t]*at [\w.$<>]{3,80}\([\w.]{1,60}:\d+|^[ \t]*File \"[^\"\n]{1,200}\", line \d+"
    r"|goroutine \d+ \[|panicked at |Exception in thread ",
    re.MULTILINE,
)
_ERROR = re.compile(
    r"\b[A-Z]\w{2,40}(?:Error|Exception)\b|\bE[A-Z]{5,20}\b|\b(?:error|fatal|panic)(?:\[\w+\])?:"
    r"|\b(?:exit (?:code|status)|errno) -?\d|\bSIG(?:SEGV|ABRT|KILL)\b|\bOOMKilled\b|\bCrashLoop\w+|\bFATAL\b",
)
_QUESTION_OF_ERROR = re.compile(r"\s*(?:what (?:is|does|are)|was (?:ist|bedeutet)|co (?:je|znamena))\b")
_DATA = re.compile(r"\d[\d.,%]*(?:\W+\w{0,12}\W*\d[\d.,%]*){3}")
_WORD = re.compile(r"[a-z0-9_+#]+(?:'[a-z]+)?")
_POINTS_AT_MATERIAL = re.compile(
    r"(?<!\w)(?:following|below|this|these|attached|excerpt|folgend\w*|diese\w*|ins [a-z]+"
    r"|t[eouia](?:hle|to)\w*|tent\w*|nasledujic\w*|do [a-z]+)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a query says, and of what it consists.

    Attributes:
        ask: what is asked, folded; at most ASK_CHARACTERS.
        opening: the same after greetings and courtesies.
        words: of the ask, in order.
        language: the one it most likely is in.
        code: there is code beside it.
        pasted: there is other material beside it: a quotation, data, a text.
        data: there is a row of numbers.
        trace: a program's account of its failure is in it.
        error: a program's name for a failure is in it.
        question: it ends with a question mark.
        opens: tables of the lexicon whose phrases begin the opening.
        says: tables of the lexicon whose phrases are in the ask.
    """

    ask: str = field(repr=False)
    opening: str = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    language: Language
    code: bool
    pasted: bool
    data: bool
    trace: bool
    error: bool
    question: bool
    opens: frozenset[str]
    says: frozenset[str]


def read(query: str) -> Reading:
    """Return the query taken apart; any text will do."""
    query = query[:MAX_CHARACTERS]
    query = query[found.end() :] if (found := _MENTION.match(query)) else query
    prose, fences = _FENCE.subn("\n", query)
    prose = _INLINE_CODE.sub(" code ", prose)
    unquoted = _QUOTED.sub(" ", prose)
    language = language_of(unquoted[:ASK_CHARACTERS])
    words = lexicon(language)
    ask, follows = _split(unquoted, words)
    ask = ask[:ASK_CHARACTERS]
    courtesies = words.courtesy.match(ask)
    opening = ask[courtesies.end() :] if courtesies else ask
    error = _ERROR.search(query) is not None and not (_QUESTION_OF_ERROR.match(opening) and len(ask) < 60)
    return Reading(
        ask=ask,
        opening=opening,
        language=language,
        words=tuple(_WORD.findall(ask)),
        code=fences > 0,
        pasted=follows or unquoted != prose,
        data=_DATA.search(query) is not None,
        trace=_TRACE.search(query) is not None,
        error=error,
        question=ask.rstrip().endswith("?"),
        opens=frozenset(name for name, pattern in words.opening.items() if pattern.match(opening)),
        says=frozenset(name for name, pattern in words.anywhere.items() if pattern.search(ask)),
    )


def _split(prose: str, words: Lexicon) -> tuple[str, bool]:
    """Return what is asked, folded, and whether there is other material beside it."""
    lines = [line for line in map(str.strip, prose.splitlines()) if line]
    if not lines:
        return "", False
    first, last = folded(lines[0][:_LINE]), folded(lines[-1][:_LINE])
    head, colon, tail = first.partition(": ")
    if colon and len(tail.split()) >= 2 and _asks_for_material(head, words):
        return head, True
    if len(lines) == 1:
        return first, False
    if last.endswith("?") and not first.endswith("?"):
        return f"{first} {last}", True
    return first, True


def _asks_for_material(head: str, words: Lexicon) -> bool:
    """Return whether the text before a colon says what to do with the text after it."""
    courtesies = words.courtesy.match(head)
    opening = head[courtesies.end() :] if courtesies else head
    if not opening.strip():
        return False
    asks = any(words.opening[name].match(opening) for name in ("opens_generate", "opens_analyse"))
    return asks or _POINTS_AT_MATERIAL.search(head) is not None
