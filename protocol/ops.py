"""The operation envelope: a signed header and a body that hangs on it by its hash (docs/protocol.md, "Operations").

Header: `[1, plane, dev, seq, prev, parents, auth, depth, ts, epoch, body_len, body_hash]`, canonical msgpack. The id is
a hash of conversation and header; the signature covers the id and is not part of it. Everything checked here is static:
the answer is the same on every node, whatever else it holds.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from crypto.codec import decode, decode_own, encode_flat
from crypto.errors import CodecError, SignatureError
from crypto.ids import ID_BYTES, ConversationId, DeviceKey, OpId, blake2b
from crypto.signatures import OP_CONTEXT, SIGNATURE_BYTES, SigningKey, verify
from protocol import limits
from protocol.errors import RemoteError

RULES: Final = 1
CONTROL: Final = 0
CONTENT: Final = 1
PLANES: Final = (CONTROL, CONTENT)
NO_CONVERSATION: Final = ConversationId(bytes(ID_BYTES))
"""Stands in for the conversation's id where the genesis itself is hashed."""

_FIELDS: Final = 12


@dataclass(slots=True, unsafe_hash=True)
class Header:
    """What an operation says of itself; see the table in docs/protocol.md. Not to be changed once made.

    Not frozen, like `Op`: a frozen dataclass takes five times as long to make, and a sync makes 100,000.
    """

    plane: int
    device: DeviceKey
    seq: int
    prev: OpId | None
    parents: tuple[OpId, ...]
    auth: tuple[OpId, ...]
    depth: int
    ts_ms: int
    """The author's clock, advisory: never part of validity or state."""
    epoch: OpId | None
    body_bytes: int
    body_hash: bytes

    def encode(self) -> bytes:
        """Return the canonical bytes that are hashed and signed."""
        return encode_flat(
            [
                RULES,
                self.plane,
                self.device,
                self.seq,
                self.prev or b"",
                self.parents,
                self.auth,
                self.depth,
                self.ts_ms,
                self.epoch or b"",
                self.body_bytes,
                self.body_hash,
            ]
        )


@dataclass(slots=True, unsafe_hash=True)
class Op:
    """One operation, statically sound; its signature is checked by `verify_op`. Not to be changed once made."""

    id: OpId
    header: Header
    header_bytes: bytes
    signature: bytes
    body: bytes

    @property
    def key(self) -> tuple[int, OpId]:
        """The operation's place in the one order: `(depth, id)`."""
        return (self.header.depth, self.id)

    @property
    def is_genesis(self) -> bool:
        """Whether a conversation begins with this operation."""
        return self.header.plane == CONTROL and not self.header.parents

    def wire(self) -> list[Any]:
        """Return the operation as it travels: `[header, signature, body]`."""
        return [self.header_bytes, self.signature, self.body]


def body_hash(body: bytes) -> bytes:
    """Return the hash by which a header names its body."""
    return blake2b(body, person=b"p2p.body.1")


def op_id(conversation: ConversationId, header_bytes: bytes) -> OpId:
    """Return the operation's id; a genesis is hashed with `NO_CONVERSATION`."""
    return OpId(blake2b(conversation + header_bytes, person=b"p2p.op.1"))


def sign_op(header: Header, body: bytes, *, conversation: ConversationId, key: SigningKey) -> Op:
    """Return the operation `header` and `body` signed with `key`."""
    header_bytes = header.encode()
    name = op_id(conversation, header_bytes)
    return Op(name, header, header_bytes, key.sign(name, context=OP_CONTEXT), body)


def verify_op(op: Op) -> None:
    """Return if the operation's device signed it.

    Raises:
        RemoteError: it did not (`bad_signature`).
    """
    try:
        verify(op.header.device, op.id, signature=op.signature, context=OP_CONTEXT)
    except SignatureError as error:
        raise RemoteError("bad_signature", "an operation's signature is false") from error


