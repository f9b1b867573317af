"""Sentences for people: English as they stand, and told so that another language can say them."""

import pickle

import orjson
import pytest

from crypto.codec import encode
from protocol.errors import UsageError
from protocol.sentence import PACKED_BYTES, Sentence, packed, told, unpacked


def test_a_form_is_filled_in_as_english_has_it() -> None:
    made = Sentence(
        "{by} removed {people}, {count} of {share}", by="Ana", people=["Bo", "Cy", "Di"], count=1234, share=0.25
    )
    assert made == "Ana removed Bo, Cy and Di, 1,234 of 0.2"
    assert isinstance(made, str)
    assert orjson.dumps({"reason": made}) == b'{"reason":"Ana removed Bo, Cy and Di, 1,234 of 0.2"}'


def test_what_stands_in_a_place_is_no_form() -> None:
    assert Sentence("{name} left", name="{by} {0} {name.__class__}") == "{by} {0} {name.__class__} left"
    assert Sentence("{by} stands as it is").form == "{by} stands as it is"


def test_only_sentences_with_values_are_told_beside_the_text() -> None:
    inner = Sentence("a member")
    made = Sentence("{by} made {people} {role}", by="Ana", people=["Bo"], role=inner)
    assert told(text=made, other="plain", remedy=inner) == {
        "said": {
            "text": {
                "form": "{by} made {people} {role}",
                "values": {"by": "Ana", "people": ["Bo"], "role": {"form": "a member", "values": {}}},
            }
        }
    }
    assert told(reason="plain") == {}
    assert orjson.loads(orjson.dumps(told(text=made))) == told(text=made)


def test_an_error_takes_the_values_of_its_sentence() -> None:
    error = UsageError("unknown_message", "there is no message {prefix}", prefix="ab12")
    assert (str(error), error.reason, error.code) == ("there is no message ab12",) * 2 + ("unknown_message",)
    assert isinstance(error.reason, Sentence)
    assert UsageError("blank", "write {something}").reason == "write {something}"


def test_a_sentence_may_go_through_a_process() -> None:
    assert pickle.loads(pickle.dumps(str(Sentence("{name} left", name="Ana")))) == "Ana left"


def test_a_sentence_packed_for_another_node_comes_out_as_it_was() -> None:
    why = Sentence("{by} removed {people}", by="Ana", people=["Bo", "Cy"])
    made = Sentence("{name} took {seconds} s: {why}, {role}", name="Leaf", seconds=180, why=why, role=Sentence("gone"))
    again = unpacked(str(made), packed(made))
    assert isinstance(again, Sentence)
    assert again.told() == made.told()
    assert packed("plain") == packed(Sentence("without values")) == b""
    assert packed(Sentence("{share} done", share=0.5)) == b"", "the codec knows no such number"
    assert packed(Sentence("{text}", text="x" * PACKED_BYTES)) == b""
    assert unpacked(made, packed(why)) is made, "a sentence of this node's own"


def nested(deep: int) -> list[object]:
    return ["{a}", [["a", nested(deep - 1) if deep else "x"]]]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("Leaf left", ["{name} left", [["name", "Oak"]]]),  # says something else
        ("Leaf left", ["{name.__class__} left", [["name", "Leaf"]]]),
        ("Leaf left", ["{name!s} left", [["name", "Leaf"]]]),
        ("Leaf left", ["{name:>4} left", [["name", "Leaf"]]]),
        ("Leaf {left}", ["{name} {{left}}", [["name", "Leaf"]]]),
        ("Leaf left", ["{name} left", []]),
        ("Leaf left", ["{name} left", [["name", "Leaf"], ["other", "x"]]]),
        ("True left", ["{name} left", [["name", True]]]),
        ("Leaf left", ["{name} left", [["name", [1]]]]),
        ("Leaf left", ["{name} left", [["name", b"Leaf"]]]),
        ("Leaf left", ["Leaf left"]),
        ("Leaf left", {1: "Leaf left"}),
        ("x" * 9, ["".join(f"{{{name}}}" for name in "abcdefghi"), [[name, "x"] for name in "abcdefghi"]]),
        ("x", nested(4)),
    ],
)
def test_what_was_not_packed_by_these_rules_leaves_the_text_as_it_came(text: str, data: object) -> None:
    assert not isinstance(unpacked(text, encode(data)), Sentence)  # type: ignore[arg-type]
    assert unpacked(text, encode(data)) == text  # type: ignore[arg-type]


def test_bytes_that_say_nothing_leave_the_text_as_it_came() -> None:
    for data in (b"", b"\xff", b"x" * 4096, packed(Sentence("{name} left", name="Leaf"))[:-1]):
        assert unpacked("Leaf left", data) == "Leaf left"
        assert not isinstance(unpacked("Leaf left", data), Sentence)
