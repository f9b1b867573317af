"""The window after an hour of use in real time: its memory, and what grows. Not among what `make bench` runs.

Run it by `python -m tests.bench desktop_hour`; BENCH_MINUTES makes it shorter or longer. What it counts each minute is
on standard error.
"""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random

import trio

from node.client import connect
from tests.bench.desktop_rows import RATES, TEXT, add_ai, id_of, share, slow_model
from tests.bench.processes import running
from tests.bench.result import Result, at_most, told
from tests.bench.window import SHARED
from tests.bench.window_process import played
from tests.profiles.large import CONVERSATIONS, copy_to

MINUTES = int(os.environ.get("BENCH_MINUTES", "60"))
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen", "BENCH_ALOUD": "1"}
EVERY_S = 4.0
WARM = 10
"""Minutes after which everything was opened once."""


def bench_desktop_hour() -> list[Result]:
    """Memory, its growth, and CPU of one window that is used all the time, with a peer who writes."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home, other = copy_to(Path(folder) / "a"), Path(folder) / "b"
        other.mkdir()
        for each in (home, other):
            (each / "config.toml").write_text(RATES, encoding="utf-8")
        settings = {"OPENAI_API_KEY": "sk-bench", "OPENAI_BASE_URL": stack.enter_context(slow_model())}
        ana = stack.enter_context(running(home, name="Ana", variables=settings))
        bo = stack.enter_context(running(other, name="Bo"))
        trio.run(add_ai, home, "Conversation 3")
        trio.run(share, ana, bo, SHARED)
        found = played(
            "hour", home, MINUTES, OFFSCREEN, lambda: trio.run(_talk, home, other), within_s=MINUTES * 60.0 + 600
        )
    rss_mb = found["rss_mb"]
    of = f"desktop, {MINUTES} minutes of use in real time ({sum(found['done'].values())} things done)"
    warm = min(WARM, len(rss_mb) // 2)
    growth = (rss_mb[-1] - rss_mb[warm]) / max(1, len(rss_mb) - 1 - warm) * 60
    widgets = [each["widgets"] for each in found["counts"]]
    return [
        at_most(f"{of}: memory at the end", [rss_mb[-1]], "MB RSS", against="200 MB", limit=200, most=1),
        told(f"{of}: memory, minute by minute", rss_mb, "MB RSS"),
        told(f"{of}: its growth after {warm} minutes", [growth], "MB/h"),
        told(f"{of}: widgets at the end, beside {widgets[warm]} after {warm} minutes", [widgets[-1]], "widgets"),
        told(f"{of}: CPU of the window, all of it", [found["cpu_percent"]], "% CPU"),
    ]


async def _talk(home: Path, other: Path) -> None:
    """Let Bo write in what is shared, and things happen in other conversations, as long as the window runs."""
    chance, end_s = Random(7), trio.current_time() + MINUTES * 60.0
    async with connect(other) as bo, connect(home) as ana:
        for client in (bo, ana):
            await client.join("node")
        shared = f"conversation:{await id_of(bo, SHARED)}"
        await bo.join(shared)
        for number in range(int(MINUTES * 60 / EVERY_S)):
            if trio.current_time() > end_s:
                return
            await bo.call(shared, "message", {"content": f"{number} {TEXT}"})
            if number % 3 == 0:
                topic = f"conversation:{await id_of(ana, f'Conversation {chance.randrange(5, CONVERSATIONS)}')}"
                await ana.join(topic)
                await ana.call(topic, "message", {"content": f"{number} {TEXT}"})
                await ana.leave(topic)
            await trio.sleep(EVERY_S)
