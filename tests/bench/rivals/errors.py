"""The one error of the rivals."""


class RivalError(Exception):
    """A rival is not set up, ended early or took too long; the text says which and what to do."""
