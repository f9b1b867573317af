"""What every provider of AI answers offers to the node (S40)."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from node.ai.providers.request import Chunk, Finish, Request
from node.ai.providers.tokens import Window

PROVIDERS: Final = ("openai", "anthropic", "ollama", "local")
"""The names, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a provider can be used now.

    Attributes:
        available: a request would be tried.
        reason: where not available: what is missing and what to do, for a person; else empty, or a remark.
        models: names it is known to offer, sorted; empty where it did not say.
        default_model: what an empty `Request.model` stands for; empty where unknown.
        memory_bytes: what the model takes of this machine now; None where it runs elsewhere or that is unknown.
    """

    available: bool
    reason: str
    models: tuple[str, ...]
    default_model: str
    memory_bytes: int | None = None


class Provider(Protocol):
    """Generates answers; used by many tasks at once."""

    @property
    def name(self) -> str:
        """The stable name, as in settings and on the channel."""
        ...

    async def availability(self) -> Availability:
        """Return within a few seconds whether it can be used, without raising ProviderError."""
        ...

    async def window(self, model: str = "", texts: Sequence[str] = ()) -> Window:
        """Return how much the model takes, with a count that is exact for these texts where there is a tokenizer.

        It never fails: where the server does not answer, it is a careful guess. Loads a model that runs here.

        Args:
            model: empty for the default.
            texts: what is going to be counted, such as `node.ai.context.spoken` returns.
        """
        ...

    async def constrains(self, model: str = "") -> bool:
        """Return whether requests are to have a form where nobody said: the provider takes it, the model is able.

        It never fails: where the server does not answer, it is False. A request may have a form all the same.

        Args:
            model: empty for the default.
        """
        ...

    def stream(self, request: Request) -> AbstractAsyncContextManager[AsyncIterator[Chunk | Finish]]:
        """Return the answer as it is generated: chunks, then one Finish.

        Iterating raises ProviderError where the answer fails; what was yielded before stays valid. Leaving the block,
        also by a cancel, closes the connection at once, so that the model stops working.
        """
        ...

    async def aclose(self) -> None:
        """Stop what this provider runs; no process and no connection is left behind."""
        ...
