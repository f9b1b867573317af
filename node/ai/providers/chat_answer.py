"""The answer of OpenAI's Chat Completions: events become chunks and a finish, refusals become ProviderErrors; pure.

What the server wrote in an error is used to tell its kind, never repeated (see errors.py).
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from node.ai.providers.errors import ProviderError
from node.ai.providers.event_stream import Event
from node.ai.providers.request import Chunk, Finish
from node.ai.providers.retry import retry_after_s, should_retry

MAX_ANSWER_CHARS = 200_000
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length|context (size|length|window)"
)
_NO_MODEL = re.compile(r"model_not_found|model\b.{0,200}\b(not found|does not exist|not exist|not loaded)", re.DOTALL)
_PARAMETERS = ("max_completion_tokens", "max_tokens", "stream_options", "temperature", "top_p", "stop")


class ChatAnswer:
    """Puts one streamed answer together.

    Attributes:
        finish_reason: empty until the server said why the answer ends; after that nothing but counts can follow.
    """

    def __init__(self, *, label: str, model: str, ignored: tuple[str, ...]) -> None:
        self.finish_reason = ""
        self._label = label
        self._model = model
        self._ignored = ignored
        self._usage: Mapping[str, Any] = {}
        self._chars = 0

    def take(self, event: Event) -> list[Chunk | Finish]:
        """Return what the event adds; a Finish is always the last item of the answer.

        Raises:
            ProviderError: the event can not be understood, or reports an error.
        """
        if event.data == "[DONE]":
            return [self.finish()]
        return self._piece(self._parsed(event.data), part="delta")

    def take_whole(self, body: bytes) -> list[Chunk | Finish]:
        """Return the answer of a server which does not stream."""
        return [*self._piece(self._parsed(body), part="message"), self.finish()]

    def end(self) -> Finish:
        """Return the finish of a stream which ended without `[DONE]`.

        Raises:
            ProviderError: it never said that the answer is complete.
        """
        if self.finish_reason:
            return self.finish()
        raise ProviderError(
            "malformed", f"{self._label} broke off in the middle of the answer: try again.", transient=True
        )

    def finish(self) -> Finish:
        """Return the finish with what is known by now."""
        return Finish(
            self.finish_reason or "stop",
            _count(self._usage.get("prompt_tokens")),
            _count(self._usage.get("completion_tokens")),
            self._model,
            self._ignored,
        )

    def _parsed(self, data: str | bytes) -> Mapping[str, Any]:
        try:
            message = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise self._malformed() from None
        if not isinstance(message, dict):
            raise self._malformed()
        if message.get("error"):
            raise refusal(_status_of(message["error"]), {}, message, label=self._label)
        return message

    def _piece(self, message: Mapping[str, Any], *, part: str) -> list[Chunk | Finish]:
        if isinstance(usage := message.get("usage"), dict):
            self._usage = usage
        if isinstance(model := message.get("model"), str) and model:
            self._model = model
        choices = message.get("choices")
        if not isinstance(choices, list):
            raise self._malformed()
        pieces: list[Chunk | Finish] = []
        for choice in choices:
            if not isinstance(choice, dict):
                raise self._malformed()
            if choice.get("index", 0) != 0:
                continue
            content = choice.get(part) or {}
            if not isinstance(content, dict):
                raise self._malformed()
            text = content.get("content") or content.get("refusal")
            if isinstance(text, str) and text:
                self._chars += len(text)
                if self._chars > MAX_ANSWER_CHARS:
                    raise self._malformed()
                pieces.append(Chunk(text))
            if isinstance(reason := choice.get("finish_reason"), str) and reason:
                self.finish_reason = reason
        return pieces

    def _malformed(self) -> ProviderError:
        return malformed(self._label)


def malformed(label: str) -> ProviderError:
    """Return the error for an answer which is not Chat Completions."""
    return ProviderError(
        "malformed",
        f"{label} sent an answer that can not be read: check that its address is that of an OpenAI-compatible server.",
        transient=True,
    )


def refusal(status: int, headers: Mapping[str, str], body: object, *, label: str) -> ProviderError:
    """Return the error for an answer with this status.

    Args:
        status: the HTTP status, or the code an error inside a stream has; 0 where it has none.
        headers: names in lower case.
        body: the parsed JSON of the answer; anything else where it had none.
        label: what the message calls the server.
    """
    wait_s = retry_after_s(headers)
    retry = should_retry(status, headers)
    said = _said(body)
    if "insufficient_quota" in said or status == 402:
        return ProviderError("rate_limited", f"{label} says that the account has no credit left: check its billing.")
    if status == 429 or "rate_limit" in said:
        when = f"in {max(1, round(wait_s))} s" if wait_s is not None else "in a minute"
        return ProviderError(
            "rate_limited",
            f"{label} takes no more requests for now: try again {when}.",
            retry_after_s=wait_s,
            transient=retry or status == 0,
        )
    if status in {401, 403} or "invalid_api_key" in said:
        return ProviderError("unauthorized", f"{label} does not accept the API key: set a valid one and try again.")
    if status == 413 or _TOO_LONG.search(said):
        return ProviderError(
            "context_too_long",
            "The conversation is too long for this model: choose one with a larger window.",
        )
    if (status == 404 and _NO_MODEL.search(said)) or "model_not_found" in said:
        return ProviderError("model_missing", f"{label} does not have this model: choose another one in the settings.")
    if status == 404 or 300 <= status < 400:
        return ProviderError(
            "refused_request", f"{label} does not offer chat at this address: check the base URL, it often ends in /v1."
        )
    if status in {408, 409} or status >= 500 or status == 0:
        return ProviderError(
            "unavailable",
            f"{label} has a problem of its own: try again in a minute.",
            retry_after_s=wait_s,
            transient=retry or status == 0,
        )
    return ProviderError(
        "refused_request",
        f"{label} refused the request (status {status}): choose another model or other settings.",
        transient=retry,
    )


def refused_parameter(status: int, body: object) -> str | None:
    """Return the parameter which the server says it does not take; None where its refusal is about something else."""
    error = body.get("error") if isinstance(body, dict) else None
    if status not in {400, 422} or not isinstance(error, dict):
        return None
    if (parameter := error.get("param")) in _PARAMETERS:
        return str(parameter)
    said = _said(body)
    if "unsupported" not in said and "not supported" not in said:
        return None
    named = re.search(
        rf"\b({'|'.join(_PARAMETERS)})\b", said
    )  # the first one: a message may go on to recommend another
    return named.group(1) if named else None


def _said(body: object) -> str:
    """Return everything the server said about the error, in lower case, to look for known words in it."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        parts = [error.get("code"), error.get("type"), error.get("message")]
        return "\n".join(str(part) for part in parts if part is not None)[:4000].lower()
    return error[:4000].lower() if isinstance(error, str) else ""


def _status_of(error: object) -> int:
    """Return the HTTP status which an error inside a stream names; 0 where it names none."""
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 0


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
