"""What happened in a run, in order: a hash over all of it, and the newest part for whoever looks for a fault."""

import hashlib
from collections import deque
from collections.abc import Callable

import trio

KEPT = 400


class Trace:
    """The events of one run."""

    def __init__(self, *, show: Callable[[str], None] | None = None) -> None:
        """`show` gets every line as it comes."""
        self.newest: deque[str] = deque(maxlen=KEPT)
        self.count = 0
        self._hash = hashlib.blake2b(digest_size=16)
        self._show = show

    def note(self, what: str) -> None:
        """Note one event at the present virtual time."""
        line = f"{trio.current_time():9.3f} {what}"
        self.count += 1
        self.newest.append(line)
        self._hash.update(line.encode() + b"\n")
        if self._show is not None:
            self._show(line)

    @property
    def digest(self) -> str:
        """The hash of every line so far."""
        return self._hash.hexdigest()


def mark(data: bytes) -> str:
    """Return a few digits by which equal data can be recognised."""
    return hashlib.blake2b(data, digest_size=4).hexdigest()
