"""Sound bytes, and values inside them, changed by dice: many thousands, each repeatable from its seed.

Half of the changes are made to bytes, half to the values that the bytes stand for, which are then encoded again: those
get past the codec and meet what lies behind it. Bytes that hold an encoded value themselves are changed inside too.
"""

from collections.abc import Sequence
from random import Random
from typing import Any, Final

import msgpack

INTERESTING: Final[list[Any]] = [
    0,
    1,
    -1,
    2,
    31,
    32,
    33,
    127,
    128,
    255,
    256,
    1 << 16,
    (1 << 31) - 1,
    1 << 32,
    1 << 40,
    (1 << 47),
    (1 << 48) - 1,
    1 << 48,
    (1 << 63) - 1,
    1 << 63,
    (1 << 64) - 1,
    -(1 << 63),
    True,
    False,
    b"",
    bytes(16),
    bytes(31),
    bytes(32),
    b"\xff" * 32,
    bytes(33),
    bytes(38),
    b"\xff" * 39,
    bytes(64),
    bytes(80),
    "",
    "text",
    "\u202e\x00\n",
    [],
    [[]],
    {},
    {1: 1},
]
_BYTES: Final = (0x00, 0x01, 0x7F, 0x80, 0x90, 0x9F, 0xC0, 0xC1, 0xC4, 0xC6, 0xCF, 0xDD, 0xDF, 0xFF)

_SHORT: Final = 100
"""What is longer is not made many times as long."""


class Mutator:
    """Changes samples; the same seed changes them in the same way."""

    def __init__(self, random: Random, samples: Sequence[bytes]) -> None:
        self._random = random
        self._samples = list(samples)

    def next(self) -> bytes:
        """Return one of the samples, changed."""
        random = self._random
        sample = random.choice(self._samples)
        if random.random() < 0.5:
            return self.change_bytes(sample)
        try:
            value = msgpack.unpackb(sample, strict_map_key=False)
        except (ValueError, msgpack.UnpackException):
            return self.change_bytes(sample)
        try:
            return bytes(msgpack.packb(self.change(value), use_bin_type=True))
        except (ValueError, OverflowError, TypeError):
            return self.change_bytes(sample)

    def change_bytes(self, sample: bytes) -> bytes:
        """Return `sample` with up to four places changed, as bytes."""
        random, data = self._random, bytearray(sample)
        for _ in range(random.choice((1, 1, 2, 4))):
            at = random.randrange(len(data) + 1)
            match random.randrange(9):
                case 0:
                    data[at:at] = bytes((random.choice(_BYTES),))
                case 1:
                    del data[at : at + random.choice((1, 1, 4, 40))]
                case 2:
                    del data[at:]
                case 3:
                    data[at:at] = data[at : at + random.choice((1, 8, 64))]
                case 4:
                    other = random.choice(self._samples)
                    data[at:] = other[random.randrange(len(other) + 1) :]
                case 5:
                    data[at : at + 1] = bytes((random.choice(_BYTES),))
                case 6:
                    data[at : at + 32] = random.choice((bytes(32), b"\xff" * 32))
                case 7:
                    data[at : at + 4] = random.randbytes(4)
                case _ if at < len(data):
                    data[at] ^= 1 << random.randrange(8)
        return bytes(data)

    def change(self, value: Any) -> Any:
        """Return a decoded value with one to three places in it changed."""
        for _ in range(self._random.choice((1, 1, 2, 3))):
            value = self._change_one(value)
        return value

    def _change_one(self, value: Any) -> Any:
        random = self._random
        if isinstance(value, list) and value and random.randrange(5):
            at = random.randrange(len(value))
            return [*value[:at], self._change_one(value[at]), *value[at + 1 :]]
        if isinstance(value, dict) and value and random.randrange(5):
            key = random.choice(list(value))
            return {**value, key: self._change_one(value[key])}
        if isinstance(value, bytes) and random.randrange(2):
            return self._inside(value)
        match value:
            case list():
                return self._change_list(value)
            case dict():
                return self._change_dict(value)
            case bool():
                return random.choice((not value, *INTERESTING))
            case int() if random.randrange(2):
                return value + random.choice((-1, 1, 2, -2, 32, 1 << 16))
            case bytes() if value:
                return self.change_bytes(value)
            case str() if len(value) < _SHORT and random.randrange(2):
                return value * random.choice((2, 50, 5_000)) + random.choice(("", "\x00", "\ud7ff", "👍🏽"))
            case _:
                return random.choice(INTERESTING)

    def _inside(self, value: bytes) -> bytes:
        """Return bytes that hold an encoded value with that value changed; else of other length, or others."""
        try:
            held = msgpack.unpackb(value, strict_map_key=False)
            if isinstance(held, list | dict):
                return bytes(msgpack.packb(self._change_one(held), use_bin_type=True))
        except (ValueError, TypeError, OverflowError, msgpack.UnpackException):
            pass
        return self._random.choice((self.change_bytes(value), value[:-1], value + b"\0", b"", bytes(len(value))))

    def _change_list(self, value: list[Any]) -> Any:
        random = self._random
        at = random.randrange(len(value) + 1)
        match random.randrange(6):
            case 0:
                return [*value[:at], random.choice(INTERESTING), *value[at:]]
            case 1:
                return value[:at] + value[at + 1 :]
            case 2:
                return value[:at]
            case 3 if len(value) < _SHORT:
                return value * random.choice((2, 3, 70))
            case 4:
                return list(reversed(value))
            case _:
                return random.choice(INTERESTING)

    def _change_dict(self, value: dict[Any, Any]) -> Any:
        random = self._random
        match random.randrange(3):
            case 0:
                return dict(sorted({**value, random.randrange(20): random.choice(INTERESTING)}.items()))
            case 1 if value:
                gone = random.choice(list(value))
                return {key: each for key, each in value.items() if key != gone}
            case _:
                return random.choice(INTERESTING)
