"""Heights of all rows with fast sums: which row stands at a height, and at which height a row begins (Fenwick tree)."""

from __future__ import annotations

ESTIMATE_PX = 84


class Heights:
    """One height a row, in whole pixels; an estimate until the row was measured."""

    def __init__(self, count: int = 0) -> None:
        self._heights: list[int] = []
        self._tree: list[int] = [0]
        self.rebuild([ESTIMATE_PX] * count)

    def __len__(self) -> int:
        return len(self._heights)

    def height(self, row: int) -> int:
        """Return the height of a row."""
        return self._heights[row]

    def rebuild(self, heights: list[int]) -> None:
        """Take these heights; O(n)."""
        self._heights = heights
        count = len(heights)
        tree = [0, *heights]
        for at in range(1, count + 1):
            above = at + (at & -at)
            if above <= count:
                tree[above] += tree[at]
        self._tree = tree

    def insert(self, row: int, count: int) -> None:
        """Add rows of estimated height at `row`; cheap at the end."""
        if row == len(self._heights) and count == 1:
            self._append(ESTIMATE_PX)
        else:
            self.rebuild([*self._heights[:row], *[ESTIMATE_PX] * count, *self._heights[row:]])

    def remove(self, row: int) -> None:
        """Forget a row."""
        self.rebuild([*self._heights[:row], *self._heights[row + 1 :]])

    def put(self, row: int, height: int) -> None:
        """Note the measured height of a row; O(log n)."""
        change = height - self._heights[row]
        if change:
            self._heights[row] = height
            at = row + 1
            while at < len(self._tree):
                self._tree[at] += change
                at += at & -at

    def top(self, row: int) -> int:
        """Return the sum of the heights of all rows before `row`."""
        total = 0
        at = row
        while at > 0:
            total += self._tree[at]
            at -= at & -at
        return total

    def total(self) -> int:
        """Return the height of everything."""
        return self.top(len(self._heights))

    def find(self, y: int) -> int:
        """Return the row at height `y`; the first or last one where `y` is outside."""
        at = 0
        rest = max(0, y)
        step = 1 << len(self._heights).bit_length()
        while step:
            ahead = at + step
            if ahead < len(self._tree) and self._tree[ahead] <= rest:
                at = ahead
                rest -= self._tree[ahead]
            step >>= 1
        return min(at, max(0, len(self._heights) - 1))

    def _append(self, height: int) -> None:
        self._heights.append(height)
        at = len(self._heights)
        self._tree.append(self.top(at - 1) - self.top(at - (at & -at)) + height)
