"""What the timeline says of those who come, go, and get other roles."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Final

from crypto.ids import IdentityKey, OpId
from node.conversations.membership import is_confirmed_leave
from protocol.authority import Authority
from protocol.bodies.control import Admit, ControlBody, Grant, Leave, Level, Revoke
from protocol.sentence import Sentence

_LEFT: Final = {1: Sentence("a keeper"), 2: Sentence("a member"), 3: Sentence("an admin")}
"""What a revocation or a leave says is left; 0 is nothing."""
_GIVEN: Final = {
    Level.KEEPER: _LEFT[1],
    Level.MEMBER: _LEFT[2],
    Level.ADMIN: _LEFT[3],
    Level.OWNER: Sentence("an owner"),
}


def people_notice(
    name: OpId, body: ControlBody, author: IdentityKey, *, authority: Authority, person: Callable[[IdentityKey], str]
) -> str:
    """Return the sentence about a control operation that changes who belongs; empty for any other.

    Args:
        name: the operation.
        body: what it says.
        author: who wrote it.
        authority: the conversation's.
        person: gives the name that somebody goes by.
    """
    by = person(author)
    match body:
        case Admit(subject=subject):
            return Sentence("{name} joined", name=person(subject))
        case Grant(subject=subject, level=level):
            return Sentence("{by} made {people} {role}", by=by, people=[person(subject)], role=_GIVEN[Level(level)])
        case Leave(left=0):
            return Sentence("{name} left", name=by)
        case Leave(left=left):
            return Sentence("{name} is only {role} now", name=by, role=_LEFT[left])
        case Revoke(subjects=subjects):
            return _revoked(name, subjects, by, authority=authority, person=person)
        case _:
            return ""


def _revoked(
    name: OpId,
    subjects: Sequence[tuple[IdentityKey, int]],
    by: str,
    *,
    authority: Authority,
    person: Callable[[IdentityKey], str],
) -> str:
    groups: dict[tuple[str, int], list[str]] = {}
    for who, left in subjects:
        how = "did"
        if is_confirmed_leave(authority, name, who, left):
            how = "confirmed"
        elif _is_inert(authority, name, who, left):
            how = "tried"
        groups.setdefault((how, left), []).append(person(who))
    sentences = [_sentence(by, how, left, people) for (how, left), people in groups.items()]
    return reduce(lambda one, other: Sentence("{one}; {other}", one=one, other=other), sentences)


def _sentence(by: str, how: str, left: int, people: list[str]) -> Sentence:
    form = {
        ("confirmed", True): Sentence("{by} confirmed that {people} is only {role} now"),
        ("confirmed", False): Sentence("{by} confirmed that {people} left"),
        ("tried", True): Sentence("{by} tried to make {people} {role}, which has no effect"),
        ("tried", False): Sentence("{by} tried to remove {people}, which has no effect"),
        ("did", True): Sentence("{by} made {people} {role}"),
        ("did", False): Sentence("{by} removed {people}"),
    }[how, bool(left)]
    return Sentence(form, by=by, people=people, **({"role": _LEFT[left]} if left else {}))


def _is_inert(authority: Authority, name: OpId, identity: IdentityKey, left: int) -> bool:
    """Return whether somebody still has more than a revocation left them, by a standing older than it."""
    return any(
        level > left - 1 and not authority.includes([standing.by.rule.id], name)
        for level, standing in authority.standings(identity)
    )
