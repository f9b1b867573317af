"""`python -m tests.mutation [word]`: takes out each clause of the authority rule in turn; some test must fail.

Prints a table and ends with 1 where a change survives. With a word: only the changes whose name contains it.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutation.clauses import MUTANTS, Mutant
from tests.mutation.plugin import VARIABLE

ROOT = Path(__file__).parents[2]
TESTS = (  # those first that notice most
    "tests/unit/protocol/authority/test_removal.py",
    "tests/unit/protocol/authority/test_seniority.py",
    "tests/unit/protocol/authority/test_leaving.py",
    "tests/unit/protocol/authority/test_devices.py",
    "tests/unit/protocol/authority/test_policies.py",
    "tests/unit/protocol/authority/test_circles.py",
    "tests/props/test_authority.py",
    "tests/unit/protocol/test_authority.py",
    "tests/unit/protocol/authority/test_questions.py",
)
WORKERS = 2


def run(mutant: Mutant | None) -> tuple[str, str]:
    """Return how the tests ended (`killed`, `survived` or `broken`), and by which."""
    environment = dict(os.environ)
    if mutant is not None:
        environment[VARIABLE] = json.dumps([mutant.module, mutant.old, mutant.new])
    options = [
        "-q",
        "-x",
        "-m",
        "not soak",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.mutation.plugin",
        "--hypothesis-seed=1",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *TESTS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    failed = [line.split(" - ")[0] for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    if done.returncode == 1 and failed:
        return "killed", failed[0].partition("::")[2]
    if done.returncode == 0:
        return "survived", ""
    return "broken", (done.stdout + done.stderr)[-600:]


def main(word: str = "") -> int:
    """Run everything; return the exit code."""
    chosen = [mutant for mutant in MUTANTS if word in mutant.name]
    ended, why = run(None)
    if ended != "survived":
        print(f"the tests fail with nothing changed: {why}")
        return 1
    width = max(len(mutant.name) for mutant in chosen)
    killed = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        for mutant, (ended, why) in zip(chosen, pool.map(run, chosen), strict=True):
            print(f"{ended:9} {mutant.name:{width}}  {why}", flush=True)
            killed += ended == "killed"
    print(f"{killed} of {len(chosen)} killed")
    return 0 if killed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
