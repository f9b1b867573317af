"""The ranges of which two sets speak while they are reconciled, and their bytes (docs/protocol.md, "Sync").

    ranges = range*                each begins where the one before ended; behind the last nothing is said
    range  = head bound payload    head: one byte, mode * 34 + length of the bound's prefix (33: the end, no bound)
    bound  = depth prefix          the depth as a number, less the depth of the bound before
    payload: SKIP and NONE none; FINGERPRINT 16 bytes; LIST a number and so many times 16, ANSWER 32 bytes

A number is written in groups of seven bits, the lowest first, as short as possible.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from crypto.ids import ID_BYTES
from protocol import limits
from protocol.errors import RemoteError
from protocol.sync.index import DEPTH_BYTES, ELEMENT_BYTES, END, FINGERPRINT_BYTES, MOST_DEPTH, START, Bound

SKIP: Final = 0
FINGERPRINT: Final = 1
"""Of all that the sender has in the range."""
LIST: Final = 2
"""The asking side's elements in the range, all of them; 16 bytes each."""
NONE: Final = 3
"""The sender has nothing in the range."""
ANSWER: Final = 4
"""Ids of the answering side, 32 bytes each: after a LIST those not in it, else all that it has in the range."""

MOST_RANGES: Final = 1024
MOST_IDS: Final = 4096
"""Bounds of one frame, which keep it below 256 KiB."""
_MODES: Final = 5
_PAYLOAD_BYTES: Final = {LIST: ELEMENT_BYTES, ANSWER: ID_BYTES}
_CODES: Final = ID_BYTES + 2
_TO_THE_END: Final = ID_BYTES + 1


class Range(NamedTuple):
    """What the sender has from the range before up to `upper`."""

    upper: Bound
    mode: int
    payload: bytes = b""
    """A fingerprint, or elements or ids one behind the other."""


Ranges = Sequence[Range]


def dump_ranges(ranges: Ranges) -> bytes:
    """Return the bytes of `ranges`, which go up and are no more than a frame holds."""
    out: list[bytes] = []
    depth = 0
    for upper, mode, payload in ranges:
        if upper == END:
            out.append(bytes((mode * _CODES + _TO_THE_END,)))
        else:
            own_depth = int.from_bytes(upper[:DEPTH_BYTES], "big")
            out.append(bytes((mode * _CODES + len(upper) - DEPTH_BYTES,)))
            out.append(_number(own_depth - depth))
            out.append(upper[DEPTH_BYTES:])
            depth = own_depth
        if mode in _PAYLOAD_BYTES:
            out.append(_number(len(payload) // _PAYLOAD_BYTES[mode]))
        out.append(payload)
    return b"".join(out)


def load_ranges(value: object) -> list[Range]:
    """Return the ranges in `value`, from anyone.

    Raises:
        RemoteError: `bad_frame`: they are malformed, not in ascending order, or too many.
    """
    if type(value) is not bytes or len(value) > limits.SYNC_FRAME_BYTES:
        raise _malformed()
    ranges: list[Range] = []
    at, depth, ids, lower = 0, 0, 0, START
    while at < len(value):
        mode, code = divmod(value[at], _CODES)
        at += 1
        if mode >= _MODES or lower == END or len(ranges) == MOST_RANGES:
            raise _malformed()
        upper = END
        if code != _TO_THE_END:
            more, at = _read_number(value, at)
            depth += more
            if depth > MOST_DEPTH or at + code > len(value):
                raise _malformed()
            upper = Bound(depth.to_bytes(DEPTH_BYTES, "big") + value[at : at + code])
            at += code
        if upper <= lower:
            raise _malformed()
        size = FINGERPRINT_BYTES if mode == FINGERPRINT else 0
        if mode in _PAYLOAD_BYTES:
            count, at = _read_number(value, at)
            ids += count
            size = count * _PAYLOAD_BYTES[mode]
        if ids > MOST_IDS or at + size > len(value):
            raise _malformed()
        ranges.append(Range(upper, mode, value[at : at + size]))
        at += size
        lower = upper
    return ranges


def _number(number: int) -> bytes:
    """Return `number` in groups of seven bits, the lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at `at`, of 48 bits at most and in its shortest form, and where it ends."""
    number = 0
    for shift in range(0, 49, 7):
        if at >= len(data):
            break
        group = data[at]
        at += 1
        number |= (group & 0x7F) << shift
        if group < 0x80:
            if not group and shift:
                break
            return number, at
    raise _malformed()


def _malformed() -> RemoteError:
    return RemoteError("bad_frame", "the ranges of a reconciliation are malformed")
