"""A request as the JSON body of OpenAI's Chat Completions; pure.

Servers differ in what they take. What one of them refused once is left out the next time, and the answer says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from node.ai.providers.request import Request

MAX_STOPS = 4
_DROPPABLE = frozenset({"temperature", "top_p", "stop", "stream_options"})
_LIMITS = frozenset({"max_tokens", "max_completion_tokens"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one model behind one server takes.

    Attributes:
        limit: the name of the parameter which bounds the answer; None where the server takes neither.
        refused: parameters which it does not take.
    """

    limit: str | None = "max_tokens"
    refused: frozenset[str] = frozenset()

    def without(self, parameter: str) -> "Dialect | None":
        """Return the dialect after the server refused this parameter; None where we can not do without it."""
        if parameter in _DROPPABLE and parameter not in self.refused:
            return Dialect(self.limit, self.refused | {parameter})
        if parameter not in _LIMITS or parameter != self.limit or parameter in self.refused:
            return None
        if other := next(iter(_LIMITS - {parameter} - self.refused), None):
            return Dialect(other, self.refused | {parameter})
        return Dialect(None, self.refused | {parameter})


def chat_body(
    request: Request, dialect: Dialect, *, model: str, extra: Mapping[str, object]
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the body, and the parameters of the request which it leaves out, sorted.

    Args:
        request: what is asked for.
        dialect: what the server takes.
        model: the name to send, never empty.
        extra: further parameters, which only this server knows.
    """
    body: dict[str, object] = {
        "model": model,
        "messages": [{"role": turn.role, "content": turn.content} for turn in request.turns],
        "stream": True,
    }
    ignored: set[str] = set()
    wanted: dict[str, object | None] = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "stop": list(request.stop[:MAX_STOPS]) or None,
    }
    for parameter, value in wanted.items():
        if value is None:
            continue
        if parameter in dialect.refused:
            ignored.add(parameter)
        else:
            body[parameter] = value
    if len(request.stop) > MAX_STOPS:
        ignored.add("stop")
    if request.max_tokens is not None:
        if dialect.limit is None:
            ignored.add("max_tokens")
        else:
            body[dialect.limit] = request.max_tokens
    if "stream_options" not in dialect.refused:
        body["stream_options"] = {"include_usage": True}
    return {**extra, **body}, tuple(sorted(ignored))
