"""Two kinds of failure: the other side broke a rule, or our own caller did."""


class ProtocolError(Exception):
    """Base of this folder's errors; `code` is stable, the text is the sentence a person or a log sees."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class RemoteError(ProtocolError):
    """A peer sent what no honest program sends: drop it and count it; never a traceback."""


class UsageError(ProtocolError):
    """A person or a caller on this side asked for what cannot be done; the text says what to do instead."""
