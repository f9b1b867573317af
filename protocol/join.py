"""The join handshake `/peer2peer/join/1` (docs/protocol.md, "Joining").

The joiner shows that it holds the link (a signature by the invite's key) and its device (a second one), both over a
transcript that binds conversation, invite, joiner, admitter and two nonces; the admitter writes the admit into the log
with both signatures, so that every member can check it later.

    joiner    [1, conversation, invite key, certificate, nonce16]
    admitter  [2, nonce16]
    joiner    [3, signature by invite key, signature by device key]
    admitter  [4, admit id]                   or at any point [5, code, reason]
"""

from dataclasses import dataclass
from typing import Final

from crypto.certificates import MAX_BYTES as CERTIFICATE_BYTES
from crypto.codec import decode, encode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, ConversationId, DeviceKey, IdentityKey, OpId
from crypto.signatures import SIGNATURE_BYTES
from protocol.errors import RemoteError, UsageError

PROTOCOL: Final = "/peer2peer/join/1"
NONCE_BYTES: Final = 16
FRAME_BYTES: Final = 2 << 10


@dataclass(frozen=True, slots=True)
class Transcript:
    """What both signatures of a join cover."""

    conversation: ConversationId
    invite: bytes
    identity: IdentityKey
    device: DeviceKey
    admitter_peer_id: bytes
    joiner_nonce: bytes
    admitter_nonce: bytes

    def encode(self) -> bytes:
        """Return the bytes that are signed."""
        return encode(
            [
                self.conversation,
                self.invite,
                self.identity,
                self.device,
                self.admitter_peer_id,
                self.joiner_nonce,
                self.admitter_nonce,
            ]
        )


@dataclass(frozen=True, slots=True)
class Ask:
    """The joiner's first frame."""

    conversation: ConversationId
    invite: bytes
    certificate: bytes
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Challenge:
    """The admitter's nonce."""

    nonce: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """The joiner's two signatures over the transcript."""

    invite_signature: bytes
    device_signature: bytes


@dataclass(frozen=True, slots=True)
class Admitted:
    """The admit is in the admitter's log."""

    admit: OpId


@dataclass(frozen=True, slots=True)
class Refused:
    """The admitter's answer to a join that cannot be."""

    code: str
    reason: str

    def error(self) -> UsageError:
        """Return it as the error that the person who joins sees."""
        return UsageError(self.code, self.reason)


Frame = Ask | Challenge | Proof | Admitted | Refused


def dump(frame: Frame) -> bytes:
    """Return the bytes of one frame."""
    match frame:
        case Ask():
            return encode([1, frame.conversation, frame.invite, frame.certificate, frame.nonce])
        case Challenge():
            return encode([2, frame.nonce])
        case Proof():
            return encode([3, frame.invite_signature, frame.device_signature])
        case Admitted():
            return encode([4, frame.admit])
        case Refused():
            return encode([5, frame.code[:64], frame.reason[:300]])


def load(data: bytes) -> Frame:
    """Return the frame in `data` (RemoteError `bad_frame`)."""
    try:
        fields = decode(data, max_bytes=FRAME_BYTES)
    except CodecError as error:
        raise RemoteError("bad_frame", f"a join frame is {error}") from error
    match fields:
        case [1, bytes() as conversation, bytes() as invite, bytes() as certificate, bytes() as nonce] if (
            len(conversation) == len(invite) == ID_BYTES
            and len(certificate) <= CERTIFICATE_BYTES
            and len(nonce) == NONCE_BYTES
        ):
            return Ask(ConversationId(conversation), invite, certificate, nonce)
        case [2, bytes() as nonce] if len(nonce) == NONCE_BYTES:
            return Challenge(nonce)
        case [3, bytes() as first, bytes() as second] if len(first) == len(second) == SIGNATURE_BYTES:
            return Proof(first, second)
        case [4, bytes() as admit] if len(admit) == ID_BYTES:
            return Admitted(OpId(admit))
        case [5, str() as code, str() as reason] if len(code) <= 64 and len(reason) <= 300:
            return Refused(code, reason)
        case _:
            raise RemoteError("bad_frame", "a join frame is malformed")
