"""Our node against OrbitDB, Hypercore and the bare limits: append, cold sync, live, burst; interleaved, in one run.

CPU bounds are ratios to the bare ceiling of the same run (every signature checked, one author, no graph, no rules),
since machines differ by more than the bounds do.
"""

import os
from collections import defaultdict
from statistics import median

from tests.bench.result import Result, at_least, at_most, told
from tests.bench.rivals import OURS, pair, pipeline

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SMALL = 5_000
LARGE = [int(each) for each in os.environ.get("BENCH_LARGE", "20000,100000").split(",")]
Table = dict[tuple[str, str], list[float]]


def bench_rivalry() -> list[Result]:
    """Everything that rivals can do too."""
    figures: Table = defaultdict(list)
    for number in range(ROUNDS):
        for rival in (OURS, "hypercore", "bare"):
            _measure(figures, rival)
        for name, value in pipeline(SMALL).items():
            figures["pipeline", name].append(value)
        if number == 0:
            _measure(figures, "orbitdb", count=1_000)
    results, smaller, speed = _cold(figures), SMALL, median(figures[OURS, "ops_per_s"])
    for count in LARGE:
        found = _measured_large(count)
        results += _large(count, found, smaller, speed)
        smaller, speed = count, median(found[OURS, "ops_per_s"])
    return [*results, *_written(figures), *_live(figures)]


def _measured_large(count: int) -> Table:
    found: Table = defaultdict(list)
    for _ in range(ROUNDS):
        for rival in (OURS, "hypercore"):
            with pair(rival) as both:
                both.append(count)
                for name, value in both.cold_sync().items():
                    found[rival, name].append(value)
    return found


def _measure(figures: Table, rival: str, *, count: int = SMALL) -> None:
    with pair(rival) as both:
        found = {"append_per_s": both.append(count)["ops_per_s"]}
        found |= both.cold_sync()
        found |= both.live()
        burst = both.burst()
        found |= {"burst_per_s": burst["messages_per_s"], "burst_arrived": burst["arrived"]}
    for name, value in found.items():
        figures[rival, name].append(value)


def _cold(figures: Table) -> list[Result]:
    ours, hyper = figures[OURS, "ops_per_s"], median(figures["hypercore", "ops_per_s"])
    cpu, bare_cpu = figures[OURS, "cpu_ms_per_op"], median(figures["bare", "cpu_ms_per_op"])
    name = f"cold sync, {SMALL:,}"
    return [
        told(f"Hypercore, {name}", figures["hypercore", "ops_per_s"], "ops/s"),
        told(f"OrbitDB, {name.replace('5,000', '1,000')}", figures["orbitdb", "ops_per_s"], "ops/s"),
        told(f"bare, every signature, {name}", figures["bare", "ops_per_s"], "ops/s"),
        at_least(name, ours, "ops/s", against="Hypercore", limit=hyper, least=2.0),
        at_least(name, ours, "ops/s", against="OrbitDB", limit=median(figures["orbitdb", "ops_per_s"]), least=40.0),
        at_least(
            name, ours, "ops/s", against="one-core pipeline", limit=median(figures["pipeline", "ops_per_s"]), least=0.6
        ),
        at_most(f"{name}, CPU of both", cpu, "ms/op", against="bare, every signature", limit=bare_cpu, most=1.46),
        at_most(
            f"{name}, bytes on the wire", figures[OURS, "wire_bytes_per_op"], "B/op", against="460", limit=460, most=1.0
        ),
    ]


def _large(count: int, large: Table, smaller: int, speed: float) -> list[Result]:
    """Return what a cold sync of `count` came to; `speed` is ours at the next `smaller` size."""
    name = f"cold sync, {count:,}"
    ours, hyper = large[OURS, "ops_per_s"], large["hypercore", "ops_per_s"]
    return [
        told(f"Hypercore, {name}", hyper, "ops/s"),
        at_least(name, ours, "ops/s", against="Hypercore", limit=median(hyper), least=2.0),
        at_least(name, ours, "ops/s", against=f"ours at {smaller:,}", limit=speed, least=0.8),
        told(f"{name}, CPU of both", large[OURS, "cpu_ms_per_op"], "ms/op"),
        at_most(
            f"{name}, bytes on the wire", large[OURS, "wire_bytes_per_op"], "B/op", against="460", limit=460, most=1.0
        ),
        at_most(
            f"{name}, memory of the reader",
            large[OURS, "reader_rss_mb"],
            "MB RSS",
            against="110 MB" if count <= 20_000 else "160 MB",
            limit=110 if count <= 20_000 else 160,
            most=1.0,
        ),
    ]


def _written(figures: Table) -> list[Result]:
    ours = figures[OURS, "append_per_s"]
    hyper, orbit = (median(figures[rival, "append_per_s"]) for rival in ("hypercore", "orbitdb"))
    return [
        told("append, one at a time, Hypercore", figures["hypercore", "append_per_s"], "ops/s"),
        told("append, one at a time, bare", figures["bare", "append_per_s"], "ops/s"),
        at_least("append, one at a time", ours, "ops/s", against="Hypercore", limit=hyper, least=1.5),
        at_least("append, one at a time", ours, "ops/s", against="OrbitDB", limit=orbit, least=10.0),
    ]


def _live(figures: Table) -> list[Result]:
    p50 = median(figures[OURS, "p50_ms"])
    hyper = median(figures["hypercore", "p50_ms"])
    return [
        told("live, p50, Hypercore", figures["hypercore", "p50_ms"], "ms"),
        told("live, p50, bare", figures["bare", "p50_ms"], "ms"),
        at_most("live, p50", figures[OURS, "p50_ms"], "ms", against="Hypercore's", limit=hyper, most=1.0),
        at_most("live, p99", figures[OURS, "p99_ms"], "ms", against="own p50", limit=p50, most=3.0),
        at_least(
            "burst of 1,000: arrived", figures[OURS, "burst_arrived"], "messages", against="all", limit=1000, least=1.0
        ),
        at_least(
            "burst of 1,000", figures[OURS, "burst_per_s"], "messages/s", against="1,000/s", limit=1000, least=1.0
        ),
        told("burst of 1,000, Hypercore", figures["hypercore", "burst_per_s"], "messages/s"),
    ]
