"""What signals say: who is here, who types, an AI's text as it grows (PROTOCOL section 8, S14, S22, S36)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple

from crypto.ids import ID_BYTES, OpId
from protocol import limits
from protocol.bodies.schema import Schema, blob, distinct, flag, many, number, raw, row, text
from protocol.sentence import PACKED_BYTES

STREAM_BYTES: Final = 8
WAITING: Final = 64
"""Messages that a claim names."""
OFFERED: Final = 8
"""Providers that an offer names."""
OFFERED_MODELS: Final = 48
"""Models that an offer names of one provider."""
REASON_CHARACTERS: Final = 300


class SignalKind(IntEnum):
    """Numbers on the wire."""

    PRESENCE = 1
    TYPING = 2
    AI_DELTA = 3
    AI_CLAIM = 4
    HEADS_HINT = 5
    AI_STOP = 6
    AI_WANTS_OFFER = 7
    AI_OFFER = 8


class State(IntEnum):
    """How a device's person is here; a higher one is more present."""

    GOODBYE = 0
    """The program ends."""
    OFFLINE = 1
    """The program runs, and its person is not at it."""
    AWAY = 2
    ONLINE = 3


WEIGHTY: Final = frozenset({SignalKind.AI_DELTA, SignalKind.AI_CLAIM})
"""Kinds that are dropped last where a device says too much."""


class DeltaState(IntEnum):
    """How an AI's answer stands."""

    THINKING = 0
    GROWING = 1
    DONE = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How somebody is here, and in how many milliseconds the next one comes."""

    state: int
    interval_ms: int = limits.HEARTBEAT_MS[0]


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody presses keys, or has stopped."""

    is_typing: bool


@dataclass(frozen=True, slots=True)
class AiDelta:
    """An AI's answer in flight: the whole text so far, so that a lost frame costs nothing."""

    ai: bytes
    stream: bytes
    reply_to: OpId
    state: int
    text: str = ""
    code: str = ""
    """With `FAILED`: the stable name of the cause; `text` then is the sentence for a person."""
    said: bytes = b""
    """With `FAILED`: the form of that sentence and what stands in it, as `protocol.sentence` packs them."""


@dataclass(frozen=True, slots=True)
class AiClaim:
    """An AI's host lives; these messages wait for their turn, in this order."""

    ai: bytes
    waiting: tuple[OpId, ...] = ()


@dataclass(frozen=True, slots=True)
class AiStop:
    """Somebody wants no more of an answer in flight; what there is of it may stay."""

    ai: bytes
    reply_to: OpId


@dataclass(frozen=True, slots=True)
class AiWantsOffer:
    """Somebody asks what an AI could run on where it runs."""

    ai: bytes


class Offered(NamedTuple):
    """One provider of the node that an AI runs on."""

    name: str
    available: bool
    reason: str
    """Where it cannot be used: what is missing."""
    default_model: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AiOffer:
    """An AI's host says what the AI could run on there."""

    ai: bytes
    providers: tuple[Offered, ...]


Signal = Heartbeat | Typing | AiDelta | AiClaim | AiStop | AiWantsOffer | AiOffer

_offered_row = row(
    text(64, least=1), flag(), text(REASON_CHARACTERS), text(200), many(text(200, least=1), most=OFFERED_MODELS)
)


def _offered(value: Any) -> Offered:
    return Offered(*_offered_row(value))


SCHEMAS: Final[dict[int, Schema[Any]]] = {
    SignalKind.PRESENCE: Schema(
        Heartbeat,
        (1, number(max(State))),
        (2, number(limits.HEARTBEAT_MS[1], least=limits.HEARTBEAT_MS[0])),
    ),
    SignalKind.TYPING: Schema(Typing, (1, flag())),
    SignalKind.AI_DELTA: Schema(
        AiDelta,
        (1, raw(ID_BYTES)),
        (2, raw(STREAM_BYTES)),
        (3, raw(ID_BYTES)),
        (4, number(max(DeltaState))),
        (5, text(limits.AI_TEXT_CHARACTERS)),
        (6, text(64)),
        (7, blob(PACKED_BYTES)),
    ),
    SignalKind.AI_CLAIM: Schema(AiClaim, (1, raw(ID_BYTES)), (2, distinct(raw(ID_BYTES), most=WAITING))),
    SignalKind.AI_STOP: Schema(AiStop, (1, raw(ID_BYTES)), (2, raw(ID_BYTES))),
    SignalKind.AI_WANTS_OFFER: Schema(AiWantsOffer, (1, raw(ID_BYTES))),
    SignalKind.AI_OFFER: Schema(AiOffer, (1, raw(ID_BYTES)), (2, many(_offered, most=OFFERED))),
}
KINDS: Final = {schema.model: kind for kind, schema in SCHEMAS.items()}
