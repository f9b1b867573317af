"""Device certificates: an identity vouches for a device key (PROTOCOL section 7).

`cert = [ [1, identity, device, box, peer_id, rank_path, capabilities, created_ms] as bin, signature ]`, portable from
one conversation to another.
"""

from dataclasses import dataclass
from functools import lru_cache

from crypto.codec import decode, encode
from crypto.errors import CodecError, SignatureError
from crypto.ids import ID_BYTES, BoxKey, DeviceKey, IdentityKey
from crypto.keys import Device, Identity
from crypto.sealed import is_usable
from crypto.signatures import CERTIFICATE_CONTEXT, verify

VERSION = 1
MAX_BYTES = 512
CAPABILITY_CERTIFY = 1
_MAX_TIME_MS = (1 << 48) - 1
_MAX_PEER_ID_BYTES = 64
_MAX_RANKS = 8
_KEPT = 4_096
"""Those read lately stay: reading one costs a signature's check, and people's come in each of their conversations."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A device as its owner describes it; made by `issue` or `parse_certificate` only, so it is always verified."""

    identity: IdentityKey
    device: DeviceKey
    box: BoxKey
    peer_id: bytes
    """The libp2p peer id in its text form: who may ask for this person's conversations."""
    rank_path: tuple[int, ...]
    """Seniority among the person's devices; the root's own certificates have the empty path."""
    capabilities: int
    created_ms: int
    encoded: bytes


def issue(identity: Identity, *, device: Device, peer_id: bytes, created_ms: int) -> Certificate:
    """Return the certificate by which `identity` makes `device` its own, with the right to certify others."""
    payload = encode(
        [
            VERSION,
            identity.public,
            device.public,
            device.box_public,
            peer_id,
            [],
            CAPABILITY_CERTIFY,
            created_ms,
        ]
    )
    signature = identity.signing.sign(payload, context=CERTIFICATE_CONTEXT)
    return parse_certificate(encode([payload, signature]))


@lru_cache(maxsize=_KEPT)
def parse_certificate(data: bytes) -> Certificate:
    """Return the certificate in `data`, its form and signature checked.

    Raises:
        CodecError: it is not a certificate of this version.
        SignatureError: the identity did not sign it.
    """
    outer = decode(data, max_bytes=MAX_BYTES)
    match outer:
        case [bytes() as payload, bytes() as signature]:
            pass
        case _:
            raise CodecError("a certificate is a payload and its signature")
    match decode(payload, max_bytes=MAX_BYTES):
        case [
            int() as version,
            bytes() as identity,
            bytes() as device,
            bytes() as box,
            bytes() as peer_id,
            list() as ranks,
            int() as capabilities,
            int() as created_ms,
        ]:
            pass
        case _:
            raise CodecError("a certificate has eight fields")
    if any(type(number) is not int for number in (version, capabilities, created_ms)):
        raise CodecError("a number in the certificate is none")
    if version != VERSION:
        raise CodecError(f"certificate version {version} is not known here")
    if not len(identity) == len(device) == len(box) == ID_BYTES or not 0 < len(peer_id) <= _MAX_PEER_ID_BYTES:
        raise CodecError("a key in the certificate has the wrong length")
    if not is_usable(box):
        raise CodecError("nothing can be sealed to the certificate's key")
    if len(ranks) > _MAX_RANKS or not all(type(rank) is int and rank >= 0 for rank in ranks):
        raise CodecError("the certificate's rank is malformed")
    if not (0 <= capabilities <= 255 and 0 <= created_ms <= _MAX_TIME_MS):
        raise CodecError("a number in the certificate is out of range")
    try:
        verify(identity, payload, signature=signature, context=CERTIFICATE_CONTEXT)
    except SignatureError as error:
        raise SignatureError("the certificate is not signed by its identity") from error
    return Certificate(
        identity=IdentityKey(identity),
        device=DeviceKey(device),
        box=BoxKey(box),
        peer_id=peer_id,
        rank_path=tuple(ranks),
        capabilities=capabilities,
        created_ms=created_ms,
        encoded=data,
    )
