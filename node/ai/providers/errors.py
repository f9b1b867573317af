"""What can go wrong with a provider, in words for the person who asked (S39).

A message never holds an API key, a prompt, an address or text which the server wrote: a server may quote all of them
back at us, and the message may be shown on another peer's screen.
"""

from typing import Literal

from protocol.sentence import Sentence, Value

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
        self, code: Code, message: str, *, retry_after_s: float | None = None, transient: bool = False, **values: Value
    ) -> None:
        """Fill `values` into the places of the message (see `Sentence`)."""
        self.code: Code = code
        self.message = Sentence(message, **values) if values else message
        super().__init__(self.message)
        self.retry_after_s = retry_after_s
        self.transient = transient


class UnknownProviderError(Exception):
    """There is no provider of that name; the message names those there are (S40)."""

    code = "unknown_provider"

    def __init__(self, name: str, *, known: tuple[str, ...]) -> None:
        self.message = Sentence(
            "There is no AI provider “{name}”: use one of {known}.", name=name[:40], known=", ".join(known)
        )
        super().__init__(self.message)
        self.known = known
