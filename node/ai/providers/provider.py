"""What every provider of AI answers offers to the node (S40)."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from node.ai.providers.request import Chunk, Finish, Request


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a provider can be used now.

    Attributes:
        available: a request would be tried.
        reason: where not available: what is missing and what to do, for a person; else empty, or a remark.
        models: names it is known to offer, sorted; empty where it did not say.
        default_model: what an empty `Request.model` stands for; empty where unknown.
    """

    available: bool
    reason: str
    models: tuple[str, ...]
    default_model: str


class Provider(Protocol):
    """Generates answers; used by many tasks at once."""

    @property
    def name(self) -> str:
        """The stable name, as in settings and on the channel."""
        ...

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together."""
        ...

    @property
    def prompt_tokens(self) -> int:
        """How many tokens a prompt should have at most, so that the answer fits and begins soon."""
        ...

    async def availability(self) -> Availability:
        """Return in less than a second whether it can be used, without raising ProviderError."""
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
