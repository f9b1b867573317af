"""A signal without Qt, so that stores and the channel client can be used and tested without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVarTuple

Values = TypeVarTuple("Values")


class Signal(Generic[*Values]):
    """Calls its observers, in the order they came, each time something is emitted."""

    def __init__(self) -> None:
        self._observers: list[Callable[[*Values], object]] = []

    def connect(self, observer: Callable[[*Values], object]) -> Callable[[], None]:
        """Call `observer` on every emit from now on; return the function that ends it."""
        self._observers.append(observer)

        def disconnect() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        return disconnect

    def emit(self, *values: *Values) -> None:
        """Call every observer; one that was removed by an earlier observer is still called this time.

        The first error is raised when all have been called: what fails in one place leaves no other behind.
        """
        first: Exception | None = None
        for observer in tuple(self._observers):
            try:
                observer(*values)
            except Exception as error:  # noqa: BLE001 - raised below
                first = first or error
        if first is not None:
            raise first
