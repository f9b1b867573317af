"""Conversations of two, and how one learns that another has opened one (docs/protocol.md, "Direct conversations").

Such a conversation has two founders, both owners, and a nonce made from their identities: nobody needs to be told which
of their conversations it is. Whoever opens it shows the genesis to the other's node, over `/peer2peer/direct/1`:

    opener   [1, conversation, genesis as it travels]
    other    [2, whether it is held now]
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crypto.certificates import Certificate
from crypto.codec import decode, encode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, ConversationId, IdentityKey, blake2b
from protocol.bodies.control import NONCE_BYTES, Genesis, Level, load_control
from protocol.errors import RemoteError
from protocol.ops import RULES, Op, parse_op, verify_op

PROTOCOL: Final = "/peer2peer/direct/1"
FRAME_BYTES: Final = 16 << 10
"""A genesis of two people with eight devices each has less."""
CERTIFICATES: Final = 8


@dataclass(frozen=True, slots=True)
class Offer:
    """The genesis of a direct conversation, checked as far as it can be by itself."""

    conversation: ConversationId
    genesis: Op
    body: Genesis


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an offer."""

    is_held: bool


def direct_nonce(one: IdentityKey, other: IdentityKey) -> bytes:
    """Return the nonce of every direct conversation of two people, whoever opens it."""
    return blake2b(b"".join(sorted((one, other))), person=b"p2p.direct.1", size=NONCE_BYTES)


def direct_genesis(own: Certificate, others: Iterable[Certificate]) -> Genesis:
    """Return the beginning of a direct conversation with the owner of some devices (ValueError where there are none).

    Args:
        own: this device's certificate.
        others: certificates of the other's devices; at most CERTIFICATES of them count.
    """
    listed = list(others)[:CERTIFICATES]
    if not listed or {each.identity for each in listed} & {own.identity} or len({each.identity for each in listed}) > 1:
        raise ValueError("a direct conversation is with the devices of one other person")
    other = listed[0].identity
    slots = (
        (own.identity, int(Level.OWNER), (own.encoded,)),
        (other, int(Level.OWNER), tuple(each.encoded for each in listed)),
    )
    return Genesis(direct_nonce(own.identity, other), RULES, slots)


def direct_pair(body: Genesis) -> tuple[IdentityKey, IdentityKey] | None:
    """Return the two people of a direct conversation, the one who opened it first; None where it is none."""
    match body.slots:
        case ((one, Level.OWNER, _), (other, Level.OWNER, _)) if one != other and not body.parent:
            return (one, other) if body.nonce == direct_nonce(one, other) else None
        case _:
            return None


def dump(frame: Offer | Answer) -> bytes:
    """Return the bytes of one frame."""
    match frame:
        case Offer():
            return encode([1, frame.conversation, frame.genesis.wire()])
        case Answer():
            return encode([2, frame.is_held])


def load(data: bytes) -> Offer | Answer:
    """Return the frame in `data`; an offer's genesis has a true signature and begins a direct conversation.

    Raises:
        RemoteError: `bad_frame`, `bad_op`, `bad_body` or `bad_signature`.
    """
    try:
        fields = decode(data, max_bytes=FRAME_BYTES)
    except CodecError as error:
        raise RemoteError("bad_frame", f"a frame about a direct conversation is {error}") from error
    match fields:
        case [1, bytes() as name, list() as wire] if len(name) == ID_BYTES:
            genesis = parse_op(wire, conversation=ConversationId(name))
            body = load_control(genesis.body) if genesis.is_genesis else None
            if not isinstance(body, Genesis) or direct_pair(body) is None:
                raise RemoteError("bad_body", "that operation begins no direct conversation")
            verify_op(genesis)
            return Offer(ConversationId(name), genesis, body)
        case [2, bool() as is_held]:
            return Answer(is_held)
        case _:
            raise RemoteError("bad_frame", "a frame about a direct conversation has an unknown form")
