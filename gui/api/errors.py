"""What can go wrong between the desktop and its node; each text is a sentence for a person, in their language."""

from __future__ import annotations

from gui.wording import spoken


class ApiError(Exception):
    """Something between the desktop and its node went wrong."""

    code = "internal"

    def __init__(self, reason: str, said: object = None) -> None:
        """Take a sentence, and its form and values where the node told them."""
        self.reason = spoken(reason, said)
        super().__init__(self.reason)


class CallRefused(ApiError):  # noqa: N818 - named for what happened
    """The node refused a call; `code` is stable, `reason` says what to do."""

    def __init__(self, code: str, reason: str, said: object = None) -> None:
        super().__init__(reason, said)
        self.code = code


class CallTimedOut(ApiError):  # noqa: N818 - named for what happened
    """The node did not answer in time."""

    code = "timeout"


class Disconnected(ApiError):  # noqa: N818 - named for what happened
    """The connection to the node was lost before the answer came; the call may or may not have been carried out."""

    code = "disconnected"


class NodeFailed(ApiError):  # noqa: N818 - named for what happened
    """The node could not be started."""

    code = "node_failed"


class NodeLocked(NodeFailed):
    """The profile is locked with a passphrase, or the one given was wrong."""

    code = "locked"
