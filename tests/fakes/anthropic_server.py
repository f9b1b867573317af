"""Anthropic's Messages API in the shapes which its server sends, and as strict as it is."""

import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from tests.fakes.ai_server import AIServer, Reply, Request, ai_server, as_json

NEWEST, BEFORE = "2026-10-21", "2023-06-01"
MODELS = (
    ("claude-sonnet-6", "sonnet", "retired"),
    ("claude-opus-5", "opus", "active"),
    ("claude-sonnet-old", "sonnet", "deprecated"),
    ("claude-middle-5", "sonnet", "active"),
    ("claude-haiku-5", "haiku", "active"),
    ("claude-other", None, "active"),
)
_FIELDS = frozenset(
    {
        "model",
        "max_tokens",
        "messages",
        "stream",
        "system",
        "stop_sequences",
        "temperature",
        "top_p",
        "top_k",
        "output_config",
    }
)
_BOUNDS = ("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum")


def anthropic_server(
    *script: Reply, versions: tuple[str, ...] = (NEWEST, BEFORE)
) -> AbstractAsyncContextManager[AIServer]:
    return ai_server(*script, judge=lambda request: _judged(request, versions))


def _judged(request: Request, versions: tuple[str, ...]) -> Reply | None:
    """Refuse what the vendor refuses."""
    version = request.headers.get("anthropic-version")
    if not request.headers.get("x-api-key") and not request.headers.get("authorization", "").startswith("Bearer "):
        return refusing(401, "authentication_error", "x-api-key header is required")
    if version not in versions:
        return _invalid(f'anthropic-version: "{version}" is not a valid version')
    if (request.method, request.path) == ("GET", "/v1/models?limit=1000"):
        data = [
            {
                "type": "model",
                "id": name,
                "display_name": name,
                "created_at": "2026-09-01T00:00:00Z",
                "lifecycle": lifecycle,
                "line": line,
                "max_input_tokens": 200_000,
                "max_tokens": 64_000,
            }
            for name, line, lifecycle in MODELS
        ]
        return as_json({"data": data, "has_more": False, "first_id": data[0]["id"], "last_id": data[-1]["id"]})
    if (request.method, request.path) != ("POST", "/v1/messages"):
        return refusing(404, "not_found_error", "Not Found")
    return _judged_body(request.json, version)


def _judged_body(body: Mapping[str, Any], version: str) -> Reply | None:
    for name in body:
        if name not in _FIELDS:
            return _invalid(f"{name}: Extra inputs are not permitted")
        if version == NEWEST and name in {"temperature", "top_p", "top_k"}:
            return _invalid(f"`{name}` is not supported in this API version")
    if any(f'"{bound}"' in json.dumps(body.get("output_config")) for bound in _BOUNDS):
        return _invalid("output_config.format.schema: properties of a string or an array are not supported")
    if type(body.get("max_tokens")) is not int:
        return _invalid("max_tokens: Field required")
    if not 0 <= body.get("temperature", 0) <= 1:
        return _invalid("temperature: range: 0..1")
    if body["max_tokens"] > 64_000:
        return _invalid(
            f"max_tokens: {body['max_tokens']} > 64000, which is the maximum allowed number of output tokens"
        )
    roles = [message["role"] for message in body["messages"]]
    if not roles or roles[0] != "user" or not set(roles) <= {"user", "assistant"}:
        return _invalid('messages.0.role: first message must use the "user" role')
    if roles[-1] != "user":
        return _invalid("This model does not support assistant message prefill.")
    if not all(message["content"].strip() for message in body["messages"]):
        return _invalid("messages: text content blocks must be non-empty")
    if not all(text.strip() for text in body.get("stop_sequences", [])):
        return _invalid("stop_sequences: each stop sequence must contain non-whitespace")
    return None


def event(name: str, **message: object) -> bytes:
    data = json.dumps({"type": name, **message}, ensure_ascii=False).encode()
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


START = event(
    "message_start",
    message={
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-20260901",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 5,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 2,
            "output_tokens": 1,
        },
    },
)
BLOCK = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
PING = event("ping")
BLOCK_END = event("content_block_stop", index=0)
STOP = event("message_stop")


def delta(text: str) -> bytes:
    return event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def ending(reason: str = "end_turn") -> bytes:
    said = {"stop_reason": reason, "stop_sequence": None}
    return event("message_delta", delta=said, usage={"output_tokens": 2})


def saying(*texts: str, reason: str = "end_turn") -> Reply:
    """A complete answer in the vendor's order."""
    return Reply(body=(START, BLOCK, PING, *map(delta, texts), BLOCK_END, ending(reason), STOP))


def error(kind: str, message: str = "") -> dict[str, object]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


def refusing(status: int, kind: str, message: str = "", *headers: tuple[str, str]) -> Reply:
    return as_json(error(kind, message), status, *headers)


def _invalid(message: str) -> Reply:
    return refusing(400, "invalid_request_error", message)
