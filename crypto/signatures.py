"""Ed25519 through libsodium alone, each purpose in its own context.

Other libraries answer differently on the edge cases of Ed25519 (small-order keys, non-canonical scalars), and a
signature that is valid on one node only would split a conversation. So nothing else may verify; the answers on those
cases are frozen in tests/vectors.
"""

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from crypto.errors import SignatureError

SIGNATURE_BYTES = 64
SEED_BYTES = 32

OP_CONTEXT = b"p2p.op.1\0"
CERTIFICATE_CONTEXT = b"p2p.cert.1\0"
EPHEMERAL_CONTEXT = b"p2p.eph.1\0"
REGISTER_CONTEXT = b"p2p.reg.1\0"
JOIN_CONTEXT = b"p2p.join.1\0"


class SigningKey:
    """An Ed25519 key pair made from a 32-byte seed."""

    __slots__ = ("_secret", "public", "seed")

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        self.public, self._secret = crypto_sign_seed_keypair(seed)

    def sign(self, message: bytes, *, context: bytes) -> bytes:
        """Return the 64-byte signature of `context` and `message`."""
        return crypto_sign(context + message, self._secret)[:SIGNATURE_BYTES]


def verify(public: bytes, message: bytes, *, signature: bytes, context: bytes) -> None:
    """Return if `signature` over `context` and `message` was made by the holder of `public`.

    Args:
        public: 32-byte Ed25519 key, from anyone.
        message: what was signed, without its context.
        signature: 64 bytes, from anyone.
        context: one of this module's constants.

    Raises:
        SignatureError: it was not, or the key or signature is malformed or non-canonical.
    """
    if len(signature) != SIGNATURE_BYTES or len(public) != SEED_BYTES:
        raise SignatureError("a signature has 64 bytes and a key 32")
    try:
        crypto_sign_open(signature + context + message, public)
    except BadSignatureError as error:
        raise SignatureError("the signature does not match") from error


def is_signed(device: bytes, op: bytes, signature: bytes) -> bool:
    """Return whether a device signed the operation of this id."""
    try:
        verify(device, op, signature=signature, context=OP_CONTEXT)
    except SignatureError:
        return False
    return True
