"""The answer of Ollama's own API; pure."""

from node.ai.providers.answer import Answer, Piece, count
from node.ai.providers.event_stream import Event
from node.ai.providers.refusal import Wording, refusal
from node.ai.providers.request import Finish


class OllamaAnswer(Answer):
    """Puts one streamed answer together; see Answer. The line with `done` is the last one and has the counts."""

    def __init__(self, wording: Wording, *, model: str, ignored: tuple[str, ...]) -> None:
        super().__init__(wording, model=model, ignored=ignored)
        self._reason = ""
        self._prompt_tokens: int | None = None
        self._completion_tokens: int | None = None

    def take(self, event: Event) -> list[Piece]:
        """Return what the line adds; see Answer."""
        line = self._object(event.data)
        if line.get("error"):
            raise refusal(0, {}, line, self._wording)
        self._named(line.get("model"))
        pieces = self._chunks(self._object(line.get("message") or {}).get("content"))
        if line.get("done") is not True:
            return pieces
        self.complete = True
        self._reason = line["done_reason"] if isinstance(line.get("done_reason"), str) else ""
        self._prompt_tokens = count(line.get("prompt_eval_count"))
        self._completion_tokens = count(line.get("eval_count"))
        return [*pieces, self.finish()]

    def take_whole(self, body: bytes) -> list[Piece]:
        """Return the answer of a server which did not stream it: one line with everything."""
        return self.take(Event("message", body.decode("utf-8", "replace")))

    def finish(self) -> Finish:
        """Return the finish with what is known by now."""
        return Finish(self._reason or "stop", self._prompt_tokens, self._completion_tokens, self._model, self._ignored)
