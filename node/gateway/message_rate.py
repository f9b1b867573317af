"""How fast one client may write into one conversation, and ask in one session (S56)."""

from dataclasses import dataclass
from typing import Final

from node.gateway.limits import Bucket
from node.gateway.refusal import Refusal

TYPING_BURST: Final = 20.0
TYPING_PER_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates, as `[limits]` in `config.toml` may set them; the defaults let a script send 1,000 messages at once.

    Attributes:
        messages_at_once: messages and changes of them, for each connection and conversation.
        messages_per_s: how many more each second.
        asks_at_once: questions to the AI of a private session, for each connection.
        asks_per_s: how many more each second.
    """

    messages_at_once: float = 2000.0
    messages_per_s: float = 200.0
    asks_at_once: float = 20.0
    asks_per_s: float = 1.0

    def messages(self) -> Bucket:
        """Return a bucket for messages and changes of them."""
        return Bucket(burst=self.messages_at_once, rate_per_s=self.messages_per_s)

    def asks(self) -> Bucket:
        """Return a bucket for questions of a private session."""
        return Bucket(burst=self.asks_at_once, rate_per_s=self.asks_per_s)

    def typing(self) -> Bucket:
        """Return a bucket that no keyboard exhausts."""
        return Bucket(burst=TYPING_BURST, rate_per_s=TYPING_PER_S)


def spend(bucket: Bucket, now: float, what: str) -> None:
    """Take one token.

    Raises:
        TooFast: there is none; the reason says when there will be.
    """
    wait_s = bucket.take(now)
    if wait_s > 0:
        raise TooFast(what, max(1, round(wait_s * 1000)))


class TooFast(Refusal):
    """More than the rate allows."""

    def __init__(self, what: str, retry_after_ms: int) -> None:
        super().__init__("rate_limited", f"too many {what} at once; try again in {retry_after_ms} ms")
        self.retry_after_ms = retry_after_ms
