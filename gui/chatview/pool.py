"""The row widgets: those that show something now, by the key of their row, and those that wait to be used again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gui.chatview.bubble import RowWidget


class Pool:
    """Row widgets, made once and used for whatever row comes into view."""

    def __init__(self, make: Callable[[], RowWidget]) -> None:
        self.live: dict[str, RowWidget] = {}
        self.order: list[str] = []
        """Keys of the live ones, top to bottom, as they were last stacked."""
        self._make = make
        self._spare: list[RowWidget] = []

    def __len__(self) -> int:
        return len(self.live) + len(self._spare)

    def add(self, widget: RowWidget) -> None:
        """Let one more wait."""
        self._spare.append(widget)

    def take(self, key: str) -> RowWidget:
        """Return the widget of a row, a waiting or new one where it had none."""
        widget = self.live.get(key)
        if widget is None:
            widget = self.live[key] = self._spare.pop() if self._spare else self._make()
        return widget

    def keep(self, keys: Sequence[str]) -> None:
        """Let those of all other rows wait; put those of `keys` in their order, for keyboard and screen readers."""
        kept = set(keys)
        for key in [key for key in self.live if key not in kept]:
            widget = self.live.pop(key)
            widget.hide()
            widget.placed = None
            self._spare.append(widget)
        if keys != self.order:
            self._stack(keys)
            self.order = list(keys)

    def _stack(self, keys: Sequence[str]) -> None:
        """Put the widgets in this order, those at the ends alone where the others have it: each is painted anew."""
        before = set(self.order)
        stayed = [key for key in keys if key in before]
        first = keys.index(stayed[0]) if stayed else 0
        end = first + len(stayed)
        if stayed != list(keys[first:end]) or stayed != [key for key in self.order if key in self.live]:
            first = end = 0
        for key in reversed(keys[:first]):
            self.live[key].lower()
        for key in keys[end:]:
            self.live[key].raise_()

    def clear(self) -> None:
        """Delete all of them."""
        for widget in (*self.live.values(), *self._spare):
            widget.deleteLater()
        self.live, self._spare, self.order = {}, [], []
