"""Ranges on the wire: there and back, and every bound."""

import pytest

from protocol import limits
from protocol.errors import RemoteError
from protocol.sync.index import END, MOST_DEPTH, bound
from protocol.sync.ranges import (
    ANSWER,
    FINGERPRINT,
    LIST,
    MOST_IDS,
    MOST_RANGES,
    NONE,
    SKIP,
    Range,
    dump_ranges,
    load_ranges,
)
from tests.builders import fixed

PRINT = fixed("print", 16)
RANGES = [
    Range(bound(0, b"\x80"), SKIP),
    Range(bound(3), FINGERPRINT, PRINT),
    Range(bound(3, b"\x80"), NONE),
    Range(bound(3, b"\x80\x01"), LIST, fixed("list", 48)),
    Range(bound(300), LIST),
    Range(bound(300, b"\xff" * 32), ANSWER, fixed("answer", 64)),
    Range(bound(MOST_DEPTH, b"\xff" * 32), SKIP),
    Range(END, NONE),
]


def test_there_and_back() -> None:
    for cut in range(len(RANGES) + 1):
        assert load_ranges(dump_ranges(RANGES[:cut])) == RANGES[:cut]
        assert load_ranges(dump_ranges(RANGES[cut:])) == RANGES[cut:]


def test_golden_bytes() -> None:
    data = dump_ranges([Range(bound(200, b"\x80"), FINGERPRINT, b"f" * 16), Range(bound(201), LIST, b"e" * 16)])
    assert data == bytes([1 * 34 + 1, 0xC8, 0x01, 0x80]) + b"f" * 16 + bytes([2 * 34, 1, 1]) + b"e" * 16
    assert dump_ranges([Range(END, NONE)]) == bytes([3 * 34 + 33])
    assert dump_ranges([]) == b""


def test_the_fullest_frames_are_within_the_limit() -> None:
    step = MOST_DEPTH // MOST_RANGES
    uppers = [bound(step * (at + 1), b"\xff" * 32) for at in range(MOST_RANGES)]
    each = MOST_IDS // MOST_RANGES
    for mode, payload in ((ANSWER, bytes(32 * each)), (LIST, bytes(16 * each)), (FINGERPRINT, PRINT)):
        ranges = [Range(upper, mode, payload) for upper in uppers]
        data = dump_ranges(ranges)
        assert len(data) <= limits.SYNC_FRAME_BYTES
        assert load_ranges(data) == ranges


def number(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes((value & 127 | 128,)), value >> 7
    return out + bytes((value,))


def head(mode: int, prefix: int = 0) -> bytes:
    return bytes((mode * 34 + prefix,))


TO_END = 33


@pytest.mark.parametrize(
    "value",
    [
        7,
        None,
        "text",
        [b""],
        bytes(limits.SYNC_FRAME_BYTES + 1),
        head(SKIP),
        head(5) + number(1),
        bytes((255, 1)),
        head(SKIP) + b"\x80",
        head(SKIP) + b"\x81\x00",
        head(SKIP) + b"\xff" * 7 + b"\x01",
        head(SKIP) + number(MOST_DEPTH + 1),
        head(SKIP) + number(MOST_DEPTH) + head(SKIP) + number(1),
        head(SKIP, 4) + number(1) + bytes(3),
        head(FINGERPRINT) + number(1) + bytes(15),
        head(FINGERPRINT, TO_END) + bytes(15),
        head(LIST, TO_END),
        head(LIST, TO_END) + number(1) + bytes(15),
        head(ANSWER, TO_END) + number(2) + bytes(63),
        head(LIST, TO_END) + number(MOST_IDS + 1) + bytes(16 * (MOST_IDS + 1)),
        head(LIST) + number(1) + number(4000) + bytes(64000) + head(ANSWER) + number(1) + number(97) + bytes(32 * 97),
        head(LIST, TO_END) + number((1 << 48) - 1),
        head(SKIP, TO_END) + head(SKIP, TO_END),
        head(SKIP, TO_END) + head(SKIP) + number(5),
        head(SKIP) + number(5) + head(SKIP) + number(0),
        head(SKIP, 1) + number(5) + b"\x02" + head(SKIP) + number(0),
        head(SKIP, 1) + number(5) + b"\x02" + head(NONE, 1) + number(0) + b"\x01",
        b"".join(head(NONE) + number(1) for _ in range(MOST_RANGES + 1)),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_refuses(value: object) -> None:
    with pytest.raises(RemoteError) as caught:
        load_ranges(value)
    assert caught.value.code == "bad_frame"


def test_as_many_ranges_as_are_allowed() -> None:
    assert len(load_ranges(b"".join(head(NONE) + number(1) for _ in range(MOST_RANGES)))) == MOST_RANGES
