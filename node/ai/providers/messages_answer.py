"""The answer of Anthropic's Messages API; pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from node.ai.providers.answer import Answer, Piece, count
from node.ai.providers.event_stream import Event
from node.ai.providers.refusal import Wording, refusal
from node.ai.providers.request import Finish

_REASONS = MappingProxyType(
    {
        "end_turn": "stop",
        "stop_sequence": "stop",
        "max_tokens": "length",
        "model_context_window_exceeded": "length",
        "refusal": "content_filter",
    }
)
_STATUS = MappingProxyType(
    {
        "invalid_request_error": 400,
        "authentication_error": 401,
        "billing_error": 402,
        "permission_error": 403,
        "not_found_error": 404,
        "request_too_large": 413,
        "rate_limit_error": 429,
        "api_error": 500,
        "timeout_error": 504,
        "overloaded_error": 529,
    }
)


class MessagesAnswer(Answer):
    """Puts one streamed answer together; see Answer. Only `message_stop` says that it is complete."""

    def __init__(self, wording: Wording, *, model: str, ignored: tuple[str, ...]) -> None:
        super().__init__(wording, model=model, ignored=ignored)
        self._reason = ""
        self._prompt_tokens: int | None = None
        self._completion_tokens: int | None = None

    def take(self, event: Event) -> list[Piece]:
        """Return what the event adds, nothing for kinds that came after this was written; see Answer."""
        message = self._object(event.data)
        match message.get("type", event.name):
            case "message_start":
                self._head(self._object(message.get("message")))
            case "content_block_start":
                return self._block(self._object(message.get("content_block")))
            case "content_block_delta":
                delta = self._object(message.get("delta"))
                return self._chunks(delta.get("text")) if delta.get("type") == "text_delta" else []
            case "message_delta":
                self._tail(self._object(message.get("delta")), message)
            case "message_stop":
                self.complete = True
                return [self.finish()]
            case "error":
                raise refusal(_status_of(message), {}, message, self._wording)
        return []

    def take_whole(self, body: bytes) -> list[Piece]:
        """Return the answer of a server which did not stream it."""
        message = self._object(body)
        if message.get("error"):
            raise refusal(_status_of(message), {}, message, self._wording)
        self._head(message)
        self._tail(message, message)
        content = message.get("content")
        blocks = map(self._object, content if isinstance(content, list) else [content])
        return [*(piece for block in blocks for piece in self._block(block)), self.finish()]

    def finish(self) -> Finish:
        """Return the finish with what is known by now."""
        reason = _REASONS.get(self._reason, self._reason or "stop")
        return Finish(reason, self._prompt_tokens, self._completion_tokens, self._model, self._ignored)

    def _head(self, message: Mapping[str, Any]) -> None:
        self._named(message.get("model"))
        self._used(message.get("usage"))

    def _block(self, block: Mapping[str, Any]) -> list[Piece]:
        return self._chunks(block.get("text")) if block.get("type") == "text" else []

    def _tail(self, said: Mapping[str, Any], message: Mapping[str, Any]) -> None:
        if isinstance(reason := said.get("stop_reason"), str):
            self._reason = reason
        self._used(message.get("usage"))

    def _used(self, usage: object) -> None:
        """Take the counts over; those of the answer grow from event to event."""
        if not isinstance(usage, dict):
            return
        parts = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        if (prompt := count(usage.get("input_tokens"))) is not None:
            self._prompt_tokens = prompt + sum(count(usage.get(part)) or 0 for part in parts[1:])
        if (completion := count(usage.get("output_tokens"))) is not None:
            self._completion_tokens = completion


def _status_of(body: object) -> int:
    """Return the HTTP status which the type of an error stands for; 0 where it is none of the known ones."""
    error = body.get("error") if isinstance(body, dict) else None
    kind = error.get("type") if isinstance(error, dict) else None
    return _STATUS.get(kind, 0) if isinstance(kind, str) else 0
