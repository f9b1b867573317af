"""What a window has taken after much use, and what it takes when nothing happens."""

from __future__ import annotations

import asyncio
import gc
from time import perf_counter, process_time

from tests.bench.window.probe import LONG, NOTCH_PX, Figures, Probe, memory_mb, paint

NOTCHES = 40


async def use(probe: Probe, frames: int) -> Figures:
    """Open, write, scroll and go on, as fast as it can be done; memory after each thousand frames."""
    names = sorted(probe.titles())
    done, rss_mb, at = 0, [], 0
    while done < frames:
        await probe.open(names[at % len(names)])
        at += 1
        probe.send(f"note {at}")
        for step in range(NOTCHES):
            probe.wheel(NOTCH_PX if step < 0.7 * NOTCHES else -NOTCH_PX)
            paint()
            await asyncio.sleep(0)
            done += 1
            if done % 1000 == 0:
                gc.collect()
                rss_mb.append(memory_mb())
    return {"rss_mb": rss_mb, "opened": at, "frames": done}


async def idle(probe: Probe, seconds: int) -> Figures:
    """CPU of the whole process while nothing happens."""
    await probe.open(LONG)
    probe.page.input.edit.setFocus()  # its cursor blinks
    await asyncio.sleep(3.0)
    began_s, cpu_s = perf_counter(), process_time()
    await asyncio.sleep(seconds)
    share = (process_time() - cpu_s) / (perf_counter() - began_s)
    return {"cpu_percent": share * 100, "rss_mb": memory_mb()}
