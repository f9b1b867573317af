"""The window on a profile of 50 conversations and 100,000 messages: starting, opening, scrolling, arriving, resting.

Everything is measured without a screen, and again on an X server of its own where there is one on this machine. Window,
node and whoever sends run in processes of their own. What has a bound in CPU time of the window's thread is measured
so, because other processes share the machine; what a person waits for is also told in wall time.

BENCH_ROWS=append,burst measures only these, BENCH_SCREENS=offscreen or x11 only there; such figures are not kept.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.bench.desktop_rows import ROWS, Bench
from tests.bench.result import Result, failed
from tests.gui.screen import missing, screen_in
from tests.profiles.large import copy_to

OFFSCREEN, X11 = "offscreen", "x11"
SCREENS = (OFFSCREEN, X11)
SIZE = (1400, 1000)


def bench_desktop() -> list[Result]:
    """Return all figures; a row that fails is one that says why, and the others are measured."""
    rows, screens = _chosen("BENCH_ROWS", tuple(ROWS)), _chosen("BENCH_SCREENS", SCREENS)
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bench = Bench(Path(folder), copy_to(Path(folder) / "a"), stack)
        where = dict(_screens(Path(folder), stack, screens))
        for row in rows:
            for screen, variables in where.items():
                results += _measured(bench, row, screen, variables)
    return results


def _measured(bench: Bench, row: str, screen: str, variables: Mapping[str, str]) -> list[Result]:
    name = f"desktop, {screen}"
    try:
        found = ROWS[row](bench, name, variables)
    except Exception as error:  # whatever it is, the other rows are measured
        found = [failed(f"{name}: {row}", f"{type(error).__name__}: {error}")]
    for result in found:
        sys.stderr.write(f"{result.line()}\n")
    sys.stderr.flush()
    return found


def _chosen(variable: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a variable names, in our order; all where it names nothing."""
    named = [each.strip().lower() for each in os.environ.get(variable, "").split(",") if each.strip()]
    unknown = [each for each in named if each not in known]
    if unknown:
        raise SystemExit(f"{variable}: no {unknown[0]}, choose from {', '.join(known)}")
    return tuple(each for each in known if not named or each in named)


def _screens(folder: Path, stack: ExitStack, chosen: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each screen's name and the variables by which Qt finds it."""
    if OFFSCREEN in chosen:
        yield "offscreen", {"QT_QPA_PLATFORM": "offscreen"}
    if X11 in chosen:
        lacking = missing()
        if lacking:
            sys.stderr.write(f"no X11 figures: there is no {lacking} here\n")
            return
        yield "X11", stack.enter_context(screen_in(folder, SIZE)).environment
