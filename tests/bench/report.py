"""Writes docs/performance.md from results/latest.json: `python -m tests.bench.report`; nobody types figures there."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
LATEST = Path(__file__).parent / "results" / "latest.json"

HEAD = """# Performance

Made by `python -m tests.bench.report` from what `make bench` measured; repeat both to see your own. Limits
and rivals are measured in the same run, because machines and their load differ; read the ratios. Machine of these
figures: {machine}. Everything runs over loopback, nodes in processes of their own, with SQLite on disk.

| what | median | range | runs | against | ratio | bound | load |
|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Write the page."""
    document = json.loads(LATEST.read_text(encoding="utf-8"))
    lines = []
    for row in document["results"]:
        low, high = row["spread"]
        ratio = "" if row["ratio"] is None else f"{row['ratio']:g}"
        bound = f"{row['bound']} {'holds' if row['holds'] else '**missed**'}" if row["bound"] else ""
        lines.append(
            f"| {row['name']} | {row['value']:g} {row['unit']} | {low:g} … {high:g} | {row['runs']} | {row['against']} "
            f"| {ratio} | {bound} | {row['load']:g} |"
        )
    page = HEAD.format(machine=document["machine"]) + "\n".join(lines) + "\n"
    (ROOT / "docs" / "performance.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
