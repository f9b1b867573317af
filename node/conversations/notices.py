"""What the timeline says of those who come, go, and get other roles."""

from collections.abc import Callable, Sequence
from typing import Final

from crypto.ids import IdentityKey, OpId
from node.conversations.membership import is_confirmed_leave
from protocol.authority import Authority
from protocol.bodies.control import Admit, ControlBody, Grant, Leave, Level, Revoke

_LEFT: Final = {1: "a keeper", 2: "a member", 3: "an admin"}
"""What a revocation or a leave says is left; 0 is nothing."""
_GIVEN: Final = {Level.KEEPER: "a keeper", Level.MEMBER: "a member", Level.ADMIN: "an admin", Level.OWNER: "an owner"}


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
            return f"{person(subject)} joined"
        case Grant(subject=subject, level=level):
            return f"{by} made {person(subject)} {_GIVEN[Level(level)]}"
        case Leave(left=0):
            return f"{by} left"
        case Leave(left=left):
            return f"{by} is only {_LEFT[left]} now"
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
    return "; ".join(_sentence(by, how, left, listed(people)) for (how, left), people in groups.items())


def _sentence(by: str, how: str, left: int, people: str) -> str:
    if how == "confirmed":
        return f"{by} confirmed that {people} {f'is only {_LEFT[left]} now' if left else 'left'}"
    if how == "tried":
        what = f"make {people} {_LEFT[left]}" if left else f"remove {people}"
        return f"{by} tried to {what}, which has no effect"
    return f"{by} made {people} {_LEFT[left]}" if left else f"{by} removed {people}"


def _is_inert(authority: Authority, name: OpId, identity: IdentityKey, left: int) -> bool:
    """Return whether somebody still has more than a revocation left them, by a standing older than it."""
    return any(
        level > left - 1 and not authority.includes([standing.by.rule.id], name)
        for level, standing in authority.standings(identity)
    )


def listed(names: Sequence[str]) -> str:
    """Return names as they stand in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
