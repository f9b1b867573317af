"""What a server's refusal means, for all vendors; pure.

What the server wrote is used to tell the kind, never repeated (see errors.py).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from node.ai.providers.errors import ProviderError
from node.ai.providers.retry import retry_after_s, should_retry
from protocol.sentence import Sentence

_SAID_CHARS = 4000
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length|context (size|length|window|limit)"
    r"|prompt is too long|input is too long"
)
_NO_MODEL = re.compile(
    r"model_not_found|model\b.{0,200}\b(not found|does not exist|not exist|not loaded)|not_found_error.{0,40}model",
    re.DOTALL,
)
_NO_CREDIT = re.compile(r"insufficient_quota|billing_error|credit balance is too low")
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|not support |deprecated|not permitted|unrecognized|unknown (parameter|field|name)"
    r"|cannot both|no longer accepted|not allowed"
)
_ABOUT_FORM = re.compile(
    r"\b(response_format|output_config)\b|output[_ ]format|structured[ _-]?output|json[_ ]schema|\bformat\b|\bgrammar\b"
)
_LIMIT_TOO_LARGE = re.compile(
    r"max_(completion_)?tokens\b.{0,60}too large|maximum allowed number of output tokens|in the completion"
    r"|`?max_tokens`? exceed"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """How messages speak of a server.

    Attributes:
        label: its name, at the beginning of a sentence.
        kind: what has to be at its address.
        no_model: what to do where it does not have the model.
    """

    label: str
    kind: str
    no_model: str = Sentence("choose another one in the settings")


@dataclass(frozen=True, slots=True)
class RefusedParameter:
    """A parameter which the server does not take.

    Attributes:
        name: as it is sent.
        always: whatever its value is, so that it need not be tried again.
    """

    name: str
    always: bool


def malformed(wording: Wording) -> ProviderError:
    """Return the error for an answer in another format."""
    return ProviderError(
        "malformed",
        "{label} sent an answer that can not be read: check that its address is that of {kind}.",
        label=wording.label,
        kind=wording.kind,
        transient=True,
    )


def broken_off(wording: Wording) -> ProviderError:
    """Return the error for a stream which ended without saying that the answer is complete."""
    return ProviderError(
        "malformed", "{label} broke off in the middle of the answer: try again.", label=wording.label, transient=True
    )


def no_model(wording: Wording) -> ProviderError:
    """Return the error for a model which the server does not have."""
    return ProviderError(
        "model_missing", "{label} does not have this model: {remedy}.", label=wording.label, remedy=wording.no_model
    )


def refusal(status: int, headers: Mapping[str, str], body: object, wording: Wording) -> ProviderError:
    """Return the error for an answer with this status.

    Args:
        status: the HTTP status, or what an error inside a stream stands for; 0 where it does not say.
        headers: names in lower case.
        body: the parsed JSON of the answer; anything else where it had none.
        wording: how to speak of the server.
    """
    label = wording.label
    wait_s = retry_after_s(headers)
    retry = should_retry(status, headers)
    said = what_was_said(body)
    if _NO_CREDIT.search(said) or status == 402:
        return ProviderError(
            "rate_limited", "{label} says that the account has no credit left: check its billing.", label=label
        )
    if status == 429 or "rate_limit" in said:
        when = (
            Sentence("in {seconds} s", seconds=max(1, round(wait_s))) if wait_s is not None else Sentence("in a minute")
        )
        return ProviderError(
            "rate_limited",
            "{label} takes no more requests for now: try again {when}.",
            label=label,
            when=when,
            retry_after_s=wait_s,
            transient=retry or status == 0,
        )
    if status == 401 or "invalid_api_key" in said:
        return ProviderError(
            "unauthorized", "{label} does not accept the API key: set a valid one and try again.", label=label
        )
    if status == 403:
        return ProviderError(
            "unauthorized",
            "{label} does not allow this with the API key: set another one, or choose another model.",
            label=label,
        )
    if status == 413 or _TOO_LONG.search(said):
        return ProviderError(
            "context_too_long", "The conversation is too long for this model: choose one with a larger window."
        )
    if (status == 404 and _NO_MODEL.search(said)) or "model_not_found" in said:
        return no_model(wording)
    if status == 404 or 300 <= status < 400:
        return ProviderError(
            "refused_request",
            "{label} does not offer chat at this address: check that the base URL is that of {kind}.",
            label=label,
            kind=wording.kind,
        )
    if status in {408, 409} or status >= 500 or status == 0:
        trouble = Sentence("is overloaded") if status == 529 else Sentence("has a problem of its own")
        return ProviderError(
            "unavailable",
            "{label} {trouble}: try again in a minute.",
            label=label,
            trouble=trouble,
            retry_after_s=wait_s,
            transient=retry or status == 0,
        )
    return ProviderError(
        "refused_request",
        "{label} refused the request (status {status}): choose another model or other settings.",
        label=label,
        status=str(status),
        transient=retry,
    )


def refused_parameter(status: int, body: object, names: Collection[str], *, form: str) -> RefusedParameter | None:
    """Return which of these parameters the server does not take; None where its refusal is about something else.

    The limit of the answer (the names which end in `tokens`) may be refused for its value.

    Args:
        status: the HTTP status.
        body: the parsed JSON of the answer.
        names: the parameters which can be left out, as they are sent.
        form: what the parameter for a JSON schema is called. Servers that do not take it speak of it in many ways, and
            some with the status of a fault of their own; what they do not take once they never take.
    """
    if status not in {400, 422, 500}:
        return None
    error = _error(body)
    is_form = isinstance(error, dict) and error.get("param") == form
    if status != 500 and not is_form and (named := _named(body, names)):
        return named
    return RefusedParameter(form, always=True) if is_form or _ABOUT_FORM.search(what_was_said(body)) else None


def what_was_said(body: object) -> str:
    """Return everything the server said about the error, in lower case, to look for known words in it."""
    error = _error(body)
    if isinstance(error, str):
        return error[:_SAID_CHARS].lower()
    if not isinstance(error, dict):
        return ""
    parts = [error.get("code"), error.get("type"), error.get("message"), error.get("detail")]
    return "\n".join(str(part) for part in parts if part is not None)[:_SAID_CHARS].lower()


def parsed(body: bytes | str) -> Any:
    """Return the parsed JSON; None where it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _named(body: object, names: Collection[str]) -> RefusedParameter | None:
    """Return which of these parameters the refusal is about."""
    error = _error(body)
    said = what_was_said(body)
    parameter = error.get("param") if isinstance(error, dict) else None
    unsupported = _UNSUPPORTED.search(said) is not None
    if parameter in names:
        return RefusedParameter(str(parameter), unsupported)
    too_large = _LIMIT_TOO_LARGE.search(said) is not None
    if not unsupported and not too_large:
        return None
    wanted = [name for name in names if not too_large or name.endswith("tokens")]
    named = re.findall(rf"\b({'|'.join(map(re.escape, wanted))})\b", said) if wanted else []
    if too_large and not unsupported:
        return RefusedParameter(named[0] if named else wanted[0], always=False) if wanted else None
    if "temperature" in named and "top_p" in named:
        return RefusedParameter("top_p", always=True)  # some take one of them, and temperature is what people set
    return RefusedParameter(named[0], always=True) if named else None  # a message may go on to recommend another


def _error(body: object) -> object:
    return body.get("error", body) if isinstance(body, dict) else body
