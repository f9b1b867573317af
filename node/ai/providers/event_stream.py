"""Server-sent events out of bytes, without input or output.

Lines are cut at LF before anything is decoded: `str.splitlines`, and with it httpx's `aiter_lines`, would also cut at
U+2028 and U+0085, which may stand inside a JSON string.
"""

from dataclasses import dataclass

MAX_EVENT_BYTES = 1 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `name` is `message` unless the server named it."""

    name: str
    data: str


class EventStreamError(Exception):
    """The server sent an event larger than MAX_EVENT_BYTES."""


class EventStream:
    """Collects bytes in any portions and gives back the events which they complete."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._name = ""
        self._data: list[str] = []
        self._data_bytes = 0
        self._started = False

    def feed(self, data: bytes) -> list[Event]:
        """Return the events completed by these bytes, in order.

        Raises:
            EventStreamError: a line, or the data of one event, is longer than MAX_EVENT_BYTES.
        """
        searched = len(self._buffer)
        self._buffer += data
        events: list[Event] = []
        start = 0
        while (end := self._buffer.find(b"\n", max(start, searched))) >= 0:
            if (event := self._take(bytes(self._buffer[start:end]))) is not None:
                events.append(event)
            start = end + 1
        del self._buffer[:start]
        if len(self._buffer) > MAX_EVENT_BYTES:
            raise EventStreamError
        return events

    def finish(self) -> list[Event]:
        """Return the last event, where the server left out the empty line after it."""
        last, self._buffer = bytes(self._buffer), bytearray()
        events = [self._take(last)] if last else []
        events.append(self._take(b""))
        return [event for event in events if event is not None]

    def _take(self, line: bytes) -> Event | None:
        if not self._started:
            self._started = True
            line = line.removeprefix(_BYTE_ORDER_MARK)
        line = line.removesuffix(b"\r")
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data_bytes += len(value)
            if self._data_bytes > MAX_EVENT_BYTES:
                raise EventStreamError
            self._data.append(value.decode("utf-8", "replace"))
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        return None

    def _dispatch(self) -> Event | None:
        event = Event(self._name or "message", "\n".join(self._data)) if self._data else None
        self._name, self._data, self._data_bytes = "", [], 0
        return event
