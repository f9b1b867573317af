"""Carries out many seeds in processes of their own, as many at a time as there are cores."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def campaign(first: int, count: int, *options: str, within_s: float) -> list[dict[str, Any]]:
    """Return what `python -m tests.sim` tells of each seed, in order; `options` are handed on to it.

    Raises:
        TimeoutError: a process did not end in time (all are ended then), or told less than it should.
    """
    share = min(os.cpu_count() or 1, count)
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.sim", "--seed", str(first + at), "--step", str(share),
             "--count", str(len(range(at, count, share))), *options],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": "0"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for at in range(share)
    ]  # fmt: skip
    try:
        with ThreadPoolExecutor(share) as readers:  # a process whose pipe nobody reads would stand still
            heard = [readers.submit(_lines, process, within_s) for process in started]
            told = [json.loads(line) for each in heard for line in each.result()]
    finally:
        for process in started:
            process.kill()
            process.wait()
    if len(told) != count:
        raise TimeoutError(f"{count} seeds were to be run, {len(told)} were")
    return sorted(told, key=lambda each: int(each["plan"]["seed"]))


def _lines(process: "subprocess.Popen[str]", within_s: float) -> list[str]:
    return process.communicate(timeout=within_s)[0].splitlines()


def report(failed: Sequence[dict[str, Any]]) -> str:
    """Return how to repeat what failed, with the newest events of each."""
    parts = []
    for each in failed:
        plan = each["plan"]
        parts.append(
            f"python -m tests.sim --seed {plan['seed']} --nodes {plan['nodes']} --byzantine {plan['byzantine']} "
            f"--joiners {plan['joiners']} --steps {plan['steps']} --trace\n"
            + "\n".join(each["newest"])
            + f"\n{each['failure']}"
        )
    return f"{len(failed)} seeds failed\n" + "\n\n".join(parts[:3])
