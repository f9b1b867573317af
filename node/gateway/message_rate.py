"""How fast one client may write into one conversation."""

from typing import Final

from node.gateway.limits import Bucket
from node.gateway.refusal import Refusal

MESSAGE_BURST: Final = 2000.0
MESSAGES_PER_S: Final = 200.0
TYPING_BURST: Final = 20.0
TYPING_PER_S: Final = 10.0


def message_bucket() -> Bucket:
    """Return a bucket that lets a script send 1,000 messages as fast as it can."""
    return Bucket(burst=MESSAGE_BURST, rate_per_s=MESSAGES_PER_S)


def typing_bucket() -> Bucket:
    """Return a bucket that no keyboard exhausts."""
    return Bucket(burst=TYPING_BURST, rate_per_s=TYPING_PER_S)


def spend(bucket: Bucket, now: float, what: str) -> None:
    """Take one token.

    Raises:
        Refusal: there is none; the reason says when there will be.
    """
    wait_s = bucket.take(now)
    if wait_s > 0:
        raise Refusal("rate_limited", f"too many {what} at once; try again in {max(1, round(wait_s * 1000))} ms")
