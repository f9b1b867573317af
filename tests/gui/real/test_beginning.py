"""A conversation in which nothing was said yet: what one can do first, until the first message (S3)."""

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.dialogs.invite import InviteDialog
from gui.dialogs.participant import ParticipantDialog
from gui.theme.palette import Theme
from tests.fakes.openai_server import saying
from tests.gui.real.people import WITHIN_S, People, room, window_of
from tests.gui.real.settings import press

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


async def test_s3_an_empty_conversation_says_what_to_do_until_the_first_message(
    people: People, theme: Theme, until: Until
) -> None:
    async with window_of(people.ana, theme) as desktop:
        name = await desktop.session.create("An empty room", "", ai=False)
        desktop.window.open(name)
        page = desktop.window.page
        assert page is not None
        hint = page.messages.beginning
        await until(hint.isVisible, WITHIN_S)
        assert hint.accessibleName() == "Nothing has been said yet"
        assert "invite people" in hint.accessibleDescription()
        middle = hint.mapTo(page.view, hint.rect().center())
        assert abs(middle.x() - page.view.rect().center().x()) < 2
        press(hint.invite)
        invite = next(each for each in desktop.window.findChildren(InviteDialog) if each.isVisible())
        invite.reject()
        press(hint.add_ai)
        form = next(each for each in desktop.window.findChildren(ParticipantDialog) if each.isVisible())
        form.reject()
        desktop.window.close_settings()
        assert hint.isVisible()
        QTest.keyClicks(page.input.edit, "first words")
        QTest.keyClick(page.input.edit, Qt.Key.Key_Return)
        assert not hint.isVisible()
        one = desktop.session.open_one
        assert one is not None
        await until(lambda: any(one.timeline.row(at).message_id for at in range(len(one.timeline))), WITHIN_S)
        assert not hint.isVisible()


async def test_s3_who_is_not_alone_is_not_told_to_invite(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        hint = here.page.messages.beginning
        await until(lambda: hint.isVisible() and not hint.invite.isVisible(), WITHIN_S)
        await here.add_ai("Leaf")
        await until(lambda: hint.about.text() == "Write the first message below.", WITHIN_S)
        await here.bo_says("Hello")
        assert not hint.isVisible()


async def test_s39_an_answer_is_stopped_at_its_question_while_the_ai_thinks(
    people: People, theme: Theme, until: Until
) -> None:
    release = people.model.hold(saying("Too late."))
    async with room(people, theme) as here:
        await here.add_ai("Leaf")
        QTest.keyClicks(here.page.input.edit, "Leaf, what grows here?")
        QTest.keyClick(here.page.input.edit, Qt.Key.Key_Return)

        def asked() -> str:
            rows = [here.one.timeline.row(at) for at in range(len(here.one.timeline))]
            found = next((row for row in rows if row.kind == "mine" and row.message_id), None)
            return found.key if found is not None else ""

        await until(lambda: asked() and here.one.work.answering(lambda _: True), WITHIN_S)
        row = here.one.row(asked())
        assert row is not None
        assert "stop" in here.page.messages._possible(row)
        here.page.messages.act("stop", row.key)
        await until(lambda: not here.one.work.answering(lambda _: True), WITHIN_S)
        assert "stop" not in here.page.messages._possible(row)
        release()
