"""Every sound control operation of a conversation, indexed by whatever verdicts and views ask for.

It takes what `soundness` let through and decides nothing; its answers are functions of the set, not of the arrival.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crypto.certificates import Certificate, parse_certificate
from crypto.errors import CryptoError
from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.authority.acts import (
    NONE,
    Act,
    Binding,
    Key,
    Removal,
    Rule,
    Scope,
    Seniority,
    Standing,
    rank,
)
from protocol.bodies.control import (
    Admit,
    AiSet,
    ControlKind,
    DeviceAdd,
    DeviceRevoke,
    EpochNew,
    EpochWrap,
    Genesis,
    Grant,
    InviteCreate,
    InviteRevoke,
    Leave,
    Level,
    Policy,
    Revoke,
)
from protocol.errors import RemoteError
from protocol.ops import CONTROL, Op

GOVERNED: Final = {
    InviteCreate: (CONTROL, ControlKind.INVITE_CREATE),
    AiSet: (CONTROL, ControlKind.AI_SET),
}
"""Control bodies whose needed level a policy may change."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What the static checks found out about an operation."""

    author: IdentityKey
    past: int
    standing: Standing | None
    needed: int
    governed: tuple[int, int] | None = None
    target: IdentityKey | None = None
    """Whose device a device's revocation names."""


