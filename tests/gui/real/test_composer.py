"""The box a message is written in and the page around it, against real nodes."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from gui.dialogs.leave import LeaveDialog
from gui.state.timeline import Row
from gui.theme.palette import Theme
from tests.fakes.ai_server import Request
from tests.fakes.openai_server import saying
from tests.gui.real.people import WITHIN_S, People, Room, room

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


def last(here: Room) -> Row:
    return here.one.timeline.row(len(here.one.timeline) - 1)


def write(here: Room, text: str) -> None:
    QTest.keyClicks(here.page.input.edit, text)
    QTest.keyClick(here.page.input.edit, Qt.Key.Key_Return)


def choose(here: Room, label: str) -> None:
    """Choose something in the page's menu."""
    menu = here.page.actions_menu()
    action = next(action for action in menu.actions() if action.text() == label)
    action.trigger()
    menu.deleteLater()


def button(here: Room, label: str) -> QPushButton:
    return next(one for one in here.page.findChildren(QPushButton) if one.text() == label and one.isVisible())


async def test_s13_enter_sends_and_shift_enter_makes_a_line(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        edit = here.page.input.edit
        QTest.keyClick(edit, Qt.Key.Key_Return)
        QTest.keyClicks(edit, "Two")
        QTest.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClicks(edit, "lines")
        QTest.keyClick(edit, Qt.Key.Key_Return)
        assert (here.page.input.text(), last(here).text) == ("", "Two\nlines")
        await here.bo.hears("message", lambda told: told["text"] == "Two\nlines")
        await until(lambda: last(here).state in ("stored", "delivered"), WITHIN_S)


async def test_s13_a_draft_stays_with_its_conversation_and_its_reply(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        other = await here.desktop.session.create("Other", "", ai=False)
        asked = await here.bo_says("What about moss?")
        here.page.reply_to(asked)
        QTest.keyClicks(here.page.input.edit, "I would say")
        here.desktop.window.open(other)
        assert (here.page.input.text(), here.page.input.about.isHidden()) == ("", True)
        assert here.desktop.session.drafts.of(here.id) == "I would say"
        here.desktop.window.open(here.id)
        assert here.page.input.text() == "I would say"
        assert here.page.input.about.label.text() == "Reply to Bo"
        QTest.keyClick(here.page.input.edit, Qt.Key.Key_Return)
        await here.bo.hears("message", lambda told: told["text"] == "I would say" and told["reply_to"] == asked)
        assert here.desktop.session.drafts.of(here.id) == ""


async def test_s14_typing_is_told_and_ends_and_is_never_shown_to_oneself(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        QTest.keyClicks(here.page.input.edit, "H")
        await here.bo.hears("typing", lambda told: told["name"] == "Ana" and told["typing"])
        assert here.page.typing.people_text() == ""
        QTest.keyClick(here.page.input.edit, Qt.Key.Key_Backspace)
        await here.bo.hears("typing", lambda told: told["name"] == "Ana" and not told["typing"])
        await here.bo.call(here.topic, "typing", {"typing": True})
        await until(lambda: here.page.typing.people_text() == "Bo is typing...", WITHIN_S)
        await until(lambda: here.page.typing.people_text() == "", 4.0)
        await here.bo.call(here.topic, "typing", {"typing": True})
        await until(lambda: here.page.typing.people_text() == "Bo is typing...", WITHIN_S)
        await here.bo_says("There")
        await until(lambda: here.page.typing.people_text() == "")


async def test_s16_the_up_key_edits_my_last_message_and_escape_leaves_it(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        write(here, "Ferns liek shade")
        await until(lambda: last(here).message_id and last(here).kind == "mine", WITHIN_S)
        await here.bo_says("Sure")
        edit = here.page.input.edit
        QTest.keyClick(edit, Qt.Key.Key_Up)
        assert (here.page.input.text(), here.page.input.about.label.text()) == ("Ferns liek shade", "Editing")
        QTest.keyClick(edit, Qt.Key.Key_Escape)
        assert (here.page.input.text(), here.page.input.about.isHidden()) == ("", True)
        QTest.keyClick(edit, Qt.Key.Key_Up)
        edit.selectAll()
        QTest.keyClicks(edit, "Ferns like shade")
        QTest.keyClick(edit, Qt.Key.Key_Return)
        await here.bo.hears("message", lambda told: told["edited"] and told["text"] == "Ferns like shade")
        await until(lambda: here.page.input.about.isHidden(), WITHIN_S)
        assert here.page.input.text() == ""


async def test_s16_an_edit_that_is_refused_keeps_its_text(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        write(here, "soon gone")
        await until(lambda: last(here).message_id and last(here).kind == "mine", WITHIN_S)
        QTest.keyClick(here.page.input.edit, Qt.Key.Key_Up)
        await here.desktop.client.call(here.topic, "delete", {"id": last(here).message_id})
        QTest.keyClicks(here.page.input.edit, "!")
        QTest.keyClick(here.page.input.edit, Qt.Key.Key_Return)
        await until(lambda: here.page.input.hint.text(), WITHIN_S)
        assert "deleted" in here.page.input.hint.text()
        assert here.page.input.text() == "soon gone!"


async def test_s16_a_mention_is_completed_and_found_by_the_node(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        await here.add_ai("Old Oak", policy="never")
        await until(lambda: here.one.ais, WITHIN_S)
        QTest.keyClicks(here.page.input.edit, "@o")
        popup = here.page.input.edit.popup
        assert popup.isVisible()
        assert popup.current() == "Old Oak"
        QTest.keyClick(here.page.input.edit, Qt.Key.Key_Return)
        QTest.keyClicks(here.page.input.edit, "and @b")
        QTest.keyClick(here.page.input.edit, Qt.Key.Key_Tab)
        write(here, "look")
        told = await here.bo.hears("message", lambda told: told["text"] == "@Old Oak and @Bo look")
        assert [who["name"] for who in told["mentions"]] == ["Old Oak", "Bo"]


async def test_s38_not_for_ai_is_told_with_the_message_and_stays_chosen(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        assert not here.page.input.aside.isVisible()
        await here.add_ai("Leaf", policy="every")
        await until(lambda: here.page.input.aside.isVisible(), WITHIN_S)
        QTest.mouseClick(here.page.input.aside, Qt.MouseButton.LeftButton)
        write(here, "Between us")
        told = await here.bo.hears("message", lambda told: told["text"] == "Between us")
        assert told["not_for_ai"] is True
        assert here.page.input.aside.isChecked()
        QTest.mouseClick(here.page.input.aside, Qt.MouseButton.LeftButton)
        write(here, "For all")
        told = await here.bo.hears("message", lambda told: told["text"] == "For all")
        assert told["not_for_ai"] is False
        await here.bo.hears("message", lambda told: told["kind"] == "ai")
        assert not any("Between us" in str(request.body) for request in people.model.requests)


async def test_s14_who_waits_sees_the_place_in_the_line_and_may_stop_the_answer(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        await here.add_ai("Leaf")
        go = people.model.hold(saying("At last."))
        await here.bo_says("Leaf, one?")
        await until(lambda: people.model.requests, WITHIN_S)
        await here.bo_says("Leaf, two?")
        write(here, "Leaf, three?")
        await until(lambda: "after 2 other" in here.page.answers.waiting.text(), WITHIN_S)
        assert here.page.answers.button.isHidden()
        assert here.page.typing.ai_text() == "Leaf (AI)"
        after = people.model.hold(saying("Second."))
        go()
        await until(lambda: "after 1 other" in here.page.answers.waiting.text(), WITHIN_S)
        await until(lambda: len(people.model.requests) == 2, WITHIN_S)
        people.model.hold(saying("Never seen."))
        after()
        await until(lambda: here.page.answers.button.isVisible(), WITHIN_S)
        QTest.mouseClick(button(here, "Stop"), Qt.MouseButton.LeftButton)
        await until(lambda: here.page.answers.button.isHidden(), WITHIN_S)
        assert here.page.answers.waiting.isHidden()
        await until(lambda: here.page.typing.ai_text() == "", WITHIN_S)


async def test_s57_a_new_ai_session_gives_the_model_nothing_of_before(
    people: People, theme: Theme, until: Until
) -> None:
    def heard(request: Request) -> str:
        return str(request.body)

    async with room(people, theme) as here:
        await here.add_ai("Leaf")
        await until(lambda: here.one.ais, WITHIN_S)
        write(here, "Leaf, my cat is called Zerberus.")
        await here.bo.hears("message", lambda told: told["kind"] == "ai")
        choose(here, "New AI session")
        await until(lambda: here.page.anew.isVisible(), WITHIN_S)
        await until(lambda: "New AI session" in here.desktop.window.toast.text(), WITHIN_S)
        write(here, "Leaf, what is my cat called?")
        await until(lambda: len(people.model.requests) == 2, WITHIN_S)
        assert "Zerberus" in heard(people.model.requests[0])
        assert "Zerberus" not in heard(people.model.requests[1])


async def test_s22_away_after_five_minutes_and_back_at_once(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        session, idle = here.desktop.session, here.desktop.window.idle

        def ana_is(status: str) -> Callable[[dict[str, Any]], bool]:
            def told(payload: dict[str, Any]) -> bool:
                metas = payload["joins"].get(session.identity, {}).get("metas", [])
                return any(meta["status"] == status for meta in metas)

            return told

        idle._touched_s -= 301
        idle.look()
        await here.bo.hears("presence_diff", ana_is("away"))
        here.bo.heard.clear()
        touch = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.sendEvent(here.desktop.window.windowHandle(), touch)
        await here.bo.hears("presence_diff", ana_is("online"))
        await until(lambda: all(one.presence == "online" for one in here.one.members), WITHIN_S)


async def test_s10_read_is_told_only_while_the_window_is_active(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        window, another = here.desktop.window, QWidget()
        window.activateWindow()
        await until(lambda: window.isActiveWindow())
        another.show()
        another.activateWindow()
        await until(lambda: not window.isActiveWindow())
        sent = await here.bo_says("Seen?")

        def told(state: str) -> Callable[[dict[str, Any]], bool]:
            return lambda event: any(each["id"] == sent and each["state"] == state for each in event["messages"])

        await here.bo.hears("states", told("delivered"))
        assert not any(name == "states" and told("read")(event) for _, name, event in here.bo.heard)
        another.close()
        window.activateWindow()
        await here.bo.hears("states", told("read"))


async def test_s5_archiving_and_leaving_say_where_one_stands(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        choose(here, "Archive for everybody")
        await until(lambda: "archived" in here.page.subtitle.text(), WITHIN_S)
        assert here.page.input.isVisible()
        choose(here, "Bring back from the archive")
        await until(lambda: "archived" not in here.page.subtitle.text(), WITHIN_S)
        choose(here, "Leave…")
        dialog = here.desktop.window.findChild(LeaveDialog)
        assert dialog is not None
        await until(dialog.heir.isVisible, WITHIN_S)  # the only owner cannot leave the others alone
        assert (dialog.heir.currentText(), dialog.confirm.text()) == ("Bo", "Hand over and leave")
        dialog.confirm_now()
        await until(lambda: here.page.closed.isVisible(), WITHIN_S)
        assert "invite link" in here.page.closed.words.text()
        assert not here.page.input.isVisible()


async def test_s63_who_was_removed_reads_why_nothing_can_be_written(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        made = await here.bo.call("node", "create", {"title": "Bo's own", "ai": False})
        link = await here.bo.call("node", "invite", {"conversation": made["id"], "uses": 1})
        conversation, _ = await here.desktop.session.join(str(link["link"]))
        here.desktop.window.open(conversation)
        await until(lambda: here.one.loaded and here.page.input.isVisible(), WITHIN_S)
        QTest.keyClicks(here.page.input.edit, "I was about to")
        await here.bo.call("node", "remove", {"conversation": conversation, "who": "Ana"})
        await until(lambda: here.page.closed.isVisible(), WITHIN_S)
        assert "removed" in here.page.closed.words.text()
        assert here.page.input.text() == "I was about to"
