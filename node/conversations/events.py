"""Tells whoever listens what changed: `(conversation id or None, event, payload)` as in docs/channel.md."""

from collections.abc import Callable, Iterator, Sequence
from logging import getLogger
from typing import Any, Final

import trio

log = getLogger("node.conversations")

Json = dict[str, Any]
Callback = Callable[[str | None, str, Json], None]

PAUSE_S: Final = 0.05
ONE_BY_ONE: Final = 16
"""More messages at once than these are told in lists."""
LISTED: Final = 100
LISTED_CHARACTERS: Final = 60_000


class Events:
    """The callbacks that hear of changes; they neither wait nor raise."""

    def __init__(self) -> None:
        self._callbacks: list[Callback] = []
        self._due: dict[tuple[str, str], Callable[[], Json | None]] = {}
        self._wake = trio.Event()

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call `callback` for every event from now on; return what ends that."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def tell(self, conversation: str | None, event: str, payload: Json) -> None:
        """Tell everybody."""
        for callback in list(self._callbacks):
            callback(conversation, event, payload)

    def tell_messages(self, conversation: str, messages: Sequence[Json]) -> None:
        """Tell everybody of new and changed messages: of each alone, or of many as `messages`, a list at a time."""
        if len(messages) <= ONE_BY_ONE:
            for message in messages:
                self.tell(conversation, "message", message)
        else:
            for listed in _lists(messages):
                self.tell(conversation, "messages", {"messages": listed})

    def tell_soon(self, conversation: str, event: str, make: Callable[[], Json | None]) -> None:
        """Tell everybody what `make` then returns, at once or within PAUSE_S; a second call before that is the same.

        Where it returns None, there is nothing to tell.
        """
        self._due[(conversation, event)] = make
        self._wake.set()

    async def run(self) -> None:
        """Tell what is due, until cancelled; a thousand changes in a burst are told as a few."""
        while True:
            await self._wake.wait()
            self._wake = trio.Event()
            due, self._due = self._due, {}
            for (conversation, event), make in due.items():
                try:
                    payload = make()
                except Exception:  # the edge of a service: what one conversation cannot tell, others can
                    log.exception("event not told conversation=%s event=%s", conversation[:8], event)
                    continue
                if payload is not None:
                    self.tell(conversation, event, payload)
            await trio.sleep(PAUSE_S)

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens, so that payloads need not be made in vain."""
        return bool(self._callbacks)


def _lists(messages: Sequence[Json]) -> Iterator[list[Json]]:
    """Yield the messages in lists that fit into a frame."""
    listed: list[Json] = []
    characters = 0
    for message in messages:
        if listed and (len(listed) == LISTED or characters + len(message["text"]) > LISTED_CHARACTERS):
            yield listed
            listed, characters = [], 0
        listed.append(message)
        characters += len(message["text"])
    yield listed
