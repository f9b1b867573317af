"""Carries out seeds: `python -m tests.sim --seed 7 --nodes 8 --trace`, or many: `--seed 0 --count 1000`.

One line of JSON for each seed; the exit code is 1 where one failed.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import asdict

from node.loading import spare_libraries


def main() -> int:
    """Return the exit code."""
    options = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    options.add_argument("--seed", type=int, default=0, help="the first seed")
    options.add_argument("--count", type=int, default=1, help="how many seeds, one after another")
    options.add_argument("--step", type=int, default=1, help="from one seed to the next")
    options.add_argument("--nodes", type=int, default=8)
    options.add_argument("--byzantine", type=int, default=2)
    options.add_argument("--joiners", type=int, default=1)
    options.add_argument("--steps", type=int, default=60)
    options.add_argument("--trace", action="store_true", help="print every event")
    options.add_argument("--newest", type=int, default=30, help="events to print of a run that failed")
    chosen = options.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order of sets is part of what a seed decides
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.sim", *sys.argv[1:]])
    spare_libraries()
    from tests.sim.run import Plan, run  # takes seconds, so not before the process begins anew

    failed = 0
    for seed in range(chosen.seed, chosen.seed + chosen.count * chosen.step, chosen.step):
        plan = Plan(seed, chosen.nodes, chosen.byzantine, chosen.steps, chosen.joiners)
        began_s = time.process_time()
        result = run(plan, show=print if chosen.trace else None)
        told = asdict(result) | {"cpu_s": round(time.process_time() - began_s, 3)}
        told["newest"] = result.newest[-chosen.newest :] if result.failure else []
        print(json.dumps(told), flush=True)
        failed += bool(result.failure)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
