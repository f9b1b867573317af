"""What a client is told of the answer to its query: `response`, or `error` (S52, S54)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from node.ai.engines.contracts import Answer, fields_in
from node.ai.engines.engine import engine_for
from node.ai.engines.route import TYPES, ConversationType

Json = dict[str, Any]
_TYPES: Final = {
    "rate_limited": "rate_limit",
    "timeout": "timeout",
    "bad_request": "validation",
    "too_long": "validation",
    "blank": "validation",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and how it came about."""

    query: str
    text: str
    kind: str
    """One of the conversation types of the router; anything else counts as `simple`."""
    model: str
    provider: str
    took_ms: int
    rule: str = ""
    """Who decided of which kind it is; empty where that is not known."""
    constrained: bool = False
    """The model was held to the engine's JSON schema."""
    fields: Mapping[str, object] = field(default_factory=dict)
    """What the model said under names of the schema; they come before what the text says."""
    ignored: tuple[str, ...] = ()
    more: Json = field(default_factory=dict)
    """What else the metadata is to hold."""


def response(told: Told, *, timestamp: str) -> Json:
    """Return the payload of `response`; the metadata of its engine is what the model said, and no more."""
    kind: ConversationType = next((each for each in TYPES if each == told.kind), "simple")
    engine = engine_for(kind)
    metadata: Json = {
        "processing_time": told.took_ms,
        "model_used": told.model,
        "provider": told.provider,
        "constrained": told.constrained,
        **engine.completed(Answer(told.text, fields_in(told.fields, kind))).metadata,
        **told.more,
    }
    if told.rule:
        metadata["rule"] = told.rule
    if told.ignored:
        metadata["ignored"] = list(told.ignored)
    return {
        "query": told.query,
        "response": told.text,
        "conversation_type": kind,
        "routed_to": engine.name,
        "timestamp": timestamp,
        "metadata": metadata,
    }


def failure(code: str, reason: str, *, retry_after_s: float | None = None, **details: Any) -> Json:
    """Return the payload of `error`: a sentence for a person, what it is about, and the kind of trouble."""
    found: Json = {"code": code, **details}
    if retry_after_s is not None:
        found["retry_after_ms"] = round(retry_after_s * 1000)
    return {"message": reason, "details": found, "type": _TYPES.get(code, "provider")}
