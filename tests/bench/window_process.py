"""A desktop that plays one scenario in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Figures = dict[str, Any]
Sending = Callable[[], None]
WITHIN_S = 300.0


class WindowError(Exception):
    """A scenario did not come to its end; says why."""


def played(
    scenario: str,
    home: Path,
    number: int,
    variables: Mapping[str, str],
    sending: Sending | None = None,
    *,
    within_s: float = WITHIN_S,
) -> Figures:
    """Run a scenario and return its figures; `sending` is called when it is ready for that."""
    command = [sys.executable, "-m", "tests.bench.window", scenario, str(home), str(number)]
    environment = {**os.environ, **variables, "BENCH_BEGAN": str(time.monotonic())}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # it would compile every module at each start
    with tempfile.TemporaryFile("w+") as errors, _run(command, environment, errors) as process:
        try:
            assert process.stdout is not None
            if sending is not None:
                if not process.stdout.readline():
                    raise WindowError(f"{scenario}: {_last_line(errors)}")
                sending()
            out, _ = process.communicate(timeout=within_s)
        except subprocess.TimeoutExpired as late:
            raise WindowError(f"{scenario}: not at its end after {within_s:g} s") from late
        finally:
            if process.poll() is None:
                process.kill()
        if process.returncode != 0 or not out:
            raise WindowError(f"{scenario}: {_last_line(errors)}")
    figures: Figures = json.loads(out)
    return figures


def _run(command: list[str], environment: dict[str, str], errors: Any) -> subprocess.Popen[str]:
    stderr = None if environment.get("BENCH_ALOUD") else errors
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, env=environment, text=True)


def _last_line(errors: Any) -> str:
    errors.seek(0)
    lines = [line.strip() for line in errors.read().splitlines() if line.strip()]
    return next(
        (line for line in reversed(lines) if "Error" in line), lines[-1] if lines else "it ended without a word"
    )
