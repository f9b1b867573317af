"""Run the benches, all or those named: `python -m tests.bench [live dialling catching_up long_log rivalry …]`."""

import contextlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from tests.bench.catching_up import bench_catching_up
from tests.bench.channel import bench_channel
from tests.bench.desktop import bench_desktop
from tests.bench.desktop_hour import bench_desktop_hour
from tests.bench.dialling import bench_dialling
from tests.bench.failover import bench_failover
from tests.bench.gateway import bench_gateway
from tests.bench.live import bench_live
from tests.bench.long_log import bench_long_log
from tests.bench.presence import bench_presence
from tests.bench.result import Result
from tests.bench.rivalry import bench_rivalry
from tests.bench.rivals import RivalError
from tests.bench.routing import bench_routing
from tests.bench.searching import bench_searching

BENCHES = {
    "dialling": bench_dialling,
    "live": bench_live,
    "catching_up": bench_catching_up,
    "long_log": bench_long_log,
    "presence": bench_presence,
    "rivalry": bench_rivalry,
    "failover": bench_failover,
    "routing": bench_routing,
    "channel": bench_channel,
    "gateway": bench_gateway,
    "searching": bench_searching,
    "desktop": bench_desktop,
    "desktop_hour": bench_desktop_hour,
}
ON_REQUEST = ("desktop_hour",)
"""Measured only where they are named."""
PARTS = ("BENCH_ROWS", "BENCH_SCREENS")
"""Where one of these is set only a part is measured, and not kept among whole ones."""
LATEST = Path(__file__).parent / "results" / "latest.json"


def main(names: list[str]) -> int:
    """Measure, keep the figures, print them; return 1 where a bound does not hold."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {unknown[0]}: choose from {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    is_part = any(os.environ.get(variable) for variable in PARTS)
    results = []
    for name in names or (each for each in BENCHES if each not in ON_REQUEST):
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            measured = BENCHES[name]()
        except RivalError as error:
            print(error, file=sys.stderr)
            return 2
        if not is_part:
            _keep(name, measured)
        results += measured
    for result in results:
        print(result.line(), file=sys.stderr)
    return 0 if all(result.holds for result in results) else 1


def _keep(name: str, results: list[Result]) -> None:
    """Write the figures of one bench beside the latest of the others, with the commit and the machine they are of."""
    kept = json.loads(LATEST.read_text(encoding="utf-8")) if LATEST.exists() else {}
    fresh = {"commit": _commit(), "machine": _machine(), "results": [result.as_json() for result in results]}
    benches = {each: fresh if each == name else kept.get("benches", {}).get(each) for each in BENCHES}
    document = {"benches": {each: found for each, found in benches.items() if found}}
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _commit() -> str:
    """Return what the working tree is of; empty outside a checkout."""
    asked = ["git", "describe", "--always", "--dirty=, changed"]
    return subprocess.run(asked, cwd=LATEST.parent.parent, capture_output=True, text=True, check=False).stdout.strip()


def _machine() -> str:
    """Return what a reader needs to compare: processor, cores, system, Python."""
    processor = platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
