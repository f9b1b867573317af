"""Changing who belongs to a conversation: removing, roles, leaving, handing over, taking invites back.

Whatever the rules would not let count is refused before anything is written, in a sentence for the person who asked.
What somebody writes after they were removed is not shown to anybody; what was seen of them before stays. The key that
messages are encrypted under is not changed here.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final

from crypto.ids import IdentityKey
from node.clock import iso
from node.conversations.conversation import Conversation
from node.conversations.cut import chain_ends
from node.conversations.membership import LEFT
from node.conversations.rights import ROLES, held
from protocol.authority import Action, Member, Rule, objection, revocation
from protocol.bodies.content import ContentKind
from protocol.bodies.control import SUBJECTS, ControlBody, Grant, InviteCreate, InviteRevoke, Leave, Level, Revoke
from protocol.errors import UsageError
from protocol.sentence import Sentence, told

Json = dict[str, Any]

_CERTIFICATES: Final = 8
_HEX: Final = frozenset("0123456789abcdef")


class People:
    """Who belongs to one conversation, as the person of this profile sees and changes it."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._replica = conversation.replica
        self._authority = conversation.replica.authority
        self._roster = conversation.view.roster
        self._own = conversation.profile.secrets.identity.public

    # --- looking -----------------------------------------------------------------------------------------------------

    def members(self) -> list[Json]:
        """Return the member objects."""
        return self._conversation.view.members()

    def former(self) -> list[Json]:
        """Return those who belonged and do not, with how many of their messages stand here and how many do not."""
        found = []
        for one in self._roster.former():
            kept, hidden = self._said(IdentityKey(bytes.fromhex(one["identity"])))
            found.append({**one, "kept": kept, "hidden": hidden})
        return found

    def invites(self) -> list[Json]:
        """Return `{id, by, by_name, uses, used, expires, expired, revocable}` of each invite not taken back.

        `revocable`: this person may take it back.
        """
        now_ms = self._conversation.clock.now_ms()
        may = held(self._replica, self._conversation.status)
        return [
            {
                "id": rule.id.hex(),
                "by": rule.author.hex(),
                "by_name": self._roster.person(rule.author),
                "uses": body.max_uses,
                "used": self._authority.uses(rule.id),
                "expires": iso(body.expires_ms),
                "expired": body.expires_ms <= now_ms,
                "revocable": "revoke" in may or ("leave" in may and self._made_by_me(rule, body)),
            }
            for rule, body in self._roster.invites()
        ]

    # --- removing ----------------------------------------------------------------------------------------------------

    def removal(self, who: str, *, with_invited: bool) -> Json:
        """Return what removing somebody would do, nothing done yet.

        Returns:
            `{who, invited, kept, invites}`: the person; those they invited, each with `removed` and, where they stay
            against the wish to remove them too, a `reason`; how many of their messages are seen here and stay; how
            many invites of theirs are taken back.

        Raises:
            UsageError: `unknown_member`, `ambiguous`, or `not_allowed`, with the reason.
        """
        identity = self.find(who)
        self._refuse(Action.REMOVE, target=identity)
        invited = []
        for other in self._roster.invited(identity):
            reason = self._objection(Action.REMOVE, target=other) if with_invited else None
            invited.append(
                {
                    **self._roster.brief(other),
                    "removed": with_invited and reason is None,
                    "reason": reason,
                    **told(reason=reason or ""),
                }
            )
        gone = [identity, *(_identity(one) for one in invited if one["removed"])]
        return {
            "who": self._roster.brief(identity),
            "invited": invited,
            "kept": sum(self._said(each)[0] for each in gone),
            "invites": len(self._open_invites(gone)),
        }

    def remove(self, who: str, *, with_invited: bool) -> Json:
        """Remove somebody, with those they invited where that is wished and allowed; return what `removal` said.

        All of it is stored together, or nothing: no invite of theirs outlasts them.
        """
        plan = self.removal(who, with_invited=with_invited)
        gone = [_identity(plan["who"]), *(_identity(one) for one in plan["invited"] if one["removed"])]
        invites = self._open_invites(gone)
        rest = iter(gone)
        written: list[ControlBody] = []
        while part := list(islice(rest, SUBJECTS)):
            written.append(self._lowering(dict.fromkeys(part, -1)))
        self._conversation.rule_all([*written, *(InviteRevoke(self._me().proof, rule.id) for rule in invites)])
        return plan

    def _lowering(self, levels: Mapping[IdentityKey, int]) -> Revoke:
        """Return what lowers people to these levels, keeping what is here of theirs."""
        ends = chain_ends(self._replica, self._conversation.records, levels)
        return revocation(self._authority, self._own, levels, ends)

    def _open_invites(self, people: Iterable[IdentityKey]) -> list[Rule]:
        """Return the invites of these people by which somebody could still come in."""
        authors = set(people)
        now_ms = self._conversation.clock.now_ms()
        return [
            rule
            for rule, body in self._roster.invites()
            if rule.author in authors
            and body.expires_ms > now_ms
            and (not body.max_uses or self._authority.uses(rule.id) < body.max_uses)
        ]

    # --- roles -------------------------------------------------------------------------------------------------------

    def set_role(self, who: str, role: str) -> Json:
        """Give somebody a role, higher or lower, also somebody who was here before; return `{identity, name, role}`.

        Raises:
            UsageError: `unknown_member`, `ambiguous`, `bad_request`, or `not_allowed`, with the reason.
        """
        level = ROLES[role]
        identity = self.find(who, also_former=True)
        member = self._authority.member(identity)
        if member is not None and member.level == level:
            raise UsageError(
                "bad_request", "{name} is {role} already", name=self._roster.person(identity), role=_an(role)
            )
        self._refuse(Action.SET_LEVEL, target=identity, level=level)
        if member is None or member.level < level:
            self._conversation.rule(self._grant(identity, level))
        elif identity == self._own:
            self._check_other_owner()
            self._conversation.rule(Leave(member.proof, level + 1))
        else:
            self._conversation.rule(self._lowering({identity: level}))
        return self._roster.brief(identity)

    def hand_over(self, who: str) -> Json:
        """Make somebody an owner, and step down to a member; return them as `{identity, name, role}`.

        Raises:
            UsageError: `unknown_member`, `ambiguous`, or `not_allowed`, with the reason.
        """
        identity = self.find(who)
        if self._me().level < Level.OWNER:
            raise UsageError("not_allowed", "only an owner of this conversation can hand it over")
        if identity == self._own:
            raise UsageError("bad_request", "name somebody else: this conversation is yours already")
        member = self._authority.member(identity)
        written: list[ControlBody] = [Leave(self._me().proof, Level.MEMBER + 1)]
        if member is None or member.level < Level.OWNER:
            written.insert(0, self._grant(identity, Level.OWNER))
        self._conversation.rule_all(written)
        return self._roster.brief(identity)

    def _grant(self, identity: IdentityKey, level: Level) -> Grant:
        """Return what makes somebody a member of this level."""
        member = self._authority.member(identity)
        certificates = member.certificates[:_CERTIFICATES] if member is not None else ()
        encoded = tuple(certificate.encoded for certificate in certificates)
        return Grant(self._me().proof, identity, level, encoded)

    def _check_other_owner(self) -> None:
        owners = [who for who, member in self._authority.members().items() if member.level == Level.OWNER]
        if owners == [self._own]:
            raise UsageError("not_allowed", "you are the only owner: make somebody else an owner first")

    # --- going -------------------------------------------------------------------------------------------------------

    def leave(self) -> Json:
        """Leave the conversation; what is here of it stays readable. Return `{status}`.

        Raises:
            UsageError: `left`, `removed` or `not_allowed`: already gone, or the only owner among others.
        """
        self._conversation.check_open()
        self._refuse(Action.LEAVE)
        self._conversation.rule(Leave(self._me().proof))
        self._conversation.set_status(LEFT)
        return {"status": LEFT}

    # --- invites -----------------------------------------------------------------------------------------------------

    def revoke_invite(self, prefix: str) -> Json:
        """Take an invite back, named by its id or the beginning of it; return `{id}`.

        Raises:
            UsageError: `unknown_invite`, `ambiguous`, or `not_allowed`, with the reason.
        """
        found = [(rule, body) for rule, body in self._roster.invites() if rule.id.hex().startswith(prefix)]
        if not found:
            raise UsageError(
                "unknown_invite", "no invite of this conversation begins with {prefix}", prefix=prefix[:12]
            )
        if len(found) > 1:
            raise UsageError("ambiguous", "several invites begin with {prefix}: give more of the id", prefix=prefix)
        rule, body = found[0]
        if not self._made_by_me(rule, body):
            self._refuse(Action.REVOKE_INVITE)
        self._conversation.rule(InviteRevoke(self._me().proof, rule.id))
        return {"id": rule.id.hex()}

    def _made_by_me(self, rule: Rule, body: InviteCreate) -> bool:
        """Return whether an invite is mine, by the standing that I still have."""
        return rule.author == self._own and body.proof == self._me().proof

    # --- finding and refusing ----------------------------------------------------------------------------------------

    def find(self, who: str, *, also_former: bool = False) -> IdentityKey:
        """Return whom a person means by a name, an id, or the beginning of either.

        A whole name counts before the beginning of a longer one; an id never yields to a name, so nobody can choose a
        name that is taken for somebody else's id.
        """
        wanted = who.strip()
        people: list[IdentityKey] = [*self._authority.members()]
        if also_former:
            people += self._authority.removed()
        names = {identity: self._roster.person(identity).casefold() for identity in people}
        whole = [identity for identity in people if names[identity] == wanted.casefold()]
        found = set(whole or [identity for identity in people if names[identity].startswith(wanted.casefold())])
        if set(wanted.lower()) <= _HEX:
            found |= {identity for identity in people if identity.hex().startswith(wanted.lower())}
        if not wanted or not found:
            raise UsageError(
                "unknown_member",
                "there is nobody named {wanted} here: `peer2peer members CONV` names them all",
                wanted=wanted[:40],
            )
        if len(found) > 1:
            several = ", ".join(sorted(f"{self._roster.person(each)} {each.hex()[:8]}" for each in found)[:5])
            raise UsageError(
                "ambiguous",
                "{wanted} may be any of {several}: give more of the name, or the id",
                wanted=wanted[:40],
                several=several,
            )
        return found.pop()

    def _me(self) -> Member:
        member = self._authority.member(self._own)
        if member is None:
            raise UsageError("not_allowed", "you are not a member of this conversation")
        return member

    def _objection(self, action: Action, *, target: IdentityKey | None = None, level: int | None = None) -> str | None:
        why = objection(self._authority, self._own, action, target=target, level=level)
        return None if why is None else why[0].lower() + why[1:].removesuffix(".")

    def _refuse(self, action: Action, *, target: IdentityKey | None = None, level: int | None = None) -> None:
        why = self._objection(action, target=target, level=level)
        if why is not None:
            raise UsageError("not_allowed", why)

    def _said(self, identity: IdentityKey) -> tuple[int, int]:
        """Return how many messages of somebody stand here, and how many are held that do not count."""
        levels = [
            each.level for each in self._conversation.records.written_by(identity) if each.kind == ContentKind.MESSAGE
        ]
        kept = sum(level >= Level.MEMBER for level in levels)
        return kept, len(levels) - kept


def _identity(person: Json) -> IdentityKey:
    return IdentityKey(bytes.fromhex(str(person["identity"])))


def _an(role: str) -> str:
    return {
        "keeper": Sentence("a keeper"),
        "member": Sentence("a member"),
        "admin": Sentence("an admin"),
        "owner": Sentence("an owner"),
    }[role]
