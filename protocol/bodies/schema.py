"""How a dataclass becomes a canonical map with small integer keys, and back.

A body is `[kind, {number: value, …}]`. Fields equal to their default are left out; numbers a program does not know are
ignored by it and kept, since the operation's bytes are what is stored and passed on. A kind is described once, by the
checks of its fields; reading anything that fails one raises RemoteError, so a body that exists is sound.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields
from enum import IntEnum
from typing import Any, Generic, TypeVar

from crypto.codec import encode
from crypto.errors import CodecError
from protocol.errors import RemoteError

Check = Callable[[Any], Any]
"""Takes a decoded value, returns it as the dataclass holds it; raises ValueError where it is not allowed."""

T = TypeVar("T")


class Schema(Generic[T]):
    """The byte form of one kind: `rows` give each field's number and check, in the dataclass's order."""

    def __init__(self, model: type[T], *rows: tuple[int, Check]) -> None:
        names = fields(model)  # type: ignore[arg-type]  # a dataclass type, which mypy cannot bound
        if len(names) != len(rows):
            raise TypeError(f"{model.__name__} has {len(names)} fields and {len(rows)} rows")
        self.model = model
        self._rows = [
            (number, field.name, check, field.default) for field, (number, check) in zip(names, rows, strict=True)
        ]

    def dump(self, body: T) -> dict[int, Any]:
        """Return the map of `body`, ready for the codec; raises ValueError where the body breaks its own rules."""
        out = {}
        for number, name, check, default in self._rows:
            value = getattr(body, name)
            if default is not MISSING and value == default:
                continue
            check(_plain(value))
            out[number] = _plain(value)
        return out

    def load(self, table: Any) -> T:
        """Return the body in `table` (RemoteError `bad_body` where a check fails)."""
        if type(table) is not dict:
            raise RemoteError("bad_body", "a body is a map")
        values = {}
        for number, name, check, default in self._rows:
            if number not in table:
                if default is MISSING:
                    raise RemoteError("bad_body", f"a {self.model.__name__} lacks its {name}")
                values[name] = default
                continue
            try:
                values[name] = check(table[number])
            except (ValueError, TypeError, CodecError) as error:
                raise RemoteError("bad_body", f"the {name} of a {self.model.__name__} is malformed") from error
        return self.model(**values)


def encode_body(kind: int, table: dict[int, Any]) -> bytes:
    """Return the canonical bytes of a body."""
    return encode([kind, table])


def raw(*lengths: int) -> Check:
    """Check for a byte string of one of these lengths."""

    def check(value: Any) -> bytes:
        if type(value) is not bytes or len(value) not in lengths:
            raise ValueError(f"bytes of length {lengths}")
        return value

    return check


def blob(most: int, *, least: int = 0) -> Check:
    """Check for a byte string of `least` to `most` bytes."""

    def check(value: Any) -> bytes:
        if type(value) is not bytes or not least <= len(value) <= most:
            raise ValueError(f"{least} to {most} bytes")
        return value

    return check


def text(most: int, *, least: int = 0) -> Check:
    """Check for text of `least` to `most` characters that is not blank where `least` asks for any."""

    def check(value: Any) -> str:
        if type(value) is not str or not least <= len(value) <= most or (least and not value.strip()):
            raise ValueError(f"{least} to {most} characters")
        return value

    return check


def line(most: int) -> Check:
    """Check for 1 to `most` characters in one line: neither blank nor holding a control character or a line's end."""
    allowed = text(most, least=1)

    def check(value: Any) -> str:
        if any(each < " " or "\x7f" <= each <= "\x9f" or each in "\u2028\u2029" for each in allowed(value)):
            raise ValueError("one line of text")
        return str(value)

    return check


def number(most: int, *, least: int = 0) -> Check:
    """Check for an integer from `least` to `most`; booleans are none."""

    def check(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"a number from {least} to {most}")
        return value

    return check


def flag() -> Check:
    """Check for a boolean."""

    def check(value: Any) -> bool:
        if type(value) is not bool:
            raise ValueError("true or false")
        return value

    return check


def many(item: Check, *, most: int, least: int = 0) -> Check:
    """Check for an array of `least` to `most` values that pass `item`; comes back as a tuple."""

    def check(value: Any) -> tuple[Any, ...]:
        if type(value) is not list or not least <= len(value) <= most:
            raise ValueError(f"{least} to {most} items")
        return tuple(item(each) for each in value)

    return check


def distinct(item: Check, *, most: int) -> Check:
    """Check for an array of at most `most` values that pass `item`, none of them twice; comes back as a tuple."""
    allowed = many(item, most=most)

    def check(value: Any) -> tuple[Any, ...]:
        items: tuple[Any, ...] = allowed(value)
        if len(set(items)) != len(items):
            raise ValueError("each once")
        return items

    return check


def row(*checks: Check) -> Check:
    """Check for an array of exactly these; comes back as a tuple."""

    def check(value: Any) -> tuple[Any, ...]:
        if type(value) is not list or len(value) != len(checks):
            raise ValueError(f"{len(checks)} items")
        return tuple(each(item) for each, item in zip(checks, value, strict=True))

    return check


def _plain(value: Any) -> Any:
    """Return `value` with tuples as lists, levels as numbers, sentences as texts: as a check sees it after decoding."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, IntEnum):
        return int(value)
    return value
