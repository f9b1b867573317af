"""The linear model: its arithmetic, and that the kept weights are those which the training makes."""

import math

import pytest

from node.ai.engines.linear import BIAS, likely, probabilities, trained_model, vector
from node.ai.engines.route import TYPES
from tests.unit.node.ai.engines.training import as_json, examples, f1, train


def test_words_have_length_one_and_marks_count_one_each() -> None:
    values = dict(vector({"w:a", "w:b", "w:unknown"}, {"m:x"}, {"w:a": 3.0, "w:b": 4.0, "m:x": 9.0}))
    assert values == {"w:a": 0.6, "w:b": 0.8, "m:x": 1.0, BIAS: 1.0}


def test_probabilities_follow_the_scores() -> None:
    weights = {BIAS: (0.0,) * 6, "m:x": (math.log(3), 0.0, 0.0, 0.0, 0.0, 0.0)}
    assert probabilities([("m:x", 1.0), (BIAS, 1.0)], weights) == pytest.approx([3 / 8, *[1 / 8] * 5])


def test_without_history_the_rest_share_what_multi_step_had() -> None:
    found, chance = likely({"w:continue"}, {"m:opens opens_continue", "m:words 2"}, has_history=True)
    assert found == "multi_step"
    other, other_chance = likely({"w:continue"}, {"m:opens opens_continue", "m:words 2"}, has_history=False)
    assert other in TYPES[:-1]
    assert chance > 0.5
    assert 0.2 <= other_chance <= 1.0


@pytest.mark.soak
def test_the_kept_weights_are_those_of_the_tuning_set() -> None:
    model, kept = train(examples("tuning")), trained_model()
    assert model.idf.keys() == kept.idf.keys()
    assert model.rules == kept.rules
    assert all(
        abs(weight - kept.weights[name][place]) <= 0.005
        for name, row in model.weights.items()
        for place, weight in enumerate(row)
    ), "run python -m tests.unit.node.ai.engines.training"


def test_training_is_deterministic() -> None:
    some = examples("tuning")[::12]
    assert as_json(train(some)) == as_json(train(some[:]))


def test_f1_counts_both_kinds_of_error() -> None:
    macro, by_type = f1(["simple", "simple", "complex"], ["simple", "complex", "complex"])
    assert by_type["simple"] == pytest.approx(2 / 3)
    assert by_type["complex"] == pytest.approx(2 / 3)
    assert macro == pytest.approx((2 / 3 + 2 / 3) / 6)
