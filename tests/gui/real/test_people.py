"""People in the real window, against real nodes (S7, S22)."""

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.dialogs.person import PersonDialog
from gui.theme.palette import Theme
from tests.e2e.nodes import Json
from tests.gui.real.people import WITHIN_S, People, room

pytestmark = pytest.mark.timeout(120)
Until = Callable[..., Awaitable[None]]


async def test_s22_a_circle_opens_a_card_with_the_words_that_both_see(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        bo = next(member for member in here.one.members if not member.me)
        await until(lambda: next(each for each in here.one.members if not each.me).presence == "online", WITHIN_S)
        circles = here.page.people
        at = [one.identity for one in circles._members].index(bo.identity)
        QTest.mouseClick(circles, Qt.MouseButton.LeftButton, pos=circles.circle(at).center().toPoint())
        [card] = here.desktop.window.findChildren(PersonDialog)
        await until(lambda: len(card.check_words()) == 12)
        ana = str(here.desktop.session.identity)
        theirs = await here.bo.call("node", "person", {"identity": ana})
        assert card.check_words() == theirs["person"]["words"]
        assert "Online" in card.about.text()
        assert "Joined through Ana" in card.origin.text()
        before = card.verified.isChecked()
        card.verified.click()
        await until(lambda: ("Verified" in card.about.text()) is not before)
        card.reject()
        here.desktop.window.steering.show_person(bo.identity)  # type: ignore[union-attr]
        again = next(one for one in here.desktop.window.findChildren(PersonDialog) if one.isVisible())
        await until(lambda: again.verified.isChecked() is not before)  # it is kept


async def test_s7_a_direct_message_reaches_the_other_in_a_conversation_of_two(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        session, window = here.desktop.session, here.desktop.window
        bo = next(member for member in here.one.members if not member.me)
        assert window.steering is not None
        here.bo.listen("node")
        window.steering.show_person(bo.identity)
        [card] = window.findChildren(PersonDialog)
        await until(lambda: card.check_words())
        card.talk.click()
        await until(lambda: session.open_one is not None and session.open_one.summary.direct == bo.identity, WITHIN_S)
        assert session.open_one is not None
        name = session.open_one.id
        assert session.open_one.summary.title == "Bo"

        def is_there(one: Json) -> bool:
            return one["id"] == name and one["status"] == "active"

        held = (await here.bo.call("node", "conversations"))["conversations"]  # another test may have opened it
        told = next(filter(is_there, held), None) or await here.bo.hears("conversation", is_there)
        assert (told["title"], told["direct"]) == ("Ana", session.identity)
        await until(lambda: session.open_one is not None and session.open_one.loaded)
        QTest.keyClicks(here.page.input.edit, "Just between us")
        QTest.keyClick(here.page.input.edit, Qt.Key.Key_Return)
        await here.bo.hears("conversation", lambda one: (one["last"] or {}).get("text") == "Just between us")
        found = await here.bo.call("node", "direct", {"identity": session.identity})
        assert found == {"id": name, "title": "Ana"}
