"""The settings of a conversation in the real window: title, description, people, archive, leaving."""

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.dialogs.confirm import ConfirmDialog
from gui.dialogs.leave import LeaveDialog
from gui.dialogs.person import PersonDialog
from gui.dialogs.removal import RemovalDialog
from gui.theme.palette import Theme
from tests.e2e.nodes import Json
from tests.gui.real.people import WITHIN_S, People, Room, room
from tests.gui.real.settings import choose, dialog, menu_of, open_settings, press, toasted

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


def notices(here: Room) -> list[str]:
    rows = [here.one.timeline.row(at) for at in range(len(here.one.timeline))]
    return [row.text for row in rows if row.kind == "notice"]


def roles_in(said: Json) -> dict[str, str]:
    return {one["name"]: one["role"] for one in said["members"]}


def bos_id(here: Room) -> str:
    return next(one.identity for one in here.one.members if not one.me)


async def test_s5_title_and_description_change_for_everybody_and_the_timeline_says_so(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        assert page.about.title.text() == "Rooftop garden"
        page.about.title.selectAll()
        QTest.keyClicks(page.about.title, "Garden on the mill")
        page.about.description.setFocus()
        QTest.keyClicks(page.about.description, "Soil, water, bees.")
        press(page.about.save)
        told = await here.bo.hears("conversation", lambda said: said["description"] == "Soil, water, bees.")
        assert told["title"] == "Garden on the mill"
        await toasted(here, "Saved")
        assert not page.about.save.isVisible()
        await until(lambda: "Ana changed the title to “Garden on the mill”" in notices(here))
        QTest.keyClick(page, Qt.Key.Key_Escape)
        assert here.desktop.window.pages.currentWidget() is here.page
        await until(lambda: here.page.title.text() == "Garden on the mill")


async def test_s64_what_others_change_shows_at_once_and_never_overwrites_what_is_being_typed(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        await here.bo.call(here.topic, "settings", {"title": "By Bo"})
        await until(lambda: page.about.title.text() == "By Bo")
        page.about.title.selectAll()
        QTest.keyClicks(page.about.title, "By Ana")
        await here.bo.call(here.topic, "settings", {"title": "By Bo again"})
        await until(lambda: page.about.meanwhile.isVisible())
        assert page.about.title.text() == "By Ana"
        assert "By Bo again" in page.about.meanwhile.text()
        press(page.back)
        assert open_settings(here) is page
        assert page.about.title.text() == "By Ana", "nothing typed is lost by a look at the messages"
        press(page.about.revert)
        assert page.about.title.text() == "By Bo again"


async def test_s64_a_refusal_says_why_and_keeps_what_was_typed(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        page.about.title.clear()
        press(page.about.save)
        assert page.about.error.text() == "Give the conversation a title."
        page.about.title.setText("x" * 201)
        press(page.about.save)
        assert "1 characters" in page.about.error.text()
        page.about.title.setText("Not for me")
        page.about.description.setPlainText("kept")
        client = here.desktop.client
        await client.call("node", "hand_over", {"conversation": here.id, "who": bos_id(here)})
        await here.bo.hears("members", lambda said: roles_in(said) == {"Ana": "member", "Bo": "owner"})
        await client.call("node", "leave", {"conversation": here.id})  # on another device, say
        await until(lambda: here.one.summary.status == "left")
        assert page.about.title.text() == "Not for me"
        page.about.save_now()
        await until(lambda: page.about.error.isVisible())
        assert "left" in page.about.error.text()
        assert page.about.description.toPlainText() == "kept"


async def test_s1_roles_are_given_and_taken_and_shown_as_badges(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        bo, identity = page.people.rows[bos_id(here)], bos_id(here)
        assert (bo.name.text(), bo.badge.text()) == ("Bo", "Member")
        assert "invited by Ana" in bo.about.text()
        assert menu_of(bo) == ["Make admin", "Make owner…", "Hand over the conversation…", "Remove…"]
        choose(bo, "Make admin")
        await here.bo.hears("members", lambda said: {one["role"] for one in said["members"]} == {"owner", "admin"})
        await until(lambda: page.people.rows[identity].badge.text() == "Admin")
        await toasted(here, "Bo is an admin now")
        choose(bo, "Make member")
        await until(lambda: page.people.rows[identity].badge.text() == "Member")
        await until(lambda: "Online" in page.people.rows[identity].about.text())


async def test_s5_somebody_is_removed_after_it_was_said_what_that_does(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        await here.bo_says("One thing that stays.")
        page = open_settings(here)
        identity = bos_id(here)
        choose(page.people.rows[identity], "Remove…")
        asked = dialog(here, RemovalDialog)
        await until(lambda: asked.remove.isEnabled())
        assert "Messages that were seen here stay: 1." in asked.what.text()
        assert not asked.with_invited.isVisible(), "Bo invited nobody"
        press(asked.remove)
        await here.bo.hears("conversation", lambda said: said["status"] == "removed")
        await toasted(here, "Bo was removed")
        await until(lambda: identity not in page.people.rows)
        await until(lambda: page.people.more.isVisible())
        press(page.people.more)
        assert page.people.former.isVisible()
        assert page.people.more.text() == "Former members (1)"
        assert "Bo was removed by Ana" in notices(here) or "Ana removed Bo" in notices(here)


async def test_s5_the_only_owner_hands_over_and_then_leaves(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        assert "you choose who owns the conversation" in page.going.leaving.text()
        press(page.going.leave)
        leaving = dialog(here, LeaveDialog)
        await until(leaving.heir.isVisible, WITHIN_S)
        assert leaving.asked.text() == "You are its only owner. Who owns it from now on?"
        press(leaving.cancel)
        identity = bos_id(here)
        choose(page.people.rows[identity], "Hand over the conversation…")
        asked = dialog(here, ConfirmDialog)
        assert asked.confirm.text() == "Hand over"
        press(asked.confirm)
        await here.bo.hears(
            "members",
            lambda said: roles_in(said) == {"Ana": "member", "Bo": "owner"},
        )
        await until(lambda: page.people.rows[identity].badge.text() == "Owner")
        await toasted(here, "Bo is the owner now")
        assert menu_of(page.people.rows[identity]) == []
        await until(lambda: not page.going.only_owner)
        press(page.going.leave)
        leaving = dialog(here, LeaveDialog)
        await until(leaving.confirm.isEnabled, WITHIN_S)
        assert leaving.confirm.text() == "Leave"
        assert not leaving.heir.isVisible()
        press(leaving.confirm)
        await here.bo.hears("members", lambda said: [one["name"] for one in said["members"]] == ["Bo"])
        await until(lambda: here.desktop.window.pages.currentWidget() is not page)
        await toasted(here, "You left “Rooftop garden”")


async def test_s22_somebody_in_the_settings_shows_their_card(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        row = page.people.rows[bos_id(here)]
        assert row.card.accessibleName().startswith("Bo, Member, ")
        press(row.card)
        card = dialog(here, PersonDialog)
        await until(lambda: len(card.check_words()) == 12, WITHIN_S)
        assert "Member" in card.about.text()


async def test_s5_the_keyboard_stays_at_a_button_that_worked_and_escape_leads_back(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        window = here.desktop.window
        window.activateWindow()
        page.going.archive.setFocus()
        await until(page.going.archive.hasFocus)
        QTest.keyClick(page.going.archive, Qt.Key.Key_Space)
        await toasted(here, "Archived")
        await until(lambda: page.going.archive.isEnabled() and page.going.archive.hasFocus(), WITHIN_S)
        QTest.keyClick(page.going.archive, Qt.Key.Key_Space)
        await until(lambda: page.going.archive.text() == "Archive", WITHIN_S)
        focus = window.focusWidget()
        assert focus is not None
        assert page.going is focus or page.going.isAncestorOf(focus)
        QTest.keyClick(focus, Qt.Key.Key_Escape)
        assert not page.isVisible()
        assert here.page.input.edit.hasFocus()


async def test_s5_archived_and_brought_back(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        press(page.going.archive)
        await here.bo.hears("conversation", lambda said: said["archived"] is True)
        await until(lambda: page.going.archive.text() == "Bring back" and page.going.archive.isEnabled())
        press(page.going.archive)
        await until(lambda: page.going.archive.text() == "Archive")
        await toasted(here, "Brought back")


async def test_s5_a_member_is_offered_only_what_they_may(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        await here.desktop.client.call("node", "hand_over", {"conversation": here.id, "who": bos_id(here)})
        await until(lambda: {one.name: one.role for one in here.one.members}["Ana"] == "member")
        page = open_settings(here)
        assert all(menu_of(row) == [] for row in page.people.rows.values())
        await until(lambda: not page.participants.add.isVisible())
        assert page.participants.who_may.isVisible()
        assert not page.going.archive.isEnabled()
        assert page.about.title.isEnabled()


async def test_s5_opening_a_conversation_in_the_list_leads_out_of_the_settings(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        open_settings(here)
        here.desktop.window.open(here.id)  # the one that is open already
        assert here.desktop.window.pages.currentWidget() is here.page
        other = await here.desktop.session.create("Other", "", ai=False)
        page = open_settings(here)
        here.desktop.window.open(other)
        assert here.desktop.window.pages.currentWidget() is here.page
        await until(lambda: here.one.loaded)
        assert open_settings(here).about.title.text() == "Other"
        assert page.people.heading.text() == "People (1)"


async def test_s5_a_direct_message_offers_neither_another_title_nor_an_invite(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        made = await here.desktop.client.call("node", "direct", {"identity": bos_id(here)}, timeout=20)
        await here.desktop.session.refresh()
        here.desktop.window.open(made["id"])
        await until(lambda: here.one.loaded and here.one.summary.direct)
        page = open_settings(here)
        assert page.people.heading.text() == "People (2)"
        assert not page.people.invite_button.isVisible(), "it would do nothing"
        assert not page.about.isVisible(), "it is named after the other person"
        QTest.keyClick(page, Qt.Key.Key_Escape)
        here.desktop.window.open(here.id)
        await until(lambda: here.one.loaded and here.one.id == here.id)
        assert open_settings(here).about.isVisible()
        assert page.people.invite_button.isVisible()


async def test_s5_blanks_at_the_end_of_a_description_are_no_edit(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        made = await here.desktop.session.create("Other", "Soil, water.\n", ai=False)
        here.desktop.window.open(made)
        await until(lambda: here.one.loaded)
        page = open_settings(here)
        assert not page.about.save.isVisible()
        QTest.keyClicks(page.about.title, "!")
        assert page.about.save.isVisible()


@pytest.mark.parametrize("percent", [100, 150])
async def test_s5_the_page_is_used_by_keyboard_and_fits_a_narrow_window(
    people: People, theme: Theme, until: Until, percent: int
) -> None:
    theme.resize_text(percent)
    async with room(people, theme) as here:
        here.desktop.window.resize(380, 640)
        here.desktop.window.settings()
        page = here.desktop.window.settings_page
        assert page is not None
        await until(lambda: page.area.widget().width() <= 380)
        page.column.activate()
        widest = max(page.sections, key=lambda section: section.minimumSizeHint().width())
        room_px = page.area.viewport().width()
        assert page.area.widget().minimumSizeHint().width() <= room_px, f"{type(widest).__name__} is cut off"
        assert page.area.horizontalScrollBar().maximum() == 0
        for section in page.sections:
            right = section.mapTo(page, section.rect().bottomRight()).x()
            assert right <= page.width(), type(section).__name__
        QTest.keyClick(page.back, Qt.Key.Key_Space)
        assert here.desktop.window.pages.currentWidget() is here.page
        here.desktop.window.resize(1120, 780)  # it is remembered
