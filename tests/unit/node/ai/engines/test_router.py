"""The router on queries of every class, on hostile ones, and on the blind set."""

import random
import re
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.ai.engines.route import ENGINE_OF, TYPES, Route
from node.ai.engines.router import classify
from node.ai.engines.rules import RULES
from tests.unit.node.ai.engines.training import examples, f1

LEAST_BLIND_F1 = 0.90
FAR_TOO_LONG_S = 0.25
MOST_SHARED = 0.5


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Hello!", "simple"),
        ("What is the capital of Norway?", "simple"),
        ("How do I implement a linked list?", "simple"),
        ("Why does a vaccine work, and what are its limits?", "complex"),
        ("Analyze these numbers: 1, 5, 2, 8", "analysis"),
        ("Write a Python function that sorts a list", "generation"),
        ("My server crashes with a timeout", "problem_solving"),
        ("Napiš báseň o moři", "generation"),
        ("Mein Programm stürzt ab", "problem_solving"),
    ],
)
def test_each_class_is_known(query: str, expected: str) -> None:
    route = classify(query)
    assert route.conversation_type == expected
    assert 0.0 < route.confidence <= 1.0
    assert route.rule == "model" or route.rule in {rule.name for rule in RULES}


def test_the_engines_have_the_names_of_the_channel() -> None:
    assert {name: Route(name, 1.0, "").engine for name in TYPES} == {
        "simple": "simple_conversation",
        "complex": "complex_conversation",
        "analysis": "analysis_conversation",
        "generation": "generation_conversation",
        "problem_solving": "problem_solver",
        "multi_step": "multi_step_conversation",
    }
    assert set(ENGINE_OF) == set(TYPES)


def test_only_with_history_something_leans_on_it() -> None:
    for query in ("and then?", "why?", "Can you make it shorter?", "which of those is best?"):
        assert classify(query, has_history=True).conversation_type == "multi_step", query
        assert classify(query, has_history=False).conversation_type != "multi_step", query


def test_an_error_in_the_context_makes_a_problem_of_a_vague_query() -> None:
    query = "no idea here, see the details"
    context = {"error_message": "TypeError: x is undefined"}
    assert classify(query, context=context) == Route(
        "problem_solving", classify(query, context=context).confidence, "error_beside"
    )
    for nothing in ({}, {"error_message": " "}, {"error_message": 5}, {"error_message": None}, None):
        assert classify(query, context=nothing).rule != "error_beside"
    assert classify("thanks!", context=context).conversation_type == "simple"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.booleans())
def test_any_text_goes_somewhere(query: str, has_history: bool) -> None:
    route = classify(query, has_history=has_history)
    assert route.conversation_type in TYPES
    assert 0.0 <= route.confidence <= 1.0
    assert has_history or route.conversation_type != "multi_step"


@pytest.mark.parametrize(
    "piece",
    [
        "#",
        "*",
        "`",
        "`a ",
        "a",
        "aA",
        '"',
        '"ab cd ef gh ',
        ": ",
        "\n",
        " ",
        "if ",
        "1,",
        "please ",
        "hi ",
        "at a.b(",
        "E",
        "does not ",
        "ě",
        "make it a ",
        "the second ",
        "(",
        "\\",
        "why can't it ",
    ],
)
def test_hostile_queries_take_no_longer(piece: str) -> None:
    classify("warm")
    query = piece * (100_000 // len(piece))
    began_s = thread_time()
    classify(query, has_history=True)
    assert thread_time() - began_s < FAR_TOO_LONG_S


def test_case_diacritics_and_politeness_change_nothing() -> None:
    rows = random.Random(3).sample([row for row in examples("tuning") if "\n" not in row.query], 40)
    same = sum(
        classify(row.query).conversation_type
        == classify(f"Please, {row.query[0].lower()}{row.query[1:]}").conversation_type
        for row in rows
    )
    assert same >= 36
    assert classify("nefunguje mi pračka").conversation_type == classify("NEFUNGUJE MI PRACKA").conversation_type


def test_the_blind_set_is_routed_right() -> None:
    rows = examples("blind")
    found = [classify(row.query, has_history=row.has_history).conversation_type for row in rows]
    macro, by_type = f1([row.expected for row in rows], found)
    assert macro >= LEAST_BLIND_F1, by_type


def test_no_tuning_query_comes_near_a_blind_one() -> None:
    blind = [_words(row.query) for row in examples("blind")]
    for row in examples("tuning"):
        words = _words(row.query)
        assert all(len(words & other) <= MOST_SHARED * len(words | other) for other in blind), row.query


def _words(query: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", query.casefold()))
