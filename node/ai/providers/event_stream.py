"""What a stream brings, as events, without input or output: server-sent events, or one JSON object on each line."""

from dataclasses import dataclass
from typing import Protocol

from node.ai.providers.lines import MAX_LINE_BYTES, Lines, OversizeError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `name` is `message` unless the server named it."""

    name: str
    data: str


class Events(Protocol):
    """Collects bytes in any portions and gives back the events which they complete."""

    def feed(self, data: bytes) -> list[Event]:
        """Return the events completed by these bytes, in order.

        Raises:
            OversizeError: a line, or the data of one event, is longer than MAX_LINE_BYTES.
        """
        ...

    def finish(self) -> list[Event]:
        """Return the last event, where the server left out what ends it."""
        ...


class EventStream:
    """Server-sent events (`text/event-stream`); see Events."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._name = ""
        self._data: list[str] = []
        self._data_bytes = 0
        self._started = False

    def feed(self, data: bytes) -> list[Event]:
        """Return the events completed by these bytes; see Events."""
        events = [self._take(line) for line in self._lines.feed(data)]
        return [event for event in events if event is not None]

    def finish(self) -> list[Event]:
        """Return the last event, where the server left out the empty line after it."""
        last = self._lines.rest()
        events = [self._take(last)] if last else []
        events.append(self._take(b""))
        return [event for event in events if event is not None]

    def _take(self, line: bytes) -> Event | None:
        if not self._started:
            self._started = True
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data_bytes += len(value)
            if self._data_bytes > MAX_LINE_BYTES:
                raise OversizeError
            self._data.append(value.decode("utf-8", "replace"))
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        return None

    def _dispatch(self) -> Event | None:
        event = Event(self._name or "message", "\n".join(self._data)) if self._data else None
        self._name, self._data, self._data_bytes = "", [], 0
        return event


class JsonLines:
    """One JSON object on each line (`application/x-ndjson`), each of them an event; see Events."""

    def __init__(self) -> None:
        self._lines = Lines()

    def feed(self, data: bytes) -> list[Event]:
        """Return the events completed by these bytes; see Events."""
        return [_event(line) for line in self._lines.feed(data) if line.strip()]

    def finish(self) -> list[Event]:
        """Return the last event, where its line has no end."""
        last = self._lines.rest()
        return [_event(last)] if last.strip() else []


def _event(line: bytes) -> Event:
    return Event("message", line.decode("utf-8", "replace"))
