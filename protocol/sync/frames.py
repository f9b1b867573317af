"""The frames of `/peer2peer/sync/1`: canonical msgpack arrays, each behind a u32 length (docs/protocol.md, "Sync").

HELLO  [0, version, tag, now_ms, [control], [content]]     a plane: [count, heads hash, [head, …]]
RECON  [1, rid, plane, salt, [range, …]]                   asks and answers alike (protocol.sync.recon)
GET    [2, rid, plane, [id, …]]
PULL   [3, rid, plane, from, to, newest, credit]           a range of the log; `newest`: only so many, 0: all
OPS    [4, rid, operations, done, total]                   ascending (depth, id), compact (protocol.sync.compact)
ACK    [5, rid, credit]
ERR    [7, rid, code]
FOLLOW [9, credit]                                         from here on: what is new, as it comes (OPS of rid 0)
REGS   [8, 0, [[device, slot, sequence], …]] asks, [8, 1, [register, …]] answers; each with a range where it is a part
"""

from dataclasses import dataclass
from typing import Any, Final

from crypto.codec import Value, decode, encode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, ConversationId, OpId, blake2b
from protocol import limits
from protocol.dag import Plane
from protocol.errors import RemoteError
from protocol.registers import DIGEST_ROWS, PLACE_BYTES, Row
from protocol.sync.index import Bound, parse_bound
from protocol.sync.ranges import Ranges, dump_ranges, load_ranges
from protocol.sync.views import SALT_BYTES

PROTOCOL: Final = "/peer2peer/sync/1"
VERSION: Final = 1
_MOST_IDS: Final = 512
_MOST_REGISTERS: Final = DIGEST_ROWS
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
class Recon:
    """Ranges of one plane with what the sender holds in them."""

    rid: int
    plane: int
    salt: bytes
    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Get:
    """Asks for these operations."""

    rid: int
    plane: int
    ids: tuple[OpId, ...]


@dataclass(frozen=True, slots=True)
class Pull:
    """Asks for the operations of a plane from `lower` up to, not including, `upper`."""

    rid: int
    plane: int
    lower: Bound
    upper: Bound
    newest: int
    """Only the last so many; 0: all."""
    credit: int


@dataclass(frozen=True, slots=True)
class Ops:
    """Operations, compact; `total` is how many this request brings in all."""

    rid: int
    blob: bytes
    done: bool
    total: int


@dataclass(frozen=True, slots=True)
class Follow:
    """Asks to be sent whatever is new from here on, as far as the credit goes."""

    credit: int


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
    """What registers the sender holds after one place up to another; asks for newer ones."""

    digest: tuple[Row, ...]
    after: bytes = b""
    """A place is a device and a slot; empty for the beginning."""
    upto: bytes = b""
    """Empty for the end."""


@dataclass(frozen=True, slots=True)
class TellRegisters:
    """Registers that the asker may lack, encoded, ascending by place."""

    registers: tuple[bytes, ...]
    upto: bytes = b""
    """The place up to which these are all; empty for the end."""


Frame = Hello | Recon | Get | Pull | Ops | Ack | Failed | AskRegisters | TellRegisters | Follow


def tag_of(conversation: ConversationId) -> bytes:
    """Return the 16 bytes by which a stream names a conversation."""
    return blake2b(conversation, person=b"p2p.sync.tag", size=16)


def op_bytes(header_bytes: int, body_bytes: int) -> int:
    """Return what one operation costs of a request's credit: both sides count alike, whatever travels."""
    return header_bytes + body_bytes + 80


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
        case Recon():
            return [1, frame.rid, frame.plane, frame.salt, dump_ranges(frame.ranges)]
        case Pull():
            return [3, frame.rid, frame.plane, frame.lower, frame.upper, frame.newest, frame.credit]
        case Ops():
            return [4, frame.rid, frame.blob, frame.done, frame.total]
        case Follow():
            return [9, frame.credit]
        case Ack():
            return [5, frame.rid, frame.credit]
        case Failed():
            return [7, frame.rid, frame.code]
        case AskRegisters():
            part: list[Value] = [frame.after, frame.upto] if frame.after or frame.upto else []
            return [8, 0, [list(row) for row in frame.digest], *part]
        case TellRegisters():
            return [8, 1, list(frame.registers), *([frame.upto] if frame.upto else [])]


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
        case [1, int() as rid, int() as plane, bytes() as salt, bytes() as ranges] if plane in (0, 1) and len(salt) in (
            0,
            SALT_BYTES,
        ):
            return Recon(rid, plane, salt, load_ranges(ranges))
        case [3, int() as rid, int() as plane, lower, upper, int() as newest, int() as credit] if (
            plane in (0, 1) and 0 <= newest <= _MOST and 0 < credit <= _MOST
        ):
            return Pull(rid, plane, parse_bound(lower), parse_bound(upper), newest, credit)
        case [4, int() as rid, bytes() as blob, bool() as done, int() as total] if 0 <= total <= _MOST:
            return Ops(rid, blob, done, total)
        case [9, int() as credit] if 0 < credit <= _MOST:
            return Follow(credit)
        case [5, int() as rid, int() as credit] if 0 < credit <= _MOST:
            return Ack(rid, credit)
        case [7, int() as rid, str() as code] if len(code) <= 64:
            return Failed(rid, code)
        case [8, 0, list() as rows] if len(rows) <= _MOST_REGISTERS:
            return AskRegisters(tuple(_digest_row(row) for row in rows))
        case [8, 0, list() as rows, bytes() as after, bytes() as upto] if (
            len(rows) <= _MOST_REGISTERS and _is_place(after) and _is_place(upto) and (not upto or after < upto)
        ):
            return AskRegisters(tuple(_digest_row(row) for row in rows), after, upto)
        case [8, 1, list() as registers] if _are_registers(registers):
            return TellRegisters(tuple(registers))
        case [8, 1, list() as registers, bytes() as upto] if _are_registers(registers) and upto and _is_place(upto):
            return TellRegisters(tuple(registers), upto)
        case _:
            raise RemoteError("bad_frame", "a sync frame is malformed")


def _is_place(place: bytes) -> bool:
    return len(place) in (0, PLACE_BYTES)


def _are_registers(registers: list[Any]) -> bool:
    return len(registers) <= _MOST_REGISTERS and all(type(register) is bytes for register in registers)


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


def _digest_row(row: Any) -> Row:
    match row:
        case [bytes() as device, bytes() as slot, int() as sequence]:
            return (device, slot, sequence)
        case _:
            raise RemoteError("bad_frame", "a register's digest is malformed")
