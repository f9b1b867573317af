"""Two kinds of failure: the other side broke a rule, or our own caller did."""

from protocol.sentence import Sentence, Value


class ProtocolError(Exception):
    """Base of this folder's errors; `code` is stable, the text is the sentence a person or a log sees.

    Where values are given, the text is a form with places for them: `there is no message {prefix}` (see `Sentence`).
    """

    def __init__(self, code: str, reason: str, **values: Value) -> None:
        self.code = code
        self.reason = Sentence(reason, **values) if values else reason
        super().__init__(self.reason)


class RemoteError(ProtocolError):
    """A peer sent what no honest program sends: drop it and count it; never a traceback."""


class UsageError(ProtocolError):
    """A person or a caller on this side asked for what cannot be done; the text says what to do instead."""
