"""Rows in their order, found by key, and told of to whoever shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gui.observe import Signal
from gui.state.row import Row


class OrderedRows:
    """Rows from top to bottom; each is found by its key, or by the id of the message that it shows.

    Signals:
        reset: everything may be different.
        inserted: first index and count of new rows.
        changed: index of a row with new content.
        removed: index of a row that is gone.
        settled: many changes that came together are all made; `is_changing` is True until then.
    """

    def __init__(self) -> None:
        self.reset: Signal[()] = Signal()
        self.inserted: Signal[int, int] = Signal()
        self.changed: Signal[int] = Signal()
        self.removed: Signal[int] = Signal()
        self.settled: Signal[()] = Signal()
        self.is_changing = False
        self._rows: list[Row] = []
        self._index: dict[str, int] = {}
        self._base = 0  # what to subtract from `_index` values; keeps prepending cheap
        self._keys: dict[str, str] = {}  # message id -> key, where they differ

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> Row:
        """Return the row at `index`."""
        return self._rows[index]

    def index_of(self, key: str) -> int | None:
        """Return where the row with this key, or showing this message id, stands."""
        found = self._index.get(self._keys.get(key, key))
        return None if found is None else found - self._base

    def find(self, key: str) -> Row | None:
        """Return the row with this key, or showing this message id; None where it is not here."""
        at = self.index_of(key)
        return self._rows[at] if at is not None else None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Take many changes together: whoever shows them does so once, at the end."""
        self.is_changing = True
        try:
            yield
        finally:
            self.is_changing = False
            self.settled.emit()

    def _replace(self, at: int, row: Row) -> None:
        """Show new content in a row, which keeps its key; nothing is told where it is the same."""
        if row != self._rows[at]:
            self._rows[at] = row
            self.changed.emit(at)

    def _put_on_top(self, rows: list[Row]) -> None:
        self._rows[:0] = rows
        self._base -= len(rows)
        for at, row in enumerate(rows):
            self._index[row.key] = self._base + at
        # Indexes are stored relative to `_base`, so the rows that were there need no update.

    def _put_in(self, at: int, rows: list[Row]) -> None:
        self._rows[at:at] = rows
        self._reindex(at)

    def _insert(self, at: int, row: Row) -> None:
        self._put_in(at, [row])
        self.inserted.emit(at, 1)

    def _take_out(self, at: int) -> None:
        row = self._rows.pop(at)
        self._index.pop(row.key, None)
        self._keys.pop(row.message_id, None)
        self._reindex(at)

    def _reindex(self, first: int = 0) -> None:
        """Note where the rows from `first` on stand."""
        if first == 0:
            self._base, self._index = 0, {}
        for at in range(first, len(self._rows)):
            self._index[self._rows[at].key] = at + self._base
