"""The frames of `/peer2peer/sync/1`: canonical msgpack arrays, each behind a u32 length (docs/protocol.md, "Sync").

HELLO  [0, version, tag, now_ms, [control], [content]]     a plane: [count, heads hash, [head, …]]
GET    [2, rid, plane, [id, …]]
PULL   [3, rid, plane, [have, …], credit]                  haves: heads, then ever sparser older operations
OPS    [4, rid, [wire op, …], done, total]                 ascending (depth, id)
ACK    [5, rid, credit]
ERR    [7, rid, code]
REGS   [8, 0, [[device, slot, sequence], …]] asks, [8, 1, [register, …]] answers
"""

from dataclasses import dataclass
from typing import Any, Final

from crypto.codec import Value, decode, encode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, ConversationId, OpId, blake2b
from protocol import limits
from protocol.dag import Plane
from protocol.errors import RemoteError

PROTOCOL: Final = "/peer2peer/sync/1"
VERSION: Final = 1
_MOST_IDS: Final = 512
_MOST_REGISTERS: Final = 1024
_MOST_OPS: Final = 2048
_MOST: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class Summary:
    """Where one plane stands."""

    count: int
    heads_hash: bytes
    heads: tuple[OpId, ...]

    @classmethod
    def of(cls, plane: Plane) -> "Summary":
        """Return the summary of `plane`, its highest heads named."""
        heads = tuple(name for _, name in plane.head_keys()[-limits.SYNC_HEADS :])
        return cls(len(plane), plane.heads_hash(), heads)

    def shows_unknown(self, plane: Plane) -> bool:
        """Return whether its owner has, or may have, operations that `plane` lacks."""
        if any(head not in plane for head in self.heads):
            return True
        is_cut = len(self.heads) >= limits.SYNC_HEADS  # there may be heads that it does not name
        return is_cut and self.heads_hash != plane.heads_hash()


@dataclass(frozen=True, slots=True)
class Hello:
    """Both sides begin with this; `tag` names the conversation without telling its id."""

    tag: bytes
    now_ms: int
    control: Summary
    content: Summary


@dataclass(frozen=True, slots=True)
class Get:
    """Asks for these operations."""

    rid: int
    plane: int
    ids: tuple[OpId, ...]


@dataclass(frozen=True, slots=True)
class Pull:
    """Asks for everything of a plane that is not in the past of `haves`."""

    rid: int
    plane: int
    haves: tuple[OpId, ...]
    credit: int


@dataclass(frozen=True, slots=True)
class Ops:
    """Operations; `total` is how many this request brings in all."""

    rid: int
    ops: tuple[Any, ...]
    done: bool
    total: int


@dataclass(frozen=True, slots=True)
class Ack:
    """What came so far is committed: send up to `credit` more bytes."""

    rid: int
    credit: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The request cannot be served: `unknown_conversation`, `not_member`, `bad_request`."""

    rid: int
    code: str


@dataclass(frozen=True, slots=True)
class AskRegisters:
    """What registers the sender holds; asks for newer ones."""

    digest: tuple[tuple[bytes, bytes, int], ...]


@dataclass(frozen=True, slots=True)
class TellRegisters:
    """Registers that the asker lacked, encoded."""

    registers: tuple[bytes, ...]


Frame = Hello | Get | Pull | Ops | Ack | Failed | AskRegisters | TellRegisters


def tag_of(conversation: ConversationId) -> bytes:
    """Return the 16 bytes by which a stream names a conversation."""
    return blake2b(conversation, person=b"p2p.sync.tag", size=16)


def op_bytes(wire: Any) -> int:
    """Return what one wire operation costs of a request's credit: both sides count alike."""
    match wire:
        case [bytes() as header, _, bytes() as body]:
            return len(header) + len(body) + 80
        case _:
            raise RemoteError("bad_frame", "an operation in a sync frame is malformed")


def dump(frame: Frame) -> bytes:
    """Return the bytes of a frame."""
    return encode(_fields(frame))


def _fields(frame: Frame) -> list[Value]:
    match frame:
        case Hello():
            planes: list[Value] = [
                [plane.count, plane.heads_hash, list(plane.heads)] for plane in (frame.control, frame.content)
            ]
            return [0, VERSION, frame.tag, frame.now_ms, *planes]
        case Get():
            return [2, frame.rid, frame.plane, list(frame.ids)]
        case Pull():
            return [3, frame.rid, frame.plane, list(frame.haves), frame.credit]
        case Ops():
            return [4, frame.rid, list(frame.ops), frame.done, frame.total]
        case Ack():
            return [5, frame.rid, frame.credit]
        case Failed():
            return [7, frame.rid, frame.code]
        case AskRegisters():
            return [8, 0, [list(row) for row in frame.digest]]
        case TellRegisters():
            return [8, 1, list(frame.registers)]


def load(data: bytes) -> Frame:
    """Return the frame in `data`; operations and registers in it are still raw (RemoteError `bad_frame`)."""
    try:
        fields = decode(data, max_bytes=limits.SYNC_FRAME_BYTES + limits.WIRE_OP_BYTES)
    except CodecError as error:
        raise RemoteError("bad_frame", f"a sync frame is {error}") from error
    match fields:
        case [0, int() as version, bytes() as tag, int() as now_ms, list() as control, list() as content] if (
            version == VERSION and len(tag) == 16
        ):
            return Hello(tag, now_ms, _summary(control), _summary(content))
        case [2, int() as rid, int() as plane, list() as ids] if plane in (0, 1):
            return Get(rid, plane, _names(ids, most=_MOST_IDS))
        case [3, int() as rid, int() as plane, list() as haves, int() as credit] if (
            plane in (0, 1) and 0 < credit <= _MOST
        ):
            return Pull(rid, plane, _names(haves, most=limits.SYNC_HAVES), credit)
        case [4, int() as rid, list() as ops, bool() as done, int() as total] if len(ops) <= _MOST_OPS:
            return Ops(rid, tuple(ops), done, total)
        case [5, int() as rid, int() as credit] if 0 < credit <= _MOST:
            return Ack(rid, credit)
        case [7, int() as rid, str() as code] if len(code) <= 64:
            return Failed(rid, code)
        case [8, 0, list() as rows] if len(rows) <= _MOST_REGISTERS:
            return AskRegisters(tuple(_digest_row(row) for row in rows))
        case [8, 1, list() as registers] if len(registers) <= _MOST_REGISTERS:
            if not all(type(register) is bytes for register in registers):
                raise RemoteError("bad_frame", "a sync frame is malformed")
            return TellRegisters(tuple(registers))
        case _:
            raise RemoteError("bad_frame", "a sync frame is malformed")


def _summary(fields: Any) -> Summary:
    match fields:
        case [int() as count, bytes() as heads_hash, list() as heads] if 0 <= count <= _MOST and len(heads_hash) == 32:
            return Summary(count, heads_hash, _names(heads, most=limits.SYNC_HEADS))
        case _:
            raise RemoteError("bad_frame", "a plane's summary is malformed")


def _names(names: list[Any], *, most: int) -> tuple[OpId, ...]:
    if len(names) > most or not all(type(name) is bytes and len(name) == ID_BYTES for name in names):
        raise RemoteError("bad_frame", "a list of ids is malformed")
    return tuple(names)


def _digest_row(row: Any) -> tuple[bytes, bytes, int]:
    match row:
        case [bytes() as device, bytes() as slot, int() as sequence]:
            return (device, slot, sequence)
        case _:
            raise RemoteError("bad_frame", "a register's digest is malformed")
