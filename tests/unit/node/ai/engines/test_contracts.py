"""The schemas, and answers in JSON: whole, in a fence, cut short, hostile."""

import json
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.ai.engines.contracts import CONTRACTS, answer_in, fields_in, rows_of, schema_of
from node.ai.engines.route import TYPES, ConversationType

FAR_TOO_LONG_S = 1.0


def unbounded(schema: object) -> list[object]:
    """Return the parts of a schema which have no bound."""
    if not isinstance(schema, dict):
        return []
    bound = {"string": "maxLength", "array": "maxItems", "object": "additionalProperties"}[schema["type"]]
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return ([] if bound in schema else [schema]) + [part for each in inner for part in unbounded(each)]


@pytest.mark.parametrize("kind", TYPES)
def test_everything_in_a_schema_is_bounded(kind: ConversationType) -> None:
    schema = schema_of(kind)
    assert unbounded(schema) == []
    assert schema["required"] == ["response"]
    assert json.loads(json.dumps(schema)) == schema


def test_a_schema_is_the_callers_own() -> None:
    schema_of("complex")["properties"]["steps"]["maxItems"] = 0  # type: ignore[index]
    assert schema_of("complex")["properties"]["steps"]["maxItems"] > 0  # type: ignore[index]


@pytest.mark.parametrize("form", ["{}", "```json\n{}\n```", "  ```\n{}\n```  ", "```json\n{}"])
def test_json_is_read_in_a_fence_or_without(form: str) -> None:
    said = json.dumps({"steps": ["a", 5, " b\nc "], "response": " yes ", "other": 1})
    answer = answer_in(form.replace("{}", said), "complex")
    assert answer is not None
    assert (answer.response, answer.metadata) == ("yes", {"steps": ["a", "b c"]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "prose",
        "[1]",
        "{}",
        '{"response": 5}',
        '{"response": " "}',
        '{"steps": ["a"]}',
        '{"steps": ["a',
        "{" * 50_000,
    ],
)
def test_what_has_no_response_is_no_answer(text: str) -> None:
    assert answer_in(text, "complex") is None


def test_fields_of_a_wrong_type_are_left_out() -> None:
    said = {"root_cause": ["x", "y"], "solution_steps": "y", "response": "z"}
    answer = answer_in(json.dumps(said), "problem_solving")
    assert answer is not None
    assert answer.metadata == {}


@pytest.mark.parametrize("end", ["", "\\", "\\u", "\\u00", "\\ud83d", "\\ud83d\\ude"])
def test_of_json_cut_short_the_response_stays(end: str) -> None:
    answer = answer_in(f'{{"steps": ["a"], "response": "It \\"is\\" so{end}', "complex")
    assert answer is not None
    assert (answer.response, answer.metadata) == ('It "is" so', {})


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["response", "steps", "root_cause", "solution_steps", "x"])


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(NAMES, JSON), st.integers(0, 400), st.sampled_from(TYPES))
def test_no_json_raises(said: dict[str, object], cut: int, kind: ConversationType) -> None:
    text = json.dumps(said)
    for each in (text, text[:cut]):
        answer = answer_in(each, kind)
        assert answer is None or answer.response


@pytest.mark.parametrize("piece", ["{", "[", '{"response":"', '"response":"\\', "\\u", '{"a":', "```json\n{"])
def test_hostile_json_takes_linear_time(piece: str) -> None:
    text = "{" + piece * (100_000 // len(piece))
    began_s = thread_time()
    answer_in(text, "complex")
    assert thread_time() - began_s < FAR_TOO_LONG_S


@pytest.mark.parametrize("kind", TYPES)
def test_people_read_what_comes_first(kind: ConversationType) -> None:
    assert next(iter(schema_of(kind)["properties"])) == "response"  # type: ignore[call-overload]


def test_prose_serves_code_and_small_talk_better() -> None:
    assert [kind for kind in TYPES if not CONTRACTS[kind].gains] == ["simple", "generation"]


def test_fields_travel_and_come_back() -> None:
    said = {"root_cause": "full disk", "solution_steps": ["delete", "restart"]}
    rows = rows_of({**said, "steps": ["delete", "restart"], "other": "x"}, "problem_solving", most_bytes=8_000)
    assert rows == (("root_cause", ("full disk",)), ("solution_steps", ("delete", "restart")))
    assert fields_in(dict(rows), "problem_solving") == {**said, "steps": ["delete", "restart"]}


def test_fields_of_strangers_are_those_of_the_kind_and_bounded() -> None:
    said = {"root_cause": ["a", "b"], "steps": ["x"], "processing_time": ["0"], "solution_steps": ["y" * 5_000] * 90}
    found = fields_in(said, "problem_solving")
    assert set(found) == {"solution_steps", "steps"}
    assert found["solution_steps"] == ["y" * 1_000] * 50
    assert fields_in({"steps": "no list", "root_cause": {}}, "complex") == {}


def test_what_has_no_room_stays_behind() -> None:
    said = {"analysis_points": ["ä" * 300] * 3, "recommendations": ["b" * 900] * 40}
    rows = dict(rows_of(said, "analysis", most_bytes=6_800))
    assert rows == {"analysis_points": ("ä" * 300,) * 3, "recommendations": ("b" * 400,) * 12}
    assert list(dict(rows_of(said, "analysis", most_bytes=6_000))) == ["analysis_points"]
    assert rows_of(said, "analysis", most_bytes=-5) == ()


def test_of_json_with_a_mistake_the_response_stays() -> None:
    for text in ('{"response": "yes", "steps": [}', '```json\n{"response": "yes"}\n```\nBye!', '{"response": "yes",}'):
        answer = answer_in(text, "complex")
        assert answer is not None
        assert answer.response == "yes"
