"""What the writer of a message asks of the AI that answers it; travels encrypted with the message (S51, S57)."""

import json
from dataclasses import dataclass
from typing import Any, Final

from crypto.codec import decode, encode
from crypto.errors import CodecError
from crypto.ids import ID_BYTES
from protocol.bodies.content import ASK_BYTES
from protocol.bodies.schema import Schema, raw, text
from protocol.errors import RemoteError

CONTEXT_CHARACTERS: Final = 8_000
OPTIONS_CHARACTERS: Final = 2_000
MODEL_CHARACTERS: Final = 200
MAX_TOKENS: Final = 32_768


@dataclass(frozen=True, slots=True)
class Ask:
    """Wishes for one answer; the texts are JSON objects, empty where there is nothing in them."""

    context: str = ""
    """Facts for this answer."""
    options: str = ""
    """How to answer: the person's preferences, and what was said with this message."""
    config: str = ""
    """Settings of the model; what of them makes sense, `Config` holds."""
    since: bytes = b""
    """The newest message that the model is not to be given any more: the person began anew after it."""


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of a model for one answer (S51); None where the AI's own are to hold."""

    model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None


NOTHING: Final = Ask()
_SCHEMA: Final = Schema(
    Ask,
    (1, text(CONTEXT_CHARACTERS)),
    (2, text(OPTIONS_CHARACTERS)),
    (3, text(OPTIONS_CHARACTERS)),
    (4, raw(0, ID_BYTES)),
)


def dump_ask(ask: Ask) -> bytes:
    """Return the bytes of a message's `ask`; empty where it asks for nothing (ValueError where it is out of range)."""
    return b"" if ask == NOTHING else encode(_SCHEMA.dump(ask))


def load_ask(data: bytes) -> Ask:
    """Return what a message asks for; nothing where its bytes make no sense: it is a message all the same."""
    if not data:
        return NOTHING
    try:
        return _SCHEMA.load(decode(data, max_bytes=ASK_BYTES))
    except (CodecError, RemoteError):
        return NOTHING


def dump_table(table: dict[str, Any]) -> str:
    """Return a JSON object as text; empty for an empty one."""
    return json.dumps(table, ensure_ascii=False, separators=(",", ":"), sort_keys=True) if table else ""


def load_table(encoded: str) -> dict[str, Any]:
    """Return the JSON object in a text; an empty one where there is none."""
    try:
        found = json.loads(encoded) if encoded else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def load_config(encoded: str) -> Config:
    """Return the settings in a text, without those that are out of range."""
    found = load_table(encoded)
    model, tokens = found.get("model"), found.get("max_tokens")
    return Config(
        model=model if isinstance(model, str) and 0 < len(model.strip()) <= MODEL_CHARACTERS else None,
        temperature=_within(found.get("temperature"), 2.0),
        max_tokens=tokens if type(tokens) is int and 1 <= tokens <= MAX_TOKENS else None,
        top_p=_within(found.get("top_p"), 1.0),
    )


def _within(value: Any, most: float) -> float | None:
    """Return a number from 0 to `most` (true is no number, nor is NaN)."""
    return float(value) if type(value) in (int, float) and 0 <= value <= most else None
