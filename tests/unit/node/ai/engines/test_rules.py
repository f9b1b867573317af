"""Each rule fires on its kind of query, and the first one counts."""

import pytest

from node.ai.engines.reading import read
from node.ai.engines.rules import RULES, Situation, first_rule
from tests.unit.node.ai.engines.training import examples, measured_rules

LEAST_RIGHT = 0.75
TALK = Situation(has_history=True, has_error=False)
ALONE = Situation(has_history=False, has_error=False)


@pytest.mark.parametrize(
    ("query", "situation", "name"),
    [
        ("thanks a lot!", TALK, "small_talk"),
        ("goroutine 7 [running]:", ALONE, "trace"),
        ("what about your second point", TALK, "refers_back"),
        ("and then?", TALK, "goes_on"),
        ("How does that work?", TALK, "pronoun_alone"),
        ("KeyError: 'id'", ALONE, "error_name"),
        ("see details", Situation(has_history=False, has_error=True), "error_beside"),
        ("debug my parser", ALONE, "repair"),
        ("Kannst du mir einen Brief schreiben?", ALONE, "asks_to_generate"),
        ("write a poem about rain", ALONE, "generate"),
        ("compare bees and wasps", ALONE, "analyse"),
        ("my phone does not charge", ALONE, "own_failure"),
        ("Why is our rent so high?", ALONE, "own_why"),
        ("regex for a licence plate", ALONE, "wanted_thing"),
        ("is there a race?\n```go\nx++\n```", ALONE, "about_code"),
        ("which trends are in 3, 5, 8, 13, 21 please", ALONE, "about_material"),
        ("explain how a lathe holds its tolerance over hours", ALONE, "reasoning"),
        ("what is a lathe", ALONE, "short_fact"),
    ],
)
def test_each_rule_knows_its_kind(query: str, situation: Situation, name: str) -> None:
    rule = first_rule(read(query), situation)
    assert rule is not None
    assert rule.name == name


def test_rules_are_silent_where_they_know_nothing() -> None:
    assert first_rule(read("blue curtains"), ALONE) is None
    assert first_rule(read(""), TALK) is None


def test_every_rule_is_right_nearly_always() -> None:
    shares = measured_rules(examples("tuning"))
    assert set(shares) == {rule.name for rule in RULES}
    assert {name: share for name, share in shares.items() if share < LEAST_RIGHT and name != "error_beside"} == {}
