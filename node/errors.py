"""Why a node does not start."""


class StartError(Exception):
    """The node cannot start; the text is one line that says what to do."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
