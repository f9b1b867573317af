"""What the answers of all vendors have in common: events become chunks and a finish; pure."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from node.ai.providers.event_stream import Event
from node.ai.providers.refusal import Wording, broken_off, malformed, parsed
from node.ai.providers.request import Chunk, Finish

MAX_ANSWER_CHARS = 200_000
Piece = Chunk | Finish


class Answer(ABC):
    """Puts one answer together.

    Args:
        wording: how errors speak of the server.
        model: the one that was asked; the server may name it more exactly.
        ignored: for the Finish.

    Attributes:
        complete: the server said why the answer ends; after that nothing but counts can follow.
    """

    def __init__(self, wording: Wording, *, model: str, ignored: tuple[str, ...]) -> None:
        self.complete = False
        self._wording = wording
        self._model = model
        self._ignored = ignored
        self._chars = 0

    @abstractmethod
    def take(self, event: Event) -> list[Piece]:
        """Return what the event adds; a Finish is always the last item of the answer.

        Raises:
            ProviderError: the event can not be understood, or reports an error.
        """

    @abstractmethod
    def take_whole(self, body: bytes) -> list[Piece]:
        """Return the answer of a server which did not stream it."""

    @abstractmethod
    def finish(self) -> Finish:
        """Return the finish with what is known by now."""

    def end(self) -> Finish:
        """Return the finish of a stream which is over.

        Raises:
            ProviderError: it never said that the answer is complete.
        """
        if self.complete:
            return self.finish()
        raise broken_off(self._wording)

    def _chunks(self, text: object) -> list[Piece]:
        """Return the text as a chunk, none for an empty one.

        Raises:
            ProviderError: there is no end to the answer.
        """
        if not isinstance(text, str) or not text:
            return []
        self._chars += len(text)
        if self._chars > MAX_ANSWER_CHARS:
            raise malformed(self._wording)
        return [Chunk(text)]

    def _named(self, model: object) -> None:
        if isinstance(model, str) and model:
            self._model = model[:200]

    def _object(self, data: object) -> Mapping[str, Any]:
        """Return the JSON object in the data, or the data itself where it is one.

        Raises:
            ProviderError: it is none.
        """
        found = parsed(data) if isinstance(data, bytes | str) else data
        if not isinstance(found, dict):
            raise malformed(self._wording)
        return found


def count(value: object) -> int | None:
    """Return a number of tokens; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
