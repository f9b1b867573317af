"""Control bodies: who belongs, by which key one reads, which AI takes part (docs/protocol.md, "Kinds").

They travel in the clear so that a keeper can check them; whatever a person reads (names, prompts) is closed under the
epoch key inside them. Each names in `proof` the grant, admit or genesis whose authority it uses.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from crypto.certificates import MAX_BYTES as CERTIFICATE_BYTES
from crypto.codec import decode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, DeviceKey, IdentityKey, OpId
from crypto.sealed import SEALED_KEY_BYTES
from crypto.signatures import SIGNATURE_BYTES
from protocol import limits
from protocol.bodies.schema import Check, Schema, blob, encode_body, flag, many, number, raw, row
from protocol.errors import RemoteError

NONCE_BYTES: Final = 16
SUBJECTS: Final = 64
"""People whom one revocation may name."""
CUT_DEVICES: Final = 1024
CUT_HEADS: Final = 4
"""Heads of one device's chain that a cut may name: more than one only where the device forked."""
POLICY_ROWS: Final = 64
_DEVICES: Final = 8


class ControlKind(IntEnum):
    """Numbers on the wire; those without a schema below are reserved for the rules that come with them."""

    GENESIS = 1
    GRANT = 2
    ADMIT = 3
    REVOKE = 4
    LEAVE = 5
    DEVICE_ADD = 6
    DEVICE_REVOKE = 7
    INVITE_CREATE = 8
    INVITE_REVOKE = 9
    EPOCH_NEW = 10
    EPOCH_WRAP = 11
    AI_SET = 12
    POLICY = 13
    MITOSIS_COMMIT = 14
    SEAL = 15
    RULES_UPGRADE = 16


class Level(IntEnum):
    """What a member may do; a grant's level never exceeds its issuer's."""

    KEEPER = 0
    MEMBER = 1
    ADMIN = 2
    OWNER = 3


@dataclass(frozen=True, slots=True)
class Genesis:
    """The beginning: its id is the conversation's id."""

    nonce: bytes
    rules: int
    slots: tuple[tuple[IdentityKey, int, tuple[bytes, ...]], ...]
    """`(identity, level, certificates)` of each founding member; the first is its author."""
    history: int = 0
    """0: a new member reads everything (`full`); 1: from joining on."""
    parent: bytes = b""
    table: tuple[tuple[int, int, int], ...] = ()
    """`(plane, kind, level)`: where this conversation begins with other rules than the built-in ones."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A level for somebody."""

    proof: OpId
    subject: IdentityKey
    level: int
    certificates: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Admit:
    """Somebody came in by an invite; the two signatures over the join transcript show that they held the link."""

    proof: OpId
    subject: IdentityKey
    certificate: bytes
    invite: OpId
    transcript: tuple[bytes, bytes, bytes]
    """`(admitter's peer id, joiner's nonce, admitter's nonce)`."""
    invite_signature: bytes
    device_signature: bytes


@dataclass(frozen=True, slots=True)
class Revoke:
    """People lose a level, or everything; what the cut names of theirs stays."""

    proof: OpId
    subjects: tuple[tuple[IdentityKey, int], ...]
    """`(identity, what is left)`: 0 nothing, 1 keeper, 2 member, 3 admin; each identity once."""
    cut: tuple[tuple[DeviceKey, tuple[OpId, ...]], ...] = ()
    """The heads of each of their devices' content chains that the author had seen."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Its author goes, or steps down to a lower level; it binds what comes after it."""

    proof: OpId
    left: int = 0
    """What is left: 0 nothing, 1 keeper, 2 member, 3 admin."""


@dataclass(frozen=True, slots=True)
class DeviceAdd:
    """One more device of its author; written by that device itself, it also proves that the key is held."""

    proof: OpId
    certificate: bytes


@dataclass(frozen=True, slots=True)
class DeviceRevoke:
    """A device counts no more; what the cut names of its content stays."""

    proof: OpId
    device: DeviceKey
    cut: tuple[OpId, ...] = ()


@dataclass(frozen=True, slots=True)
class InviteRevoke:
    """An invite counts no more; who came in by it and stands in this operation's past stays."""

    proof: OpId
    invite: OpId


@dataclass(frozen=True, slots=True)
class Policy:
    """The levels that kinds of operations need from here on; kinds left out have the built-in ones."""

    proof: OpId
    table: tuple[tuple[int, int, int], ...]
    """`(plane, kind, level)`, each kind once."""
    history: int
    """As in the genesis."""


@dataclass(frozen=True, slots=True)
class InviteCreate:
    """An invite by its public key; the secret half travels in the link only."""

    proof: OpId
    key: bytes
    level: int
    max_uses: int
    """0: any number."""
    expires_ms: int
    approve: bool = False
    preview: bytes = b""
    """The title, closed under the link's preview key."""


@dataclass(frozen=True, slots=True)
class EpochNew:
    """A new key for what is written from here on, sealed to each device."""

    proof: OpId
    number: int
    commit: bytes
    wraps: tuple[tuple[DeviceKey, bytes], ...]
    history: tuple[tuple[OpId, bytes], ...] = ()
    """`(earlier epoch, its key closed under this one)`."""


@dataclass(frozen=True, slots=True)
class EpochWrap:
    """An existing epoch's key sealed to more devices."""

    proof: OpId
    epoch: OpId
    wraps: tuple[tuple[DeviceKey, bytes], ...]


