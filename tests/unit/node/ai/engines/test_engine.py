"""The six engines: what they tell the model, and what they find in answers."""

from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.ai.engines.engine import engine_for
from node.ai.engines.route import TYPES, ConversationType, Route
from node.ai.engines.wishes import Wishes
from node.ai.providers.request import Turn
from tests.unit.node.ai.engines.answers import ANSWERS, HOSTILE, squeezed, texts_in

FAR_TOO_LONG_S = 5.0
NOISE_S = 0.1
PROBLEM = """I'm sorry to hear that.

**Root cause:** Port 8080 is **taken** by another process.

## How to fix it
1. **Find it**: run `lsof -i :8080`.
   - on Windows use netstat
2. Stop it:
```bash
kill 123
```
3. Start your server again
   and watch the log.

Let me know if it helps!"""
ANALYSIS = """### Analysis
- Sales grew by 10 %
* Churn is **high**
  - nested

**Recommendations**
1. Raise prices
2) Talk to customers

### Conclusion
- no recommendation"""


def metadata(kind: ConversationType, text: str) -> dict[str, object]:
    return engine_for(kind).metadata(text)


def test_a_route_leads_to_its_engine() -> None:
    for kind in TYPES:
        route = Route(kind, 1.0, "")
        assert engine_for(route).name == route.engine
        assert engine_for(kind) is engine_for(route)


def test_a_problem_has_a_cause_and_steps_under_both_names() -> None:
    steps = ["Find it: run `lsof -i :8080`.", "Stop it:", "Start your server again and watch the log."]
    assert metadata("problem_solving", PROBLEM) == {
        "root_cause": "Port 8080 is taken by another process.",
        "steps": steps,
        "solution_steps": steps,
    }


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("Ursache: Die Platte ist voll.\n\nLösung:\n- Löschen", "Die Platte ist voll."),
        ("## Příčina\nPlný disk.\n\n## Řešení\n1. Smazat\n2. Restart", "Plný disk."),
        ("Sorry! It fails because x is None. Do this.", "It fails because x is None."),
        ("The version 3.5 crashes due to a bug.", "The version 3.5 crashes due to a bug."),
        ("Das liegt daran, dass x fehlt.", "Das liegt daran, dass x fehlt."),
    ],
)
def test_a_cause_is_found_by_its_title_or_its_words(text: str, cause: str) -> None:
    assert metadata("problem_solving", text)["root_cause"] == cause


def test_an_analysis_has_points_and_recommendations() -> None:
    assert metadata("analysis", ANALYSIS) == {
        "analysis_points": ["Sales grew by 10 %", "Churn is high"],
        "recommendations": ["Raise prices", "Talk to customers"],
    }


def test_points_need_no_title_but_recommendations_do() -> None:
    assert metadata("analysis", "I see:\n- a\n- b\n\nEmpfehlungen: Mehr testen.") == {
        "analysis_points": ["a", "b"],
        "recommendations": ["Mehr testen."],
    }
    assert metadata("analysis", "It is fine.") == {}


def test_generated_code_comes_whole_and_block_by_block() -> None:
    text = "Here:\n```python\nprint(1)\n```\n~~~\nls\n~~~\n```text\n1\n```\n"
    text += "## Plan\n1. install\n2. run\n\n```js\nunclosed(1)"
    assert metadata("generation", text) == {
        "generated_code": "print(1)\n\nls\n\nunclosed(1)",
        "code_blocks": [
            {"language": "python", "code": "print(1)"},
            {"code": "ls"},
            {"language": "js", "code": "unclosed(1)"},
        ],
        "implementation_plan": ["install", "run"],
    }


def test_a_generated_list_is_no_plan() -> None:
    assert metadata("generation", "Ten names:\n1. Anna\n2. Ben") == {}


@pytest.mark.parametrize("kind", ["complex", "multi_step"])
def test_steps_come_from_lists_headings_and_labels(kind: ConversationType) -> None:
    assert metadata(kind, "## Steps\n- a\n- b\n\n## Conclusion\n1. c\n2. d") == {"steps": ["a", "b"]}
    assert metadata(kind, "### Step 1: Look\ntext\n### Step 2: Think\nmore") == {"steps": ["Look", "Think"]}
    assert metadata(kind, "Schritt 1: Sehen\nSchritt 2: Denken") == {"steps": ["Sehen", "Denken"]}
    assert metadata(kind, "First\n\n1. a\n\nwhy\n\n2. b") == {"steps": ["a", "b"]}
    assert metadata(kind, "No steps at all.") == {}


