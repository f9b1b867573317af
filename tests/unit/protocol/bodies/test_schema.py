"""Schemas: defaults left out, unknown numbers ignored, every check refuses what it should."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import pytest

from crypto.codec import decode
from protocol.bodies.schema import Check, Schema, blob, distinct, encode_body, flag, line, many, number, raw, row, text
from protocol.errors import RemoteError


@dataclass(frozen=True)
class Thing:
    name: str
    pairs: tuple[tuple[int, bytes], ...]
    size: int = 3


SCHEMA = Schema(Thing, (1, text(5, least=1)), (2, many(row(number(9), raw(2)), most=2)), (4, number(10)))


class Size(IntEnum):
    LARGE = 9


def test_defaults_are_left_out() -> None:
    assert SCHEMA.dump(Thing("a", ())) == {1: "a", 2: []}
    assert SCHEMA.dump(Thing("a", ((1, b"xx"),), 4)) == {1: "a", 2: [[1, b"xx"]], 4: 4}
    assert SCHEMA.dump(Thing("a", (), Size.LARGE)) == {1: "a", 2: [], 4: 9}
    assert type(SCHEMA.dump(Thing("a", (), Size.LARGE))[4]) is int


def test_load() -> None:
    assert SCHEMA.load({1: "a", 2: []}) == Thing("a", ())
    assert SCHEMA.load({1: "a", 2: [[1, b"xx"]], 4: 7, 99: "from the future"}) == Thing("a", ((1, b"xx"),), 7)


@pytest.mark.parametrize(
    "table",
    [
        {},
        {1: "a"},
        {2: []},
        {1: "", 2: []},
        {1: "a", 2: [], 4: 11},
        {1: "a", 2: [[1]]},
        {1: "a", 2: [[1, b"x"]]},
        {1: 1, 2: []},
        [1, 2],
        None,
    ],
    ids=str,
)
def test_load_refuses(table: Any) -> None:
    with pytest.raises(RemoteError) as caught:
        SCHEMA.load(table)
    assert caught.value.code == "bad_body"


def test_dump_refuses_what_could_not_be_read() -> None:
    for thing in (Thing("", ()), Thing("a", ((10, b"xx"),)), Thing("a", (), 11), Thing("a" * 6, ())):
        with pytest.raises(ValueError, match=r"."):
            SCHEMA.dump(thing)


def test_rows_must_fit_the_dataclass() -> None:
    with pytest.raises(TypeError, match="3 fields and 1 rows"):
        Schema(Thing, (1, text(5)))


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (raw(2, 4), [b"ab", b"abcd"], [b"", b"abc", "ab", 2, None]),
        (blob(3, least=1), [b"a", b"abc"], [b"", b"abcd", "a", [1]]),
        (blob(3), [b""], [""]),
        (text(3, least=1), ["a", "abc", " a "], ["", "abcd", "   ", b"a", 1]),
        (text(3), ["", "   "], ["abcd"]),
        (
            line(3),
            ["a", "a b", "\u200d", "\U0001f468\u200d\U0001f4bb"],
            ["", " ", "abcd", "a\nb", "\0a", "a\x7f", "\x85a", "a\u2028", "a\u2029b", b"a", 1],
        ),
        (number(5, least=2), [2, 5], [1, 6, True, b"", "3"]),
        (number(5), [0], [-1, False]),
        (flag(), [True, False], [0, 1, b""]),
        (many(number(5), most=2, least=1), [[1], [1, 2]], [[], [1, 2, 3], [9], b"", {}, 1]),
        (distinct(number(5), most=2), [[], [1], [2, 1]], [[1, 1], [1, 2, 3], [9], b"", 1]),
        (row(number(5), flag()), [[1, True]], [[1], [1, True, 1], [True, True], [1, 1], {}, "ab"]),
    ],
)
def test_checks(check: Check, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert check(value) == (tuple(value) if isinstance(value, list) else value)
    for value in bad:
        with pytest.raises(ValueError, match=r"."):
            check(value)


def test_body_bytes() -> None:
    assert decode(encode_body(7, {1: 2})) == [7, {1: 2}]
