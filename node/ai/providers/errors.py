"""What can go wrong with a provider, in words for the person who asked (S39).

A message never holds an API key, a prompt, an address or text which the server wrote: a server may quote all of them
back at us, and the message may be shown on another peer's screen.
"""

from typing import Literal

Code = Literal[
    "no_key",
    "unauthorized",
    "rate_limited",
    "timeout",
    "refused_connection",
    "malformed",
    "model_missing",
    "context_too_long",
    "unavailable",
    "refused_request",
]


class ProviderError(Exception):
    """The AI could not answer; the message says what to do about it.

    Attributes:
        code: stable, for the API and for tests.
        message: one or two sentences for a person; also `str(error)`.
        retry_after_s: how long the provider asked us to wait; None where it did not say.
        transient: the same request may well succeed a moment later, so the provider may try again by itself.
    """

    def __init__(
        self, code: Code, message: str, *, retry_after_s: float | None = None, transient: bool = False
    ) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.retry_after_s = retry_after_s
        self.transient = transient


class UnknownProviderError(Exception):
    """There is no provider of that name; the message names those there are (S40)."""

    code = "unknown_provider"

    def __init__(self, name: str, *, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no AI provider “{name[:40]}”: use one of {', '.join(known)}.")
        self.known = known
