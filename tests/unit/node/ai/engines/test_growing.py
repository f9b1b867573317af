"""What is seen of JSON while it grows: the response, wherever the pieces end, and never its marks."""

import json
from time import thread_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from node.ai.engines.growing import Growing

FAR_TOO_LONG_S = 1.0
ANSWERS = st.fixed_dictionaries(
    {"response": st.text(min_size=1)},
    optional={
        "steps": st.lists(st.text(max_size=20), max_size=3),
        "root_cause": st.text(max_size=20) | st.none(),
        "x": st.dictionaries(st.sampled_from(["response", "y"]), st.text(max_size=9), max_size=2),
    },
)


def grown(*pieces: str) -> list[str]:
    """Return what is seen after each piece."""
    growing, seen = Growing(), []
    for piece in pieces:
        growing.feed(piece)
        seen.append(growing.text)
    return seen


def pieces_of(text: str, sizes: list[int]) -> list[str]:
    pieces, start = [], 0
    for size in sizes:
        pieces.append(text[start : start + size])
        start += size
    return [*pieces, text[start:]]


@settings(max_examples=300, deadline=None)
@given(
    ANSWERS,
    st.lists(st.integers(0, 9), max_size=60),
    st.booleans(),
    st.sampled_from(["{}", "```json\n{}\n```", "```\n{}", " \n{} \n", "{}\n\nI hope this helps."]),
    st.randoms(use_true_random=False),
)
def test_wherever_the_pieces_end_the_response_is_seen_and_nothing_else(said, sizes, is_ascii, form, random):
    entries = list(said.items())
    random.shuffle(entries)
    text = form.replace("{}", json.dumps(dict(entries), ensure_ascii=is_ascii))
    seen = grown(*pieces_of(text, sizes))
    assert seen[-1] == said["response"]
    assert all(said["response"].startswith(each) for each in seen)


def test_it_is_seen_letter_by_letter():
    assert grown(*'{"response": "a\\n\\u00e4\\ud83d\\ude00"}') == [
        *[""] * 14,
        "a",
        "a",
        "a\n",
        *["a\n"] * 5,
        "a\nä",
        *["a\nä"] * 11,
        *["a\nä😀"] * 3,
    ]


@pytest.mark.parametrize("prose", ["Hello.", "`x` is", "```python\nx = {}\n```", "[1]", "- {a}", "~", "“{”"])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_what_is_no_json_is_seen_as_it_is(prose, size):
    growing = Growing()
    for start in range(0, len(prose), size):
        growing.feed(prose[start : start + size])
    assert growing.text == prose
    assert not growing.is_json


def test_a_field_of_that_name_further_in_is_not_the_response():
    assert grown('{"x": {"response": "no"}, "steps": ["response", ":", "no"], "response": "yes"}')[-1] == "yes"
    assert grown('{"response": ["no"]}')[-1] == ""
    assert grown('{"response": "yes", "response": "no"}')[-1] == "yes"


def test_the_fields_are_known_as_they_come():
    growing = Growing()
    growing.feed('{"steps": ["a", {"b": 1}], "root')
    assert growing.keys == {"steps"}
    growing.feed('_cause": null, "')
    assert growing.keys == {"steps", "root_cause"}


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='{}[]":,\\ud8c0`\nabresponse', max_size=80), st.lists(st.integers(0, 5), max_size=40))
@example('{"response":"\\ud83d\\', [])
@example('{"response":"\\udc00\\uzzzz\\ud800\\ud800x', [])
def test_no_text_raises_and_what_is_seen_can_be_written(text, sizes):
    for seen in grown(*pieces_of(text, sizes)):
        seen.encode()


def test_half_a_character_is_marked():
    assert grown('{"response":"\\udc00\\uzzzz\\ud800\\ud800x\\ud800"}')[-1] == "\ufffd" * 4 + "x"


@pytest.mark.parametrize("piece", ["{", "[", '"', '{"response":"', "\\u", " ", "`", "```json\n", '"a":', "x"])
def test_hostile_json_takes_linear_time(piece):
    growing, began_s = Growing(), thread_time()
    for _ in range(100_000 // len(piece)):
        growing.feed(piece)
    growing = Growing()
    growing.feed("{" + piece * (100_000 // len(piece)))
    assert thread_time() - began_s < FAR_TOO_LONG_S
