"""A request to a language model and the pieces of its answer, the same for every provider.

All of them are valid by construction; nothing here does input or output.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Role = Literal["system", "user", "assistant"]
MAX_TEMPERATURE = 2.0
MAX_TOKENS = 32_768
CONSTRAINED: Final = "constrained"
"""The name under which a form that was not kept stands among what was ignored."""
_FORM_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the talk as a model sees it; the content never shows in a log or a traceback."""

    role: Role
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Form:
    """JSON which the answer is to be, where the provider can hold a model to it.

    Attributes:
        name: of the schema, 1-64 letters, digits and underscores.
        schema: a JSON schema in which everything is bounded.
        turns: what the model is told instead of the request's own turns where it is held to the schema.
    """

    name: str
    schema: Mapping[str, object] = field(repr=False)
    turns: tuple[Turn, ...]

    def __post_init__(self) -> None:
        if not _FORM_NAME.fullmatch(self.name):
            raise ValueError("the name of a form has 1 to 64 letters, digits and underscores")
        if not self.turns:
            raise ValueError("a form has at least one turn")


@dataclass(frozen=True, slots=True)
class Request:
    """What a provider is asked for; None and the empty model stand for the provider's own choice.

    Attributes:
        model: a name the provider knows; empty for its default.
        turns: at least one, oldest first; ends with the message which is answered.
        temperature: 0.0-2.0.
        max_tokens: upper bound on the answer, 1-32768.
        top_p: 0.0-1.0.
        stop: texts which end the answer; they are not part of it.
        form: to be kept where the provider can; elsewhere the answer is prose, and `Finish.ignored` says so.
    """

    model: str
    turns: tuple[Turn, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    form: Form | None = None

    def __post_init__(self) -> None:
        if not self.turns:
            raise ValueError("a request has at least one turn")
        if self.temperature is not None and not 0.0 <= self.temperature <= MAX_TEMPERATURE:
            raise ValueError("temperature is between 0.0 and 2.0")
        if self.max_tokens is not None and (type(self.max_tokens) is not int or not 1 <= self.max_tokens <= MAX_TOKENS):
            raise ValueError("max_tokens is an integer between 1 and 32768")
        if self.top_p is not None and not 0.0 <= self.top_p <= 1.0:
            raise ValueError("top_p is between 0.0 and 1.0")
        if not all(self.stop):
            raise ValueError("a stop text is not empty")


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next piece of the answer's text; never empty.

    Attributes:
        text: what was said.
        constrained: the server took the request's form, so that this is a piece of JSON, unless it does not keep to it.
    """

    text: str
    constrained: bool = False


@dataclass(frozen=True, slots=True)
class Finish:
    """The answer is complete; the last item of every stream that did not fail.

    Attributes:
        reason: `stop`, `length`, `content_filter`, or what else the provider said.
        prompt_tokens: None where the provider did not count.
        completion_tokens: None where the provider did not count.
        model: the model which really answered, as the provider names it.
        ignored: parameters of the request which the provider does not take, or not as they are; sorted.
    """

    reason: str
    prompt_tokens: int | None
    completion_tokens: int | None
    model: str
    ignored: tuple[str, ...] = ()
