"""What people see of an answer under a schema, and what is in it at the end."""

import json

import pytest

from node.ai.engines.route import Route
from node.ai.inquiry import Inquiry
from node.ai.providers.request import Chunk, Finish, Request, Turn
from node.ai.said import FIELDS_BYTES, Said, Whole
from protocol.bodies.ai import AiReply, Provenance
from protocol.bodies.content import dump_content
from protocol.limits import AI_TEXT_CHARACTERS, CONTENT_BODY_BYTES
from tests.builders import fixed

DONE = Finish("stop", 1, 2, "m", ("top_p",))


def inquiry(kind: str = "problem_solving", *, insists: bool = False) -> Inquiry:
    request = Request("m", (Turn("user", "x"),), stop=("\nAna:", "\nBen:"))
    return Inquiry(request, Route(kind, 1.0, "rule"), (0,), insists)  # type: ignore[arg-type]


def said(
    *texts: str, kind: str = "problem_solving", constrained: bool = True, insists: bool = False, name: str = ""
) -> tuple[list[str], Whole]:
    """Return what is seen after each text, and the whole."""
    answer, seen = Said(inquiry(kind, insists=insists), name=name), []
    for text in texts:
        answer.take(Chunk(text, constrained))
        seen.append(answer.text)
    answer.take(DONE)
    return seen, answer.whole()


def test_the_response_grows_and_the_fields_are_in_the_whole() -> None:
    pieces = ('{"respon', 'se": "Dele', 'te.", "root_cause": "full', ' disk", "solution_steps": ["delete"]}')
    seen, whole = said(*pieces)
    assert seen == ["", "Dele", "Delete.", "Delete."]
    assert (whole.text, whole.constrained, whole.ignored) == ("Delete.", True, ("top_p",))
    assert whole.fields == {"root_cause": "full disk", "solution_steps": ["delete"], "steps": ["delete"]}
    assert whole.rows("problem_solving") == (("root_cause", ("full disk",)), ("solution_steps", ("delete",)))


def test_json_nobody_was_held_to_is_what_it_is() -> None:
    text = '{"response": "as asked for", "root_cause": "x"}'
    seen, whole = said(text, constrained=False)
    assert (seen, whole.text, whole.constrained, whole.fields) == ([text], text, False, {})


@pytest.mark.parametrize("text", ["The disk is full.", '{"port": 80}', '```json\n{"a": {"response": 1}}\n```'])
def test_a_server_which_does_not_keep_to_it_is_read_as_prose(text: str) -> None:
    _, whole = said(text)
    assert (whole.text, whole.constrained, whole.fields) == (text, False, {})


def test_who_insists_hears_that_it_was_prose() -> None:
    assert said("The disk is full.", insists=True)[1].ignored == ("constrained", "top_p")
    assert said("The disk is full.", constrained=False, insists=True)[1].ignored == ("constrained", "top_p")
    assert said('{"response": "a"}', insists=True)[1].ignored == ("top_p",)


@pytest.mark.parametrize(
    "text", ['{"response": ""}', '{"root_cause": "x"', '{"ro', "{", '{"steps": [], "response": " ']
)
def test_json_of_the_schema_is_never_shown_to_people(text: str) -> None:
    seen, whole = said(*text)
    assert not "".join(seen).strip()
    assert whole.text == ""


@pytest.mark.parametrize("end", ["", "\\", "\\u00", "\\ud83d", '", "root_ca', '", "root_cause": "half a'])
def test_json_that_was_cut_keeps_its_response(end: str) -> None:
    _, whole = said('{"response": "Root cause: no fuel.\\n\\nIt' + end)
    assert (whole.text, whole.constrained, whole.fields) == ("Root cause: no fuel.\n\nIt", True, {})


def test_who_goes_on_to_speak_for_others_is_cut_off_also_in_json() -> None:
    text = json.dumps({"response": "Leaf: Yes.\nBen: No?\nAna: No."})
    seen, whole = said(text, name="Leaf")
    assert (seen[-1], whole.text) == ("Yes.", "Yes.")


def test_what_is_too_long_is_cut_and_still_fits_into_an_operation() -> None:
    steps = ["ž" * 900] * 40
    for letters in ("x", "ž", "€"):
        text = json.dumps({"response": letters * 20_000, "root_cause": "c", "solution_steps": steps})
        whole = said(text)[1]
        assert len(whole.text) == AI_TEXT_CHARACTERS
        rows = whole.rows("problem_solving")
        size = sum(len(each.encode()) for _, entries in rows for each in entries)
        assert (len(rows) > 0, size <= FIELDS_BYTES) == (True, True)
        how = Provenance("p" * 64, "m" * 200, 1, "problem_solving", (), ("top_p",) * 16, "length", 1, 1)
        reply = AiReply(
            fixed("ai"), fixed("key"), 1, bytes(8), fixed("to"), whole.text, how, constrained=True, fields=rows
        )
        assert len(dump_content(reply)) <= CONTENT_BODY_BYTES
