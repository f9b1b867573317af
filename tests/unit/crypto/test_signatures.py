"""Ed25519, one purpose at a time. The edge cases are in tests/vectors."""

import pytest

from crypto.errors import SignatureError
from crypto.signatures import (
    CERTIFICATE_CONTEXT,
    EPHEMERAL_CONTEXT,
    JOIN_CONTEXT,
    OP_CONTEXT,
    REGISTER_CONTEXT,
    SigningKey,
    verify,
)
from tests.builders import fixed

KEY = SigningKey(fixed("a signing key"))
CONTEXTS = [OP_CONTEXT, CERTIFICATE_CONTEXT, EPHEMERAL_CONTEXT, REGISTER_CONTEXT, JOIN_CONTEXT]


def test_signature_holds_in_its_own_context_only() -> None:
    signature = KEY.sign(b"text", context=OP_CONTEXT)
    verify(KEY.public, b"text", signature=signature, context=OP_CONTEXT)
    for context in CONTEXTS[1:]:
        with pytest.raises(SignatureError):
            verify(KEY.public, b"text", signature=signature, context=context)


def test_contexts_cannot_run_into_messages() -> None:
    """No context is a beginning of another, so a message can never play the part of a context."""
    for one in CONTEXTS:
        assert one.endswith(b"\0")
        assert not any(other.startswith(one) for other in CONTEXTS if other != one)


@pytest.mark.parametrize("at", [0, 31, 32, 63])
def test_changed_signature(at: int) -> None:
    signature = bytearray(KEY.sign(b"text", context=OP_CONTEXT))
    signature[at] ^= 1
    with pytest.raises(SignatureError):
        verify(KEY.public, b"text", signature=bytes(signature), context=OP_CONTEXT)


def test_changed_text_and_other_key() -> None:
    signature = KEY.sign(b"text", context=OP_CONTEXT)
    with pytest.raises(SignatureError):
        verify(KEY.public, b"Text", signature=signature, context=OP_CONTEXT)
    with pytest.raises(SignatureError):
        verify(SigningKey(fixed("other")).public, b"text", signature=signature, context=OP_CONTEXT)


@pytest.mark.parametrize("size", [0, 63, 65])
def test_wrong_lengths(size: int) -> None:
    with pytest.raises(SignatureError, match="64 bytes"):
        verify(KEY.public, b"text", signature=bytes(size), context=OP_CONTEXT)
    with pytest.raises(SignatureError, match="64 bytes"):
        verify(bytes(size), b"text", signature=bytes(64), context=OP_CONTEXT)


def test_what_follows_a_signature_is_not_taken_for_text() -> None:
    """A 65-byte signature whose last byte is the message's first must not verify."""
    signature = KEY.sign(b"text", context=OP_CONTEXT)
    with pytest.raises(SignatureError):
        verify(KEY.public, b"ext", signature=signature + b"t", context=OP_CONTEXT)
