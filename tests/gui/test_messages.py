"""The messages of one conversation, for states that a real node can't be brought into at will."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QToolTip

from gui.chatview import menu
from gui.chatview.bubble import RowWidget
from gui.chatview.decor import FOLD_FROM, Decorator
from gui.chatview.pane import Messages
from gui.chatview.picker import Picker
from gui.chatview.ticks import icon_of, people, spoken
from gui.dialogs.provenance import ProvenanceDialog
from gui.state import objects
from gui.state.conversation import Conversation
from gui.state.message import Count, Who
from gui.state.row import Row
from gui.state.timeline import Timeline
from gui.theme.palette import Theme
from tests.gui.fake_node import ALL, ME, MEMBER, FakeNode, Json, Refused, message, summary
from tests.gui.test_chatview import NOW, filled, key_of, make, view
from tests.gui.windows import ONE, opened, running, two_conversations

Until = Callable[..., Awaitable[None]]
AI = "e5" * 32
OWNER = frozenset(ALL)
HOW = {
    "provider": "openai",
    "model": "fake-1",
    "host_name": "Ana",
    "ms": 2340,
    "finish": "length",
    "ignored": ["top_p"],
}

__all__ = ["view"]


def pane_of(window: Any) -> Messages:
    assert window.page is not None
    found = window.page.messages
    assert isinstance(found, Messages)
    return found


def mine(number: int, text: str, state: str, **more: Any) -> Json:
    return message(number, text, mine=True, author=ME, author_name="Me", state=state, **more)


def test_each_state_of_my_message_has_a_sign_and_words_of_its_own() -> None:
    states = ("sending", "stored", "delivered", "read", "failed")
    rows = [Row("k", "mine", "", "Me", "x", NOW, state=state) for state in states]
    assert len({icon_of(row) for row in rows}) == len(states)
    assert len({spoken(row) for row in rows}) == len(states)
    counted = Row("k", "mine", "", "Me", "x", NOW, state="read", delivered=Count(2, 3), read=Count(1, 3))
    assert spoken(counted) == "Delivered to 2 of 3, read by 1"


def test_who_has_a_message_is_told_in_sentences() -> None:
    ben, cleo, dora = (Who(name, name) for name in ("Ben", "Cleo", "Dora"))
    told = people([ben, cleo], [ben], [dora])
    assert told == "Delivered to Ben, Cleo.\nRead by Ben.\nNot yet: Dora."
    assert people([], [], []) == "Nobody else is here yet."
    assert "18 more" in people([Who(str(n), f"P{n}") for n in range(30)], [], [])


@pytest.mark.parametrize(
    ("row", "rights", "has", "lacks"),
    [
        (
            Row("k", "other", "b", "B", "x", NOW, message_id="1"),
            menu.Rights(MEMBER),
            {"reply", "react"},
            {"edit", "delete"},
        ),
        (
            Row("k", "mine", "a", "A", "x", NOW, message_id="1"),
            menu.Rights(MEMBER),
            {"edit", "delete"},
            {"pin", "edits"},
        ),
        (Row("k", "mine", "a", "A", "x", NOW, message_id="1", edited=True), menu.Rights(MEMBER), {"edits"}, {"pin"}),
        (Row("k", "other", "b", "B", "x", NOW, message_id="1"), menu.Rights(OWNER), {"pin", "delete"}, {"unpin"}),
        (Row("k", "mine", "a", "A", "x", NOW, message_id="1"), menu.Rights(), {"copy"}, {"reply", "edit"}),
        (Row("k", "mine", "a", "A", "x", NOW, message_id="1", deleted=True), menu.Rights(OWNER), set(), {"copy"}),
        (
            Row("k", "mine", "a", "A", "x", NOW, state="failed"),
            menu.Rights(MEMBER),
            {"discard", "copy"},
            {"reply", "edit"},
        ),
        (Row("k", "notice", "a", "A", "x", NOW, message_id="1"), menu.Rights(OWNER), set(), {"copy", "delete"}),
    ],
)
def test_the_menu_offers_what_can_be_done_and_nothing_else(
    row: Row, rights: menu.Rights, has: set[str], lacks: set[str]
) -> None:
    found = set(menu.actions(row, rights))
    assert has <= found
    assert not lacks & found
    assert all(menu.label(action) for action in found if action)


def notices(count: int) -> Timeline:
    timeline = Timeline()
    said = [make(n, f"notice {n}", kind="notice", ts=NOW) for n in range(count)]
    timeline.load([*said, make(900, "end", ts=NOW)], more=False)
    return timeline


def test_few_notices_stand_one_by_one_and_many_are_folded_until_they_are_asked_for() -> None:
    few = Decorator(notices(FOLD_FROM - 1), lambda: NOW)
    assert [few.is_folded(at) for at in range(FOLD_FROM - 1)] == [False] * (FOLD_FROM - 1)
    timeline = notices(FOLD_FROM + 2)
    many = Decorator(timeline, lambda: NOW)
    last = FOLD_FROM + 1
    assert [many.is_folded(at) for at in range(last + 1)] == [True] * last + [False]
    assert many.decorate(last, timeline.row(last)).notices == last + 1
    many.unfolded.update(many.run(last))
    assert not any(many.is_folded(at) for at in range(last + 1))


def test_a_thousand_notices_are_one_row(view: Any) -> None:
    view.show_timeline(notices(1000))
    assert len(view.live_rows()) < 8
    assert view.pool_size() < 12


def test_a_message_can_be_reached_by_arrows_however_long_it_is(view: Any, qtbot: Any) -> None:
    timeline = Timeline()
    timeline.load([make(1, "first"), make(2, "word " * 3000), make(3, "last")], more=False)
    view.show_timeline(timeline)
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    reached = []
    for _ in range(60):
        reached.append(view._walk.key_of_row)
        QTest.keyClick(view, Qt.Key.Key_Up)
        if reached[-1] == make(1).id:
            break
    assert list(dict.fromkeys(reached)) == [make(3).id, make(2).id, make(1).id]
    assert reached.count(make(2).id) > 5, "it is scrolled through, not jumped over"
    for _ in range(60):
        QTest.keyClick(view, Qt.Key.Key_Down)
    assert view._walk.key_of_row == make(3).id
    assert view.at_bottom


def test_the_keyboard_stays_in_the_list_where_its_message_scrolls_away(view: Any, qtbot: Any) -> None:
    filled(view, 0, 300)
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    key = view._walk.key_of_row
    assert view.widget_of(key).hasFocus()
    view.scroll_by(5000)
    assert view.widget_of(key) is None
    assert view.hasFocus()
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.widget_of(view._walk.key_of_row).hasFocus()
    inner = [row for row in view.live_rows() if row.footer.focusPolicy() or row.texts._tabbed]
    assert [key_of(row) for row in inner] == [view._walk.key_of_row], "Tab stops inside one message alone"


def test_what_grew_while_hidden_is_shown_at_the_end_of_a_flash(view: Any, qtbot: Any) -> None:
    filled(view, 0, 100)
    assert view.scroll_to(make(20).id, flash=True)
    widget = view.widget_of(make(20).id)
    qtbot.waitUntil(lambda: widget._flash > 0)
    qtbot.waitUntil(lambda: widget._flash == 0, timeout=4000)
    assert view._flash.key == ""


def test_the_first_message_of_an_empty_conversation_is_seen(view: Any, qtbot: Any) -> None:
    told: list[str] = []
    view.displayed.connect(told.append)
    timeline = filled(view, 0, 0)
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    timeline.put(make(1))
    assert told == [make(1).id]


def test_nothing_is_seen_before_the_first_unread_message_was_found(view: Any, qtbot: Any) -> None:
    told: list[str] = []
    wanted: list[str] = []
    view.displayed.connect(told.append)
    view.unread_wanted.connect(wanted.append)
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    timeline = Timeline()
    view.show_timeline(timeline, first_unread=lambda: make(5).id)
    timeline.load([make(n) for n in range(100, 120)], more=True)
    timeline.put(make(120))
    assert (told, wanted) == ([], [make(5).id])
    around = Timeline()
    around.load([make(n) for n in range(60)], more=False)
    around.newer = True
    view.swap_timeline(around)
    assert 0 <= view.top_of(make(5).id) < 40
    assert len(told) == 1
    assert int(told[0], 16) < 40, "only what is in view"


def test_many_messages_at_once_are_one_change() -> None:
    timeline = Timeline()
    timeline.load([make(n) for n in range(100)], more=False)
    changes: list[str] = []
    timeline.inserted.connect(lambda at, count: changes.append(f"{at}+{count}"))
    timeline.reset.connect(lambda: changes.append("reset"))
    timeline.put_all([make(n) for n in range(95, 300)])
    assert changes == ["100+200"]
    assert [timeline.row(at).message_id for at in range(300)] == [make(n).id for n in range(300)]
    assert all(timeline.index_of(make(n).id) == n for n in range(300))


def conversation() -> Conversation:
    one = Conversation(objects.summary(summary(1, "T")), me=ME, clock=lambda: 0.0, now=lambda: NOW)
    one.joined({"messages": [message(n, f"m{n}", ts=f"2026-11-21T09:{n:02d}:00Z") for n in (40, 41)], "more": True})
    return one


def at_minute(number: int) -> objects.Message:
    return objects.message(message(number, f"m{number}", ts=f"2026-11-21T09:{number:02d}:00Z"))


def shown(timeline: Timeline) -> list[str]:
    return [timeline.row(at).text for at in range(len(timeline))]


def test_the_newest_come_first_as_a_preview_and_take_their_places_later() -> None:
    one = conversation()
    one.handle("preview", {"messages": [message(58, "m58", ts="2026-11-21T09:58:00Z")]})
    one.handle("messages", {"messages": [message(n, f"m{n}", ts=f"2026-11-21T09:{n}:00Z") for n in range(42, 60)]})
    assert shown(one.timeline) == [f"m{n}" for n in range(40, 60)]


def test_a_window_joins_up_with_the_newest_and_never_shows_what_is_not_next_to_it() -> None:
    one = conversation()
    moved: list[int] = []
    one.moved.connect(lambda: moved.append(len(one.shown)))
    one.look_around([at_minute(n) for n in (10, 11, 12)], more=True, newer=True)
    assert (shown(one.shown), moved) == (["m10", "m11", "m12"], [3])
    one.handle("message", message(42, "m42", ts="2026-11-21T09:42:00Z"))
    one.handle("message", message(11, "m11!", ts="2026-11-21T09:11:00Z", edited=True))
    assert shown(one.shown) == ["m10", "m11!", "m12"]
    one.later([at_minute(n) for n in (13, 14)], newer=True)
    assert shown(one.shown)[-1] == "m14"
    assert moved == [3]
    one.later([at_minute(n) for n in (15, 40)], newer=True)
    assert one.window is None
    assert shown(one.shown) == ["m10", "m11!", "m12", "m13", "m14", "m15", "m40", "m41", "m42"]
    assert one.timeline.more
    assert moved == [3, 9]


def test_what_happens_to_a_message_above_all_that_is_loaded_is_passed_over() -> None:
    one = conversation()
    one.handle("message", message(11, "m11!", ts="2026-11-21T09:11:00Z", edited=True))
    one.handle("messages", {"messages": [message(12, "m12!", ts="2026-11-21T09:12:00Z", edited=True)]})
    assert shown(one.timeline) == ["m40", "m41"]
    one.timeline.prepend([at_minute(n) for n in range(30, 40)], more=False)
    one.handle("message", message(29, "late, and the first of all", ts="2026-11-21T09:29:00Z"))
    assert shown(one.timeline)[0] == "late, and the first of all"


def test_a_message_that_comes_very_late_goes_where_its_time_belongs() -> None:
    timeline = Timeline()
    timeline.load([make(2 * n) for n in range(500)], more=False)
    timeline.put(make(201))
    assert timeline.index_of(make(201).id) == 101


def test_an_edited_message_is_not_doubled_by_the_window_it_came_with() -> None:
    one = conversation()
    one.look_around([at_minute(n) for n in (10, 11)], more=False, newer=True)
    one.handle("gone", {"id": at_minute(10).id})
    assert shown(one.shown) == ["m11"]
    assert one.row(at_minute(40).id) is not None, "also what is not in the window is found"
    one.back()
    assert shown(one.shown) == ["m40", "m41"]


async def test_an_interrupted_answer_says_so_and_can_be_stopped(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        asked = f"{30:064x}"
        payload = {"ai": AI, "name": "Leaf", "stream": "s", "reply_to": asked, "text": "Half", "state": "growing"}
        await node.event(ONE, "ai_delta", payload)
        await until(lambda: one.timeline.streams())
        await node.event(ONE, "ai_delta", {**payload, "state": "interrupted"})
        await until(lambda: one.timeline.streams()[0].state == "interrupted")
        pane = pane_of(window)
        widget = pane.view.widget_of(one.timeline.streams()[0].key)
        assert widget is not None
        await until(lambda: "silent" in widget.accessibleName())
        assert widget.trouble is not None
        assert widget.trouble.stop.isVisible()
        QTest.mouseClick(widget.trouble.stop, Qt.MouseButton.LeftButton)
        await until(lambda: (f"conversation:{ONE}", "stop", {"id": asked, "ai": AI}) in node.pushed)
        await node.event(ONE, "ai_delta", {**payload, "state": "failed", "text": "", "reason": "No key."})
        trouble = widget.trouble
        await until(lambda: trouble.retry.isVisible())
        assert one.timeline.streams()[0].text == "Half"
        QTest.mouseClick(trouble.retry, Qt.MouseButton.LeftButton)
        await until(lambda: (f"conversation:{ONE}", "retry", {"id": asked, "ai": AI}) in node.pushed)
        await until(lambda: not one.timeline.streams())


async def test_answers_that_lost_are_shown_on_demand(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node, 2)
    how = {**HOW, "given": [f"{1:064x}", "f" * 64], "alternatives": ["a" * 64]}
    node.messages[ONE].append(message(50, "the winner", kind="ai", author=AI, author_name="Leaf", ai=how))
    lost = message(51, "the <b>loser</b>", kind="ai", author=AI, ai={**HOW, "host_name": "Bo"})
    node.answer["alternatives"] = lambda _: {"messages": [lost]}
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        pane = pane_of(window)
        pane.act("provenance", f"{50:064x}")
        told = next(one for one in window.findChildren(ProvenanceDialog) if one.isVisible())
        labels = [label.text() for label in told.findChildren(QLabel)]
        assert {"fake-1", "openai", "2.3 s", "it reached the greatest length", "top_p"} <= set(labels)
        assert told.texts == []
        assert told.others is not None
        QTest.mouseClick(told.others, Qt.MouseButton.LeftButton)
        await until(lambda: told.texts)
        assert told.texts[0].text() == "the <b>loser</b>"
        assert told.texts[0].textFormat() == Qt.TextFormat.PlainText


async def test_a_refusal_is_said_and_nothing_changes(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)

    def refuse(_: Json) -> Json:
        raise Refused("not_allowed", "only an owner or an admin of this conversation can pin messages")

    node.answer["pin"] = refuse
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        pane_of(window).act("pin", f"{30:064x}")
        await until(lambda: "only an owner" in window.toast.text())
        assert not one.timeline.row(len(one.timeline) - 1).pinned


async def test_who_reacted_and_who_has_it_are_shown_as_they_are_written(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    bad = [{"identity": "b2" * 32, "name": "<b>Bad</b> & Co"}]
    two_conversations(node, 2)
    given = [{"emoji": "<i>", "count": 1, "people": bad, "mine": False}]
    node.messages[ONE].append(mine(60, "hi", "delivered", reactions=given))
    node.answer["receipts"] = lambda _: {"delivered": bad, "read": [], "waiting": []}
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        pane = pane_of(window)
        widget = pane.view.widget_of(f"{60:064x}")
        assert widget is not None
        assert widget.reactions is not None
        tip = widget.reactions.chips()[0].toolTip()
        assert "&lt;b&gt;Bad&lt;/b&gt; &amp; Co" in tip
        assert "<b>" not in tip
        pane.act("receipts", one.timeline.row(len(one.timeline) - 1).key)
        await until(lambda: "Bad" in QToolTip.text())
        assert "&lt;b&gt;Bad" in QToolTip.text()


async def test_the_picker_takes_nothing_blank_and_goes_along_with_the_arrows(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        pane = pane_of(window)
        pane.act("react", f"{30:064x}")
        picker = next(one for one in pane.findChildren(Picker) if one.isVisible())
        picker.other.setFocus()
        QTest.keyClicks(picker.other, "  ")
        QTest.keyClick(picker.other, Qt.Key.Key_Return)
        assert picker.isVisible()
        assert not [event for _, event, _ in node.pushed if event == "react"]
        picker.activateWindow()
        picker.buttons[0].setFocus()
        QTest.keyClick(picker.buttons[0], Qt.Key.Key_Left)
        QTest.keyClick(picker.buttons[-1], Qt.Key.Key_Return)
        await until(lambda: [sent for _, event, sent in node.pushed if event == "react"])
        sent = next(sent for _, event, sent in node.pushed if event == "react")
        assert (sent["emoji"], sent["on"]) == ("🌱", True)


async def test_a_conversation_that_was_left_offers_nothing_to_write(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    node.conversations[0] |= {"status": "removed", "may": []}
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        session.open(ONE)
        await until(lambda: session.open_one is not None and session.open_one.loaded)
        pane = pane_of(window)
        pane._open_menu(f"{30:064x}", pane.mapToGlobal(pane.rect().center()))
        shown_menu = next(found for found in pane.findChildren(QMenu) if found.isVisible())
        assert [action.data() for action in shown_menu.actions() if not action.isSeparator()] == ["copy", "choose"]
        shown_menu.close()


async def test_the_buttons_beside_a_bubble_follow_the_mouse(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        pane = pane_of(window)
        for width in (1000, 420):
            window.resize(width, 700)
            point_at(pane, f"{30:064x}")
            assert pane.hovering.isVisible()
            assert pane.view.viewport().rect().contains(pane.hovering.geometry())
        wanted: list[str] = []
        pane.reply.connect(wanted.append)
        QTest.mouseClick(pane.hovering.reply, Qt.MouseButton.LeftButton)
        assert wanted == [f"{30:064x}"]
        point_at(pane, f"{30:064x}")
        QTest.mouseClick(pane.hovering.more, Qt.MouseButton.LeftButton)
        shown_menu = next(found for found in pane.findChildren(QMenu) if found.isVisible())
        shown_menu.close()
        pane.view.scroll_by(300)
        assert not pane.hovering.isVisible()


async def test_a_resting_mouse_has_the_buttons_of_what_came_to_lie_under_it(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        pane = pane_of(window)
        first = point_at(pane, f"{30:064x}")
        assert pane.hovering.isVisible()
        pane.view.scroll_by(200)
        assert not pane.hovering.isVisible()
        await until(lambda: pane.hovering.isVisible())
        under = pane.hovering._row
        assert under is not None
        assert under is not first
        assert under.rect().contains(under.mapFromGlobal(QCursor.pos()))
        pane._pick(under.row)
        picker = pane.findChild(Picker)
        assert picker is not None
        pane.hovering.look_again()
        await until(lambda: not pane.hovering.isVisible())
        picker.close()
        await until(lambda: pane.hovering.isVisible())
        QTest.mouseMove(pane.hovering.react)
        pane.hovering.move_on()  # the mouse falls through the button that goes first, to the message under it
        await until(lambda: pane.hovering.isVisible())
        assert pane.hovering.react.isVisible()
        assert pane.hovering.reply.isVisible()
        QCursor.setPos(window.mapToGlobal(QPoint(3, 3)))
        pane.hovering.look_again()
        await until(lambda: not pane.hovering.isVisible())


def point_at(pane: Messages, key: str) -> RowWidget:
    """Put the mouse on a message."""
    widget = pane.view.widget_of(key)
    assert widget is not None
    at = QPointF(5, 5)
    QCursor.setPos(widget.mapToGlobal(at.toPoint()))
    QApplication.sendEvent(widget, QEnterEvent(at, at, at))
    return widget


@pytest.mark.parametrize("goes_on", [False, True])
async def test_who_scrolled_meanwhile_is_not_taken_to_the_first_unread_message(
    node: FakeNode, theme: Theme, until: Until, monkeypatch: pytest.MonkeyPatch, goes_on: bool
) -> None:
    two_conversations(node, count=200)
    known, first = node.messages[ONE], f"{20:064x}"
    node.conversations[0]["unread"] = 181
    joined = {"summary": node.conversations[0], "members": node.members, "ai": [], "first_unread": first}
    node.answer["phx_join"] = lambda payload: (
        {**joined, "messages": known[-20:], "more": True} if payload == {"summaries": False} else {}
    )
    loaded, asked = asyncio.Event(), asyncio.Event()
    async with running(node, theme) as (window, session):
        call = session.client.call

        async def slowly(topic: str, event: str, payload: Json | None = None) -> Json:
            if event != "history" or "around" not in (payload or {}):
                return await call(topic, event, payload or {})
            asked.set()
            await loaded.wait()
            return {"messages": known[:80], "more": False, "newer": True}

        monkeypatch.setattr(session.client, "call", slowly)
        one = await opened(session, window, until)
        view = pane_of(window).view
        await asyncio.wait_for(asked.wait(), 5)
        await until(lambda: view.verticalScrollBar().maximum() > 0)
        if goes_on:
            QTest.keyClick(view, Qt.Key.Key_PageUp)
            await until(lambda: len(one.timeline) > 100)  # older ones come for who goes up
        last = view.live_rows()[-1]
        before = last.row.message_id, last.y()
        loaded.set()
        if goes_on:
            await until(lambda: not [each for each in asyncio.all_tasks() if each.get_name() == "_open_unread"])
            assert one.window is None
            assert view.top_of(before[0]) == before[1]
        else:
            await until(lambda: one.window is not None)
            assert view.standing.anchor is not None
            assert view.top_of(first) is not None
