"""What the node and its client say is said in the window's language, or as they said it."""

import ast
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from gui import i18n
from gui.api.errors import CallRefused, Disconnected
from gui.dialogs.provenance import facts
from gui.requests.own_node import doctor
from gui.state import objects
from gui.state.message import Provenance, message
from gui.wording import number, spoken
from protocol.sentence import Sentence, told
from tests.gui.languages import tool

LEFT = Sentence("{name} left", name="Ana\u202e {by}")


@pytest.fixture
def german(made: None, qapp: QApplication) -> None:
    i18n.install(qapp, "de")


def test_s52_a_refusal_of_the_node_is_said_in_german(german: None) -> None:
    assert CallRefused("expired_invite", "that invite has expired: ask for a new link").reason.startswith("Diese Einl")
    who = Sentence("an owner or an admin")
    sentence = Sentence("only {who} of this conversation can {to}", who=who, to=Sentence("invite people"))
    error = CallRefused("not_allowed", sentence, sentence.told())
    assert error.reason == str(error) == "Nur Besitzer und Admins dieser Unterhaltung können Leute einladen"


def test_what_the_client_says_itself_is_said_in_german(german: None) -> None:
    assert Disconnected("There is no connection to your node. Try again.").reason.startswith("Es gibt keine Verbindung")


def test_s4_a_notice_is_said_in_german_in_the_chat_and_in_the_list(german: None) -> None:
    removed = Sentence("{by} removed {people}", by="Ana", people=["Bo", "Cy", "Di"])
    notice = {"id": "1", "kind": "notice", "text": removed, **told(text=removed)}
    assert message(notice).text == "Ana hat Bo, Cy und Di entfernt"
    last = objects.summary({"id": "2", "last": notice}).last
    assert last is not None
    assert last.text == "Ana hat Bo, Cy und Di entfernt"
    spoofed = {**notice, "kind": "human"}
    assert message(spoofed).text == "Ana removed Bo, Cy and Di", "what somebody wrote stays as it is"


def test_foreign_text_in_a_place_is_no_form_and_turns_nobodys_direction(german: None) -> None:
    assert message({"kind": "notice", "text": LEFT, **told(text=LEFT)}).text == "Ana {by} ist gegangen"


async def test_s73_the_doctor_speaks_german(german: None) -> None:
    free = Sentence("What you write is kept: the profile can be written, {gib} GiB are free.", gib=69.84)
    remedy = Sentence("See whether their servers can be reached.")

    class Client:
        async def call(self, *_: Any, **__: Any) -> dict[str, Any]:
            return {"findings": [{"what": free, "state": "ok", "remedy": remedy, **told(what=free, remedy=remedy)}]}

    class Session:
        client = Client()

    [found] = await doctor(Session())  # type: ignore[arg-type]
    assert found.what == "Was du schreibst, bleibt erhalten: In das Profil kann geschrieben werden, 69,8 GiB sind frei."
    assert found.remedy == "Sieh nach, ob die Server erreichbar sind."


def test_numbers_follow_the_language(made: None, qapp: QApplication) -> None:
    how = Provenance("openai", "m", "Ana", ms=12345, kind="", finish="stop", prompt_tokens=12345, answer_tokens=7)
    i18n.install(qapp, "de")
    assert {"12,3 s", "12.345 gelesen, 7 geschrieben"} <= {value for _, value in facts(how)}
    i18n.install(qapp, "en")
    assert {"12.3 s", "12,345 in, 7 out"} <= {value for _, value in facts(how)}
    assert number(1234) == "1,234"


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        {},
        {"form": "{name} left"},
        {"form": "{name} left", "values": {}},
        {"form": "{name} left", "values": {"name": None}},
        {"form": "{name} left", "values": {"name": [1, 2]}},
        {"form": "{name} left", "values": {"name": {"form": 3}}},
        {"form": ["{name}"], "values": {"name": "x"}},
    ],
)
def test_what_is_told_wrongly_leaves_the_sentence_as_it_is(german: None, said: Any) -> None:
    assert spoken("Ana left", said) == "Ana left"


def test_sentences_within_sentences_end_somewhere(german: None) -> None:
    said: dict[str, Any] = {"form": "{name} left", "values": {"name": "Ana"}}
    for _ in range(500):
        said = {"form": "{name} left", "values": {"name": said}}
    assert spoken("Ana left", said) == "Ana left"


def test_an_unknown_form_is_filled_in_as_it_is(german: None) -> None:
    assert spoken("Ana danced", {"form": "{name} danced", "values": {"name": "Ana"}}) == "Ana danced"


def test_the_tool_collects_what_the_node_says_and_refuses_what_it_could_not() -> None:
    module = """
raise UsageError("left", "you left" " already")
raise UsageError("x", "no {name}", name=name)
raise ProviderError("x", f"{fault}")
"""
    with pytest.raises(SystemExit, match=r"node\.py:4"):
        list(tool().sentences(ast.parse(module), "node.py"))
    good = module.rsplit("raise", 1)[0] + 'x = Sentence("{by} left", by=by)\ny = Sentence(form, by=by)\nspoken("z")'
    assert set(tool().sentences(ast.parse(good), "node.py")) == {"you left already", "no {name}", "{by} left", "z"}


def test_each_place_of_a_sentence_is_one_that_its_maker_fills() -> None:
    for name in ("node/conversations/notices.py", "node/findings.py"):
        for call in ast.walk(ast.parse((Path(__file__).parents[2] / name).read_text("utf-8"))):
            match call:
                case ast.Call(func=ast.Name("Sentence"), args=[ast.Constant(str(form))], keywords=[_, *_] as given):
                    assert all("{" + str(each.arg) + "}" in form for each in given), form
