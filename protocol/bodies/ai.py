"""Content bodies of AI participants: what they are, who answers for them, and their answers (PROTOCOL section 9)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple

from crypto.codec import decode, encode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES, IdentityKey, OpId, blake2b
from protocol import limits
from protocol.bodies.schema import Schema, flag, many, number, raw, row, text
from protocol.errors import RemoteError

LEASE_MS: Final = 1 << 20
HOPS: Final = 3
"""Answers of AI participants in a row, without a word of a person (S41)."""
GIVEN: Final = 64
"""Messages that an answer names as given to the model."""
FIELDS: Final = 8
"""Fields of an answer that a model filled by itself."""
ENTRIES: Final = 16
ENTRY_CHARACTERS: Final = 1_000


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


_name = raw(ID_BYTES)
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


AI_LEASE: Final = Schema(AiLease, (1, _name), (2, _name), (3, number(1 << 32, least=1)), (4, number(LEASE_MS, least=1)))
AI_REPLY: Final = Schema(
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
)
AI_RETRY: Final = Schema(AiRetry, (1, _name), (2, _name))
AI_PAUSE: Final = Schema(AiPause, (1, flag()))
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
