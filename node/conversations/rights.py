"""What this person may do in a conversation by its rules: checked before anything is written, and told to clients.

Whoever offers something to a person asks here, so that nothing is offered that would be refused.
"""

from collections.abc import Mapping
from typing import Final

from crypto.ids import IdentityKey
from node.conversations.membership import refusal
from protocol.authority import Action, Authority, Member, objection
from protocol.authority.policies import Governed
from protocol.bodies.content import ContentKind
from protocol.bodies.control import ControlKind, Level
from protocol.compose import own_member
from protocol.errors import UsageError
from protocol.ops import CONTENT, CONTROL
from protocol.replica import Replica
from protocol.sentence import Sentence

ROLES: Final[Mapping[str, Level]] = {"member": Level.MEMBER, "admin": Level.ADMIN, "owner": Level.OWNER}

GOVERNED: Final[Mapping[str, Governed]] = {
    "message": (CONTENT, ContentKind.MESSAGE),
    "edit": (CONTENT, ContentKind.EDIT),
    "react": (CONTENT, ContentKind.REACT),
    "pin": (CONTENT, ContentKind.PIN),
    "delete": (CONTENT, ContentKind.DELETE),
    "title": (CONTENT, ContentKind.TITLE),
    "description": (CONTENT, ContentKind.DESCRIPTION),
    "archive": (CONTENT, ContentKind.ARCHIVE),
    "advance": (CONTENT, ContentKind.PHASE_ADVANCE),
    "progress": (CONTENT, ContentKind.PHASE_PROGRESS),
    "pause": (CONTENT, ContentKind.AI_PAUSE),
    "ai": (CONTROL, ControlKind.AI_SET),
    "invite": (CONTROL, ControlKind.INVITE_CREATE),
}
"""What a policy governs, by the names that clients are told (docs/channel.md, "Objects"); `delete`: of others'
messages."""
FIXED: Final[Mapping[str, Level]] = {"leave": Level.MEMBER, "revoke": Level.ADMIN, "stop": Level.ADMIN}
"""What no policy changes: `revoke` invites of others, `stop` answers to others."""

_WHO: Final = {
    Level.MEMBER: Sentence("members"),
    Level.ADMIN: Sentence("an owner or an admin"),
    Level.OWNER: Sentence("an owner"),
}


def held(replica: Replica, status: str) -> list[str]:
    """Return what this person may do now in a conversation of this status; nothing where they cannot write."""
    authority, device = replica.authority, replica.device.public
    identity = authority.owner(device)
    member = authority.member(identity) if identity is not None else None
    if member is None or refusal(status, authority, device, name=lambda _: "") is not None:
        return []
    policy = authority.policy()
    needed = {right: policy.get(kind, Level.MEMBER) for right, kind in GOVERNED.items()}
    needed.update(FIXED)
    return [right for right, level in needed.items() if member.level >= level]


def over(authority: Authority, actor: IdentityKey, target: IdentityKey) -> list[str]:
    """Return what somebody may do about a member: give them a role, `remove` them, `hand_over` the conversation."""
    member, known = authority.member(actor), authority.member(target)
    if member is None or known is None or member.level < Level.ADMIN or actor == target:
        return []
    found = [
        role
        for role, level in ROLES.items()
        if known.level != level and objection(authority, actor, Action.SET_LEVEL, target=target, level=level) is None
    ]
    if objection(authority, actor, Action.REMOVE, target=target) is None:
        found.append("remove")
    if member.level == Level.OWNER:
        found.append("hand_over")
    return found


def permitted(replica: Replica, right: str, *, to: Sentence) -> Member:
    """Return this person as a member who has a right (UsageError `not_allowed`, naming what `to` do)."""
    member = own_member(replica, level=Level.MEMBER, to=to)
    needed = replica.authority.policy().get(GOVERNED[right], Level.MEMBER)
    if member.level < needed:
        raise UsageError("not_allowed", "only {who} of this conversation can {to}", who=_WHO[needed], to=to)
    return member
