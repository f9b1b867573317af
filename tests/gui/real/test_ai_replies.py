"""AIs' answers in the real window: their mark, how they came about, stopping one, asking again after a failure."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from gui.dialogs.provenance import ProvenanceDialog
from gui.state.row import Row
from gui.theme.palette import Theme
from tests.fakes.ai_server import Reply
from tests.fakes.openai_server import ROLE, delta, refusing
from tests.gui.real.people import WITHIN_S, People, Room, room, says
from tests.gui.real.test_messages import click, has_dialog, menu_of, row, rows, said, texts, widget

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


def stalling(*pieces: str) -> Reply:
    """Say these and then nothing, without an end."""
    return Reply(body=(ROLE, *map(delta, pieces)), then="stall")


def growing(here: Room) -> list[Row]:
    return here.one.timeline.streams()


def answers(here: Room) -> list[Row]:
    return [one for one in rows(here) if one.kind == "ai"]


async def test_s11_an_answer_tells_how_it_came_about_and_leads_to_what_was_given(
    people: People, theme: Theme, until: Until
) -> None:
    people.model.answer = says("Moss likes ", "**shade**.")
    async with room(people, theme) as here:
        await here.add_ai("Leaf")
        before = await here.bo_says("The north side is dark.")
        await said(here, "Leaf, what grows there?", until)
        await until(lambda: answers(here), WITHIN_S)
        answer = answers(here)[0]
        shown = widget(here, answer.key)
        assert shown.accessibleName().startswith("Leaf (AI), ")
        assert "Moss likes shade." in texts(here)
        model = shown.footer.model
        assert model is not None
        assert model.text() == "fake-1"
        click(model)
        await until(lambda: has_dialog(here))
        told = next(one for one in here.desktop.window.findChildren(ProvenanceDialog) if one.isVisible())
        labels = [label.text() for label in told.findChildren(QLabel)]
        assert {"fake-1", "openai", "Ana", "7 in, 2 out", "it was complete"} <= set(labels)
        given = [button for button in told.findChildren(QPushButton) if "north side" in button.text()]
        assert len(given) == 1
        click(given[0])
        await until(lambda: not told.isVisible() if _alive(told) else True)
        assert here.page.view.widget_of(before) is not None


def _alive(what: Any) -> bool:
    from shiboken6 import isValid

    return isValid(what)


async def test_s16_an_answer_grows_and_is_stopped_by_who_asked(people: People, theme: Theme, until: Until) -> None:
    people.model.answer = lambda _: stalling("Once upon ", "a time")
    async with room(people, theme) as here:
        await here.add_ai("Leaf")
        await said(here, "Leaf, tell me a tale", until)
        await until(lambda: growing(here) and growing(here)[0].text == "Once upon a time", WITHIN_S)
        await until(lambda: here.page.view.widget_of(growing(here)[0].key) is not None)
        bubble = widget(here, growing(here)[0].key)
        await until(lambda: bubble.trouble is not None and bubble.trouble.stop.isVisible())
        assert bubble.trouble is not None
        click(bubble.trouble.stop)
        await until(lambda: answers(here), WITHIN_S)
        assert answers(here)[0].text == "Once upon a time"
        how = answers(here)[0].ai
        assert how is not None
        assert how.finish == "stopped"
        assert not growing(here)
        trouble = bubble.trouble
        await until(lambda: not trouble.isVisible())


async def test_s16_somebody_elses_answer_is_stopped_by_owners_only(people: People, theme: Theme, until: Until) -> None:
    people.model.answer = lambda _: stalling("Once upon ", "a time")
    async with room(people, theme) as here:
        await here.add_ai("Leaf")
        await here.bo_says("Leaf, tell me a tale")
        await until(lambda: growing(here) and growing(here)[0].text, WITHIN_S)
        stream = growing(here)[0]
        await until(lambda: here.page.view.widget_of(stream.key) is not None)
        trouble = widget(here, stream.key).trouble
        assert trouble is not None
        assert trouble.stop.isVisible(), "Ana is the owner"
        await here.desktop.client.call("node", "role", {"conversation": here.id, "who": "Bo", "role": "owner"})
        await here.desktop.client.call("node", "role", {"conversation": here.id, "who": "Ana", "role": "member"})
        await until(lambda: not here.one.may("stop"), WITHIN_S)
        await until(lambda: not trouble.isVisible())


async def test_s39_a_failed_answer_says_why_and_retry_asks_again(people: People, theme: Theme, until: Until) -> None:
    people.model.answer = lambda _: refusing(401, message="Incorrect API key provided", code="invalid_api_key")
    async with room(people, theme) as here:
        await here.add_ai("Leaf")
        await said(here, "Leaf, what grows in the shade?", until)
        await until(lambda: growing(here) and growing(here)[0].state == "failed", WITHIN_S)
        bubble = widget(here, growing(here)[0].key)
        assert "key" in bubble.accessibleName()
        assert bubble.trouble is not None
        people.model.answer = says("Ferns.")
        click(bubble.trouble.retry)
        await until(lambda: [one.text for one in answers(here)] == ["Ferns."], WITHIN_S)
        assert not growing(here)
        await here.bo.hears("message", lambda told: told["kind"] == "ai" and told["text"] == "Ferns.")


async def test_s35_a_message_that_is_not_for_ai_says_so(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        name = await here.bo_says("between us", not_for_ai=True)
        assert row(here, name).not_for_ai
        shown = widget(here, name)
        assert "not for AI" in shown.accessibleName()
        assert "No AI" in shown.footer.toolTip()
        plain = await here.bo_says("for everybody")
        assert widget(here, plain).footer.toolTip() == ""


async def test_s17_what_an_ai_writes_is_copied_like_any_message(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        await here.add_ai("Leaf")
        await said(here, "Leaf?", until)
        await until(lambda: answers(here), WITHIN_S)
        menu = menu_of(here, answers(here)[0].key)
        assert [action.data() for action in menu.actions() if action.data() in ("edit", "receipts")] == []
        QTest.keyClick(menu, Qt.Key.Key_Escape)
