"""Where rows stand in the viewport: around an anchor, up and down until it is covered, without a hole at either end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

OVERSCAN = 300
MARGIN = 14


@dataclass(frozen=True, slots=True)
class Anchor:
    """A row and where its top stands in the viewport."""

    key: str
    y: int


@dataclass(frozen=True, slots=True)
class Placed:
    """The rows that are in or near the viewport, and their tops."""

    first: int
    last: int
    tops: dict[int, int]


def place(
    start: int, y: int, *, count: int, viewport: int, measure: Callable[[int], int], height: Callable[[int], int]
) -> Placed:
    """Return where rows stand when row `start` has its top at `y`, moved so that there is no hole at either end.

    Args:
        start: the row that stays where it is.
        y: its top, in pixels from the top of the viewport.
        count: how many rows there are.
        viewport: the viewport's height.
        measure: measures a row and returns its height.
        height: returns the height of a row that was measured.
    """
    placed = _fill(start, y, count, viewport, measure, height)
    for _ in range(2):
        shift = _correction(placed, count, viewport, height)
        if not shift:
            break
        # What was placed is off an end: move it, and fill what that uncovered.
        placed = _fill(start, placed.tops[start] + shift, count, viewport, measure, height)
    return placed


def _fill(
    start: int, y: int, count: int, viewport: int, measure: Callable[[int], int], height: Callable[[int], int]
) -> Placed:
    tops = {start: y}
    bottom = y + measure(start)
    last = first = start
    while last < count - 1 and bottom < viewport + OVERSCAN:
        last += 1
        tops[last] = bottom
        bottom += measure(last)
    top = y
    while first > 0 and top > -OVERSCAN:
        first -= 1
        top -= measure(first)
        tops[first] = top
    while tops[first] + height(first) < -OVERSCAN and first < last:
        first += 1
    while tops[last] > viewport + OVERSCAN and last > first:
        last -= 1
    return Placed(first, last, tops)


def _correction(placed: Placed, count: int, viewport: int, height: Callable[[int], int]) -> int:
    """Return by how much to move everything so that there is no hole below the newest or above the oldest row."""
    bottom = placed.tops[placed.last] + height(placed.last)
    missing = viewport - MARGIN - bottom
    if placed.last == count - 1 and missing > 0:
        return missing
    if placed.first == 0 and placed.tops[0] > MARGIN:
        up = MARGIN - placed.tops[0]
        return max(up, missing) if placed.last == count - 1 else up
    return 0
