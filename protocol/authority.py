"""Who may do what, out of the control plane alone (docs/protocol.md, "Authority").

Every control operation names a proof: the genesis, grant or admit whose authority it uses, which must lie in its own
past. A content operation cites control heads; what its author may do is read from their past. So a verdict depends on
the operation and its ancestors only, never on the order of arrival.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from crypto.certificates import Certificate, parse_certificate
from crypto.errors import CryptoError, SignatureError
from crypto.ids import ConversationId, DeviceKey, IdentityKey, OpId
from crypto.signatures import JOIN_CONTEXT, verify
from protocol.bodies.control import (
    Admit,
    AiSet,
    ControlBody,
    EpochNew,
    EpochWrap,
    Genesis,
    Grant,
    InviteCreate,
    Level,
)
from protocol.errors import RemoteError
from protocol.join import Transcript
from protocol.ops import RULES, Header, Op


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs, as of all control operations known."""

    identity: IdentityKey
    level: Level
    certificates: tuple[Certificate, ...]
    proof: OpId
    """The most powerful grant, which this member's own operations cite."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """A level that one operation confers on one person."""

    identity: IdentityKey
    level: int
    bit: int
    proof: OpId


@dataclass(frozen=True, slots=True)
class _Bound:
    """A device that one operation binds to its owner."""

    certificate: Certificate
    bit: int
    key: tuple[int, OpId]
    """`(depth, id)` of the operation: where two bind one device, the first in order counts, on every node alike."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A control operation that holds, with its place in the order."""

    id: OpId
    depth: int
    author: IdentityKey
    body: ControlBody


