"""A lane: the few operations of one kind of which each counts or not by the state it meets (docs/protocol.md, "Lanes").

Rows lie by `(depth, id)`, and each keeps the state it leads to. So an operation that comes late, or falls, replays what
follows it only until the state is again what it was; there is nothing to restore, and no snapshot to choose.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from crypto.ids import OpId
from protocol.dag import Key

S = TypeVar("S")
"""The state: immutable, compared by value."""
B = TypeVar("B")
"""What is known of an operation."""

Flip = tuple[OpId, B, bool]
"""An operation, what is known of it, and whether it counts from now on."""


@dataclass(slots=True)
class _Row(Generic[S, B]):
    body: B
    state: S
    """The state after it, whether it counts or not."""
    counts: bool


class Lane(Generic[S, B]):
    """Operations in order, and the state they come to."""

    def __init__(self, first: S, step: Callable[[S, OpId, B], S | None]) -> None:
        """Start empty in the state `first`.

        Args:
            first: never None.
            step: returns the state after an operation, or None where it does not count; depends on nothing else.
        """
        self._first = first
        self._step = step
        self._places: list[Key] = []
        self._rows: list[_Row[S, B]] = []

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def state(self) -> S:
        """The state after all of them."""
        return self._state_before(len(self._rows))

    def counts(self, place: Key) -> bool:
        """Return whether an operation is here and counts."""
        at = bisect_left(self._places, place)
        return at < len(self._places) and self._places[at] == place and self._rows[at].counts

    def counted(self) -> Iterator[tuple[OpId, B]]:
        """Yield the operations that count, in order."""
        for (_, name), row in zip(self._places, self._rows, strict=True):
            if row.counts:
                yield name, row.body

    def last(self) -> tuple[OpId, S] | None:
        """Return the last operation that counts, and the state that it met; None where none does."""
        for at in reversed(range(len(self._rows))):
            if self._rows[at].counts:
                return self._places[at][1], self._state_before(at)
        return None

    def put(self, place: Key, body: B | None) -> list[Flip[B]]:
        """Put an operation at its place, or take it away (None); return what counts now, or no longer.

        Taking away what is not there, and putting what is there already, change nothing.
        """
        at = bisect_left(self._places, place)
        is_here = at < len(self._places) and self._places[at] == place
        if is_here == (body is not None):
            return []
        return self._remove(at) if body is None else self._insert(at, place, body)

    def _insert(self, at: int, place: Key, body: B) -> list[Flip[B]]:
        before = self._state_before(at)
        after = self._step(before, place[1], body)
        self._places.insert(at, place)
        self._rows.insert(at, _Row(body, before if after is None else after, after is not None))
        flips = [(place[1], body, True)] if after is not None else []
        return self._replay(at + 1, before, flips)

    def _remove(self, at: int) -> list[Flip[B]]:
        _, name = self._places.pop(at)
        gone = self._rows.pop(at)
        return self._replay(at, gone.state, [(name, gone.body, False)] if gone.counts else [])

    def _replay(self, at: int, was: S, flips: list[Flip[B]]) -> list[Flip[B]]:
        """Replay from row `at`, which met the state `was`, until what follows meets what it met before."""
        state = self._state_before(at)
        for place in range(at, len(self._rows)):
            if state == was:
                break
            row = self._rows[place]
            was = row.state
            name = self._places[place][1]
            after = self._step(state, name, row.body)
            if row.counts != (after is not None):
                row.counts = after is not None
                flips.append((name, row.body, row.counts))
            state = row.state = state if after is None else after
        return flips

    def _state_before(self, at: int) -> S:
        return self._rows[at - 1].state if at else self._first
