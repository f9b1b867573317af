"""A host killed in the middle of its answer: how long until the stand-by's is seen, and that it is the only one."""

import os
import tempfile
from pathlib import Path

import trio

from tests.bench.result import Result, at_least, at_most, told
from tests.e2e.nodes import agree, say, until_peers
from tests.e2e.test_hosts import BEGINS, TAKEN_OVER_S, Hosts, hosts
from tests.fakes.openai_server import saying

ROUNDS = int(os.environ.get("BENCH_FAILOVERS", "5"))
WITHIN_S = 60.0


def bench_failover() -> list[Result]:
    """SIGKILL to whoever answers, again and again; the one killed comes back and stands by for the other."""
    with tempfile.TemporaryDirectory() as folder:
        took_s, counts = trio.run(_rounds, Path(folder))
    name = f"a host is killed in its answer, {ROUNDS} times"
    return [
        told(f"{name}: until another's is seen", took_s, "s"),
        at_most(f"{name}: the longest", [max(took_s)], "s", against="20 s", limit=TAKEN_OVER_S, most=1.0),
        at_least(f"{name}: fewest answers shown", [min(counts)], "", against="one", limit=1.0, least=1.0),
        at_most(f"{name}: most answers shown", [max(counts)], "", against="one", limit=1.0, most=1.0),
    ]


async def _rounds(folder: Path) -> tuple[list[float], list[float]]:
    took_s: list[float] = []
    counts: list[float] = []
    async with hosts(folder) as made:
        on_duty, stand_by = "anna", "ben"
        for number in range(ROUNDS):
            took_s.append(await _kill_one(made, number, on_duty, stand_by))
            await made.start(on_duty)
            async with made.at("anna") as a, made.at("ben") as b, made.at("cat") as c:
                await agree(made.conversation, a, b, c, within_s=WITHIN_S)
                newest = (await c.call(f"conversation:{made.conversation}", "history", {"limit": 200}))["messages"]
                asked = [each["id"] for each in newest if each["kind"] == "human"][-1]
                for client in (a, b, c):
                    counts.append(float(len(await made.answers(client, asked))))
            on_duty, stand_by = stand_by, on_duty
    return took_s, counts


async def _kill_one(made: Hosts, number: int, on_duty: str, stand_by: str) -> float:
    """Return how many seconds after the kill the stand-by's whole answer was seen by who asked."""
    made.models[on_duty].script = [BEGINS]
    made.models[stand_by].script = [saying(f"Answer number {number}.")]
    async with made.at("cat") as c:
        await until_peers(c, 2)
        asked = await say(c, made.conversation, f"Leaf, question number {number}?")
        await made.until_begun(c, asked)
        await made.kill(on_duty)
        killed_s = trio.current_time()
        await made.until_answered(c, asked, within_s=WITHIN_S)
        return trio.current_time() - killed_s
