"""Writes docs/performance.md from results/latest.json: `python -m tests.bench.report`; nobody types figures there."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LATEST = Path(__file__).parent / "results" / "latest.json"

HEAD = """# Performance

Made by `python -m tests.bench.report` from what `make bench` measured; repeat both to see your own. Limits
and rivals are measured in the same run, because machines and their load differ; read the ratios. Everything runs over
loopback, nodes in processes of their own, with SQLite on disk.
"""
TABLE = """
## {title}

`python -m tests.bench {name}`, at {commit}, on {machine}:

| what | median | range | runs | against | ratio | bound | load |
|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Write the page: a table for each bench."""
    document = json.loads(LATEST.read_text(encoding="utf-8"))
    parts = [HEAD]
    for name, bench in document["benches"].items():
        told = {"commit": bench["commit"], "machine": bench["machine"]}
        parts.append(TABLE.format(title=name.replace("_", " ").capitalize(), name=name, **told))
        parts += [f"{_line(row)}\n" for row in bench["results"]]
    (ROOT / "docs" / "performance.md").write_text("".join(parts), encoding="utf-8")


def _line(row: dict[str, Any]) -> str:
    if row.get("reason"):
        reason = row["reason"].replace("|", "\\|")
        return f"| {row['name']} | {reason} | | 0 | | | **failed** | {row['load']:g} |"
    low, high = row["spread"]
    ratio = "" if row["ratio"] is None else f"{row['ratio']:g}"
    bound = f"{row['bound']} {'holds' if row['holds'] else '**missed**'}" if row["bound"] else ""
    return (
        f"| {row['name']} | {row['value']:g} {row['unit']} | {low:g} … {high:g} | {row['runs']} | {row['against']} "
        f"| {ratio} | {bound} | {row['load']:g} |"
    )


if __name__ == "__main__":
    main()
