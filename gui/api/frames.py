"""Phoenix V2 frames `[join_ref, ref, topic, event, payload]` as text, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the channel; refs are opaque strings or None."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: Payload


def encode(frame: Frame) -> str:
    """Return the text that goes over the socket."""
    return orjson.dumps([frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload]).decode()


def decode(text: str | bytes) -> Frame | None:
    """Return the frame in `text`, or None where it is none: a broken frame is ignored, never an error."""
    try:
        parts = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(parts, list) or len(parts) != 5:
        return None
    join_ref, ref, topic, event, payload = parts
    if not isinstance(topic, str) or not isinstance(event, str) or not isinstance(payload, dict):
        return None
    if not isinstance(join_ref, str | None) or not isinstance(ref, str | None):
        return None
    return Frame(join_ref, ref, topic, event, payload)
