"""A linear model over TF-IDF of words and over marks, which decides where no rule does; pure.

Its weights lie in weights.json, made from the tuning set by `python -m tests.unit.node.ai.engines.training`.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from node.ai.engines.route import TYPES, ConversationType

BIAS = "bias"


@dataclass(frozen=True, slots=True)
class Model:
    """The model as trained.

    Attributes:
        idf: how telling each known feature is by itself, greater than 0.
        weights: what each known feature says for each of TYPES, in their order; also for BIAS.
        rules: how often each rule of the router was right on the tuning set, 0.0-1.0.
    """

    idf: Mapping[str, float]
    weights: Mapping[str, tuple[float, ...]]
    rules: Mapping[str, float]


@cache
def trained_model() -> Model:
    """Return the model kept beside this module; the first call reads the file, the others cost nothing."""
    kept = json.loads(files(__package__).joinpath("weights.json").read_text(encoding="utf-8"))
    rows = kept["features"]
    return Model(
        idf={name: row[0] for name, row in rows.items()},
        weights={BIAS: tuple(kept["bias"])} | {name: tuple(row[1:]) for name, row in rows.items()},
        rules=kept["rules"],
    )


def vector(words: Iterable[str], marks: Iterable[str], idf: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the known features with their values: words by TF-IDF to length 1, marks 1 each, the bias 1."""
    known = [(word, idf[word]) for word in sorted(words) if word in idf]
    length = math.sqrt(sum(value * value for _, value in known)) or 1.0
    values = [(word, value / length) for word, value in known]
    return [*values, *((mark, 1.0) for mark in sorted(marks) if mark in idf), (BIAS, 1.0)]


def probabilities(values: list[tuple[str, float]], weights: Mapping[str, tuple[float, ...]]) -> list[float]:
    """Return how likely each of TYPES is, in their order; the sum is 1."""
    scores = [0.0] * len(TYPES)
    for name, value in values:
        for place, weight in enumerate(weights[name]):
            scores[place] += weight * value
    most = max(scores)
    grown = [math.exp(score - most) for score in scores]
    total = sum(grown)
    return [each / total for each in grown]


def likely(words: Iterable[str], marks: Iterable[str], *, has_history: bool) -> tuple[ConversationType, float]:
    """Return the likeliest type and how likely it is; without history nothing can lean on it."""
    model = trained_model()
    chances = dict(zip(TYPES, probabilities(vector(words, marks, model.idf), model.weights), strict=True))
    if not has_history:
        del chances["multi_step"]
    best = max(chances, key=chances.__getitem__)
    return best, chances[best] / (sum(chances.values()) or 1.0)
