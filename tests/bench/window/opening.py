"""Opening a conversation of 100,000 messages, and going up in it by the wheel."""

from __future__ import annotations

import asyncio
from time import perf_counter, thread_time

from tests.bench.window.probe import LONG, NOTCH_PX, Figures, Probe, paint

OTHER = "Conversation 7"


async def open_(probe: Probe, times: int) -> Figures:
    """From the click on the long conversation to its newest page painted, again and again."""
    wall_ms, cpu_ms = [], []
    await probe.open(OTHER)
    for _ in range(times):
        began_s, cpu_s = perf_counter(), thread_time()
        await probe.open(LONG)
        wall_ms.append((perf_counter() - began_s) * 1000)
        cpu_ms.append((thread_time() - cpu_s) * 1000)
        await probe.open(OTHER)
    return {"ms": wall_ms, "cpu_ms": cpu_ms}


async def scroll(probe: Probe, messages: int) -> Figures:
    """Wheel up through this many messages, loading them; how far what is read moved other than by the wheel."""
    await probe.open(LONG)
    frames_ms, wall_ms, drift_px, pages = [], [], 0, 0
    loaded = len(probe.one.timeline)
    pending_s, frame_s = 0.0, perf_counter()
    while len(probe.one.timeline) < messages or probe.view.verticalScrollBar().value() > 0:
        cpu_s = thread_time()
        before = probe.ends()
        probe.wheel(NOTCH_PX)
        paint()
        placed = probe.ends()
        is_moved = placed != before
        drift_px = max(drift_px, _uneven(before, placed))
        await asyncio.sleep(0 if is_moved else 0.001)
        paint()
        came = len(probe.one.timeline) - loaded
        if came:
            loaded += came
            pages += 1
        now = probe.ends()
        drift_px = max([drift_px, *(abs(now[key] - end) for key, end in placed.items() if key in now)])
        pending_s += thread_time() - cpu_s
        if is_moved:
            frames_ms.append(pending_s * 1000)
            wall_ms.append((perf_counter() - frame_s) * 1000)
            pending_s, frame_s = 0.0, perf_counter()
            if len(probe.one.timeline) >= messages:
                break
    return {"cpu_ms": frames_ms, "ms": wall_ms, "drift_px": drift_px, "pages": pages, "loaded": loaded}


def _uneven(before: dict[str, int], after: dict[str, int]) -> int:
    """Return how far rows moved that did not move with the wheel: all by the same, at most by a step."""
    moved = [after[key] - end for key, end in before.items() if key in after]
    return max(moved) - min(moved) + max(0, max(moved) - NOTCH_PX) if moved else 0
