"""Canonical msgpack: the one byte form of everything that is hashed, signed or sealed (PROTOCOL section 2).

Allowed are integers of 64 bits, booleans, byte strings, UTF-8 text, arrays, and maps whose keys are small ascending
integers. Floats, nil, extensions and every second way to write the same value are refused, so that equal values have
equal bytes on every node.
"""

from typing import Any

import msgpack

from crypto.errors import CodecError

Value = int | bool | bytes | str | list["Value"] | tuple["Value", ...] | dict[int, "Value"]

MAX_BYTES = 1 << 20
_MAX_KEY = 255
_MAX_NESTING = 16
"""Fixed, so that what can be read never depends on how deep in its calls a program is when it reads."""


def encode(value: Value) -> bytes:
    """Return the canonical bytes of `value`.

    Raises:
        CodecError: a part of it has no canonical form (a float, None, an integer beyond 64 bits, a lone surrogate).
    """
    try:
        packed: bytes = msgpack.packb(_ordered(value, _MAX_NESTING), use_bin_type=True, strict_types=False)
    except (OverflowError, ValueError, TypeError) as error:
        raise CodecError(f"cannot be encoded: {error}") from error
    return packed


def encode_flat(values: list[Any]) -> bytes:
    """Return the canonical bytes of an array of integers, byte strings and arrays of these; nothing is checked."""
    packed: bytes = msgpack.packb(values, use_bin_type=True)
    return packed


def decode(data: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """Return the value that `data` encodes: arrays come back as lists, maps as dicts.

    Args:
        data: any bytes, from anyone.
        max_bytes: longer input is refused unread.

    Raises:
        CodecError: not msgpack, or not its canonical form.
    """
    if len(data) > max_bytes:
        raise CodecError(f"{len(data)} bytes where at most {max_bytes} are allowed")
    try:
        value = msgpack.unpackb(
            data,
            raw=False,
            use_list=True,
            strict_map_key=False,
            max_str_len=max_bytes,
            max_bin_len=max_bytes,
            max_array_len=max_bytes,
            max_map_len=_MAX_KEY + 1,
            max_ext_len=0,
        )
        _check(value, _MAX_NESTING)
        again: bytes = msgpack.packb(value, use_bin_type=True)
    except CodecError:
        raise
    except (ValueError, TypeError, OverflowError, msgpack.UnpackException) as error:
        raise CodecError(f"not canonical msgpack: {type(error).__name__}") from error
    if again != data:
        raise CodecError("not the canonical form")
    return value


def decode_own(data: bytes) -> Any:
    """Return the value in bytes that `decode` or `encode` has seen before: out of our own store, never from a peer."""
    return msgpack.unpackb(data, raw=False, use_list=True, strict_map_key=False)


_PLAIN = frozenset((bytes, int, str, bool))


def _check(value: Any, nesting: int) -> None:
    """Return if a decoded value has a canonical form and its maps are in it (CodecError where not)."""
    kind = type(value)
    if kind in _PLAIN:
        return
    if not nesting and kind in (list, dict):
        raise CodecError(f"it is nested more than {_MAX_NESTING} deep")
    if kind is list:
        for item in value:
            if type(item) not in _PLAIN:
                _check(item, nesting - 1)
    elif kind is dict:
        before = -1
        for key, item in value.items():
            if type(key) is not int or not before < key <= _MAX_KEY:
                raise CodecError("map keys are ascending integers from 0 to 255")
            before = key
            if type(item) not in _PLAIN:
                _check(item, nesting - 1)
    else:
        raise CodecError(f"{kind.__name__} has no canonical form")


def _ordered(value: Any, nesting: int) -> Any:
    """Return `value` with its maps in ascending key order; refuse what has no canonical form."""
    kind = type(value)
    if kind is bytes or kind is int or kind is str or kind is bool:
        return value
    if (kind is list or kind is tuple or kind is dict) and not nesting:
        raise CodecError(f"it is nested more than {_MAX_NESTING} deep")
    if kind is list or kind is tuple:
        return [_ordered(item, nesting - 1) for item in value]
    if kind is dict:
        for key in value:
            if type(key) is not int or not 0 <= key <= _MAX_KEY:
                raise CodecError("map keys are integers from 0 to 255")
        return {key: _ordered(value[key], nesting - 1) for key in sorted(value)}
    if isinstance(value, bytes | int | str):  # subclasses: NewType is free, IntEnum and the like are reduced
        return _reduced(value)
    raise CodecError(f"{kind.__name__} has no canonical form")


def _reduced(value: bytes | int | str) -> bytes | int | str:
    if isinstance(value, bytes):
        return bytes(value)
    return int(value) if isinstance(value, int) else str(value)
