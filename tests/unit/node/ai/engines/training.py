"""Trains the router's linear model on the tuning set: `python -m tests.unit.node.ai.engines.training`.

Writes weights.json into the package and prints how well rules and model do, cross-validated: each fifth of the set is
classified by a model which was trained on the other four. Deterministic. The blind set is not touched.
"""

import json
import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from node.ai.engines.features import marks_of, words_of
from node.ai.engines.linear import BIAS, Model, probabilities, vector
from node.ai.engines.reading import read
from node.ai.engines.route import TYPES, ConversationType
from node.ai.engines.rules import RULES, Situation, first_rule

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).parents[5]
WEIGHTS = ROOT / "node" / "ai" / "engines" / "weights.json"
LEAST_COUNT = 2
EPOCHS = 60
RATE = 0.3
DECAY = 0.0025
FOLDS = 5
SEED = 7
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Example:
    """A query with the type it is to get; `has_error` where an error message comes along with it."""

    query: str
    has_history: bool
    expected: ConversationType
    has_error: bool = False


@cache
def examples(name: str) -> tuple[Example, ...]:
    """Return the examples of a file in data/."""
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Example(**json.loads(line)) for line in lines)


def train(rows: Sequence[Example]) -> Model:
    """Return the model for these examples; the same examples always give the same model.

    Queries with an error message beside them are left out: it is the message, not their words, which tells their type.
    """
    rules = measured_rules(rows)
    rows = [row for row in rows if not row.has_error]
    seen = [(words_of(reading), marks_of(reading)) for reading in (read(row.query) for row in rows)]
    counts = Counter(name for words, marks in seen for name in (*words, *marks))
    idf = {name: math.log(len(rows) / n) + 1 for name, n in sorted(counts.items()) if n >= LEAST_COUNT}
    weights = {name: [0.0] * len(TYPES) for name in (*idf, BIAS)}
    steps = {name: [1e-6] * len(TYPES) for name in weights}
    vectors = [vector(words, marks, idf) for words, marks in seen]
    wanted = [TYPES.index(row.expected) for row in rows]
    order = list(range(len(rows)))
    shuffle = random.Random(SEED).shuffle
    for _ in range(EPOCHS):
        shuffle(order)
        for place in order:
            wrong = probabilities(vectors[place], weights)  # type: ignore[arg-type]
            wrong[wanted[place]] -= 1.0
            for name, value in vectors[place]:
                row, step = weights[name], steps[name]
                for index, error in enumerate(wrong):
                    slope = error * value + DECAY * row[index]
                    step[index] += slope * slope
                    row[index] -= RATE * slope / math.sqrt(step[index])
    return Model(idf=idf, weights={name: tuple(row) for name, row in weights.items()}, rules=rules)


def measured_rules(rows: Sequence[Example]) -> dict[str, float]:
    """Return how often each rule was right, with one error and one success added to what was counted."""
    fired, right = Counter[str](), Counter[str]()
    for row in rows:
        for has_history in {row.has_history, True}:
            if rule := first_rule(read(row.query), Situation(has_history=has_history, has_error=row.has_error)):
                fired[rule.name] += 1
                right[rule.name] += rule.conversation_type == row.expected
    return {rule.name: round((right[rule.name] + 1) / (fired[rule.name] + 2), DIGITS) for rule in RULES}


def decide(model: Model, row: Example, *, has_history: bool) -> ConversationType:
    """Return what rules and this model say, as the router does with the kept one."""
    reading = read(row.query)
    if rule := first_rule(reading, Situation(has_history=has_history, has_error=row.has_error)):
        return rule.conversation_type
    chances = probabilities(vector(words_of(reading), marks_of(reading), model.idf), model.weights)
    return max(TYPES if has_history else TYPES[:-1], key=lambda each: chances[TYPES.index(each)])


def cross_validated(rows: Sequence[Example]) -> dict[str, tuple[float, dict[str, float]]]:
    """Return macro-F1 and F1 by type, with the history the examples have, and with history for all."""
    order = list(range(len(rows)))
    random.Random(SEED).shuffle(order)
    as_given, in_a_talk = {}, {}
    for fold in range(FOLDS):
        held_out = set(order[fold::FOLDS])
        model = train([row for place, row in enumerate(rows) if place not in held_out])
        for place in held_out:
            as_given[place] = decide(model, rows[place], has_history=rows[place].has_history)
            in_a_talk[place] = decide(model, rows[place], has_history=True)
    expected = [row.expected for row in rows]
    return {
        "as given": f1(expected, [as_given[place] for place in range(len(rows))]),
        "with history for all": f1(expected, [in_a_talk[place] for place in range(len(rows))]),
    }


def f1(expected: Sequence[str], found: Sequence[str]) -> tuple[float, dict[str, float]]:
    """Return macro-F1, and F1 by type."""
    by_type = {}
    for each in TYPES:
        both = sum(one == other == each for one, other in zip(expected, found, strict=True))
        either = expected.count(each) + list(found).count(each)
        by_type[each] = 2 * both / either if either else 0.0
    return sum(by_type.values()) / len(by_type), by_type


def as_json(model: Model) -> str:
    """Return the model as it is kept: a line for each feature, its idf, then its weights."""
    kept = {
        "rules": dict(model.rules),
        "bias": [round(weight, DIGITS) for weight in model.weights[BIAS]],
        "features": {
            name: [round(value, DIGITS) for value in (model.idf[name], *model.weights[name])]
            for name in sorted(model.idf)
        },
    }
    head = json.dumps({key: kept[key] for key in ("rules", "bias")})[:-1]
    rows = ",\n".join(f"{json.dumps(name)}:{json.dumps(row)}" for name, row in kept["features"].items())
    return f'{head}, "features": {{\n{rows}\n}}}}\n'


def main() -> None:
    """Train, keep, and print the figures."""
    rows = examples("tuning")
    for name, (macro, by_type) in cross_validated(rows).items():
        print(f"{name}: macro-F1 {macro:.3f}; " + ", ".join(f"{each} {value:.2f}" for each, value in by_type.items()))
    WEIGHTS.write_text(as_json(train(rows)), encoding="utf-8")
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
