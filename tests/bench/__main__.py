"""Run the benches, all or those named: `python -m tests.bench [live dialling catching_up long_log rivalry …]`."""

import contextlib
import json
import os
import platform
import sys
from pathlib import Path

from tests.bench.catching_up import bench_catching_up
from tests.bench.channel import bench_channel
from tests.bench.dialling import bench_dialling
from tests.bench.failover import bench_failover
from tests.bench.gateway import bench_gateway
from tests.bench.live import bench_live
from tests.bench.long_log import bench_long_log
from tests.bench.presence import bench_presence
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
}
LATEST = Path(__file__).parent / "results" / "latest.json"


def main(names: list[str]) -> int:
    """Measure, print JSON, keep it; return 1 where a bound does not hold."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {unknown[0]}: choose from {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    results = []
    for name in names or BENCHES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            results += BENCHES[name]()
        except RivalError as error:
            print(error, file=sys.stderr)
            return 2
    text = json.dumps({"machine": _machine(), "results": [result.as_json() for result in results]}, indent=1)
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(text + "\n", encoding="utf-8")
    print(text)
    for result in results:
        mark = "ok  " if result.holds else "MISS"
        ratio = f" = {result.ratio:g} x {result.against}" if result.ratio is not None else ""
        print(f"{mark} {result.name}: {result.value:g} {result.unit}{ratio} {result.bound}", file=sys.stderr)
    return 0 if all(result.holds for result in results) else 1


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
