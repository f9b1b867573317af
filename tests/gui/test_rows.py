"""Every row of the specification that the window shows has a test in this folder that bears its number."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SHOWN = (
    *(f"s{number}" for number in (*range(1, 8), *range(10, 19), 20, 22, *range(25, 29), 30, *range(35, 42))),
    *(f"s{number}" for number in (60, 61, 63, 64, 73)),
)
LATER = {
    "s19": "files come in a later round",
    "s29": "the division comes in a later round",
    "s30": "progress by analysis comes with the division",
    "s62": "recovery words and several devices come in a later round",
}
"""Rows that the window does not show yet, and why."""


def found() -> dict[str, list[str]]:
    """Return the tests of this folder by the row they bear."""
    tests: dict[str, list[str]] = {}
    for path in HERE.rglob("test_*.py"):
        for name in re.findall(r"^(?:async )?def (test_s\d+_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE):
            tests.setdefault(name.split("_")[1], []).append(f"{path.relative_to(HERE)}::{name}")
    return tests


@pytest.mark.parametrize("row", SHOWN)
def test_every_row_that_the_window_shows_has_a_test(row: str) -> None:
    assert row in found() or row in LATER, f"no test here is named test_{row}_…"
