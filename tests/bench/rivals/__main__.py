"""`python -m tests.bench.rivals setup` installs them, `... measure [RIVAL...] [--count N]` measures each once.

Figures are printed as JSON lines.
"""

import argparse
import json
import sys
from time import perf_counter

from tests.bench.rivals.errors import RivalError
from tests.bench.rivals.installed import install
from tests.bench.rivals.pair import RIVALS, TRANSPORT_ONLY, Figures, pair
from tests.bench.rivals.pipeline import pipeline

PIPELINES = {"pipeline": True, "pipeline_last": False}


def main(arguments: list[str]) -> int:
    """Carry out the command; return 1 where a rival failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.rivals", description="Rivals to measure against.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="install the JavaScript rivals, where they are not")
    measure = commands.add_parser("measure", help="append, cold sync, live and burst of each rival, once")
    measure.add_argument("rivals", nargs="*", metavar="RIVAL", help=", ".join([*RIVALS, *PIPELINES]))
    measure.add_argument("--count", type=int, default=5000, help="entries of the log")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "setup":
            print(json.dumps({"installed": install()}))
            return 0
        for rival in chosen.rivals or [*RIVALS, *PIPELINES]:
            began_s = perf_counter()
            figures = _measured(rival, chosen.count)
            _print(rival, chosen.count, figures | {"took": {"seconds": perf_counter() - began_s}})
    except RivalError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _measured(rival: str, count: int) -> dict[str, Figures]:
    if rival in PIPELINES:
        return {"pipeline": pipeline(count, every_signature=PIPELINES[rival])}
    with pair(rival) as both:
        found = {} if rival == TRANSPORT_ONLY else {"append": both.append(count)}
        found["cold_sync"] = both.cold_sync(count)
        found["live"] = both.live()
        found["burst"] = both.burst()
    return found


def _print(rival: str, count: int, measured: dict[str, Figures]) -> None:
    """Print the figures with four significant digits."""
    shown = {name: {key: float(f"{value:.4g}") for key, value in one.items()} for name, one in measured.items()}
    print(json.dumps({"rival": rival, "count": count, **shown}), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
