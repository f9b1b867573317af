"""The names of things: typed byte strings, and the one hash that makes them (PROTOCOL section 2)."""

import hashlib
from typing import NewType

IdentityKey = NewType("IdentityKey", bytes)
"""A person's Ed25519 public key, 32 bytes."""
DeviceKey = NewType("DeviceKey", bytes)
"""A device's Ed25519 public key, 32 bytes; it signs operations."""
BoxKey = NewType("BoxKey", bytes)
"""A device's X25519 public key, 32 bytes; epoch keys are sealed to it."""
ConversationId = NewType("ConversationId", bytes)
"""The id of a conversation's genesis operation, 32 bytes."""
OpId = NewType("OpId", bytes)
"""BLAKE2b-256 of an operation's conversation and header, 32 bytes."""

ID_BYTES = 32


def blake2b(data: bytes, *, person: bytes, key: bytes = b"", size: int = 32) -> bytes:
    """Return the `size`-byte BLAKE2b of `data`, separated by purpose.

    Args:
        data: what is hashed.
        person: the purpose, at most 16 bytes (`p2p.op.1` and the like).
        key: secret key for a keyed hash, at most 64 bytes.
        size: length of the digest, 1 to 64 bytes.
    """
    return hashlib.blake2b(data, digest_size=size, key=key, person=person).digest()
