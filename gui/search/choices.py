"""What the switcher offers: conversations, people and actions, the best match first (no Qt: only what and why)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gui.state.found import Person, Ranges
from gui.state.matching import SCATTERED, match
from gui.state.objects import Summary

MOST = 40
CONVERSATION, PERSON, ACTION = range(3)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to go to.

    Attributes:
        kind: CONVERSATION, PERSON or ACTION.
        key: id of the conversation, identity of the person, name of the action.
        text: what it is called.
        ranges: what of that matches.
        what: the conversation or person itself.
    """

    kind: int
    key: str
    text: str
    ranges: Ranges = ()
    what: Summary | Person | None = None


def choices(
    typed: str, conversations: Iterable[Summary], people: Iterable[Person], actions: Iterable[tuple[str, str]]
) -> list[Choice]:
    """Return what matches, the best first; without a word the recent conversations, then the actions.

    Args:
        typed: what was typed.
        conversations: those there are, the most recent first.
        people: those I know.
        actions: their names, and what they are called.
    """
    offered = [Choice(CONVERSATION, item.id, item.title, what=item) for item in conversations]
    doable = [Choice(ACTION, name, words) for name, words in actions]
    if not typed.strip():
        recent = [choice for choice in offered if isinstance(choice.what, Summary) and not choice.what.put_away]
        return [*recent[: MOST - len(doable)], *doable]
    met = {choice.what.direct for choice in offered if isinstance(choice.what, Summary) and choice.what.direct}
    offered += [Choice(PERSON, one.identity, one.name, what=one) for one in people if one.identity not in met]
    found = []
    for at, choice in enumerate([*offered, *doable]):
        how = match(typed, choice.text, scattered=True)
        if how is not None:
            away = isinstance(choice.what, Summary) and choice.what.put_away
            marked = Choice(choice.kind, choice.key, choice.text, how.ranges, choice.what)
            order = (how.rank[0] == SCATTERED, away, how.rank[0], choice.kind, how.rank[1], at)
            found.append((order, marked))
    return [marked for _, marked in sorted(found, key=lambda row: row[0])][:MOST]
