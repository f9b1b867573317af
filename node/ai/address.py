"""Which AI participants answer a message (S41); pure.

A message goes to the AIs it mentions (`@Name`), else to those it addresses by name at its beginning (`Name, …`), else
to the one whose message it replies to, else to the first which answers everything. An AI's message reaches another AI
by a mention alone, only so often in a row.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from node.conversations.mentions import mentioned

Policy = Literal["every", "mentioned", "addressed", "never"]
AuthorKind = Literal["human", "ai"]
MAX_REPLIES_IN_A_ROW = 3
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_GREETING = r"\s*(?:(?:hey|hi|hello|ok|okay|dear|thanks|so)\b[\s,]*)?"
_END = r"(?![\w]|-\w)"


@dataclass(frozen=True, slots=True)
class Participant:
    """An AI of the conversation.

    Attributes:
        id: names it among all.
        name: how people call it; upper and lower case are the same.
        policy: `every` message, only where `mentioned`, where `addressed` (or mentioned), or `never`.
    """

    id: str
    name: str
    policy: Policy


def answering(
    participants: Sequence[Participant],
    text: str,
    *,
    author_kind: AuthorKind,
    replies_in_a_row: int = 0,
    author_id: str = "",
    replied_to: str = "",
) -> tuple[Participant, ...]:
    """Return the AIs which answer this message, in the order of `participants`.

    Args:
        participants: every AI of the conversation, in an order that is the same on every node.
        text: what was said; mentions within code do not count.
        author_kind: who said it.
        replies_in_a_row: messages of AIs since the last one of a person, with this one.
        author_id: the AI which said it; it does not answer itself.
        replied_to: the AI whose message a person replies to; empty where that is none.

    Returns:
        Where the message is meant for AIs which never answer, nobody: it was not meant for another one.
    """
    names = set(mentioned(text, ((each.name, each.id) for each in participants)))
    called = tuple(each for each in participants if each.id in names)
    if author_kind == "ai":
        room = max(0, MAX_REPLIES_IN_A_ROW - replies_in_a_row)
        return tuple(each for each in called if each.policy != "never" and each.id != author_id)[:room]
    if called:
        return tuple(each for each in called if each.policy != "never")
    by_name = _addressed(participants, _folded(_CODE.sub(" ", text)))
    if addressed := by_name or tuple(each for each in participants if each.id == replied_to):
        return tuple(each for each in addressed if each.policy in {"every", "addressed"})
    return next(((each,) for each in participants if each.policy == "every"), ())


def _addressed(participants: Sequence[Participant], said: str) -> tuple[Participant, ...]:
    """Return whom the message begins with: `Name, …`, `Name: …`, `Hey Name!`, `Name and Name, …`, or the name alone."""
    if not (names := _alternatives(participants)):
        return ()
    one = rf"(?:{names}){_END}"
    begin = re.match(rf"{_GREETING}({one}(?:\s*(?:,|&|\band\b)\s*{one})*)\s*(?:[,:;!?–—]|\.{{3}}|…|$)", said)  # noqa: RUF001
    if begin is None:
        return ()
    return _named(participants, {_spaced(match) for match in re.findall(one, begin.group(1))})


def _named(participants: Iterable[Participant], names: set[str]) -> tuple[Participant, ...]:
    return tuple(each for each in participants if _spaced(_folded(each.name)) in names)


def _alternatives(participants: Iterable[Participant]) -> str:
    """Return a pattern for any of the names, the longest first; spaces in a name may be any white space."""
    names = {_spaced(_folded(each.name)) for each in participants} - {""}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return "|".join(r"\s+".join(map(re.escape, name.split(" "))) for name in longest_first)


def _folded(text: str) -> str:
    """Return the text so that equal names are equal strings."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _spaced(name: str) -> str:
    return " ".join(name.split())
