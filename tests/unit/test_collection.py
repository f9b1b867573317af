"""Tests are collected in one order and under one name, whatever the hash seed: several workers share them out."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def collected(seed: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/unit"],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_every_worker_collects_the_same() -> None:
    first, second = collected("1"), collected("2")
    assert len(first) > 1000
    assert first == second
