"""Every decoder, on any bytes: a value, or its own error and nothing else."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.codec import decode
from crypto.errors import CodecError, SealError
from protocol.bodies.content import SCHEMAS, ContentBody, dump_content, kind_of, load_content
from protocol.bodies.control import SCHEMAS as SCHEMAS_OF_CONTROL
from protocol.errors import RemoteError, UsageError
from protocol.invite import parse_link
from protocol.ops import parse_op, verify_op
from tests.props.decoders import SAID, decoders, talk
from tests.props.mutation import encoded, mutated, shapes

quick = settings(max_examples=40, deadline=None)

NAMES = [
    "certificate",
    "keystore",
    "is locked",
    "closed",
    "sealed",
    "header",
    "operation",
    "control body",
    "content body",
    "settings",
    "join",
    "gossip",
    "ephemeral",
    "register",
    "ranges",
    "compact operations",
    "sync frames",
    "sync server",
    "sync asker",
]


def test_all_are_listed() -> None:
    assert list(decoders()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_sound_bytes(name: str) -> None:
    decoder = decoders()[name]
    for data in decoder.good:
        with contextlib.suppress(RemoteError if name == "sync asker" else SealError):
            decoder.read(data)


@pytest.mark.parametrize("name", NAMES)
def test_any_bytes(name: str) -> None:
    decoder = decoders()[name]

    @quick
    @given(st.one_of(mutated(decoder.good), mutated(decoder.good), shapes.map(encoded), st.binary(max_size=120)))
    def check(data: bytes) -> None:
        with contextlib.suppress(*decoder.errors):
            decoder.read(data)

    check()


@pytest.mark.parametrize("body", SAID, ids=lambda body: type(body).__name__)
def test_any_table_of_a_content_kind(body: ContentBody) -> None:
    """Fields replaced, lost or added: refused, or a body that goes there and back."""
    kind, sound = decode(dump_content(body))
    changed = st.dictionaries(st.integers(1, 9), st.none() | shapes, min_size=1, max_size=3)

    @settings(max_examples=25, deadline=None)
    @given(changed)
    def check(changes: dict[int, Any]) -> None:
        table = {number: value for number, value in {**sound, **changes}.items() if value is not None}
        try:
            read = load_content(encoded([kind, table]))
        except RemoteError:
            return
        assert read is not None
        assert load_content(dump_content(read)) == read

    check()


def test_each_kind_of_content_is_listed() -> None:
    assert [int(kind_of(body)) for body in SAID] == sorted(SCHEMAS)


def test_each_kind_of_control_operation_is_listed() -> None:
    assert {decode(data)[0] for data in decoders()["control body"].good} == set(SCHEMAS_OF_CONTROL)


LINK = talk().ana.invite("a link").link()


@quick
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(max_size=60).map(lambda text: "peer2peer://join#" + text),
        mutated([LINK.encode()]).map(lambda data: data.decode("latin-1")),
    )
)
def test_any_link(text: str) -> None:
    with contextlib.suppress(UsageError):
        parse_link(text)


@quick
@given(mutated([encoded(op.wire()) for op in talk().ana.ops.values()]))
def test_a_changed_operation_never_enters_as_another(data: bytes) -> None:
    """Whatever passes all checks is byte for byte an operation that was signed."""
    try:
        op = parse_op(decode(data), conversation=talk().id)
        verify_op(op)
    except (RemoteError, CodecError):
        return
    assert talk().ana.ops[op.id] == op
