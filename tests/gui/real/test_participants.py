"""AI participants in the real window: adding by a form, testing, changing, hosts and stand-bys, pausing, removing."""

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtTest import QTest

from gui.dialogs.confirm import ConfirmDialog
from gui.dialogs.create import CreateDialog
from gui.dialogs.hosts import HostsDialog
from gui.dialogs.participant import ParticipantDialog
from gui.pages.settings.page import SettingsPage
from gui.theme.palette import Theme
from tests.fakes.openai_server import refusing
from tests.gui.real.people import People, Room, room, says
from tests.gui.real.settings import choose, dialog, menu_of, open_settings, press, toasted

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


async def form(here: Room, page: SettingsPage, until: Until) -> ParticipantDialog:
    """Open the form for a new AI, with the providers and the models of the first that works there."""
    press(page.participants.add)
    asked = dialog(here, ParticipantDialog)
    assert "Finding out" in asked.form.why_not.text(), "it says what it waits for"
    await until(lambda: asked.form.provider.count() == 4 and asked.form.model.count() == 2)
    return asked


async def test_s35_an_ai_is_added_by_the_form_tested_first_and_answers(
    people: People, theme: Theme, until: Until
) -> None:
    people.model.answer = says("I can help with ", "plants.")
    async with room(people, theme) as here:
        page = open_settings(here)
        asked = await form(here, page, until)
        assert asked.form.provider.currentData() == "openai", "the first that works is chosen"
        assert [asked.form.model.itemText(at) for at in range(asked.form.model.count())] == ["fake-1", "fake-2"]
        items = asked.form.provider.model()
        assert isinstance(items, QStandardItemModel)
        assert not items.item(asked.form.provider.findData("anthropic")).isEnabled()
        assert "anthropic: " in asked.form.why_not.text(), "it says what is missing"
        asked.form.name.selectAll()
        QTest.keyClicks(asked.form.name, "Fern")
        asked.form.model.setCurrentText("fake-2")
        asked.form.persona.setPlainText("A patient gardener.")
        asked.form.temperature.setValue(0.3)
        asked.form.hourly.setValue(30)
        press(asked.test)
        await until(lambda: "plants" in asked.answer.text())
        assert people.model.requests[-1].json["model"] == "fake-2"
        assert "patient gardener" in str(people.model.requests[-1].json["messages"][0])
        press(asked.save)
        await here.bo.hears("ai", lambda said: [one["name"] for one in said["ai"]] == ["Fern"])
        await toasted(here, "Fern was added")
        await until(lambda: len(page.participants.rows) == 1)
        (row,) = page.participants.rows.values()
        assert row.name.text() == "Fern"
        assert row.about.text() == "openai  ·  fake-2  ·  answers when addressed by name"
        assert row.where.text() == "runs on this computer  ·  30 answers an hour at most"
        ai = here.one.ais[0]
        assert (ai.persona, ai.temperature, ai.hourly) == ("A patient gardener.", 0.3, 30)
        await here.bo_says("Fern, what can you do?")
        await here.bo.hears("message", lambda said: said["kind"] == "ai" and "plants" in said["text"])


async def test_s39_a_test_that_fails_says_why_and_nothing_typed_is_lost(
    people: People, theme: Theme, until: Until
) -> None:
    people.model.answer = lambda _: refusing(401, message="bad key")
    async with room(people, theme) as here:
        page = open_settings(here)
        asked = await form(here, page, until)
        asked.form.name.setText("Fern")
        press(asked.test)
        await until(lambda: asked.error.isVisible())
        assert "key" in asked.error.text()
        assert not asked.answer.isVisible()
        assert asked.form.name.text() == "Fern"
        asked.form.name.setText(" ")
        press(asked.save)
        assert asked.error.text() == "Give the AI a name."
        people.model.answer = says("Now it works.")
        press(asked.test)
        await until(lambda: "Now it works" in asked.answer.text())


