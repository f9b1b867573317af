"""Lines out of bytes which come in any portions, without input or output.

They are cut at LF before anything is decoded: `str.splitlines`, and with it httpx's `aiter_lines`, would also cut at
U+2028 and U+0085, which may stand inside a JSON string.
"""

MAX_LINE_BYTES = 1 << 20


class OversizeError(Exception):
    """The server sent a line, or an event of several, longer than MAX_LINE_BYTES."""


class Lines:
    """Collects bytes and gives back the lines which they complete; holds at most one line and one portion."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines completed by these bytes, in order, without their ends.

        Raises:
            OversizeError: a line is longer than MAX_LINE_BYTES, complete or not.
        """
        searched = len(self._buffer)
        self._buffer += data
        lines: list[bytes] = []
        start = 0
        while (end := self._buffer.find(b"\n", max(start, searched))) >= 0:
            if end - start > MAX_LINE_BYTES:
                raise OversizeError
            lines.append(bytes(self._buffer[start:end]).removesuffix(b"\r"))
            start = end + 1
        del self._buffer[:start]
        if len(self._buffer) > MAX_LINE_BYTES:
            raise OversizeError
        return lines

    def rest(self) -> bytes:
        """Return the last line where it had no end, and forget it; empty where there is none."""
        last, self._buffer = bytes(self._buffer), bytearray()
        return last.removesuffix(b"\r")
