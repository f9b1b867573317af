"""Epoch keys: what members share, and the keys derived from it (PROTOCOL section 6).

An epoch key is 32 random bytes. Everything is encrypted under keys derived from it by purpose; each operation's body
has a key of its own, so that one message can later be disclosed without opening any other. A body starts with a
commitment to its key, because XChaCha20-Poly1305 alone would allow one ciphertext to open under two keys.
"""

from dataclasses import dataclass

from crypto.errors import SealError
from crypto.ids import BoxKey, ConversationId, DeviceKey, blake2b
from crypto.sealed import KEY_BYTES, close, open_closed, open_sealed, seal_to

COMMITMENT_BYTES = 16
SMALLEST_PADDED_BYTES = 64

CONTENT = b"content"
CONTROL = b"control"
EPHEMERAL = b"ephemeral"
HISTORY = b"history"
REGISTERS = b"registers"


@dataclass(slots=True)
class Position:
    """Where a body stands: the associated data that keeps a ciphertext from being signed again by someone else."""

    conversation: ConversationId
    device: DeviceKey
    plane: int
    seq: int
    prev: bytes

    def associated(self) -> bytes:
        """Return the bytes that the AEAD authenticates beside the text."""
        return b"".join((self.conversation, self.device, bytes((self.plane,)), self.seq.to_bytes(8, "big"), self.prev))


def derive(key: bytes, purpose: bytes, data: bytes = b"") -> bytes:
    """Return the 32-byte key for `purpose` (at most 12 bytes) and `data` under `key`."""
    return blake2b(data, person=b"p2p." + purpose, key=key)


def commitment(epoch_key: bytes) -> bytes:
    """Return the 32 bytes that bind everyone to the same epoch key without telling it."""
    return blake2b(epoch_key, person=b"p2p.epoch.1")


def wrap(epoch_key: bytes, box: BoxKey) -> bytes:
    """Return the epoch key sealed to one device, 80 bytes."""
    return seal_to(box, epoch_key)


def unwrap(sealed: bytes, *, box_secret: bytes, commit: bytes) -> bytes:
    """Return the epoch key in `sealed`.

    Raises:
        SealError: it is not for this device, or not the key that the epoch committed to.
    """
    epoch_key = open_sealed(box_secret, sealed)
    if len(epoch_key) != KEY_BYTES or commitment(epoch_key) != commit:
        raise SealError("the wrapped key is not the epoch's key")
    return epoch_key


def link_history(epoch_key: bytes, previous_key: bytes, *, nonce: bytes) -> bytes:
    """Return the previous epoch's key closed under this one, so that one key opens the past."""
    return close(derive(epoch_key, HISTORY), previous_key, nonce=nonce, associated=b"")


def open_history(epoch_key: bytes, closed: bytes) -> bytes:
    """Return the previous epoch's key (SealError where the link is false)."""
    return open_closed(derive(epoch_key, HISTORY), closed, associated=b"")


def op_key(content_key: bytes, position: Position) -> bytes:
    """Return the key of the one body at `position`."""
    return derive(content_key, b"op", position.device + position.seq.to_bytes(8, "big") + position.prev)


def encrypt_body(content_key: bytes, plaintext: bytes, *, position: Position, nonce: bytes) -> bytes:
    """Return `commitment16 || nonce24 || ciphertext` of the padded plaintext."""
    key = op_key(content_key, position)
    return _commit(key) + close(key, pad(plaintext), nonce=nonce, associated=position.associated())


def decrypt_body(content_key: bytes, body: bytes, *, position: Position) -> bytes:
    """Return the plaintext that `encrypt_body` closed at the same position.

    Raises:
        SealError: other key, other position, or a changed text.
    """
    key = op_key(content_key, position)
    if body[:COMMITMENT_BYTES] != _commit(key):
        raise SealError("the body is not closed under its epoch's key")
    return unpad(open_closed(key, body[COMMITMENT_BYTES:], associated=position.associated()))


def pad(plaintext: bytes) -> bytes:
    """Return `plaintext || 0x80 || zeros`, its length rounded up by Padmé (at most 12 % more, 64 at least)."""
    marked = len(plaintext) + 1
    return plaintext + b"\x80" + bytes(padded_length(marked) - marked)


def unpad(padded: bytes) -> bytes:
    """Return what `pad` was given (SealError where the marker is missing)."""
    stripped = padded.rstrip(b"\0")
    if not stripped.endswith(b"\x80"):
        raise SealError("the padding is malformed")
    return stripped[:-1]


def padded_length(length: int) -> int:
    """Return the Padmé length for `length` bytes (Nikitin and others, PETS 2019)."""
    if length <= SMALLEST_PADDED_BYTES:
        return SMALLEST_PADDED_BYTES
    exponent = length.bit_length() - 1
    kept_bits = exponent.bit_length()
    mask = (1 << (exponent - kept_bits)) - 1
    return (length + mask) & ~mask


def _commit(key: bytes) -> bytes:
    return blake2b(key, person=b"p2p.commit.1", size=COMMITMENT_BYTES)
