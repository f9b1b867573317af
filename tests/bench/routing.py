"""The router on queries nobody tuned it on: macro-F1 by class, and how long a classification takes (S53)."""

from time import thread_time

from node.ai.engines.router import classify
from tests.bench.result import Result, at_least, at_most, percentile, told
from tests.unit.node.ai.engines.training import examples, f1

REPEATS = 5
LEAST_F1 = 0.90
MOST_MS = 2.0


def bench_routing() -> list[Result]:
    """Macro-F1 on the blind set, as given and with a history for every query; CPU time of one classification."""
    rows = examples("blind")
    expected = [row.expected for row in rows]
    began_s = thread_time()
    classify(rows[0].query)
    first_ms = (thread_time() - began_s) * 1000
    for language in ("napiš mi báseň", "Schreib bitte ein Gedicht"):
        classify(language)
    found = [classify(row.query, has_history=row.has_history).conversation_type for row in rows]
    in_a_talk = [classify(row.query, has_history=True).conversation_type for row in rows]
    macro, by_type = f1(expected, found)
    took_ms = [min(_took_ms(row.query, has_history=row.has_history) for _ in range(REPEATS)) for row in rows]
    name = f"routing of {len(rows)} blind queries"
    return [
        at_least(f"{name}: macro-F1", [macro], "", against="1", limit=1.0, least=LEAST_F1),
        *(told(f"{name}: F1 of {each}", [value], "", against="1", limit=1.0) for each, value in by_type.items()),
        told(f"{name}, all with history: macro-F1", [f1(expected, in_a_talk)[0]], "", against="1", limit=1.0),
        at_most(
            "routing: CPU of one query, p50", [percentile(took_ms, 0.5)], "ms", against="2 ms", limit=MOST_MS, most=1
        ),
        at_most(
            "routing: CPU of one query, p99", [percentile(took_ms, 0.99)], "ms", against="2 ms", limit=MOST_MS, most=1
        ),
        told("routing: CPU of the first query", [first_ms], "ms"),
    ]


def _took_ms(query: str, *, has_history: bool) -> float:
    began_s = thread_time()
    classify(query, has_history=has_history)
    return (thread_time() - began_s) * 1000
