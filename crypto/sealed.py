"""Two ways to close a text: to a key both sides hold (AEAD), and to the holder of one X25519 key (sealed box)."""

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_scalarmult,
)
from nacl.exceptions import CryptoError as NaclError
from nacl.public import PrivateKey, PublicKey, SealedBox

from crypto.errors import SealError
from crypto.ids import BoxKey

KEY_BYTES = 32
NONCE_BYTES = 24
TAG_BYTES = 16
SEALED_KEY_BYTES = KEY_BYTES + 48


def close(key: bytes, plaintext: bytes, *, nonce: bytes, associated: bytes) -> bytes:
    """Return `nonce || ciphertext` (XChaCha20-Poly1305); `associated` is authenticated but not carried."""
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated, nonce, key)


def open_closed(key: bytes, closed: bytes, *, associated: bytes) -> bytes:
    """Return the plaintext of what `close` made.

    Raises:
        SealError: another key, other associated data, or a changed text.
    """
    if len(closed) < NONCE_BYTES + TAG_BYTES:
        raise SealError("too short to be a sealed text")
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(closed[NONCE_BYTES:], associated, closed[:NONCE_BYTES], key)
    except NaclError as error:
        raise SealError("cannot be opened with this key") from error


def is_usable(box: bytes) -> bool:
    """Return whether texts can be sealed to the 32-byte X25519 key `box`: it is not one of the few of small order."""
    try:
        crypto_scalarmult(bytes(KEY_BYTES), box)
    except NaclError:
        return False
    return True


def seal_to(box: BoxKey, plaintext: bytes) -> bytes:
    """Return `plaintext` sealed to the holder of `box`, anonymous and 48 bytes longer."""
    return SealedBox(PublicKey(box)).encrypt(plaintext)


def open_sealed(box_secret: bytes, sealed: bytes) -> bytes:
    """Return what was sealed to the holder of `box_secret`.

    Raises:
        SealError: it was sealed to someone else, or changed.
    """
    try:
        return SealedBox(PrivateKey(box_secret)).decrypt(sealed)
    except (NaclError, ValueError, TypeError) as error:
        raise SealError("not sealed to this device") from error
