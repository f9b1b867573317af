"""Runs Python's garbage collector on Qt's thread alone.

Left to itself the collector runs in whatever thread happens to allocate, such as the one that waits for the node's
process. A Qt object that dies there keeps its timers registered, and the program crashes when one fires (seen).
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000
FIRST_TURNS = 3
"""In the first turns there is what the program is made of (modules, classes, widgets). It is never looked through:
that would take the time of several frames, at the start and now and then for ever."""


class Collector(QTimer):
    """Turns automatic collection off while it lives, and collects from its own thread what is due."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._turns = 0
        gc.disable()
        self.timeout.connect(self._turn)
        self.start(EVERY_MS)

    def collect(self) -> None:
        """Collect the oldest generation that is full."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def settle(self) -> None:
        """Leave all that is there by now in peace."""
        gc.freeze()

    def end(self) -> None:
        """Turn automatic collection on again."""
        self.stop()
        gc.unfreeze()
        gc.enable()

    def _turn(self) -> None:
        if self._turns < FIRST_TURNS:
            self._turns += 1
            self.settle()
        else:
            self.collect()
