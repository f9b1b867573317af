"""The canonical form: one byte string for each value, everything else refused."""

import sys
from enum import IntEnum
from typing import Any

import msgpack
import pytest

from crypto.codec import decode, encode
from crypto.errors import CodecError


class Number(IntEnum):
    SEVEN = 7


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "cc80"),
        (-1, "ff"),
        (-33, "d0df"),
        ((1 << 64) - 1, "cfffffffffffffffff"),
        (-(1 << 63), "d38000000000000000"),
        (True, "c3"),
        (b"", "c400"),
        (b"ab", "c4026162"),
        ("é", "a2c3a9"),
        ([], "90"),
        ((1, [2]), "92019102"),
        ({}, "80"),
        ({2: 1, 0: b""}, "8200c4000201"),
        (Number.SEVEN, "07"),
    ],
)
def test_golden_bytes(value: Any, expected: str) -> None:
    assert encode(value).hex() == expected
    decoded = decode(bytes.fromhex(expected))
    assert decoded == (list_of(value) if isinstance(value, tuple) else value)


def list_of(value: tuple[Any, ...]) -> list[Any]:
    return [list_of(item) if isinstance(item, tuple) else item for item in value]


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        None,
        1 << 64,
        -(1 << 63) - 1,
        "\ud800",
        {-1: 0},
        {256: 0},
        {"a": 0},
        {True: 0},
        {b"a": 0},
        bytearray(b"a"),
        {1},
        object(),
        [1, [None]],
    ],
)
def test_what_has_no_canonical_form_is_not_written(value: Any) -> None:
    with pytest.raises(CodecError):
        encode(value)


@pytest.mark.parametrize(
    "data",
    [
        "",  # nothing
        "cc01",  # a longer integer than needed
        "cd00ff",
        "d000",
        "d901" + "61",  # a longer string head than needed
        "c50001" + "61",  # a longer byte string head than needed
        "dc000101",  # a longer array head than needed
        "de00010001",  # a longer map head than needed
        "c0",  # nil
        "ca3f800000",  # floats
        "cb3ff0000000000000",
        "d40500",  # extensions
        "c70005",
        "d6ff00000000",  # a timestamp
        "c1",  # never used
        "a1ff",  # not UTF-8
        "a3eda080",  # a surrogate
        "8201000000",  # keys not ascending
        "8200000000",  # a key twice
        "81a16100",  # a key that is no number
        "81ff00",
        "81cd010000",
        "810100" + "00",  # something follows
        "8101",  # cut off
        "9201",
        "c40461",
        "dd7fffffff",  # an array that cannot be
        "df7fffffff",
        "c67fffffff",
    ],
)
def test_what_is_not_canonical_is_refused(data: str) -> None:
    with pytest.raises(CodecError):
        decode(bytes.fromhex(data))


def test_length_is_checked_first() -> None:
    data = encode(b"x" * 100)
    assert decode(data, max_bytes=len(data)) == b"x" * 100
    with pytest.raises(CodecError, match="102 bytes where at most 101"):
        decode(data, max_bytes=len(data) - 1)


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_nesting_has_one_bound_for_all() -> None:
    assert decode(encode(nested(16))) == nested(16)
    with pytest.raises(CodecError, match="16"):
        encode(nested(17))
    for levels in (17, 400, 600, 5_000, 200_000):
        with pytest.raises(CodecError):
            decode(b"\x91" * levels + b"\x00")
    maps: Any = {}
    for _ in range(16):
        maps = {0: maps}
    with pytest.raises(CodecError):
        encode(maps)


def test_the_bound_does_not_depend_on_the_caller() -> None:
    """A node that reads deep inside its program must come to the same verdict as one that does not."""
    limit, sound, unsound = sys.getrecursionlimit(), encode(nested(16)), msgpack.packb(nested(17))

    def deep(calls: int) -> None:
        if calls:
            return deep(calls - 1)
        assert decode(sound) == nested(16)
        with pytest.raises(CodecError, match="nested"):
            decode(unsound)
        return None

    deep(limit // 2)
