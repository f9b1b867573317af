"""A refused push as the event `error` of its topic, beside the reply (S52, S56)."""

from node.ai.responses import failure
from node.gateway.channels import Json
from node.gateway.message_rate import TooFast
from protocol.errors import UsageError


def told(event: str, refusal: UsageError) -> Json:
    """Return the payload of `error` for a push of this event."""
    after_s = refusal.retry_after_ms / 1000 if isinstance(refusal, TooFast) else None
    return failure(refusal.code, refusal.reason, retry_after_s=after_s, event=event)