class Ledger:
    """The sound operations, and who stands where by them."""

    def __init__(self) -> None:
        self.acts: dict[OpId, Act] = {}
        self.rules: dict[OpId, Rule] = {}
        self.by_author: dict[IdentityKey, list[Act]] = {}
        self.uses: dict[Standing, list[Act]] = {}
        self.standings: dict[IdentityKey, list[Standing]] = {}
        self.conferred: dict[tuple[OpId, IdentityKey], Standing] = {}
        self.bindings: dict[DeviceKey, list[Binding]] = {}
        self.devices: dict[IdentityKey, set[DeviceKey]] = {}
        """Everybody's devices, by all certificates known."""
        self.removals: dict[IdentityKey, list[Removal]] = {}
        """What names a person."""
        self.device_removals: dict[DeviceKey, list[Removal]] = {}
        self.invites: dict[bytes, list[Act]] = {}
        self.admits: dict[OpId, list[Act]] = {}
        self.invite_revokes: dict[OpId, list[Act]] = {}
        self.governed: list[Act] = []
        self.epochs: list[Act] = []
        """Ascending `(depth, id)`, as the next two."""
        self.ais: list[Act] = []
        self.policies: list[Act] = []
        self.cut_heads: dict[OpId, frozenset[IdentityKey]] = {}

    def upto(self, names: Iterable[OpId]) -> int:
        """Return the bit set of `names` and all their ancestors; all of them are here."""
        mask = 0
        for name in names:
            act = self.acts[name]
            mask |= act.before | act.bit
        return mask

    def holds(self, name: OpId, mask: int) -> bool:
        """Return whether an operation is known and lies in a set."""
        act = self.acts.get(name)
        return act is not None and bool(act.bit & mask)

    def owner_of(self, device: DeviceKey, mask: int) -> IdentityKey | None:
        """Return whose device this is by what lies in a set."""
        bindings = [binding for binding in self.bindings.get(device, ()) if binding.by.bit & mask]
        first = min(bindings, key=lambda binding: binding.order, default=None)
        return first.certificate.identity if first is not None else None

    def place(self, identity: IdentityKey, device: DeviceKey, mask: int) -> Seniority:
        """Return where a person's device stands among theirs, by the certificates in a set, which holds one of it.

        First comes the identity's own key, then what the certificate says: the rank, then the age.
        """
        return min(
            (bytes(device) != identity, certificate.rank_path, certificate.created_ms, bytes(device))
            for binding in self.bindings[device]
            if (certificate := binding.certificate).identity == identity and binding.by.bit & mask
        )

    def is_barred(self, standing: Standing, device: DeviceKey) -> bool:
        """Return whether a standing was given in the knowledge that this device is revoked: it cannot use it then."""
        return any(
            removal.identity == standing.identity and removal.by.bit & standing.by.before
            for removal in self.device_removals.get(device, ())
        )

    def read(self, encoded: bytes) -> Certificate:
        """Return the certificate in `encoded` (RemoteError `not_allowed` where it is false)."""
        try:
            return parse_certificate(encoded)
        except CryptoError as error:
            raise RemoteError("not_allowed", f"a control rule was broken: {error}") from error

    def certificate(self, encoded: bytes, identity: IdentityKey) -> Certificate:
        """Return the certificate in `encoded`.

        Raises:
            RemoteError: `not_allowed`: it is false, or somebody else's.
        """
        certificate = self.read(encoded)
        if certificate.identity != identity:
            raise RemoteError("not_allowed", "a control rule was broken: a certificate belongs to somebody else")
        return certificate

    def add(self, op: Op, rule: Rule, sound: Sound) -> Act:
        """Keep an operation; return it in its surroundings."""
        header, body = op.header, rule.body
        act = Act(
            rule=rule,
            device=header.device,
            bit=1 << len(self.acts),
            before=sound.past,
            standing=sound.standing,
            needed=sound.needed,
            governed=sound.governed,
            order=self._order(rule, sound),
        )
        self.acts[rule.id] = act
        self.rules[rule.id] = rule
        self.by_author.setdefault(rule.author, []).append(act)
        if sound.standing is not None:
            self.uses.setdefault(sound.standing, []).append(act)
        match body:
            case Genesis():
                for place, (identity, level, certificates) in enumerate(body.slots):
                    self._stand(act, identity, level, (rank(level), ((0, place),)))
                    self._bind(act, identity, certificates)
                self.policies.append(act)
            case Grant():
                assert sound.standing is not None
                path = (*sound.standing.key[1], rule.key)
                self._stand(act, body.subject, body.level, (rank(body.level), path))
                self._bind(act, body.subject, body.certificates)
            case Admit():
                level = min(self._invite(body.invite).level, Level.MEMBER)
                path = (*self._senior_of(body, sound)[1], rule.key)
                self._stand(act, body.subject, level, (rank(level), path))
                self._bind(act, body.subject, (body.certificate,))
                self.admits.setdefault(body.invite, []).append(act)
            case DeviceAdd():
                self._bind(act, rule.author, (body.certificate,))
            case Revoke() | Leave() | DeviceRevoke():
                self._take(act, body, sound)
            case InviteCreate():
                self.invites.setdefault(body.key, []).append(act)
            case InviteRevoke():
                self.invite_revokes.setdefault(body.invite, []).append(act)
            case EpochNew():
                insort(self.epochs, act, key=lambda each: each.rule.key)
            case AiSet():
                insort(self.ais, act, key=lambda each: each.rule.key)
            case Policy():
                insort(self.policies, act, key=lambda each: each.rule.key)
            case EpochWrap():
                pass
        if sound.governed is not None:
            self.governed.append(act)
        act.place = self.place(rule.author, act.device, act.before | act.bit)
        return act

    def _invite(self, name: OpId) -> InviteCreate:
        body = self.rules[name].body
        assert isinstance(body, InviteCreate)
        return body

    def _senior_of(self, body: Admit, sound: Sound) -> Key:
        """Return the key to which an admit is junior: its admitter's or its invite's, whichever is the more junior."""
        invited = self.acts[body.invite].standing
        assert sound.standing is not None
        assert invited is not None
        return max(sound.standing.key, invited.key)

    def _order(self, rule: Rule, sound: Sound) -> Key:
        if sound.standing is None:
            return (NONE, ())
        if isinstance(rule.body, Admit):  # after its invite, whoever made that, and before whatever cites it
            return (rank(Level.MEMBER), (*self._senior_of(rule.body, sound)[1], (-1, b"")))
        if sound.governed is not None:  # after all policies
            return max(sound.standing.key, (rank(Level.OWNER) + 1, ()))
        return sound.standing.key

    def _stand(self, act: Act, identity: IdentityKey, level: int, key: Key) -> None:
        standing = Standing(identity, level, key, act)
        act.confers.append(standing)
        self.conferred[act.rule.id, identity] = standing
        self.standings.setdefault(identity, []).append(standing)

    def _bind(self, act: Act, identity: IdentityKey, certificates: Iterable[bytes]) -> None:
        for encoded in certificates:
            certificate = self.certificate(encoded, identity)
            has_proven = isinstance(act.rule.body, Admit) or act.device == certificate.device
            binding = Binding(certificate, act, (not has_proven, *act.rule.key))
            self.bindings.setdefault(certificate.device, []).append(binding)
            self.devices.setdefault(identity, set()).add(certificate.device)

    def _take(self, act: Act, body: Revoke | Leave | DeviceRevoke, sound: Sound) -> None:
        author = act.rule.author
        match body:
            case Revoke():
                cut = dict(body.cut)
                for identity, left in body.subjects:
                    act.takes.append(Removal(act, identity, None, Scope.JUNIORS, left - 1, cut))
            case Leave():
                act.takes.append(Removal(act, author, None, Scope.FUTURE, body.left - 1, {}))
            case DeviceRevoke():
                assert sound.target is not None
                if sound.target != author:
                    scope = Scope.JUNIORS
                else:
                    scope = Scope.FUTURE if act.device == body.device else Scope.YOUNGER_DEVICE
                cut = {body.device: body.cut}
                act.takes.append(Removal(act, sound.target, body.device, scope, NONE, cut))
        for removal in act.takes:
            if removal.device is None:
                self.removals.setdefault(removal.identity, []).append(removal)
            else:
                self.device_removals.setdefault(removal.device, []).append(removal)
            for heads in removal.cut.values():
                for head in heads:
                    self.cut_heads[head] = self.cut_heads.get(head, frozenset()) | {removal.identity}
