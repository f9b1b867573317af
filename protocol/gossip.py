"""What travels on a conversation's two topics (PROTOCOL section 8).

The operations topic carries `[1, [wire op, …]]` (as many as were waiting), `[2, [id, …]]` (too large to gossip: pull
them) and `[3, [register, …]]`; the ephemeral topic carries frames of protocol.ephemeral. Topic names are hashes, since
every connected peer learns them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crypto.codec import Value, decode, encode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, ConversationId, OpId, blake2b
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import Op, op_id, parse_op
from protocol.registers import Register, parse_register

_MOST_OPS: Final = 1024


@dataclass(frozen=True, slots=True)
class Ops:
    """Operations, their signatures not yet checked."""

    ops: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class Announce:
    """Operations that are to be pulled."""

    ids: tuple[OpId, ...]


@dataclass(frozen=True, slots=True)
class Registers:
    """Registers that changed."""

    registers: tuple[Register, ...]


Frame = Ops | Announce | Registers


def ops_topic(conversation: ConversationId) -> str:
    """Return the name of the topic for operations."""
    return blake2b(conversation, person=b"p2p.topic.ops", size=20).hex()


def ephemeral_topic(conversation: ConversationId) -> str:
    """Return the name of the topic for signals that are never stored."""
    return blake2b(conversation, person=b"p2p.topic.eph", size=20).hex()


def pack_ops(ops: Iterable[Op]) -> list[bytes]:
    """Return as few frames as carry these operations, in order, none larger than the gossip limit."""
    frames: list[bytes] = []
    batch: list[Any] = []
    announced: list[Value] = []
    size = 0

    def flush() -> None:
        nonlocal size
        if batch:
            frames.append(encode([1, list(batch)]))
        batch.clear()
        size = 0

    for op in ops:
        length = len(op.header_bytes) + len(op.body) + 80
        if length > limits.GOSSIP_OP_BYTES:
            announced.append(op.id)
            continue
        if size + length > limits.GOSSIP_FRAME_BYTES or len(batch) == _MOST_OPS:
            flush()
        batch.append(op.wire())
        size += length
    flush()
    frames += [encode([2, announced[at : at + _MOST_OPS]]) for at in range(0, len(announced), _MOST_OPS)]
    return frames


def pack_registers(registers: Sequence[Register]) -> list[bytes]:
    """Return as few frames as carry registers, none larger than the gossip limit."""
    frames: list[list[bytes]] = []
    size = limits.GOSSIP_FRAME_BYTES
    for register in registers:
        size += len(register.encoded) + 4
        if size > limits.GOSSIP_FRAME_BYTES:
            frames.append([])
            size = len(register.encoded) + 4
        frames[-1].append(register.encoded)
    return [encode([3, [*frame]]) for frame in frames]


def looks_sound(data: bytes) -> bool:
    """Return whether a frame may be passed on: it decodes and every operation in it is statically sound.

    Runs inside the router for every frame, so it checks what is cheap and wrong for ever, and nothing that depends on
    what this node holds.
    """
    try:
        fields = decode(data, max_bytes=limits.GOSSIP_FRAME_BYTES + 4096)
    except CodecError:
        return False
    match fields:
        case [1 | 2 | 3, list() as items]:
            return 0 < len(items) <= _MOST_OPS
        case _:
            return False


def load(data: bytes, *, conversation: ConversationId, is_known: Callable[[OpId], bool] = lambda _: False) -> Frame:
    """Return the frame in `data` (RemoteError where it, or anything in it, is malformed).

    Operations that `is_known` knows are left out unread: most come by a second way too.
    """
    try:
        fields = decode(data, max_bytes=limits.GOSSIP_FRAME_BYTES + 4096)
    except CodecError as error:
        raise RemoteError("bad_frame", f"a gossip frame is {error}") from error
    match fields:
        case [1, list() as items] if len(items) <= _MOST_OPS:
            new = [item for item in items if not _is_known(item, conversation, is_known)]
            return Ops(tuple(parse_op(item, conversation=conversation) for item in new))
        case [2, list() as items] if len(items) <= _MOST_OPS and all(_is_id(item) for item in items):
            return Announce(tuple(OpId(item) for item in items))
        case [3, list() as items] if len(items) <= _MOST_OPS:
            return Registers(tuple(parse_register(item) for item in items))
        case _:
            raise RemoteError("bad_frame", "a gossip frame is malformed")


def _is_known(item: Any, conversation: ConversationId, is_known: Callable[[OpId], bool]) -> bool:
    match item:
        case [bytes() as header, bytes(), bytes()]:
            return is_known(op_id(conversation, header))
        case _:
            return False


def _is_id(item: Any) -> bool:
    return type(item) is bytes and len(item) == ID_BYTES