def parse_op(wire: Any, *, conversation: ConversationId) -> Op:
    """Return the operation in `wire`, every static rule of its envelope checked, its signature not.

    Args:
        wire: `[header, signature, body]` as decoded from a frame, or stored; from anyone.
        conversation: the conversation it must belong to (a genesis must have it as its own id).

    Raises:
        RemoteError: any rule is broken (`bad_op`).
    """
    match wire:
        case [bytes() as header_bytes, bytes() as signature, bytes() as body]:
            pass
        case _:
            raise _bad("it is not a header, a signature and a body")
    if len(signature) != SIGNATURE_BYTES:
        raise _bad("its signature has not 64 bytes")
    header = parse_header(header_bytes)
    if header.body_bytes != len(body):
        raise _bad("its body has another length than its header says")
    if body_hash(body) != header.body_hash:
        raise _bad("its body is not the one its header names")
    is_genesis = header.plane == CONTROL and not header.parents
    name = op_id(NO_CONVERSATION if is_genesis else conversation, header_bytes)
    if is_genesis and bytes(name) != bytes(conversation):
        raise _bad("it begins another conversation")
    return Op(name, header, header_bytes, signature, body)


def parse_header(data: bytes) -> Header:
    """Return the header in `data` (RemoteError `bad_op` where a rule of the envelope is broken)."""
    try:
        fields = decode(data, max_bytes=limits.HEADER_BYTES)
    except CodecError as error:
        raise _bad(f"its header is {error}") from error
    if type(fields) is not list or len(fields) != _FIELDS:
        raise _bad("its header has not twelve fields")
    rules, plane, device, seq, prev, parents, auth, depth, ts_ms, epoch, body_bytes, hash_of_body = fields
    for number, most in ((seq, limits.MAX_DEPTH), (depth, limits.MAX_DEPTH), (ts_ms, limits.MAX_TIME_MS)):
        if type(number) is not int or not 0 <= number <= most:
            raise _bad("a number in its header is out of range")
    if type(rules) is not int or rules != RULES:
        raise _bad("it follows rules this program does not know")
    if type(plane) is not int or plane not in PLANES:
        raise _bad("it belongs to no plane")
    most_body = limits.CONTROL_BODY_BYTES if plane == CONTROL else limits.CONTENT_BODY_BYTES
    if type(body_bytes) is not int or not 0 <= body_bytes <= most_body:
        raise _bad("its body is too long")
    for name in (device, hash_of_body):
        if type(name) is not bytes or len(name) != ID_BYTES:
            raise _bad("a name in its header has not 32 bytes")
    for name in (prev, epoch):
        if type(name) is not bytes or len(name) not in (0, ID_BYTES):
            raise _bad("a name in its header has not 32 bytes")
    if (seq == 0) != (prev == b""):
        raise _bad("only a device's first operation has no predecessor")
    _check_names(parents, most=limits.MAX_PARENTS)
    _check_names(auth, most=limits.MAX_AUTH)
    if (depth == 0) != (not parents):
        raise _bad("only an operation without parents has depth 0")
    if plane == CONTROL:
        if auth or epoch:
            raise _bad("a control operation cites no authority and no epoch beside its body")
        if not parents and (seq != 0 or prev):
            raise _bad("a genesis is the first operation of its device")
    elif not auth or not epoch:
        raise _bad("a content operation cites control heads and an epoch")
    return _header(fields)


def stored_header(data: bytes) -> Header:
    """Return the header of an operation that this program checked when it stored it; nothing is checked again."""
    return _header(decode_own(data))


def _header(fields: list[Any]) -> Header:
    _, plane, device, seq, prev, parents, auth, depth, ts_ms, epoch, body_bytes, hash_of_body = fields
    return Header(
        plane=plane,
        device=device,
        seq=seq,
        prev=prev or None,
        parents=tuple(parents),
        auth=tuple(auth),
        depth=depth,
        ts_ms=ts_ms,
        epoch=epoch or None,
        body_bytes=body_bytes,
        body_hash=hash_of_body,
    )


def _check_names(names: Any, *, most: int) -> None:
    if type(names) is not list or len(names) > most:
        raise _bad("it cites too many operations")
    if not all(type(name) is bytes and len(name) == ID_BYTES for name in names):
        raise _bad("it cites what is not an operation")
    if any(first >= second for first, second in itertools.pairwise(names)):
        raise _bad("what it cites is not in ascending order")


def _bad(why: str) -> RemoteError:
    return RemoteError("bad_op", f"an operation was refused: {why}")


def highest(keys: Sequence[tuple[int, OpId]], *, most: int) -> tuple[OpId, ...]:
    """Return the ids of the `most` highest `(depth, id)` keys, ascending by id, ready to be cited."""
    return tuple(sorted(name for _, name in sorted(keys)[-most:]))