@dataclass(frozen=True, slots=True)
class AiSet:
    """An AI participant: who hosts it and, closed, what it is. Without hosts it is removed."""

    proof: OpId
    ai: bytes
    """Empty in the first one, whose id then names the AI."""
    hosts: tuple[tuple[IdentityKey, DeviceKey], ...]
    lease_ms: int
    term: int
    epoch: OpId
    closed: bytes
    """`protocol.bodies.ai.AiSettings`, closed under the epoch's control key."""


ControlBody = (
    Genesis
    | Grant
    | Admit
    | Revoke
    | Leave
    | DeviceAdd
    | DeviceRevoke
    | InviteCreate
    | InviteRevoke
    | EpochNew
    | EpochWrap
    | AiSet
    | Policy
)

_name = raw(ID_BYTES)
_certificate = blob(CERTIFICATE_BYTES, least=1)
_level = number(Level.OWNER)
_left = number(Level.OWNER)
_wraps = many(row(_name, raw(SEALED_KEY_BYTES)), most=1024)
_heads = many(_name, most=CUT_HEADS)


def _keyed(rows: Check, columns: int) -> Check:
    """Check for rows whose first `columns` values no two of them share."""

    def check(value: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = rows(value)
        if len({each[:columns] for each in found}) != len(found):
            raise ValueError("each once")
        return found

    return check


_table = _keyed(many(row(number(1), number(255), number(Level.OWNER, least=Level.MEMBER)), most=POLICY_ROWS), 2)

SCHEMAS: Final[dict[int, Schema[Any]]] = {
    ControlKind.GENESIS: Schema(
        Genesis,
        (1, raw(NONCE_BYTES)),
        (2, number(255, least=1)),
        (3, many(row(_name, _level, many(_certificate, most=_DEVICES, least=1)), most=limits.MEMBERS, least=1)),
        (4, number(1)),
        (5, raw(0, ID_BYTES)),
        (6, _table),
    ),
    ControlKind.GRANT: Schema(Grant, (1, _name), (2, _name), (3, _level), (4, many(_certificate, most=_DEVICES))),
    ControlKind.ADMIT: Schema(
        Admit,
        (1, _name),
        (2, _name),
        (3, _certificate),
        (4, _name),
        (5, row(blob(64, least=1), raw(NONCE_BYTES), raw(NONCE_BYTES))),
        (6, raw(SIGNATURE_BYTES)),
        (7, raw(SIGNATURE_BYTES)),
    ),
    ControlKind.REVOKE: Schema(
        Revoke,
        (1, _name),
        (2, _keyed(many(row(_name, _left), most=SUBJECTS, least=1), 1)),
        (3, _keyed(many(row(_name, _heads), most=CUT_DEVICES), 1)),
    ),
    ControlKind.LEAVE: Schema(Leave, (1, _name), (2, _left)),
    ControlKind.DEVICE_ADD: Schema(DeviceAdd, (1, _name), (2, _certificate)),
    ControlKind.DEVICE_REVOKE: Schema(DeviceRevoke, (1, _name), (2, _name), (3, _heads)),
    ControlKind.INVITE_REVOKE: Schema(InviteRevoke, (1, _name), (2, _name)),
    ControlKind.POLICY: Schema(Policy, (1, _name), (2, _table), (3, number(1))),
    ControlKind.INVITE_CREATE: Schema(
        InviteCreate,
        (1, _name),
        (2, _name),
        (3, number(Level.MEMBER)),
        (4, number(1 << 16)),
        (5, number(limits.MAX_TIME_MS)),
        (6, flag()),
        (7, blob(2048)),
    ),
    ControlKind.EPOCH_NEW: Schema(
        EpochNew, (1, _name), (2, number(1 << 32)), (3, _name), (4, _wraps), (5, many(row(_name, blob(128)), most=64))
    ),
    ControlKind.EPOCH_WRAP: Schema(EpochWrap, (1, _name), (2, _name), (3, _wraps)),
    ControlKind.AI_SET: Schema(
        AiSet,
        (1, _name),
        (2, raw(0, ID_BYTES)),
        (3, many(row(_name, _name), most=8)),
        (4, number(1 << 20)),
        (5, number(1 << 32)),
        (6, _name),
        (7, blob(32 << 10)),
    ),
}

_KINDS: Final = {schema.model: kind for kind, schema in SCHEMAS.items()}


def dump_control(body: ControlBody) -> bytes:
    """Return the bytes of a control body (ValueError where it breaks its own rules)."""
    kind = _KINDS[type(body)]
    return encode_body(kind, SCHEMAS[kind].dump(body))


def load_control(data: bytes) -> ControlBody:
    """Return the control body in `data`.

    Raises:
        RemoteError: `bad_body`, or `unknown_kind` for a control operation this program has no rule for.
    """
    try:
        decoded = decode(data, max_bytes=limits.CONTROL_BODY_BYTES)
    except CodecError as error:
        raise RemoteError("bad_body", f"a control body is {error}") from error
    match decoded:
        case [int() as kind, dict() as table] if type(kind) is int:
            pass
        case _:
            raise RemoteError("bad_body", "a body is a kind and a map")
    if kind not in SCHEMAS:
        raise RemoteError("unknown_kind", f"control kind {kind} needs a newer program: update it")
    body: ControlBody = SCHEMAS[kind].load(table)
    return body
