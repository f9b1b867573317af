"""Messages in the real window against real nodes: states, edits, marks, jumps, what is new, the keyboard."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QToolTip, QWidget

from gui.chatview.bubble import RowWidget
from gui.chatview.code_segment import CodeSegment
from gui.chatview.picker import Picker
from gui.chatview.reactions import Chip
from gui.chatview.rich_segment import RichSegment
from gui.dialogs.confirm import ConfirmDialog
from gui.dialogs.edits import EditsDialog
from gui.state.row import Row
from gui.theme.palette import Theme
from tests.e2e.nodes import Json
from tests.gui.real.people import WITHIN_S, People, Room, room
from tests.gui.waiting import turn

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


def say(here: Room, text: str) -> None:
    QTest.keyClicks(here.page.input.edit, text)
    QTest.keyClick(here.page.input.edit, Qt.Key.Key_Return)


async def said(here: Room, text: str, until: Until) -> Row:
    """Write as Ana and return the row as soon as the node has it."""
    say(here, text)
    await until(lambda: any(row.text == text and row.message_id for row in rows(here)), WITHIN_S)
    found = next(row for row in rows(here) if row.text == text)
    await here.bo.hears("message", lambda told: told["id"] == found.message_id)
    return found


def rows(here: Room) -> list[Row]:
    return [here.one.timeline.row(at) for at in range(len(here.one.timeline))]


def row(here: Room, name: str) -> Row:
    found = here.one.row(name)
    assert found is not None
    return found


def widget(here: Room, name: str) -> RowWidget:
    if here.page.view.widget_of(name) is None:
        here.page.view.place()  # what came a moment ago waits a thirtieth of a second for more
    found = here.page.view.widget_of(name)
    assert found is not None
    return found


def texts(here: Room) -> str:
    """Return what is really on the screen."""
    shown = [text for each in here.page.view.live_rows() for text in each.findChildren(RichSegment) if text.isVisible()]
    return "\n".join(text.toPlainText() for text in shown)


def menu_of(here: Room, name: str) -> QMenu:
    """Open the menu of a message with the right button."""
    target = widget(here, name)
    place = target.bubble_rect().center()
    kind = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(target, QContextMenuEvent(kind, place, target.mapToGlobal(place)))
    return next(menu for menu in here.page.messages.findChildren(QMenu) if menu.isVisible())


def labels(menu: QMenu) -> list[str]:
    return [str(action.data()) for action in menu.actions() if not action.isSeparator()]


def choose(menu: QMenu, action: str) -> None:
    found = next(one for one in menu.actions() if one.data() == action)
    place = menu.actionGeometry(found).center()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)


def dialog(here: Room, kind: type[Any]) -> Any:
    return next(one for one in here.desktop.window.findChildren(kind) if one.isVisible())


def has_dialog(here: Room) -> bool:
    return any(one.isVisible() for one in here.desktop.window.findChildren(QDialog))


def click(target: QWidget) -> None:
    QTest.mouseClick(target, Qt.MouseButton.LeftButton)


def is_deleted(here: Room, name: str) -> bool:
    return row(here, name).deleted


def tells_deleted(name: str, told: Json) -> bool:
    return bool(told["id"] == name and told["deleted"])


def is_at_bottom(here: Room) -> bool:
    return here.page.view.at_bottom


def has_window(here: Room) -> bool:
    return here.one.window is not None


async def test_s10_a_message_goes_from_stored_to_read_and_its_tick_says_who(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        mine = await said(here, "Who is on the roof?", until)
        await until(lambda: row(here, mine.key).state == "delivered", WITHIN_S)
        tick = widget(here, mine.key).footer.tick
        assert tick is not None
        assert tick.accessibleName() == "Delivered"
        click(tick)
        await until(lambda: QToolTip.isVisible() and "Delivered to Bo." in QToolTip.text())
        assert "Read" not in QToolTip.text()
        await here.bo.call(here.topic, "read", {"id": mine.message_id})
        await until(lambda: row(here, mine.key).state == "read", WITHIN_S)
        assert tick.accessibleName() == "Read"
        here.desktop.window.activateWindow()
        here.page.view.setFocus(Qt.FocusReason.TabFocusReason)
        tick.setFocus(Qt.FocusReason.TabFocusReason)
        await until(lambda: "Read by Bo." in tick.accessibleDescription())


async def test_s16_an_edit_shows_what_was_said_before(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        name = await here.bo_says("Frist")
        assert widget(here, name).footer.edited is None
        await here.bo.call(here.topic, "edit", {"id": name, "content": "First"})
        await until(lambda: row(here, name).edited and "First" in texts(here))
        edited = widget(here, name).footer.edited
        assert edited is not None
        assert edited.isVisible()
        click(edited)
        await until(lambda: has_dialog(here))
        shown = [label.text() for label in dialog(here, EditsDialog).findChildren(QLabel)]
        assert shown.index("First") < shown.index("Frist")
        dialog(here, EditsDialog).close()


async def test_s16_i_delete_my_own_and_as_owner_anybodys_after_a_question(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        theirs = await here.bo_says("Bo's word")
        mine = (await said(here, "My word", until)).message_id
        for name in (theirs, mine):
            choose(menu_of(here, name), "delete")
            asked = dialog(here, ConfirmDialog)
            click(asked.cancel)
            assert not row(here, name).deleted
            choose(menu_of(here, name), "delete")
            click(dialog(here, ConfirmDialog).confirm)
            await until(partial(is_deleted, here, name))
            await here.bo.hears("message", partial(tells_deleted, name))
        assert texts(here).count("This message was deleted.") == 2
        assert "word" not in texts(here)


async def test_s16_what_others_may_not_do_is_not_in_the_menu(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        mine = await said(here, "mine", until)
        theirs = await here.bo_says("theirs")
        menu = menu_of(here, theirs)
        assert {"reply", "react", "pin", "copy", "choose", "delete"} <= set(labels(menu))
        assert not {"edit", "receipts", "edits", "provenance", "jump"} & set(labels(menu))
        menu.close()
        menu = menu_of(here, mine.key)
        assert {"reply", "edit", "receipts", "delete"} <= set(labels(menu))
        menu.close()
        await here.desktop.client.call("node", "role", {"conversation": here.id, "who": "Bo", "role": "owner"})
        await here.desktop.client.call("node", "role", {"conversation": here.id, "who": "Ana", "role": "member"})
        await until(lambda: not here.one.may("delete"), WITHIN_S)
        menu = menu_of(here, theirs)
        assert not {"pin", "delete"} & set(labels(menu))
        menu.close()


async def test_s16_reactions_say_who_and_a_click_gives_mine(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        mine = await said(here, "herbs?", until)
        await here.bo.call(here.topic, "react", {"id": mine.message_id, "emoji": "🌱"})

        def chips() -> list[Chip]:
            shown = widget(here, mine.key).reactions
            return shown.chips() if shown is not None and shown.isVisible() else []

        await until(lambda: [chip.text() for chip in chips()] == ["🌱 1"])
        assert "Bo" in chips()[0].toolTip()
        assert not chips()[0].isChecked()
        click(chips()[0])
        await until(lambda: chips()[0].text() == "🌱 2")
        assert chips()[0].accessibleName() == "🌱: Bo, Ana"
        assert chips()[0].isChecked()
        click(chips()[0])
        await until(lambda: chips()[0].text() == "🌱 1")
        choose(menu_of(here, mine.key), "react")
        picker = here.page.messages.findChild(Picker)
        assert picker is not None
        QTest.keyClick(picker.buttons[0], Qt.Key.Key_Right)
        assert picker.focusWidget() is picker.buttons[1]
        click(picker.buttons[3])
        await until(lambda: [chip.reaction.emoji for chip in chips()] == ["🌱", "🎉"])
        here.page.messages.act("react", mine.key)
        picker = next(one for one in here.page.messages.findChildren(Picker) if one.isVisible())
        picker.other.setFocus()
        QTest.keyClicks(picker.other, "ok")
        QTest.keyClick(picker.other, Qt.Key.Key_Return)
        await until(lambda: [chip.reaction.emoji for chip in chips()] == ["🌱", "🎉", "ok"])
        heard = lambda told: [one["emoji"] for one in told["reactions"]] == ["🌱", "🎉", "ok"]  # noqa: E731
        await here.bo.hears("message", heard)


async def test_s16_pins_stand_under_the_header_and_lead_there(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        first = await here.bo_says("the first pin")
        for number in range(40):
            await here.bo.call(here.topic, "message", {"content": f"filler {number}"})
        second = await here.bo_says("the second pin")
        line = here.page.messages.pins
        assert not line.isVisible()
        await until(lambda: here.page.view.widget_of(second) is not None)
        choose(menu_of(here, second), "pin")
        await until(lambda: line.isVisible() and "the second pin" in line.text.text())
        assert line.place.text() == ""
        await here.desktop.client.call(here.topic, "pin", {"id": first})
        await until(lambda: line.place.text() == "1 of 2")
        assert "the first pin" in line.text.text()
        click(line.button)
        await until(lambda: here.page.view.widget_of(first) is not None)
        assert line.place.text() == "2 of 2"
        click(line)
        await until(lambda: here.page.view.at_bottom or here.page.view.widget_of(second) is not None)
        assert row(here, second).pinned
        choose(menu_of(here, second), "unpin")
        await until(lambda: line.place.text() == "" and "the first pin" in line.text.text())


def last_text(here: Room) -> str:
    """Return what the list shows under the conversation."""
    found = here.desktop.session.conversations.get(here.id)
    return found.last.text if found is not None and found.last is not None else ""


async def test_s16_a_quote_jumps_to_a_message_that_is_not_loaded_and_scrolling_leads_back(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        old = await here.bo_says("the old question")
        here.desktop.session.close()  # nobody looks while the many come
        for number in range(320):
            await here.bo.call(here.topic, "message", {"content": f"filler {number}"})
        late = await here.bo.call(here.topic, "message", {"content": "the late answer", "reply_to": old})
        answer = str(late["id"])
        await until(lambda: last_text(here) == "the late answer", WITHIN_S)
        here.desktop.window.open(here.id)
        here.page.messages.reveal(answer)
        await until(lambda: here.one.loaded and here.page.view.widget_of(answer) is not None, WITHIN_S)
        assert here.one.row(old) is None
        await until(lambda: "the old question" in widget(here, answer).accessibleName())
        target = widget(here, answer)
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.quote_rect().center())
        await until(lambda: here.page.view.widget_of(old) is not None)
        assert has_window(here)
        assert "the old question" in texts(here)
        assert not here.page.view.at_bottom

        # What comes meanwhile is counted, not shown in the wrong place.
        await here.bo.call(here.topic, "message", {"content": "meanwhile"})
        await until(lambda: here.page.view.unseen == 1)
        assert "meanwhile" not in texts(here)

        # Scrolling down leads through everything that lies between, to the newest.
        seen = set[str]()
        while has_window(here) or not is_at_bottom(here):
            here.page.view.scroll_by(-600)
            seen.update(texts(here).split("\n"))
            await turn()  # lets what is asked for begin
            await until(lambda: not here.one.loading_newer)
        assert {f"filler {number}" for number in range(5, 320)} <= seen
        assert "meanwhile" in texts(here)
        here.page.messages.reveal(old)
        await until(lambda: here.page.view.widget_of(old) is not None)
        assert not has_window(here), "it is loaded by now"


async def test_s15_the_button_goes_back_to_the_newest_from_a_jump(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        old = await here.bo_says("old")
        here.desktop.session.close()  # nobody looks while the many come
        for number in range(260):
            await here.bo.call(here.topic, "message", {"content": f"filler {number}"})
        await here.bo.call(here.topic, "message", {"content": "newest"})
        await until(lambda: last_text(here) == "newest", WITHIN_S)
        here.desktop.window.open(here.id)
        here.page.messages.reveal(old)  # even before it is loaded, as search does
        await until(lambda: here.one.loaded and here.page.view.widget_of(old) is not None, WITHIN_S)
        assert has_window(here)
        click(here.page.view._new)
        assert here.page.view.at_bottom
        await until(lambda: "newest" in texts(here))
        # What I send from a jump is shown at once.
        here.page.messages.reveal(old)
        await until(lambda: has_window(here) and here.page.view.widget_of(old) is not None)
        await said(here, "sent from afar", until)
        assert here.page.view.at_bottom
        await until(lambda: "sent from afar" in texts(here))
        here.page.messages.reveal("f" * 64)
        toast = here.desktop.window.toast
        await until(lambda: "no message" in toast.text() or "not here any more" in toast.text())


async def test_s15_it_opens_at_the_first_unread_message(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        window = here.desktop.window
        read = await here.bo_says("read")
        window.activateWindow()
        await until(lambda: here.desktop.session.conversations.get(here.id).unread == 0)  # type: ignore[union-attr]
        here.desktop.session.close()
        names = []
        for number in range(60):
            made = await here.bo.call(here.topic, "message", {"content": f"unread {number}"})
            names.append(str(made["id"]))
        conversations = here.desktop.session.conversations
        await until(lambda: conversations.get(here.id).unread == 60, WITHIN_S)  # type: ignore[union-attr]
        window.open(here.id)
        await until(lambda: here.one.loaded and here.page.view.widget_of(names[0]) is not None)
        first = widget(here, names[0])
        assert "first new message" in first.accessibleName()
        assert "first new message" not in widget(here, names[1]).accessibleName()
        assert first.bubble_rect().top() > widget(here, names[1]).bubble_rect().top() + 20, "the line stands above it"
        assert 0 <= first.y() < 60
        assert not here.page.view.at_bottom
        assert here.page.view.unseen == 60
        assert widget(here, read).y() < 0 if here.page.view.widget_of(read) is not None else True
        click(here.page.view._new)
        await until(lambda: "unread 59" in texts(here))
        await until(lambda: conversations.get(here.id).unread == 0, WITHIN_S)  # type: ignore[union-attr]


async def test_s6_what_is_gone_is_taken_away(people: People, theme: Theme, until: Until) -> None:
    """A message of somebody who was removed, which nobody had seen before, goes from everybody's timeline."""
    async with room(people, theme) as here:
        name = await here.bo_says("never mind")
        here.one.handle("gone", {"id": name})
        assert here.one.row(name) is None
        assert "never mind" not in texts(here)