class Authority:
    """The resolved control plane of one conversation."""

    def __init__(self, conversation: ConversationId) -> None:
        self.conversation = conversation
        self.rules: dict[OpId, Rule] = {}
        self._bits: dict[OpId, int] = {}
        self._pasts: dict[OpId, int] = {}
        self._standings: dict[IdentityKey, list[_Standing]] = {}
        self._devices: dict[DeviceKey, list[_Bound]] = {}
        self._authors: dict[tuple[DeviceKey, tuple[OpId, ...]], IdentityKey] = {}
        self._members: dict[IdentityKey, Member] | None = None

    def past(self, names: Iterable[OpId]) -> int:
        """Return the bit set of `names` and all their ancestors."""
        mask = 0
        for name in names:
            mask |= self._pasts[name]
        return mask

    def add(self, op: Op, body: ControlBody) -> Rule:
        """Take in a control operation whose citations are all here; return it with its author.

        Raises:
            RemoteError: `not_allowed`: its author, proof or level does not carry it.
        """
        header = op.header
        past = self.past(header.parents) | (self._pasts[header.prev] if header.prev else 0)
        if isinstance(body, Genesis):
            author = self._check_genesis(op, body)
        else:
            author = self._author(header.device, past)
            self._check(body, author=author, past=past)
        bit = 1 << len(self._bits)
        self._bits[op.id] = bit
        self._pasts[op.id] = past | bit
        rule = Rule(op.id, header.depth, author, body)
        self.rules[op.id] = rule
        self._take(rule, bit)
        return rule

    def check_content(self, header: Header, *, prev_auth: tuple[OpId, ...]) -> IdentityKey:
        """Return the author of a content operation whose cited control operations are all here.

        Raises:
            RemoteError: `not_allowed`: no member wrote it, its epoch is unknown there, or its device stepped back.
        """
        past = self.past(header.auth)
        if prev_auth != header.auth and self.past(prev_auth) & ~past:
            raise _refused("its device had already seen more control operations than it cites")
        assert header.epoch is not None
        if not self._bits.get(header.epoch, 0) & past or not isinstance(self.rules[header.epoch].body, EpochNew):
            raise _refused("it cites an epoch outside its past")
        cached = self._authors.get((header.device, header.auth))
        if cached is not None:
            return cached
        author = self._author(header.device, past)
        if self._level(author, past) < Level.MEMBER:
            raise _refused("its author was no member")
        self._authors[(header.device, header.auth)] = author
        return author

    def members(self) -> dict[IdentityKey, Member]:
        """Return everybody who belongs, with the level and devices known by now; not to be changed."""
        if self._members is not None:
            return self._members
        found = {}
        for identity, standings in self._standings.items():
            best = max(standings, key=lambda standing: (standing.level, -standing.bit))
            devices = {
                bound.certificate.device: bound.certificate
                for bounds in self._devices.values()
                for bound in bounds
                if bound.certificate.identity == identity
            }
            found[identity] = Member(identity, Level(best.level), tuple(devices.values()), best.proof)
        self._members = found
        return found

    def member(self, identity: IdentityKey) -> Member | None:
        """Return one member, or None."""
        return self.members().get(identity)

    def owner(self, device: DeviceKey) -> IdentityKey | None:
        """Return the member whose device this is, or None."""
        bounds = self._devices.get(device, ())
        first = min(bounds, key=lambda bound: bound.key, default=None)
        return first.certificate.identity if first is not None else None

    def peers(self) -> dict[bytes, IdentityKey]:
        """Return the libp2p peer ids (text form, as bytes) of all members' devices."""
        return {
            bound.certificate.peer_id: bound.certificate.identity
            for bounds in self._devices.values()
            for bound in bounds
            if bound.certificate.identity in self._standings
        }

    def includes(self, names: Iterable[OpId], name: OpId) -> bool:
        """Return whether `name` is one of `names` or lies in their past; all of them are here."""
        return bool(self.past(names) & self._bits[name])

    def bindings(self, device: DeviceKey) -> list[OpId]:
        """Return the operations that bind a device to its owner, in order."""
        return [bound.key[1] for bound in sorted(self._devices.get(device, ()), key=lambda bound: bound.key)]

    def invite(self, key: bytes) -> tuple[OpId, InviteCreate] | None:
        """Return the invite with this public key."""
        for rule in self.rules.values():
            if isinstance(rule.body, InviteCreate) and rule.body.key == key:
                return rule.id, rule.body
        return None

    def uses(self, invite: OpId) -> int:
        """Return how many people came in by an invite."""
        return len(
            {
                rule.body.subject
                for rule in self.rules.values()
                if isinstance(rule.body, Admit) and rule.body.invite == invite
            }
        )

    def epochs(self) -> list[Rule]:
        """Return the epochs, the one to write under last: ascending `(depth, id)`."""
        found = [rule for rule in self.rules.values() if isinstance(rule.body, EpochNew)]
        return sorted(found, key=lambda rule: (rule.depth, rule.id))

    def ais(self, within: Iterable[OpId] | None = None) -> dict[bytes, Rule]:
        """Return each AI's valid setting by the AI's id, removed ones included (no hosts).

        Args:
            within: control operations in whose past to look; everything known where None.
        """
        mask = -1 if within is None else self.past(within)
        winners: dict[bytes, Rule] = {}
        for rule in self.rules.values():
            if not isinstance(rule.body, AiSet) or not self._bits[rule.id] & mask:
                continue
            name = rule.body.ai or rule.id
            other = winners.get(name)
            if other is None or (other.depth, other.id) < (rule.depth, rule.id):
                winners[name] = rule
        return winners

    def _author(self, device: DeviceKey, past: int) -> IdentityKey:
        bounds = [bound for bound in self._devices.get(device, ()) if bound.bit & past]
        if not bounds:
            raise _refused("its device belongs to nobody there")
        return min(bounds, key=lambda bound: bound.key).certificate.identity

    def _level(self, identity: IdentityKey, past: int) -> int:
        levels = [standing.level for standing in self._standings.get(identity, ()) if standing.bit & past]
        return max(levels, default=-1)

    def _proven(self, proof: OpId, identity: IdentityKey, past: int) -> int:
        """Return the level that `proof` confers on `identity`, seen from `past`."""
        for standing in self._standings.get(identity, ()):
            if standing.proof == proof and standing.bit & past:
                return standing.level
        raise _refused("its proof is not a grant of its author in its past")

    def _check_genesis(self, op: Op, body: Genesis) -> IdentityKey:
        if bytes(op.id) != bytes(self.conversation) or self.rules or body.rules != RULES:
            raise _refused("it is not this conversation's beginning")
        for identity, _level, certificates in body.slots:
            for encoded in certificates:
                _certificate(encoded, identity)
        founder, level, certificates = body.slots[0]
        if level != Level.OWNER or len({slot[0] for slot in body.slots}) != len(body.slots):
            raise _refused("its first slot is not an owner, or somebody has two slots")
        if op.header.device not in {_certificate(encoded, founder).device for encoded in certificates}:
            raise _refused("its author is not its first slot")
        return founder

    def _check(self, body: ControlBody, *, author: IdentityKey, past: int) -> None:
        assert not isinstance(body, Genesis)
        level = self._proven(body.proof, author, past)
        needed = _needed_level(body)
        if level < needed:
            raise _refused(f"it needs the level {needed.name.lower()}")
        match body:
            case Grant():
                if body.level > level:
                    raise _refused("a grant cannot exceed its issuer's level")
                for encoded in body.certificates:
                    _certificate(encoded, body.subject)
            case Admit():
                self._check_admit(body, past)
            case EpochWrap():
                if not self._bits.get(body.epoch, 0) & past or not isinstance(self.rules[body.epoch].body, EpochNew):
                    raise _refused("it wraps the key of no epoch in its past")
            case AiSet():
                named = self.rules.get(OpId(body.ai)) if body.ai else None
                if body.ai and (named is None or not isinstance(named.body, AiSet) or named.body.ai):
                    raise _refused("it changes an AI that does not exist")
                if body.ai and not self._bits[OpId(body.ai)] & past:
                    raise _refused("it changes an AI outside its past")
                if not self._bits.get(body.epoch, 0) & past or not isinstance(self.rules[body.epoch].body, EpochNew):
                    raise _refused("it cites an epoch outside its past")
            case InviteCreate() | EpochNew():
                pass

    def _check_admit(self, body: Admit, past: int) -> None:
        rule = self.rules.get(body.invite)
        if rule is None or not isinstance(rule.body, InviteCreate) or not self._bits[body.invite] & past:
            raise _refused("it admits by no invite in its past")
        certificate = _certificate(body.certificate, body.subject)
        peer_id, joiner_nonce, admitter_nonce = body.transcript
        signed = Transcript(
            conversation=self.conversation,
            invite=rule.body.key,
            identity=body.subject,
            device=certificate.device,
            admitter_peer_id=peer_id,
            joiner_nonce=joiner_nonce,
            admitter_nonce=admitter_nonce,
        ).encode()
        try:
            verify(rule.body.key, signed, signature=body.invite_signature, context=JOIN_CONTEXT)
            verify(certificate.device, signed, signature=body.device_signature, context=JOIN_CONTEXT)
        except SignatureError as error:
            raise _refused("the one it admits did not hold the link") from error

    def _take(self, rule: Rule, bit: int) -> None:
        self._members = None
        match rule.body:
            case Genesis():
                for identity, level, certificates in rule.body.slots:
                    self._stand(identity, level, bit, rule, certificates)
            case Grant():
                self._stand(rule.body.subject, rule.body.level, bit, rule, rule.body.certificates)
            case Admit():
                invite = self.rules[rule.body.invite].body
                assert isinstance(invite, InviteCreate)
                level = min(invite.level, Level.MEMBER)
                self._stand(rule.body.subject, level, bit, rule, (rule.body.certificate,))
            case InviteCreate() | EpochNew() | EpochWrap() | AiSet():
                pass

    def _stand(self, identity: IdentityKey, level: int, bit: int, rule: Rule, certificates: tuple[bytes, ...]) -> None:
        self._standings.setdefault(identity, []).append(_Standing(identity, level, bit, rule.id))
        for encoded in certificates:
            certificate = _certificate(encoded, identity)
            bound = _Bound(certificate, bit, (rule.depth, rule.id))
            self._devices.setdefault(certificate.device, []).append(bound)


def _needed_level(body: ControlBody) -> Level:
    match body:
        case Grant():
            return Level.OWNER if body.level >= Level.ADMIN else Level.ADMIN
        case InviteCreate() | AiSet() | EpochNew():
            return Level.ADMIN
        case Admit() | EpochWrap():
            return Level.MEMBER
        case Genesis():
            return Level.OWNER


def _certificate(encoded: bytes, identity: IdentityKey) -> Certificate:
    try:
        certificate = parse_certificate(encoded)
    except CryptoError as error:
        raise _refused(f"{error}") from error
    if certificate.identity != identity:
        raise _refused("a certificate in it belongs to somebody else")
    return certificate


def _refused(why: str) -> RemoteError:
    return RemoteError("not_allowed", f"a control rule was broken: {why}")
