"""Questions of somebody who wants to change who belongs, and the bodies by which they do.

Answers are about now: an operation that nothing objects to here is valid when it is received, unless something more
senior arrives that was written at the same time.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.authority.acts import NONE, Member
from protocol.authority.authority import Authority
from protocol.bodies.control import (
    CUT_HEADS,
    Admit,
    ControlKind,
    DeviceRevoke,
    Grant,
    InviteCreate,
    Level,
    Revoke,
)
from protocol.errors import UsageError
from protocol.ops import CONTROL
from protocol.sentence import Sentence

_WORDS = {
    Level.KEEPER: Sentence("a keeper"),
    Level.MEMBER: Sentence("a member"),
    Level.ADMIN: Sentence("an admin"),
    Level.OWNER: Sentence("an owner"),
}


class Action(Enum):
    """What somebody may want to do."""

    INVITE = auto()
    SET_AI = auto()
    ROTATE = auto()
    SET_POLICY = auto()
    REVOKE_INVITE = auto()
    SET_LEVEL = auto()
    """Give somebody a level, higher or lower than the one they have, or their first."""
    REMOVE = auto()
    LEAVE = auto()


def objection(
    authority: Authority,
    actor: IdentityKey,
    action: Action,
    *,
    target: IdentityKey | None = None,
    level: int | None = None,
) -> str | None:
    """Return why `actor` may not do that now, as a sentence for them; None where nothing objects.

    Args:
        authority: the conversation's.
        actor: who asks.
        action: what they want to do.
        target: whom it is about, with SET_LEVEL and REMOVE.
        level: what the target is to be, with SET_LEVEL.
    """
    member = authority.member(actor)
    if member is None:
        return Sentence("You are not a member of this conversation.")
    match action:
        case Action.INVITE:
            return _below(member, authority.policy()[CONTROL, ControlKind.INVITE_CREATE], Sentence("invite people"))
        case Action.SET_AI:
            return _below(member, authority.policy()[CONTROL, ControlKind.AI_SET], Sentence("change AI participants"))
        case Action.ROTATE:
            return _below(member, Level.ADMIN, Sentence("change the conversation's key"))
        case Action.REVOKE_INVITE:
            return _below(member, Level.ADMIN, Sentence("take back an invite"))
        case Action.SET_POLICY:
            return _below(member, Level.OWNER, Sentence("change what members may do"))
        case Action.LEAVE:
            return _leaving(authority, actor)
        case Action.REMOVE:
            assert target is not None
            return _lowering(authority, member, target, NONE)
        case Action.SET_LEVEL:
            assert target is not None
            assert level is not None
            return _setting(authority, member, target, level)


def cut_for(
    authority: Authority, people: Iterable[IdentityKey], tips: Mapping[DeviceKey, Sequence[OpId]]
) -> tuple[tuple[DeviceKey, tuple[OpId, ...]], ...]:
    """Return the cut that keeps everything seen so far of these people's content.

    Args:
        authority: the conversation's.
        people: whom a revocation will name.
        tips: the heads of each device's content chain that are held here, the best first where a device forked.
    """
    devices = {device for identity in people for device in authority.devices(identity)}
    return tuple((device, tuple(sorted(tips[device][:CUT_HEADS]))) for device in sorted(devices) if tips.get(device))


def revocation(
    authority: Authority,
    actor: IdentityKey,
    levels: Mapping[IdentityKey, int],
    tips: Mapping[DeviceKey, Sequence[OpId]],
) -> Revoke:
    """Return the body by which `actor` lowers people to `levels` (-1: removes them), keeping what is seen of them.

    Raises:
        UsageError: `not_allowed`, with the objection.
    """
    member = authority.member(actor)
    for identity, level in levels.items():
        why = (
            objection(authority, actor, Action.REMOVE)
            if member is None
            else _lowering(authority, member, identity, level)
        )
        if why is not None:
            raise UsageError("not_allowed", why)
    assert member is not None
    subjects = tuple((identity, level + 1) for identity, level in sorted(levels.items()))
    return Revoke(member.proof, subjects, cut_for(authority, levels, tips))


def device_revocation(
    authority: Authority,
    actor: IdentityKey,
    device: DeviceKey,
    tips: Mapping[DeviceKey, Sequence[OpId]],
    *,
    by: DeviceKey,
) -> DeviceRevoke:
    """Return the body by which `actor`, at the device `by`, takes a device out, keeping what is seen of it.

    Raises:
        UsageError: `not_allowed`, with the reason.
    """
    member, owner = authority.member(actor), authority.person(device)
    if member is None:
        raise UsageError("not_allowed", "You are not a member of this conversation.")
    if owner is None:
        raise UsageError("not_allowed", "That device belongs to nobody in this conversation.")
    if owner == actor:
        ranked = authority.devices(actor)
        if by not in ranked or ranked.index(by) > ranked.index(device):
            raise UsageError("not_allowed", "Only an older device of yours can take out a newer one.")
    else:
        why = _lowering(authority, member, owner, NONE)
        if why is not None:
            raise UsageError("not_allowed", why)
    return DeviceRevoke(member.proof, device, tuple(sorted(tips.get(device, ())[:CUT_HEADS])))


def brought_in(authority: Authority, identity: IdentityKey) -> set[IdentityKey]:
    """Return the members who owe what they are to this person: by a grant, an admit, or an invite of theirs."""
    found = set()
    for other, member in authority.members().items():
        rule = authority.rules[member.proof]
        if isinstance(rule.body, Admit):
            made = authority.rules[rule.body.invite]
            assert isinstance(made.body, InviteCreate)
            is_theirs = identity in (rule.author, made.author)
        else:
            is_theirs = isinstance(rule.body, Grant) and rule.author == identity
        if is_theirs and other != identity:
            found.add(other)
    return found


def _below(member: Member, needed: int, to: Sentence) -> str | None:
    if member.level >= needed:
        return None
    who = {
        Level.MEMBER: Sentence("members"),
        Level.ADMIN: Sentence("an owner or an admin"),
        Level.OWNER: Sentence("an owner"),
    }[Level(needed)]
    return Sentence("Only {who} of this conversation can {to}.", who=who, to=to)


def _leaving(authority: Authority, actor: IdentityKey) -> str | None:
    members = authority.members()
    owners = [identity for identity, member in members.items() if member.level == Level.OWNER]
    others = [identity for identity, member in members.items() if identity != actor and member.level >= Level.MEMBER]
    if owners == [actor] and others:
        return Sentence("You are the only owner: make somebody else an owner first.")
    return None


def _lowering(authority: Authority, member: Member, target: IdentityKey, level: int) -> str | None:
    """Return why a member's revocation would not leave `target` with `level` at most."""
    if target == member.identity:
        return Sentence("You cannot remove yourself: leave instead.")
    standings = [(now, standing) for now, standing in authority.standings(target) if now > level]
    if not standings:
        return (
            Sentence("That person is not in this conversation.")
            if level == NONE
            else Sentence("That person is no more than that already.")
        )
    if member.level < Level.ADMIN:
        return Sentence("Only an owner or an admin of this conversation can do that.")
    own = authority.standing(member.proof, member.identity)
    for _, standing in standings:
        if standing.level >= Level.ADMIN and member.level < Level.OWNER:
            return Sentence("Only an owner can do that to {whom}.", whom=_WORDS[Level(standing.level)])
        if not own.key < standing.key:
            known = authority.member(target)
            if known is not None and known.level < standing.level:
                return Sentence(
                    "That person owned this conversation before you: nobody can remove them, they can only leave."
                )
            return Sentence("That person has been an owner for longer than you: only they can step down themselves.")
    return None


def _setting(authority: Authority, member: Member, target: IdentityKey, level: int) -> str | None:
    known = authority.member(target)
    if target == member.identity:
        if level > member.level:
            return Sentence("You cannot raise your own level.")
        return _leaving(authority, target) if level < member.level else None
    if known is not None and known.level > level:
        return _lowering(authority, member, target, level)
    needed = Level.OWNER if level >= Level.ADMIN else Level.ADMIN
    return _below(member, needed, Sentence("make somebody {role}", role=_WORDS[Level(level)]))