def test_a_simple_answer_carries_nothing() -> None:
    assert metadata("simple", PROBLEM) == {}


def test_what_was_not_said_is_left_out() -> None:
    for kind in TYPES:
        for text in ("", " \n", "I do not know.", "##\n**\n```\n```\n-\n1."):
            assert metadata(kind, text) == {}, (kind, text)


@settings(max_examples=400, deadline=None)
@given(ANSWERS, st.sampled_from(TYPES))
def test_everything_in_the_metadata_was_said(text: str, kind: ConversationType) -> None:
    engine = engine_for(kind)
    found = engine.metadata(text)
    assert set(found) <= set(engine.fields)
    assert all(found.values())
    for name, value in found.items():
        if name != "generated_code":
            assert all(squeezed(each) in squeezed(text) for each in texts_in(value)), (name, value)
    for block in found.get("code_blocks", ()):
        assert block["code"] in text.replace("\r\n", "\n")
        assert block["code"] in found["generated_code"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_answers_take_linear_time(piece: str) -> None:
    short_s, long_s = (_seconds(piece * (characters // len(piece))) for characters in (25_000, 100_000))
    assert long_s < 10 * short_s + NOISE_S  # four times as long; what is quadratic takes sixteen times
    assert long_s < FAR_TOO_LONG_S


def _seconds(text: str) -> float:
    began_s = thread_time()
    for kind in ("problem_solving", "analysis"):
        engine_for(kind).answer(text)
    return thread_time() - began_s


def test_the_instructions_differ_and_hold_the_wishes() -> None:
    said = {engine_for(kind).instructions() for kind in TYPES}
    assert len(said) == len(TYPES)
    assert not [text for text in said if "{" in text or "}" in text]
    wishes = Wishes.of({"include_examples": True}, preferences={"language": "cs", "response_style": "concise"})
    text = engine_for("problem_solving").instructions(wishes)
    assert "Příčina" in text
    assert "Answer in Czech." in text
    assert "at least one example" in text
    assert "brief" in text


def test_under_a_schema_json_is_asked_for_instead_of_titles() -> None:
    text = engine_for("complex").instructions(constrained=True)
    assert "JSON" in text
    assert "##" not in text


def test_instructions_go_to_the_end_of_the_system_prompt() -> None:
    engine = engine_for("simple")
    talk = (Turn("system", "You are Ada."), Turn("user", "hi"))
    assert engine.turns(talk) == (Turn("system", f"You are Ada.\n\n{engine.instructions()}"), talk[1])
    assert engine.turns(talk[1:]) == (Turn("system", engine.instructions()), talk[1])


def test_multi_step_says_what_the_last_answers_had_in_parts() -> None:
    talk = (
        Turn("system", "You are Ada."),
        Turn("user", "how?"),
        Turn("assistant", "1. Dig\n2. Plant"),
        Turn("user", "Tell me more about step 2"),
    )
    assert "Your last list: 1. Dig; 2. Plant" in engine_for("multi_step").turns(talk)[0].content
    assert "Dig" not in engine_for("complex").turns(talk)[0].content


def test_an_answer_under_the_schema_is_taken_apart() -> None:
    engine = engine_for("problem_solving")
    answer = engine.answer('{"root_cause": "full disk", "solution_steps": ["delete", ""], "response": "Delete."}')
    assert answer.response == "Delete."
    assert answer.metadata == {"root_cause": "full disk", "solution_steps": ["delete"], "steps": ["delete"]}


def test_fields_which_the_json_left_out_come_from_its_response() -> None:
    answer = engine_for("complex").answer('{"response": "1. a\\n2. b"}')
    assert answer.metadata == {"steps": ["a", "b"]}


def test_prose_under_the_schema_is_read_as_prose() -> None:
    answer = engine_for("analysis").answer(f" {ANALYSIS} ")
    assert answer.response == ANALYSIS
    assert answer.metadata["recommendations"] == ["Raise prices", "Talk to customers"]