async def test_s12_notices_in_a_row_are_one_line_that_unfolds(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        for number in range(5):
            ask = {"conversation": here.id, "from": here.one.summary.phase}
            await here.desktop.client.call("node", "advance", ask)
            phase = ask["from"]
            await until(lambda phase=phase: here.one.summary.phase != phase)
            assert number < 5
        # who came in, and five phases; the phase itself is told on another topic
        await until(lambda: len([one for one in rows(here) if one.kind == "notice"]) >= 6)
        notices = [one for one in rows(here) if one.kind == "notice"]
        await until(lambda: len(here.page.view.live_rows()) == 1)
        last = here.page.view.live_rows()[0]
        assert f"and {len(notices) - 1} more" in last.accessibleName()
        QTest.mouseClick(last, Qt.MouseButton.LeftButton, pos=last._parts.places.notice.center())
        assert len(here.page.view.live_rows()) == len(notices)


async def test_s16_the_keyboard_goes_from_message_to_message_and_does_everything(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        here.desktop.window.activateWindow()
        one = await here.bo_says("one")
        two = (await said(here, "two", until)).message_id
        view = here.page.view
        view.setFocus(Qt.FocusReason.TabFocusReason)
        assert widget(here, two).hasFocus()
        QTest.keyClick(widget(here, two), Qt.Key.Key_Up)
        assert widget(here, one).hasFocus()
        QTest.keyClick(widget(here, one), Qt.Key.Key_C)
        assert QApplication.clipboard().text() == "one"
        QTest.keyClick(widget(here, one), Qt.Key.Key_Return)
        menu = next(found for found in here.page.messages.findChildren(QMenu) if found.isVisible())
        assert menu.activeAction() is not None
        QTest.keyClick(menu, Qt.Key.Key_Escape)
        widget(here, one).setFocus(Qt.FocusReason.OtherFocusReason)
        QTest.keyClick(widget(here, one), Qt.Key.Key_R)
        await until(lambda: here.page.input.edit.hasFocus())
        say(here, "answered by key")
        await here.bo.hears("message", lambda told: told["text"] == "answered by key" and told["reply_to"] == one)
        wanted: list[str] = []
        here.page.messages.edit_wanted.connect(wanted.append)
        widget(here, one).setFocus(Qt.FocusReason.OtherFocusReason)
        QTest.keyClick(widget(here, one), Qt.Key.Key_E)
        assert wanted == [], "somebody else's"
        QTest.keyClick(widget(here, one), Qt.Key.Key_Down)
        QTest.keyClick(widget(here, two), Qt.Key.Key_E)
        assert wanted == [row(here, two).key]
        widget(here, two).setFocus(Qt.FocusReason.OtherFocusReason)
        QTest.keyClick(widget(here, two), Qt.Key.Key_Delete)
        asked = dialog(here, ConfirmDialog)
        QTest.keyClick(asked, Qt.Key.Key_Return)
        await until(lambda: row(here, two).deleted)


async def test_s17_code_and_whole_messages_are_copied_and_several_with_names_and_times(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        theirs = await here.bo_says("Look:\n\n```python\nprint(1)\n```")
        mine = await said(here, "**Nice**", until)
        other = await here.bo_says("not chosen")
        code = widget(here, theirs).findChild(CodeSegment)
        assert code is not None
        click(code._copy)
        assert QApplication.clipboard().text() == "print(1)"
        text = widget(here, mine.key).findChild(RichSegment)
        assert text is not None
        text.selectAll()
        choose(menu_of(here, mine.key), "copy selection")
        assert QApplication.clipboard().text() == "Nice"
        choose(menu_of(here, theirs), "choose")
        line = here.page.messages.choosing
        assert line.isVisible()
        target = widget(here, mine.key)
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.bubble_rect().center())
        target = widget(here, other)
        for _ in range(2):
            QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=QPoint(5, target.height() // 2))
        assert line.count.text() == "2 selected"
        click(line.copy_button)
        assert not line.isVisible()
        copied = QApplication.clipboard().text().split("\n\n")
        assert copied[0].startswith("Bo, ")
        assert copied[0].endswith("Look:")
        assert copied[1] == "```python\nprint(1)\n```"
        assert copied[2].startswith("Ana, ")
        assert copied[2].endswith("**Nice**")
        assert len(copied) == 3
