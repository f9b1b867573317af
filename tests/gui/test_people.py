"""People as circles and words: initials that fit, how they are here, menus and cards with long names."""

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from gui.dialogs.person import PersonDialog
from gui.theme.palette import Theme
from gui.widgets.circle import initials, letter_font
from tests.gui.cut import faults
from tests.gui.fake_node import FakeNode, summary
from tests.gui.windows import opened, running, two_conversations

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.mark.parametrize("percent", [100, 150])
@pytest.mark.parametrize("diameter", [22.0, 32.0, 38.0, 52.0])
def test_s22_initials_fit_into_their_circle(theme: Theme, percent: int, diameter: float) -> None:
    theme.resize_text(percent)
    try:
        font = letter_font(theme._app.font().family(), diameter)
        for name in ("Wanda Mwale", "田中 愛子", "👩‍👩‍👧 🎉"):
            box = QFontMetricsF(font).tightBoundingRect(initials(name))
            corner = QRectF(0, 0, box.width(), box.height())
            across = (corner.width() ** 2 + corner.height() ** 2) ** 0.5
            assert across < diameter, (name, across)
    finally:
        theme.resize_text(100)


async def test_s22_how_others_are_here_is_unknown_while_the_node_is_not_there(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        assert window.page is not None
        assert "Ana Novak (online, Member)" in window.page.people.accessibleName()
        seen: list[str] = []
        session.client.online.connect(lambda online, _: seen.append(window.page.people.accessibleName()))
        await node.drop()
        await until(lambda: len(seen) == 2)
        assert "Ana Novak (presence unknown, Member)" in seen[0]
        await until(lambda: {each.here for each in one.members} == {"online"})
        assert "Ana Novak (online, Member)" in window.page.people.accessibleName()


async def test_s22_the_menu_of_all_people_cuts_long_names(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    node.members[1]["name"] = "W" * 80
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.page is not None
        menu = window.page.people.menu()
        assert menu.sizeHint().width() < 400
        long = next(each for each in menu.actions() if "W" in each.text())
        assert long.text().endswith("… · online")
        assert "W" * 80 in long.toolTip()


async def test_s7_two_who_talk_have_no_phases(node: FakeNode, theme: Theme, until: Until) -> None:
    node.conversations = [summary(1, "Ana Novak", direct="b2" * 32, phase="metaphase"), summary(2, "Garden")]
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        page, settings = window.page, window.settings_page
        assert page is not None
        assert settings is not None
        assert not page.phases.isVisible()
        assert page.subtitle.accessibleName() == "Direct message"
        window.settings()
        assert not settings.phases.isVisible()
        assert not settings.invites.isVisible()
        window.open(f"{2:064x}")
        await until(lambda: page.phases.isVisible())
        window.settings()
        assert settings.phases.isVisible()


async def test_s7_a_card_of_a_very_long_name_is_no_broader(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    node.members[1]["name"] = "W" * 80
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.steering is not None
        window.steering.show_person("b2" * 32)
        card = next(each for each in window.findChildren(PersonDialog) if each.isVisible())
        assert card.width() <= 480
        assert faults(card) == []


async def test_s7_the_card_keeps_the_keyboard_at_its_main_button_when_it_has_loaded(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    words = ["able"] * 12
    node.answer["person"] = lambda _: {"person": {"identity": "b2" * 32, "name": "Ana Novak", "words": words}}
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.steering is not None
        window.steering.show_person("b2" * 32)
        card = next(each for each in window.findChildren(PersonDialog) if each.isVisible())
        card.activateWindow()
        await until(lambda: card.check_words() == words and card.talk.isEnabled())
        assert card.focusWidget() is card.talk
        card.reject()
