"""The one hash."""

import hashlib

import pytest

from crypto.ids import blake2b


def test_is_blake2b_with_its_purpose() -> None:
    expected = hashlib.blake2b(b"data", digest_size=16, key=b"key", person=b"p2p.op.1").digest()
    assert blake2b(b"data", person=b"p2p.op.1", key=b"key", size=16) == expected
    assert len(blake2b(b"", person=b"p")) == 32


def test_purpose_key_and_size_separate() -> None:
    answers = {
        blake2b(b"d", person=b"a"),
        blake2b(b"d", person=b"b"),
        blake2b(b"d", person=b"a", key=b"k"),
        blake2b(b"d", person=b"a", size=64)[:32],
    }
    assert len(answers) == 4


def test_purpose_has_at_most_16_bytes() -> None:
    with pytest.raises(ValueError, match="person"):
        blake2b(b"", person=b"x" * 17)
