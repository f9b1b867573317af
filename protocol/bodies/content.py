"""Content bodies: what people say and decide, always encrypted (PROTOCOL section 3); those of AIs are in `ai`."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from crypto.codec import decode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, IdentityKey, OpId
from protocol import limits
from protocol.bodies.ai import AI_LEASE, AI_PAUSE, AI_REPLY, AI_RETRY, AiLease, AiPause, AiReply, AiRetry
from protocol.bodies.schema import Schema, blob, distinct, encode_body, flag, line, number, raw, text
from protocol.errors import RemoteError

MENTIONS: Final = 64
EMOJI_CHARACTERS: Final = 16
"""Code points: the longest sequences in use, families with skin tones, have eleven."""
ASK_BYTES: Final = 12 << 10


class ContentKind(IntEnum):
    """Numbers inside the encrypted body; those without a schema below are reserved."""

    MESSAGE = 1
    EDIT = 2
    DELETE = 3
    REACT = 4
    TITLE = 5
    DESCRIPTION = 6
    PIN = 7
    PHASE_ADVANCE = 8
    PHASE_PROGRESS = 9
    PHASE_SET = 10
    AI_LEASE = 11
    AI_REPLY = 12
    AI_RETRY = 13
    ARCHIVE = 14
    CARRY = 15
    REOPEN = 16
    AI_PAUSE = 17


@dataclass(frozen=True, slots=True)
class Message:
    """What a person wrote."""

    text: str
    reply_to: bytes = b""
    mentions: tuple[IdentityKey, ...] = ()
    """People, and AI participants by their 32-byte names; each once, in any order."""
    not_for_ai: bool = False
    """No AI may answer it, or be given it to read."""
    ask: bytes = b""
    """What its writer asks of the AI that answers (`protocol.bodies.ask`); empty where nothing special."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Another text for a message of one's own; which of several counts, the fold says."""

    target: OpId
    text: str
    mentions: tuple[IdentityKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Delete:
    """A message is not to be read any more: one's own, or anyone's where the author may delete those."""

    target: OpId


@dataclass(frozen=True, slots=True)
class React:
    """An emoji put under a message, or taken away again."""

    target: OpId
    emoji: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class Pin:
    """A message held up for everyone, or no longer."""

    target: OpId
    on: bool = True


@dataclass(frozen=True, slots=True)
class Title:
    """The conversation's title from here on."""

    text: str


@dataclass(frozen=True, slots=True)
class Description:
    """The conversation's description from here on."""

    text: str


@dataclass(frozen=True, slots=True)
class Archive:
    """The conversation is put away, or brought back."""

    on: bool = True


@dataclass(frozen=True, slots=True)
class PhaseAdvance:
    """One step forward, counted only where the conversation still is at `from_step` (S27)."""

    from_step: int
    """`cycle * 5 + phase`."""


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """How far the phase has come, in ten-thousandths; ignored once the step is over."""

    step: int
    value: int


@dataclass(frozen=True, slots=True)
class PhaseSet:
    """An admin puts the conversation at any step."""

    step: int
    generation: int
    """One more than the generation it was written in, so of two at once the first counts."""


ContentBody = (
    Message
    | Edit
    | Delete
    | React
    | Title
    | Description
    | Pin
    | PhaseAdvance
    | PhaseProgress
    | PhaseSet
    | AiLease
    | AiReply
    | AiRetry
    | AiPause
    | Archive
)

_name = raw(ID_BYTES)
_text = text(limits.TEXT_CHARACTERS, least=1)
_mentions = distinct(_name, most=MENTIONS)
_step = number(1 << 40)
SCHEMAS: Final[dict[int, Schema[Any]]] = {
    ContentKind.MESSAGE: Schema(
        Message, (1, _text), (2, raw(0, ID_BYTES)), (3, _mentions), (4, flag()), (5, blob(ASK_BYTES))
    ),
    ContentKind.EDIT: Schema(Edit, (1, _name), (2, _text), (3, _mentions)),
    ContentKind.DELETE: Schema(Delete, (1, _name)),
    ContentKind.REACT: Schema(React, (1, _name), (2, line(EMOJI_CHARACTERS)), (3, flag())),
    ContentKind.TITLE: Schema(Title, (1, text(limits.TITLE_CHARACTERS, least=1))),
    ContentKind.DESCRIPTION: Schema(Description, (1, text(limits.DESCRIPTION_CHARACTERS))),
    ContentKind.PIN: Schema(Pin, (1, _name), (2, flag())),
    ContentKind.PHASE_ADVANCE: Schema(PhaseAdvance, (1, _step)),
    ContentKind.PHASE_PROGRESS: Schema(PhaseProgress, (1, _step), (2, number(10_000))),
    ContentKind.PHASE_SET: Schema(PhaseSet, (1, _step), (2, number(1 << 40, least=1))),
    ContentKind.AI_LEASE: AI_LEASE,
    ContentKind.AI_REPLY: AI_REPLY,
    ContentKind.AI_RETRY: AI_RETRY,
    ContentKind.ARCHIVE: Schema(Archive, (1, flag())),
    ContentKind.AI_PAUSE: AI_PAUSE,
}
_KINDS: Final = {schema.model: kind for kind, schema in SCHEMAS.items()}


def kind_of(body: ContentBody) -> ContentKind:
    """Return the number a content body has on the wire."""
    return ContentKind(_KINDS[type(body)])


def dump_content(body: ContentBody) -> bytes:
    """Return the plaintext bytes of a content body (ValueError where it breaks its own rules)."""
    kind = _KINDS[type(body)]
    return encode_body(kind, SCHEMAS[kind].dump(body))


def load_content(data: bytes) -> ContentBody | None:
    """Return the content body in the plaintext `data`; None for a kind this program does not know (kept, not folded).

    Raises:
        RemoteError: `bad_body`; such an operation is a permanent no-op, on every node alike.
    """
    try:
        decoded = decode(data, max_bytes=limits.CONTENT_BODY_BYTES)
    except CodecError as error:
        raise RemoteError("bad_body", f"a content body is {error}") from error
    match decoded:
        case [int() as kind, dict() as table] if type(kind) is int:
            pass
        case _:
            raise RemoteError("bad_body", "a body is a kind and a map")
    if kind not in SCHEMAS:
        return None
    body: ContentBody = SCHEMAS[kind].load(table)
    return body
