"""Keyed registers with all who ever wrote them, so that the next one counts at once where the last one falls."""

from bisect import bisect_left
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from crypto.ids import OpId
from protocol.dag import Key

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Register:
    """The winning writer of a text."""

    key: Key
    """`(depth, id)` of the operation."""
    text: str


class Writers(Generic[K, V]):
    """For each key, everything written to it, by `(depth, id)`."""

    def __init__(self) -> None:
        self._rows: dict[K, list[tuple[Key, V]]] = {}

    def put(self, key: K, place: Key, value: V | None) -> None:
        """Add what the operation at `place` writes, or take it away (None); twice is the same as once."""
        if value is not None:
            rows = self._rows.setdefault(key, [])
            at = bisect_left(rows, place, key=_place)
            if at == len(rows) or rows[at][0] != place:
                rows.insert(at, (place, value))
        elif key in self._rows:
            rows = self._rows[key]
            at = bisect_left(rows, place, key=_place)
            if at < len(rows) and rows[at][0] == place:
                del rows[at]
            if not rows:
                del self._rows[key]

    def first(self, key: K) -> tuple[Key, V] | None:
        """Return the lowest `(depth, id)` and what it wrote."""
        rows = self._rows.get(key)
        return rows[0] if rows else None

    def last(self, key: K) -> tuple[Key, V] | None:
        """Return the highest `(depth, id)` and what it wrote: who writes last wins."""
        rows = self._rows.get(key)
        return rows[-1] if rows else None

    def all(self, key: K) -> list[tuple[Key, V]]:
        """Return everything written, by `(depth, id)`."""
        return list(self._rows.get(key, ()))

    def last_id(self, key: K) -> bytes:
        """Return the winning operation's id, empty where nobody wrote."""
        row = self.last(key)
        return row[0][1] if row else b""


class Switches(Generic[K]):
    """Registers of yes or no, grouped by the message they are about; knows at any time which are on."""

    def __init__(self) -> None:
        self._writers: Writers[tuple[OpId, K], bool] = Writers()
        self._on: dict[OpId, dict[K, Key]] = {}

    def __contains__(self, message: OpId) -> bool:
        return message in self._on

    def __iter__(self) -> Iterator[OpId]:
        """Yield the messages with any switch that is on."""
        return iter(self._on)

    def put(self, message: OpId, key: K, place: Key, value: bool | None) -> bool:
        """Write a switch, or take back what was written (None); return whether the one that wins is another now."""
        switch = (message, key)
        self._writers.put(switch, place, value)
        winner = self._writers.last(switch)
        on = self._on.get(message, {})
        before = on.get(key)
        if winner is not None and winner[1]:
            self._on.setdefault(message, {})[key] = winner[0]
            return before != winner[0]
        if before is None:
            return False
        del on[key]
        if not on:
            del self._on[message]
        return True

    def on(self, message: OpId) -> list[tuple[Key, K]]:
        """Return who switched what on, by `(depth, id)`."""
        return sorted(((place, key) for key, place in self._on.get(message, {}).items()), key=_place)

    def winners(self) -> Iterator[OpId]:
        """Yield the operations that switched on what is on, in no certain order."""
        for on in self._on.values():
            for _, name in on.values():
                yield name


def _place(row: tuple[Key, T]) -> Key:
    return row[0]
