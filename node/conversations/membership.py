"""Whether somebody belongs to a conversation, and what follows where not (docs/protocol.md, "Authority").

Somebody who was removed, or left, keeps what they have and learns who belongs; what is said from then on is not theirs.
"""

from collections.abc import Callable, Sequence
from typing import Final

from crypto.certificates import parse_certificate
from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.authority import Authority, Rule
from protocol.bodies.control import Admit, DeviceAdd, Genesis, Grant, Leave, Level, Revoke
from protocol.errors import UsageError

ACTIVE: Final = "active"
ARCHIVED: Final = "archived"
"""Shown for an active conversation that was put away; never stored."""
JOINING: Final = "joining"
LEFT: Final = "left"
REMOVED: Final = "removed"
OUTSIDE: Final = (LEFT, REMOVED)
"""Statuses in which a conversation is read and no more."""


def followed(status: str, authority: Authority, device: DeviceKey) -> str:
    """Return the status that a conversation has by now, where it had `status`; leaving and joining stay as they are."""
    person = authority.person(device)
    if status == ACTIVE and person is not None and authority.owner(device) is None:
        return LEFT if has_left(authority, person) else REMOVED
    if status == REMOVED and authority.owner(device) is not None:
        return ACTIVE
    return status


def refusal(
    status: str, authority: Authority, device: DeviceKey, *, name: Callable[[IdentityKey], str]
) -> UsageError | None:
    """Return why this device cannot write now, for the person in front of it; None where it can.

    Args:
        status: the conversation's.
        authority: the conversation's.
        device: this one.
        name: gives the name that somebody goes by.
    """
    if status == LEFT:
        return UsageError("left", "you have left this conversation and can no longer write in it")
    if status == JOINING:
        return UsageError("locked", "this conversation is still being fetched: wait until the first sync is done")
    identity = authority.owner(device)
    if identity is None:
        cause = _cause(authority, authority.person(device))
        if cause is not None and isinstance(cause.body, Revoke):
            return UsageError(
                "removed",
                "you were removed from this conversation by {name}: what you have of it stays, an invite lets you back",
                name=name(cause.author),
            )
        return UsageError(
            "removed", "you were removed from this conversation: what you have of it stays, an invite lets you back"
        )
    member = authority.member(identity)
    if member is not None and member.level < Level.MEMBER:
        return UsageError("not_allowed", "you keep this conversation for others and cannot write in it")
    return None


def is_confirmed_leave(authority: Authority, name: OpId, identity: IdentityKey, left: int) -> bool:
    """Return whether a revocation only makes binding what its subject chose themselves: to go, or to step down.

    Args:
        authority: the conversation's.
        name: the revocation.
        identity: one of those it names.
        left: what it leaves them, as it says it.
    """
    rules = [rule for rule in authority.rules.values() if rule.id != name and authority.includes([name], rule.id)]
    given = [rule.id for rule in rules if isinstance(rule.body, Grant | Admit) and rule.body.subject == identity]
    return any(
        rule.author == identity
        and isinstance(rule.body, Leave)
        and rule.body.left <= left
        and not any(authority.includes([each], rule.id) for each in given)  # they did not come back since
        for rule in rules
    )


def has_left(authority: Authority, identity: IdentityKey) -> bool:
    """Return whether somebody who does not belong any more went by themselves, whoever confirmed it."""
    cause = _cause(authority, identity)
    if cause is None or isinstance(cause.body, Leave):
        return cause is not None and cause.author == identity
    left = dict(cause.body.subjects).get(identity) if isinstance(cause.body, Revoke) else None
    return left is not None and is_confirmed_leave(authority, cause.id, identity, left)


def readmission_objection(authority: Authority, identity: IdentityKey, invite: OpId) -> str | None:
    """Return why somebody cannot come in by an invite, as a sentence for them; None where nothing objects.

    Who was removed needs an invite that was made by somebody who knew: a link they had kept must not bring them back.
    """
    cause = _cause(authority, identity)
    if cause is None or isinstance(cause.body, Leave) or authority.includes([invite], cause.id):
        return None
    if has_left(authority, identity):
        return None
    return "you were removed from that conversation after this link was made: ask for a new link"


def is_former_peer(authority: Authority, peer_id: bytes) -> bool:
    """Return whether a node that is no member's now once was: of somebody who is gone, or a device taken out."""
    if peer_id in authority.peers():
        return False
    return any(
        peer_id in encoded and parse_certificate(encoded).peer_id == peer_id
        for rule in authority.rules.values()
        for encoded in _certificates(rule)
    )


def _cause(authority: Authority, identity: IdentityKey | None) -> Rule | None:
    return authority.removed().get(identity) if identity is not None else None


def _certificates(rule: Rule) -> Sequence[bytes]:
    """Return the certificates that a sound operation brings; they were checked when it was taken in."""
    match rule.body:
        case Genesis(slots=slots):
            return [each for _, _, certificates in slots for each in certificates]
        case Grant(certificates=certificates):
            return certificates
        case Admit(certificate=certificate) | DeviceAdd(certificate=certificate):
            return [certificate]
        case _:
            return ()