async def test_s35_an_ai_is_changed_and_what_others_changed_meanwhile_stays(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        ai = await here.add_ai("Leaf", temperature=0.9)
        page = open_settings(here)
        await until(lambda: ai in page.participants.rows)
        choose(page.participants.rows[ai], "Change…")
        asked = dialog(here, ParticipantDialog)
        await until(lambda: asked.form.provider.count() == 4)
        assert (asked.form.name.text(), asked.form.model.currentText()) == ("Leaf", "fake-1")
        client = here.desktop.client
        await client.call("node", "ai_set", {"conversation": here.id, "ai": ai, "hourly": 7})
        asked.form.policy.setCurrentIndex(asked.form.policy.findData("every"))
        asked.form.prompt.setPlainText("Be kind.")
        press(asked.save)
        await toasted(here, "Leaf was changed")
        await until(lambda: here.one.ais[0].policy == "every")
        assert (here.one.ais[0].hourly, here.one.ais[0].system_prompt) == (7, "Be kind.")
        assert here.one.ais[0].temperature == 0.9
        # the name of another AI is refused, and the form stays as it is
        await here.add_ai("Moss")
        choose(page.participants.rows[ai], "Change…")
        again = dialog(here, ParticipantDialog)
        again.form.name.setText("Moss")
        press(again.save)
        await until(lambda: again.error.isVisible())
        assert "Moss" in again.error.text()
        assert again.form.name.text() == "Moss"


async def test_s37_stand_bys_in_order_and_bo_agrees(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        ai = await here.add_ai("Leaf")
        page = open_settings(here)
        await until(lambda: ai in page.participants.rows)
        choose(page.participants.rows[ai], "Where it runs…")
        asked = dialog(here, HostsDialog)
        assert asked.others.currentText() == "Bo"
        press(asked.add)
        asked.move_up(1)
        assert [here.one.members[at].name for at in range(2) if here.one.members[at].identity == asked.order[0]] == [
            "Bo"
        ]
        asked.move_up(1)
        press(asked.save)
        told = await here.bo.hears("ai", lambda said: said["ai"] and said["ai"][0]["asks_me"])
        assert told["ai"][0]["by_name"] == "Ana"
        await until(lambda: "stands by: Bo" in page.participants.rows[ai].where.text())
        accepted = await here.bo.call("node", "ai_accept", {"conversation": here.id, "ai": ai})
        assert not accepted["ai"]["asks_me"]


async def test_s37_somebody_asks_that_my_computer_answers(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        bo = next(one.identity for one in here.one.members if not one.me)
        await here.desktop.client.call("node", "role", {"conversation": here.id, "who": bo, "role": "admin"})
        await here.bo.hears("members", lambda said: "admin" in {one["role"] for one in said["members"]})
        settings = {"name": "Moss", "provider": "openai", "model": "fake-1", "policy": "addressed"}
        made = await here.bo.call("node", "ai_add", {"conversation": here.id, **settings})
        ai = str(made["ai"]["id"])
        await here.bo.call("node", "ai_hosts", {"conversation": here.id, "ai": ai, "hosts": ["Bo", "Ana"]})
        await until(lambda: "answers for Moss" in here.page.settings_button.accessibleDescription())
        page = open_settings(here)
        await until(lambda: ai in page.participants.rows and page.participants.rows[ai].ask.isVisible())
        row = page.participants.rows[ai]
        assert row.question.text().startswith("Bo asks that your computer answers for Moss.")
        await until(lambda: "runs at Bo (online)" in row.where.text())
        press(row.later)
        assert not row.ask.isVisible()
        assert "Agree to run it here" in menu_of(row)
        choose(row, "Agree to run it here")
        await until(lambda: not here.one.ais[0].asks_me)
        await toasted(here, "Your computer answers for it when it is its turn")
        choose(row, "Run it here no longer")
        await until(lambda: here.one.ais[0].asks_me)
        assert not row.ask.isVisible(), "who has just withdrawn is not asked at once"


async def test_s35_what_an_ai_of_somebody_else_could_run_on_comes_from_their_node(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        ai = await here.add_ai("Leaf")
        page = open_settings(here)
        await here.desktop.client.call("node", "ai_hosts", {"conversation": here.id, "ai": ai, "hosts": ["Bo"]})
        await here.bo.hears("ai", lambda said: said["ai"] and said["ai"][0]["asks_me"])
        await here.bo.call("node", "ai_accept", {"conversation": here.id, "ai": ai})
        await until(lambda: not here.one.ais[0].here)
        choose(page.participants.rows[ai], "Change…")
        asked = dialog(here, ParticipantDialog)
        assert not asked.test.isVisible(), "only its host can try it"
        await until(lambda: asked.form.provider.count() == 4)
        assert [asked.form.model.itemText(at) for at in range(asked.form.model.count())] == ["fake-1", "fake-2"]
        asked.form.model.setCurrentText("fake-2")
        press(asked.save)
        await until(lambda: here.one.ais[0].model == "fake-2")


async def test_s35_all_ais_are_paused_and_one_is_removed_after_a_question(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        ai = await here.add_ai("Leaf")
        page = open_settings(here)
        await until(lambda: ai in page.participants.rows)
        press(page.participants.paused)
        await here.bo.hears("conversation", lambda said: said["ai_paused"] is True)
        await until(lambda: page.participants.rows[ai].badge.isVisible())
        await toasted(here, "All AIs are paused")
        press(page.participants.paused)
        await until(lambda: not here.one.summary.ai_paused)
        choose(page.participants.rows[ai], "Remove…")
        asked = dialog(here, ConfirmDialog)
        assert asked.confirm.text() == "Remove Leaf"
        press(asked.confirm)
        await here.bo.hears("ai", lambda said: said["ai"] == [])
        await until(lambda: page.participants.nothing.isVisible())
        await toasted(here, "Leaf was removed")


async def test_s2_a_new_conversation_says_what_its_ai_would_run_on(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        here.desktop.window.new()
        asked = dialog(here, CreateDialog)
        await until(lambda: "openai" in asked.which.text())
        QTest.mouseClick(asked.ai, Qt.MouseButton.LeftButton, pos=asked.ai.rect().center())
        assert not asked.which.isVisible()
        QTest.keyClicks(asked.title, "Without an AI")
        QTest.keyClick(asked.title, Qt.Key.Key_Return)
        await until(lambda: here.one.summary.title == "Without an AI")
        assert here.one.ais == ()
