"""The answer of OpenAI's Chat Completions; pure."""

from collections.abc import Mapping
from typing import Any

from node.ai.providers.answer import Answer, Piece, count
from node.ai.providers.event_stream import Event
from node.ai.providers.refusal import Wording, malformed, refusal
from node.ai.providers.request import Finish


class ChatAnswer(Answer):
    """Puts one streamed answer together; see Answer. `[DONE]` may be missing once the reason for the end is known."""

    def __init__(self, wording: Wording, *, model: str, ignored: tuple[str, ...]) -> None:
        super().__init__(wording, model=model, ignored=ignored)
        self._reason = ""
        self._usage: Mapping[str, Any] = {}

    def take(self, event: Event) -> list[Piece]:
        """Return what the event adds; see Answer."""
        if event.data == "[DONE]":
            return [self.finish()]
        return self._piece(event.data, part="delta")

    def take_whole(self, body: bytes) -> list[Piece]:
        """Return the answer of a server which did not stream it."""
        return [*self._piece(body, part="message"), self.finish()]

    def finish(self) -> Finish:
        """Return the finish with what is known by now."""
        prompt, completion = self._usage.get("prompt_tokens"), self._usage.get("completion_tokens")
        return Finish(self._reason or "stop", count(prompt), count(completion), self._model, self._ignored)

    def _piece(self, data: str | bytes, *, part: str) -> list[Piece]:
        message = self._object(data)
        if error := message.get("error"):
            raise refusal(_status_of(error), {}, message, self._wording)
        if isinstance(usage := message.get("usage"), dict):
            self._usage = usage
        self._named(message.get("model"))
        choices = message.get("choices")
        if not isinstance(choices, list):
            raise malformed(self._wording)
        pieces: list[Piece] = []
        for choice in map(self._object, choices):
            if choice.get("index", 0) != 0:
                continue
            content = self._object(choice.get(part) or {})
            pieces += self._chunks(content.get("content") or content.get("refusal"))
            if isinstance(reason := choice.get("finish_reason"), str) and reason:
                self._reason, self.complete = reason, True
        return pieces


def _status_of(error: object) -> int:
    """Return the HTTP status which an error inside a stream names; 0 where it names none."""
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 0
