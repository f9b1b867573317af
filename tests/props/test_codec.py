"""The canonical form: there and back, and one byte string for each value."""

import contextlib
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from crypto.codec import decode, encode
from crypto.errors import CodecError
from tests.props.mutation import mutated

quick = settings(max_examples=100, deadline=None)
leaves = (
    st.integers(-(1 << 63), (1 << 64) - 1)
    | st.booleans()
    | st.binary(max_size=40)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.integers(0, 255), inner, max_size=5),
    max_leaves=20,
)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@quick
@given(values)
def test_there_and_back(value: Any) -> None:
    assume(depth(value) <= 16)
    data = encode(value)
    assert decode(data) == value
    assert encode(decode(data)) == data


@quick
@given(st.binary(max_size=200))
@example(b"\x91" * 1_500)
@example(b"\x81\x00" * 600)
@example(b"\xdd\x00\x0f\xff\xff" + bytes(50))
@example(b"\xc9\x00\x00\x00\x00\xff")
def test_any_bytes_are_a_value_or_refused(data: bytes) -> None:
    with contextlib.suppress(CodecError):
        assert encode(decode(data)) == data


@quick
@given(values.flatmap(lambda value: mutated([safe(value)])))
def test_accepted_mutations_are_canonical(data: bytes) -> None:
    with contextlib.suppress(CodecError):
        assert encode(decode(data)) == data


def safe(value: Any) -> bytes:
    try:
        return encode(value)
    except CodecError:
        return b"\x00"


@quick
@given(st.recursive(leaves | st.none() | st.floats(), lambda inner: st.lists(inner) | st.tuples(inner), max_leaves=30))
def test_whatever_is_given_is_encoded_or_refused(value: Any) -> None:
    with contextlib.suppress(CodecError):
        encode(value)
