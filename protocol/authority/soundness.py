"""Static checks of a control operation: the answer is the same on every node for ever, whatever else it holds.

An operation that fails one is wrong and goes nowhere. One that passes is sound; whether it is valid (that it counts) is
another question (`verdicts`), whose answer may change as more operations come in.
"""

from typing import Final

from crypto.errors import SignatureError
from crypto.ids import ConversationId, DeviceKey, IdentityKey, OpId
from crypto.signatures import JOIN_CONTEXT, verify
from protocol.authority.acts import Standing
from protocol.authority.ledger import GOVERNED, Ledger, Sound
from protocol.authority.policies import table_of
from protocol.bodies.control import (
    Admit,
    AiSet,
    ControlBody,
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
from protocol.join import Transcript
from protocol.ops import RULES, Op

MAX_CHAIN: Final = 255
"""Grants that lead from the genesis to a standing."""


def examine(ledger: Ledger, op: Op, body: ControlBody, *, conversation: ConversationId) -> Sound:
    """Return what the static checks find out about an operation whose citations are all in the ledger.

    Raises:
        RemoteError: `not_allowed`: its author, its proof, the level of that, or what it names does not carry it.
    """
    if isinstance(body, Genesis):
        return _genesis(ledger, op, body, conversation)
    header = op.header
    past = ledger.upto(header.parents) | (ledger.upto((header.prev,)) if header.prev else 0)
    author = _author(ledger, header.device, body, past)
    standing = proven(ledger, body.proof, author, past)
    if ledger.is_barred(standing, header.device):
        raise refused("its device was revoked before its author was given that level")
    target = None
    match body:
        case Grant():
            if body.level > standing.level:
                raise refused("a grant cannot exceed its issuer's level")
            for encoded in body.certificates:
                ledger.certificate(encoded, body.subject)
        case Admit():
            _admit(ledger, body, past, conversation)
        case DeviceAdd():
            ledger.certificate(body.certificate, author)
        case DeviceRevoke():
            target = ledger.owner_of(body.device, past)
            if target is None:
                raise refused("it revokes a device that belongs to nobody there")
        case InviteRevoke():
            _named(ledger, body.invite, past, InviteCreate, "it revokes no invite in its past")
        case EpochWrap():
            _named(ledger, body.epoch, past, EpochNew, "it wraps the key of no epoch in its past")
        case AiSet():
            _ai(ledger, body, past)
        case Revoke():
            if author in {identity for identity, _ in body.subjects}:
                raise refused("nobody revokes what is their own: they leave")
        case Leave() | InviteCreate() | EpochNew() | Policy():
            pass
    governed = GOVERNED.get(type(body))
    if governed is None:
        needed = _needed(ledger, body, standing=standing, target=target)
    else:
        needed = _least(ledger, governed, past)
    if standing.level < needed:
        raise refused(f"it needs the level {Level(needed).name.lower()}")
    if isinstance(body, Grant | Admit) and len(standing.key[1]) >= MAX_CHAIN:
        raise refused(f"there are more than {MAX_CHAIN} grants between it and the beginning")
    return Sound(author, past, standing, needed, governed, target)


def proven(ledger: Ledger, proof: OpId, identity: IdentityKey, past: int) -> Standing:
    """Return the standing that `proof` confers on `identity`, seen from `past` (RemoteError where it confers none)."""
    standing = ledger.conferred.get((proof, identity))
    if standing is None or not standing.by.bit & past:
        raise refused("its proof is not a grant of its author in its past")
    return standing


def refused(why: str) -> RemoteError:
    """Return the error for an operation that breaks a rule."""
    return RemoteError("not_allowed", f"a control rule was broken: {why}")


def _genesis(ledger: Ledger, op: Op, body: Genesis, conversation: ConversationId) -> Sound:
    if bytes(op.id) != bytes(conversation) or ledger.acts or body.rules != RULES:
        raise refused("it is not this conversation's beginning")
    for identity, _level, certificates in body.slots:
        for encoded in certificates:
            ledger.certificate(encoded, identity)
    founder, level, certificates = body.slots[0]
    if level != Level.OWNER or len({slot[0] for slot in body.slots}) != len(body.slots):
        raise refused("its first slot is not an owner, or somebody has two slots")
    if op.header.device not in {ledger.certificate(encoded, founder).device for encoded in certificates}:
        raise refused("its author is not its first slot")
    return Sound(founder, 0, None, Level.OWNER)


def _author(ledger: Ledger, device: DeviceKey, body: ControlBody, past: int) -> IdentityKey:
    """Return whose device wrote the operation; one that brings its own certificate belongs to who signed that."""
    author = ledger.owner_of(device, past)
    if isinstance(body, DeviceAdd):
        certificate = ledger.read(body.certificate)
        if certificate.device == device:
            return certificate.identity
    if author is None:
        raise refused("its device belongs to nobody there")
    return author


def _needed(ledger: Ledger, body: ControlBody, *, standing: Standing, target: IdentityKey | None) -> Level:
    match body:
        case Grant():
            return Level.OWNER if body.level >= Level.ADMIN else Level.ADMIN
        case Genesis() | Policy():
            return Level.OWNER
        case Revoke() | EpochNew() | InviteCreate() | AiSet():
            return Level.ADMIN
        case DeviceRevoke():
            return Level.KEEPER if target == standing.identity else Level.ADMIN
        case InviteRevoke():
            made = ledger.acts[body.invite]
            assert made.standing is not None
            is_own = made.rule.author == standing.identity and standing.key <= made.standing.key
            return Level.MEMBER if is_own else Level.ADMIN
        case Admit() | EpochWrap():
            return Level.MEMBER
        case Leave() | DeviceAdd():
            return Level.KEEPER


def _least(ledger: Ledger, governed: tuple[int, int], past: int) -> Level:
    """Return the lowest level that any policy in a past asks for, valid or not."""
    levels = []
    for act in ledger.policies:
        if act.bit & past:
            assert isinstance(act.rule.body, Genesis | Policy)
            levels.append(table_of(act.rule.body.table)[governed])
    return min(levels)


def _named(ledger: Ledger, name: OpId, past: int, kind: type[ControlBody], why: str) -> None:
    if not ledger.holds(name, past) or not isinstance(ledger.rules[name].body, kind):
        raise refused(why)


def _ai(ledger: Ledger, body: AiSet, past: int) -> None:
    if body.ai:
        _named(ledger, OpId(body.ai), past, AiSet, "it changes an AI that is not in its past")
        named = ledger.rules[OpId(body.ai)].body
        assert isinstance(named, AiSet)
        if named.ai:
            raise refused("it changes an AI that does not exist")
    _named(ledger, body.epoch, past, EpochNew, "it cites an epoch outside its past")


def _admit(ledger: Ledger, body: Admit, past: int, conversation: ConversationId) -> None:
    _named(ledger, body.invite, past, InviteCreate, "it admits by no invite in its past")
    invite = ledger.rules[body.invite].body
    assert isinstance(invite, InviteCreate)
    certificate = ledger.certificate(body.certificate, body.subject)
    peer_id, joiner_nonce, admitter_nonce = body.transcript
    signed = Transcript(
        conversation=conversation,
        invite=invite.key,
        identity=body.subject,
        device=certificate.device,
        admitter_peer_id=peer_id,
        joiner_nonce=joiner_nonce,
        admitter_nonce=admitter_nonce,
    ).encode()
    try:
        verify(invite.key, signed, signature=body.invite_signature, context=JOIN_CONTEXT)
        verify(certificate.device, signed, signature=body.device_signature, context=JOIN_CONTEXT)
    except SignatureError as error:
        raise refused("the one it admits did not hold the link") from error
