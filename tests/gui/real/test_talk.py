"""The shortest way through everything: the window of one person, the channel of another, an AI."""

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.theme.palette import Theme
from tests.gui.real.people import People, room, says

pytestmark = pytest.mark.timeout(60)
Until = Callable[..., Awaitable[None]]


async def test_s6_what_one_writes_the_other_sees_and_an_ai_answers_both(
    people: People, theme: Theme, until: Until
) -> None:
    people.model.answer = says("Ferns, ", "above all.")
    async with room(people, theme) as here:
        await here.add_ai("Leaf")
        await here.bo_says("What grows in the shade?")
        QTest.keyClicks(here.page.input.edit, "Leaf, what do you think?")
        QTest.keyClick(here.page.input.edit, Qt.Key.Key_Return)
        await here.bo.hears("message", lambda told: told["text"] == "Leaf, what do you think?")
        await here.bo.hears("message", lambda told: told["kind"] == "ai" and told["text"] == "Ferns, above all.")
        await until(lambda: here.one.timeline.row(len(here.one.timeline) - 1).kind == "ai")
        assert here.one.timeline.row(len(here.one.timeline) - 1).text == "Ferns, above all."
