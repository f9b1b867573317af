"""Which AI answers, on whose computer, by which provider; and the newest messages of a long conversation."""

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from gui.dialogs.participant import ParticipantDialog
from gui.state.timeline import Row
from gui.theme.palette import Theme
from tests.gui.real.people import People, Room, room, says

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]
WITHIN_S = 30.0


def rows(here: Room) -> list[Row]:
    return [here.one.timeline.row(at) for at in range(len(here.one.timeline))]


def write(here: Room, text: str) -> None:
    QTest.keyClicks(here.page.input.edit, text)
    QTest.keyClick(here.page.input.edit, Qt.Key.Key_Return)


async def test_s4_the_newest_twenty_at_once_and_older_ones_without_a_jump(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme, "Long") as here:
        for number in range(45):
            last = await here.bo.call(here.topic, "message", {"content": f"message {number}"})
        await until(lambda: here.one.timeline.index_of(str(last["id"])) is not None, WITHIN_S)
        here.desktop.session.close()
        here.desktop.window.resize(900, 500)
        here.desktop.window.open(here.id)
        await until(lambda: here.one.loaded and here.page.view.live_rows(), WITHIN_S)
        assert rows(here)[-1].text == "message 44"
        view = here.page.view
        view.verticalScrollBar().setValue(0)
        ends = {row.row.key: row.geometry().bottom() for row in view.live_rows() if row.row is not None}
        before = len(here.one.timeline)
        await until(lambda: len(here.one.timeline) > before, WITHIN_S)
        after = {row.row.key: row.geometry().bottom() for row in view.live_rows() if row.row is not None}
        assert {key: after[key] for key in ends if key in after} == {key: ends[key] for key in ends if key in after}
        assert set(ends) & set(after)


async def test_s36_the_host_answers_for_all_and_its_key_stays_with_it(
    people: People, theme: Theme, until: Until
) -> None:
    people.model.answer = says("Ferns ", "and moss.")
    async with room(people, theme, "Host") as here:
        await here.add_ai("Leaf")
        await here.bo_says("Leaf, what grows here?")
        told = await here.bo.hears("message", lambda each: each["kind"] == "ai")
        assert (told["text"], told["ai"]["host_name"]) == ("Ferns and moss.", "Ana")
        await until(lambda: any(row.kind == "ai" and row.text == "Ferns and moss." for row in rows(here)), WITHIN_S)
        assert people.model.requests
        assert "sk-test" not in str(here.bo.heard)


async def test_s40_the_form_offers_what_the_host_can_use(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme, "Providers") as here:
        here.desktop.window.settings()
        page = here.desktop.window.settings_page
        assert page is not None
        page.participants.add.click()

        def offered() -> str:
            [dialog] = here.desktop.window.findChildren(ParticipantDialog)
            boxes = dialog.findChildren(QComboBox)
            return " ".join(box.itemText(at) for box in boxes for at in range(box.count()))

        await until(lambda: here.desktop.window.findChildren(ParticipantDialog), WITHIN_S)
        await until(lambda: "openai" in offered() and "fake-1" in offered(), WITHIN_S)
        for provider in ("openai", "anthropic", "ollama", "local"):
            assert provider in offered()
        here.desktop.window.findChildren(ParticipantDialog)[0].reject()


async def test_s41_the_one_who_is_mentioned_or_addressed_answers_else_the_one_who_answers_all(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme, "Who answers") as here:
        await here.add_ai("Leaf", policy="addressed")
        await here.add_ai("Owl", policy="every")
        for text, name in (("@Leaf hello", "Leaf"), ("Leaf, are you there?", "Leaf"), ("good morning", "Owl")):
            before = sum(row.kind == "ai" for row in rows(here))
            write(here, text)
            await until(lambda before=before: sum(row.kind == "ai" for row in rows(here)) > before, WITHIN_S)
            answers = [row for row in rows(here) if row.kind == "ai"]
            assert [row.name for row in answers[before:]] == [name]
