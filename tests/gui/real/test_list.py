"""The list in the real window, against real nodes (S3, S5, S14, S20)."""

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.desktop import Desktop
from gui.dialogs.confirm import ConfirmDialog
from gui.state.listing import Row
from gui.theme.palette import Theme
from tests.gui.real.people import People, room, window_of

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


def row(desktop: Desktop, conversation: str) -> Row | None:
    assert desktop.window.sidebar is not None
    rows = desktop.window.sidebar.list.rows
    at = rows.row_of(conversation)
    return rows.row(at) if at >= 0 else None


async def test_s3_s20_a_row_shows_what_is_new_who_types_and_whether_i_am_meant(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme, "Weather station") as here:
        desktop = here.desktop
        assert desktop.window.sidebar is not None
        rows = desktop.window.sidebar.list.rows
        other = await desktop.session.create("Elsewhere", "", ai=False)
        await until(lambda: row(desktop, other))
        desktop.window.open(other)
        await here.bo.call(here.topic, "typing", {"typing": True})
        about = desktop.session.conversations.get(here.id)
        assert about is not None
        await until(lambda: rows.line(about) == ("typing", "Bo is typing..."))
        await here.bo.call(here.topic, "message", {"content": "Is it windy, @Ana?"})
        await here.bo.call(here.topic, "message", {"content": "It is **very** windy."})
        await until(lambda: (found := row(desktop, here.id)) and (found.unread, found.mentions) == (2, 1))
        assert rows.row(0).key == here.id  # the newest activity first
        about = desktop.session.conversations.get(here.id)
        assert about is not None
        await until(lambda: rows.line(about) == ("last", "Bo: It is very windy."))
        desktop.window.sidebar.list.read.emit(here.id)
        await until(lambda: (found := row(desktop, here.id)) and (found.unread, found.mentions) == (0, 0))
        # my own last message is mine, and a draft takes its place
        desktop.window.open(here.id)
        await until(lambda: here.one.loaded)
        QTest.keyClicks(here.page.input.edit, "Come and see")
        QTest.keyClick(here.page.input.edit, Qt.Key.Key_Return)
        await until(lambda: rows.line(here.one.summary) == ("last", "You: Come and see"))
        QTest.keyClicks(here.page.input.edit, "or not")
        desktop.window.open(other)
        assert rows.line(here.one.summary)[0] == "last"
        about = desktop.session.conversations.get(here.id)
        assert about is not None
        assert rows.line(about) == ("draft", "or not")


async def test_s3_s5_archived_and_left_conversations_go_to_their_folder(
    people: People, theme: Theme, until: Until
) -> None:
    async with window_of(people.ana, theme) as desktop:
        name = await desktop.session.create("Summer party", "", ai=False)
        await until(lambda: row(desktop, name))
        assert desktop.window.sidebar is not None
        view = desktop.window.sidebar.list

        def act(text: str) -> None:
            menu = view.menu_of(view.rows.index(view.rows.row_of(name)))
            assert menu is not None
            next(action for action in menu.actions() if action.text() == text).trigger()

        act("Archive")
        await until(lambda: row(desktop, name) is None)  # folded away
        view.rows.fold("archived", folded=False)
        found = row(desktop, name)
        assert found is not None
        assert found.summary is not None
        assert found.summary.status == "archived"
        act("Take out of the archive")
        await until(lambda: (one := desktop.session.conversations.get(name)) and one.status == "active")
        act("Leave…")
        [question] = desktop.window.findChildren(ConfirmDialog)
        await until(question.confirm.isEnabled)
        question.confirm.click()
        await until(lambda: (one := desktop.session.conversations.get(name)) and one.status == "left")
        found = row(desktop, name)
        assert found is not None
        assert found.summary is not None
        assert found.summary.put_away
