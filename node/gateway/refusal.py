"""The one way to say no over the channel."""

from protocol.errors import UsageError


class Refusal(UsageError):  # noqa: N818 - it is an answer, not a failure
    """What was asked is refused; the asker gets `code` (one of those in `docs/channel.md`) and `reason`."""
