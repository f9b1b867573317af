"""Runs Python's garbage collector on Qt's thread alone.

Left to itself the collector runs in whatever thread happens to allocate, such as the one that waits for the node's
process. A Qt object that dies there keeps its timers registered, and the program crashes when one fires (seen).
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000


class Collector(QTimer):
    """Turns automatic collection off while it lives, and collects from its own thread what is due."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self.timeout.connect(self.collect)
        self.start(EVERY_MS)

    def collect(self) -> None:
        """Collect the oldest generation that is full."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def end(self) -> None:
        """Turn automatic collection on again."""
        self.stop()
        gc.enable()
