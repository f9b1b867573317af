"""What tells the HTTP APIs of the vendors apart; `remote.py` does with it what is the same for all of them."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from node.ai.providers.answer import Answer
from node.ai.providers.errors import ProviderError
from node.ai.providers.event_stream import Events
from node.ai.providers.refusal import RefusedParameter, Wording
from node.ai.providers.request import Request


@dataclass(frozen=True, slots=True)
class Call:
    """One request for an answer, without the key.

    Attributes:
        path: relative to the base URL.
        body: becomes JSON.
        headers: besides those which every request has.
        ignored: parameters of the request which are left out, or sent in part; sorted.
        constrained: the model is held to the request's form.
    """

    path: str
    body: Mapping[str, object] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    constrained: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """What a server tells about a model.

    Attributes:
        context_tokens: 0 where it does not tell.
        tokenizes: the server counts tokens, see `Api.count`.
        parameters: how many weights it has; 0 where the server does not tell.
    """

    context_tokens: int = 0
    tokenizes: bool = False
    parameters: int = 0


class Ask(Protocol):
    """Asks the server for something small."""

    def __call__(self, path: str, body: Mapping[str, object] | None = None) -> Awaitable[Any]:
        """Return the parsed JSON of the answer to a GET, or to a POST where there is a body (ProviderError)."""
        ...


class Api(Protocol):
    """The API of one vendor, spoken by the vendor's server and by those that are compatible with it."""

    @property
    def wording(self) -> Wording:
        """How messages speak of the server."""
        ...

    @property
    def default_model(self) -> str:
        """The model to ask where nobody chose; empty where the server's list decides."""
        ...

    @property
    def form(self) -> str:
        """The name of the parameter which holds a model to a JSON schema, as `refused_parameter` gives it."""
        ...

    @property
    def is_vendors_own(self) -> bool:
        """Whether all models here are the vendor's, and as able as its documentation says."""
        ...

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the headers of every request; the key is empty where there is none."""
        ...

    @property
    def sizes(self) -> bool:
        """Whether a call says how large the model's window is to be, so that it must be known before."""
        ...

    def call(self, request: Request, *, model: str, context_tokens: int, refused: frozenset[str]) -> Call:
        """Return how to ask for an answer without the parameters which are refused.

        Args:
            request: what is asked for.
            model: never empty.
            context_tokens: the window of the model, 0 where it is not known; always known where the API `sizes`.
            refused: names as `refused_parameter` gives them.
        """
        ...

    def events(self) -> Events:
        """Return what takes a stream apart."""
        ...

    def streams(self, content_type: str) -> bool:
        """Return whether an answer of that type is a stream; else it is one JSON object."""
        ...

    def answer(self, *, model: str, ignored: tuple[str, ...]) -> Answer:
        """Return what puts an answer together."""
        ...

    def refusal(self, status: int, headers: Mapping[str, str], body: object) -> ProviderError:
        """Return the error for an answer with this status; names of headers are lower case."""
        ...

    def refused_parameter(self, status: int, body: object) -> RefusedParameter | None:
        """Return the parameter which is refused; None where the refusal is about something else."""
        ...

    async def models(self, ask: Ask) -> tuple[str, ...]:
        """Return the names of the models which can chat, as the server orders them (ProviderError)."""
        ...

    def chosen(self, models: Sequence[str]) -> str:
        """Return the one of these to use where nobody chose; empty where there is none."""
        ...

    def lacks(self, model: str, models: Sequence[str]) -> ProviderError | None:
        """Return why the model cannot be used, for a server that has these; None where nothing speaks against it."""
        ...

    async def model(self, ask: Ask, name: str) -> Model:
        """Return what the server tells about the model (ProviderError)."""
        ...

    async def count(self, ask: Ask, texts: Sequence[str]) -> Sequence[int]:
        """Return the tokens of each text, for a `Model` that tokenizes (ProviderError)."""
        ...
