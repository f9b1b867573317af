"""From the start of the process to a list that is painted and takes keys."""

from __future__ import annotations

import os
from time import monotonic, process_time

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.bench.window.probe import Figures, Probe, paint, until


async def start(probe: Probe, conversations: int) -> Figures:
    """Return the time since BENCH_BEGAN, when this process was started."""
    window = probe.desktop.window

    def shown() -> bool:
        handle = window.windowHandle()
        return probe.rows() >= conversations and handle is not None and handle.isExposed()

    await until(shown, what="to a list on the screen")
    paint()
    keys = probe.list
    before = keys.currentIndex().row()  # that of the conversation which was open last
    QTest.keyClick(keys, Qt.Key.Key_Up if before == probe.rows() - 1 else Qt.Key.Key_Down)
    assert keys.currentIndex().row() != before, f"the key did not move the list from row {before}"
    paint()
    return {"ms": (monotonic() - float(os.environ["BENCH_BEGAN"])) * 1000, "cpu_ms": process_time() * 1000}
