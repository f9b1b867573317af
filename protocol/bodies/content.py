"""Content bodies: what people and AI participants say and decide, always encrypted (PROTOCOL section 3)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple

from crypto.codec import decode, encode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, IdentityKey, OpId, blake2b
from protocol import limits
from protocol.bodies.schema import Schema, blob, distinct, encode_body, flag, line, many, number, raw, row, text
from protocol.errors import RemoteError

MENTIONS: Final = 64
EMOJI_CHARACTERS: Final = 16
"""Code points: the longest sequences in use, families with skin tones, have eleven."""
LEASE_MS: Final = 1 << 20
HOPS: Final = 3
"""Answers of AI participants in a row, without a word of a person (S41)."""
GIVEN: Final = 64
"""Messages that an answer names as given to the model."""
ASK_BYTES: Final = 12 << 10
FIELDS: Final = 8
"""Fields of an answer that a model filled by itself."""
ENTRIES: Final = 16
ENTRY_CHARACTERS: Final = 1_000


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


class ReplyPolicy(IntEnum):
    """When an AI participant answers (S35)."""

    NEVER = 0
    EVERY = 1
    MENTIONED = 2
    ADDRESSED = 3


class Constraint(IntEnum):
    """Whether an AI's model is held to a JSON schema, where the one who asks says nothing about it (S53)."""

    AUTO = 0
    """Where the provider can and the answer gains by it."""
    ALWAYS = 1
    NEVER = 2


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


@dataclass(frozen=True, slots=True)
class AiLease:
    """A host takes over an AI: from now on it answers, under a term of its own (PROTOCOL section 9)."""

    ai: bytes
    host: IdentityKey
    term: int
    ttl_ms: int
    """How long others wait for a sign of life; no part of what is valid."""


@dataclass(frozen=True, slots=True)
class AiRetry:
    """Somebody asks an AI to answer a message once more."""

    trigger: OpId
    ai: bytes


@dataclass(frozen=True, slots=True)
class AiPause:
    """No AI answers in this conversation from here on, or they do again."""

    on: bool = True


class Provenance(NamedTuple):
    """How an answer came about, as its host signed it."""

    provider: str
    model: str
    took_ms: int
    kind: str = ""
    """What the question was taken for (S53)."""
    given: tuple[OpId, ...] = ()
    """The messages that the model was given, in display order; the last is the one answered."""
    ignored: tuple[str, ...] = ()
    """Parameters asked for that the provider does not take."""
    finish: str = ""
    """Why the text ends: `stop`, `length`, `stopped` (by a person), or what the provider said."""
    prompt_tokens: int = 0
    """0: not counted."""
    answer_tokens: int = 0


@dataclass(frozen=True, slots=True)
class AiReply:
    """The one answer of an AI to one message (PROTOCOL section 9)."""

    ai: bytes
    reply_key: bytes
    term: int
    stream: bytes
    reply_to: OpId
    text: str
    provenance: Provenance
    lease: bytes = b""
    """The host's own `AiLease` whose term this is; empty under the term that the AI's settings begin with."""
    hop: int = 0
    """How many answers of AIs it follows without a word of a person."""
    rule: str = ""
    """Who decided of which kind the question is: a rule of the router, its `model`, or the `provider` (S53)."""
    constrained: bool = False
    """The model was held to a JSON schema."""
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What it said under names of that schema (S54): each its name, and its texts."""


@dataclass(frozen=True, slots=True)
class AiSettings:
    """What an AI participant is; travels closed inside a control operation."""

    name: str
    provider: str
    model: str
    persona: str = ""
    system_prompt: str = ""
    temperature_milli: int = 700
    policy: int = ReplyPolicy.EVERY
    hourly: int = 0
    """Answers within an hour at most; 0: as many as its host allows."""
    constrained: int = Constraint.AUTO
    second_opinion: bool = False
    """The model is asked for the kind of answer where the router is not sure (S53)."""


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
_term = number(1 << 32)
_field = row(text(32, least=1), many(text(ENTRY_CHARACTERS, least=1), most=ENTRIES, least=1))
_provenance_row = row(
    text(64),
    text(200),
    number(1 << 32),
    text(32),
    many(_name, most=GIVEN),
    many(text(32, least=1), most=16),
    text(32),
    number(1 << 32),
    number(1 << 32),
)


def _provenance(value: Any) -> Provenance:
    return Provenance(*_provenance_row(value))


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
    ContentKind.AI_LEASE: Schema(
        AiLease, (1, _name), (2, _name), (3, number(1 << 32, least=1)), (4, number(LEASE_MS, least=1))
    ),
    ContentKind.AI_REPLY: Schema(
        AiReply,
        (1, _name),
        (2, _name),
        (3, _term),
        (4, raw(8)),
        (5, _name),
        (6, text(limits.AI_TEXT_CHARACTERS, least=1)),
        (7, _provenance),
        (8, raw(0, ID_BYTES)),
        (9, number(HOPS - 1)),
        (10, text(32)),
        (11, flag()),
        (12, many(_field, most=FIELDS)),
    ),
    ContentKind.AI_RETRY: Schema(AiRetry, (1, _name), (2, _name)),
    ContentKind.ARCHIVE: Schema(Archive, (1, flag())),
    ContentKind.AI_PAUSE: Schema(AiPause, (1, flag())),
}
_KINDS: Final = {schema.model: kind for kind, schema in SCHEMAS.items()}

_SETTINGS: Final = Schema(
    AiSettings,
    (1, text(limits.NAME_CHARACTERS, least=1)),
    (2, text(64, least=1)),
    (3, text(200)),
    (4, text(limits.PERSONA_CHARACTERS)),
    (5, text(limits.PROMPT_CHARACTERS)),
    (6, number(2_000)),
    (7, number(max(ReplyPolicy))),
    (8, number(10_000)),
    (9, number(max(Constraint))),
    (10, flag()),
)


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


def dump_settings(settings: AiSettings) -> bytes:
    """Return the plaintext bytes of an AI's settings (ValueError where a value is out of range)."""
    return encode(_SETTINGS.dump(settings))


def load_settings(data: bytes) -> AiSettings:
    """Return the AI's settings in `data` (RemoteError `bad_body`)."""
    try:
        return _SETTINGS.load(decode(data, max_bytes=limits.CONTENT_BODY_BYTES))
    except CodecError as error:
        raise RemoteError("bad_body", f"an AI's settings are {error}") from error


def reply_key(ai: bytes, trigger: OpId) -> bytes:
    """Return the key under which all answers of one AI to one message or retry compete (PROTOCOL section 9)."""
    return blake2b(ai + trigger, person=b"p2p.reply.1")
