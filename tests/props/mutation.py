"""Bytes that were sound, and then changed a little."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from crypto.codec import encode

leaves = (
    st.integers(-1, 12)
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.booleans()
    | st.sampled_from([0, 8, 16, 31, 32, 33, 64, 80]).map(bytes)
    | st.binary(max_size=8)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
shapes = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.integers(0, 12), inner, max_size=4),
    max_leaves=14,
)
"""Canonical values of the kind that frames are made of."""


def encoded(value: Any) -> bytes:
    return encode(value)


@st.composite
def mutated(draw: st.DrawFn, good: Sequence[bytes]) -> bytes:
    """Draw one of `good`, with up to three bytes changed, put in, or taken out, or cut off."""
    data = bytearray(draw(st.sampled_from(good)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.integers(0, 4)):
            case 0 if data:
                data[at] = draw(st.integers(0, 255))
            case 1:
                data.insert(at, draw(st.integers(0, 255)))
            case 2 if data:
                del data[at]
            case 3:
                del data[at:]
            case _ if data:
                data[at] ^= 1 << draw(st.integers(0, 7))
    return bytes(data)
