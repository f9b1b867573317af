"""Keys that are pressed while a thousand messages arrive."""

from __future__ import annotations

import threading
from time import perf_counter, sleep, thread_time

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QInputDevice, QKeyEvent

from tests.bench.window import BURST
from tests.bench.window.probe import Figures, Probe, tell, until

EVERY_S = 0.02
LOOK_S = 0.02


class Keys(QObject):
    """How long each posted key takes until the input is painted with it."""

    def __init__(self, probe: Probe) -> None:
        super().__init__()
        self._target = probe.page.input.edit
        self.posted_s: list[float] = []
        self._handled = 0
        self.took_ms: list[float] = []
        QInputDevice.primaryKeyboard()
        self._target.installEventFilter(self)
        self._target.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note what is handled, and what is painted with it."""
        if event.type() == QEvent.Type.KeyPress:
            self._handled += 1
        elif event.type() == QEvent.Type.Paint:
            now_s = perf_counter()
            while len(self.took_ms) < self._handled:
                self.took_ms.append((now_s - self.posted_s[len(self.took_ms)]) * 1000)
        return False

    def press(self, going: threading.Event) -> None:
        """Post keys at a steady pace, from a thread of its own; one that is late counts from when it was due."""
        due_s = perf_counter()
        while not going.is_set():
            key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "x")
            self.posted_s.append(due_s)
            QCoreApplication.postEvent(self._target, key)
            due_s += EVERY_S
            sleep(max(0.0, due_s - perf_counter()))


class Beats(QTimer):
    """The longest CPU of this thread between two turns of the event loop."""

    def __init__(self) -> None:
        super().__init__(interval=1)
        self.longest_ms = 0.0
        self._last_s = thread_time()
        self.timeout.connect(self._beat)
        self.start()

    def _beat(self) -> None:
        now_s = thread_time()
        self.longest_ms = max(self.longest_ms, (now_s - self._last_s) * 1000)
        self._last_s = now_s


async def burst(probe: Probe, messages: int) -> Figures:
    """Press a key every 20 ms while messages pour in from a peer."""
    await probe.open(next(each for each in probe.titles() if each.startswith(BURST)))
    await until(lambda: any(not each.me and each.presence == "online" for each in probe.one.members))
    probe.page.input.edit.setFocus()
    keys, going, beats = Keys(probe), threading.Event(), Beats()
    typist = threading.Thread(target=keys.press, args=(going,))
    before, began_s, cpu_s = len(probe.one.timeline), perf_counter(), thread_time()
    typist.start()
    tell({"ready": True})
    try:
        await until(lambda: len(probe.one.timeline) >= before + messages, every_s=LOOK_S)
        took_s, spent_s = perf_counter() - began_s, thread_time() - cpu_s
    finally:
        going.set()
        typist.join()
        beats.stop()
    await until(lambda: len(keys.took_ms) >= len(keys.posted_s) - 1)
    return {"ms": keys.took_ms, "blocked_cpu_ms": beats.longest_ms, "s": took_s, "cpu_s": spent_s}
