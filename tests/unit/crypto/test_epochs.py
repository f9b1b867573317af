"""Epoch keys: commitments, wraps, history links, and bodies that are bound to their place."""

from dataclasses import replace

import pytest

from crypto.epochs import (
    COMMITMENT_BYTES,
    CONTENT,
    CONTROL,
    EPHEMERAL,
    HISTORY,
    REGISTERS,
    Position,
    commitment,
    decrypt_body,
    derive,
    encrypt_body,
    link_history,
    op_key,
    open_history,
    pad,
    padded_length,
    unpad,
    unwrap,
    wrap,
)
from crypto.errors import SealError
from crypto.ids import ConversationId, DeviceKey
from crypto.sealed import close
from tests.builders import fixed, person

KEY, OTHER, NONCE = fixed("epoch"), fixed("another epoch"), fixed("nonce", 24)
HERE = Position(ConversationId(fixed("conversation")), DeviceKey(fixed("device")), 1, 7, fixed("prev"))
ELSEWHERE = [
    replace(HERE, conversation=ConversationId(fixed("other conversation"))),
    replace(HERE, device=DeviceKey(fixed("other device"))),
    replace(HERE, plane=0),
    replace(HERE, seq=8),
    replace(HERE, prev=fixed("other prev")),
    replace(HERE, prev=b""),
]


def test_keys_are_separated_by_purpose() -> None:
    purposes = [CONTENT, CONTROL, EPHEMERAL, HISTORY, REGISTERS]
    keys = {derive(KEY, purpose) for purpose in purposes}
    assert len(keys | {KEY, commitment(KEY), derive(OTHER, CONTENT), derive(KEY, CONTENT, b"x")}) == 9
    assert all(len(key) == 32 for key in keys)


def test_wrap_opens_for_its_device_under_its_commitment() -> None:
    ana, ben = person("ana").device, person("ben").device
    sealed = wrap(KEY, ana.box_public)
    assert unwrap(sealed, box_secret=ana.box_secret, commit=commitment(KEY)) == KEY
    with pytest.raises(SealError, match="not sealed to this device"):
        unwrap(sealed, box_secret=ben.box_secret, commit=commitment(KEY))
    with pytest.raises(SealError, match="not the epoch's key"):
        unwrap(wrap(OTHER, ana.box_public), box_secret=ana.box_secret, commit=commitment(KEY))
    with pytest.raises(SealError, match="not the epoch's key"):
        unwrap(wrap(b"short", ana.box_public), box_secret=ana.box_secret, commit=commitment(b"short"))


def test_history_link() -> None:
    closed = link_history(KEY, OTHER, nonce=NONCE)
    assert open_history(KEY, closed) == OTHER
    with pytest.raises(SealError):
        open_history(OTHER, closed)
    with pytest.raises(SealError):
        open_history(KEY, closed[:-1])


def test_body_opens_at_its_place() -> None:
    body = encrypt_body(KEY, b"hello", position=HERE, nonce=NONCE)
    assert len(body) == 16 + 24 + 64 + 16
    assert decrypt_body(KEY, body, position=HERE) == b"hello"


@pytest.mark.parametrize("position", ELSEWHERE, ids=["conversation", "device", "plane", "seq", "prev", "no prev"])
def test_body_is_bound_to_its_place(position: Position) -> None:
    body = encrypt_body(KEY, b"hello", position=HERE, nonce=NONCE)
    with pytest.raises(SealError):
        decrypt_body(KEY, body, position=position)


def test_the_associated_data_alone_binds_the_place() -> None:
    """Even where the key of the other place is used, the text does not open there."""
    for position in ELSEWHERE:
        key = op_key(KEY, position)
        forged = encrypt_body(KEY, b"x", position=position, nonce=NONCE)[:COMMITMENT_BYTES]
        forged += close(key, pad(b"hello"), nonce=NONCE, associated=HERE.associated())
        with pytest.raises(SealError, match="cannot be opened"):
            decrypt_body(KEY, forged, position=position)


def test_each_body_has_a_key_of_its_own() -> None:
    keys = {op_key(KEY, position) for position in (HERE, ELSEWHERE[1], ELSEWHERE[3], ELSEWHERE[4])}
    assert len(keys | {op_key(OTHER, HERE), KEY}) == 6


def test_other_key_and_every_changed_byte() -> None:
    body = encrypt_body(KEY, b"hello", position=HERE, nonce=NONCE)
    with pytest.raises(SealError, match="not closed under its epoch's key"):
        decrypt_body(OTHER, body, position=HERE)
    for at in range(len(body)):
        changed = bytearray(body)
        changed[at] ^= 1
        with pytest.raises(SealError):
            decrypt_body(KEY, bytes(changed), position=HERE)
    for length in (0, 15, 16, 39, 40, 55, len(body) - 1):
        with pytest.raises(SealError):
            decrypt_body(KEY, body[:length], position=HERE)


def test_the_commitment_is_checked_although_the_text_opens() -> None:
    key = op_key(KEY, HERE)
    closed = close(key, pad(b"hello"), nonce=NONCE, associated=HERE.associated())
    with pytest.raises(SealError, match="not closed under its epoch's key"):
        decrypt_body(KEY, bytes(COMMITMENT_BYTES) + closed, position=HERE)


def test_text_without_padding_is_refused() -> None:
    body = encrypt_body(KEY, b"", position=HERE, nonce=NONCE)
    closed = close(op_key(KEY, HERE), b"hello", nonce=NONCE, associated=HERE.associated())
    with pytest.raises(SealError, match="padding"):
        decrypt_body(KEY, body[:COMMITMENT_BYTES] + closed, position=HERE)


def test_padme_bounds() -> None:
    before = 0
    for length in range(1, 70_000):
        padded = padded_length(length)
        assert padded >= max(length, before)
        if length <= 64:
            assert padded == 64
        else:
            assert padded <= length * 1.12
            assert padded_length(padded) == padded
        before = padded


@pytest.mark.parametrize(
    "text", [b"", b"a", b"\0", b"a\0\0", b"\x80", b"a\x80\0", b"x" * 62, b"x" * 63, b"x" * 64, b"y" * 5000]
)
def test_padding_comes_off(text: bytes) -> None:
    assert unpad(pad(text)) == text
    assert len(pad(text)) == padded_length(len(text) + 1)


@pytest.mark.parametrize("padded", [b"", b"\0", b"\0" * 64, b"a", b"\x80a", b"\x81\0"])
def test_false_padding(padded: bytes) -> None:
    with pytest.raises(SealError):
        unpad(padded)
