"""Tells the node up to where the open conversation was read: at once, and then together what is seen in a moment."""

from __future__ import annotations

import asyncio

from gui.api.client import Client

EVERY_S = 0.3


class Reading:
    """The newest message that was seen in one conversation at a time."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._topic = ""
        self._seen = ""
        self._told = ""
        self._soon: asyncio.Handle | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether something is told later by itself, if there is more by then."""
        return self._soon is not None

    def saw(self, topic: str, message_id: str) -> None:
        """Note the newest message that was seen."""
        if message_id and message_id != self._seen:
            self._topic, self._seen = topic, message_id
            if self._soon is None:
                self._tell()

    def tell_again(self) -> None:
        """Tell it once more: what was told before the connection was lost may not have arrived."""
        if self._seen:
            self._client.tell(self._topic, "read", {"id": self._seen})

    def tell_rest(self) -> None:
        """Tell what was not told yet; nothing is told later by itself."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
            if self._seen != self._told:
                self.tell_again()
                self._told = self._seen

    def leave(self) -> None:
        """Tell the rest, and begin anew with the next conversation."""
        self.tell_rest()
        self._seen = ""

    def _tell(self) -> None:
        self._told = self._seen
        self.tell_again()
        self._soon = asyncio.get_running_loop().call_later(EVERY_S, self._more)

    def _more(self) -> None:
        self._soon = None
        if self._seen != self._told:
            self._tell()
