"""The list, the search below its box, the switcher and cards, against a small node."""

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from gui.dialogs.confirm import ConfirmDialog
from gui.dialogs.create import CreateDialog
from gui.dialogs.person import PersonDialog
from gui.pages.window import Window
from gui.search.results import RESULT, Named, Note
from gui.state import objects
from gui.state.conversations import Conversations
from gui.state.found import Hit
from gui.state.listing import ARCHIVED
from gui.state.objects import Summary
from gui.theme.palette import Theme
from gui.widgets.circle import initials, letters_of
from gui.widgets.conversation_list import ConversationList
from gui.widgets.list_model import ROW, ConversationModel
from tests.gui.desktops import desktop_of
from tests.gui.fake_node import ME, FakeNode, Json, Refused, summary
from tests.gui.waiting import turn
from tests.gui.windows import ONE, TWO, opened, running, two_conversations

Until = Callable[[Callable[[], object]], Awaitable[None]]
BO = "b2" * 32


def last(text: str, hour: int, **more: Any) -> Json:
    ts = f"2026-11-21T{hour:02d}:00:00.000Z"
    return {"id": "0" * 64, "author_name": "Bo", "text": text, "ts": ts, "kind": "human", **more}


def hit(number: int, snippet: str, **more: Any) -> Json:
    made = {"conversation": ONE, "title": "Garden", "id": f"{number:064x}", "author_name": "Bo", "snippet": snippet}
    return {**made, "ts": "2026-11-21T09:00:00.000Z", "highlights": [[0, 3]], **more}


def keys(window: Window) -> list[str]:
    assert window.sidebar is not None
    rows = window.sidebar.list.rows
    return [rows.row(at).key for at in range(rows.rowCount())]


def shown(window: Window) -> list[Any]:
    assert window.sidebar is not None
    rows = window.sidebar.panel.list.rows
    return [rows.data(rows.index(at), RESULT) for at in range(rows.rowCount())]


def names(window: Window) -> list[str]:
    named = [row.what for row in shown(window) if isinstance(row, Named)]
    return [what.title if isinstance(what, Summary) else what.name for what in named]


def press(window: Window, key: Qt.Key, *, control: bool = False) -> None:
    held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
    focus: QWidget | None = window.focusWidget()
    QTest.keyClick(focus if focus is not None else window, key, held)


async def listed(window: Window, until: Until, count: int) -> None:
    await until(lambda: len(keys(window)) == count)


async def test_s3_one_changed_row_is_drawn_again_alone(node: FakeNode, theme: Theme, until: Until) -> None:
    node.conversations = [summary(n, f"Talk {n}", last=last("hi", n % 24)) for n in range(1, 101)]
    async with running(node, theme) as (window, session):
        await listed(window, until, 100)
        assert window.sidebar is not None
        view = window.sidebar.list
        await turn()
        drawn: list[str] = []
        paint = view._delegate.paint

        def noted(painter: Any, option: QStyleOptionViewItem, index: Any) -> None:
            drawn.append(index.data(ROW).key)
            paint(painter, option, index)

        view._delegate.paint = noted  # type: ignore[method-assign]
        await until(lambda: view.viewport().isVisible())
        for _ in range(5):
            await turn()
        drawn.clear()
        first = keys(window)[0]
        session.conversations.typed(first, BO, "Bo", is_typing=True)
        await until(lambda: drawn)
        assert set(drawn) == {first}


async def test_s3_a_conversation_with_news_goes_to_the_top_and_the_place_is_kept(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    node.conversations = [summary(n, f"Talk {n}", last=last("hi", 20 - n)) for n in range(1, 4)]
    async with running(node, theme) as (window, _session):
        await listed(window, until, 3)
        assert window.sidebar is not None
        view = window.sidebar.list
        window.open(TWO)
        resets: list[int] = []
        view.rows.modelReset.connect(lambda: resets.append(1))
        await node.push("node", "conversation", summary(3, "Talk 3", unread=2, mentions=1, last=last("news", 23)))
        await until(lambda: keys(window)[0] == f"{3:064x}")
        assert view.current_key == TWO
        row = view.rows.row(0)
        assert (row.unread, row.mentions, resets) == (2, 1, [])
        assert "2 unread, 1 mention you" in str(view.rows.data(view.rows.index(0), Qt.ItemDataRole.AccessibleTextRole))


async def test_s3_any_change_of_the_list_leads_to_what_is_there(qapp: Any, theme: Theme) -> None:
    source = random.Random(7)
    store = Conversations()
    view = ConversationList(store, theme, lambda: objects.EPOCH)
    for _ in range(60):
        chosen = source.sample(range(40), source.randrange(0, 40))
        store.replace(objects.summary(summary(n, f"{n}", last=last("x", source.randrange(24)))) for n in chosen)
        rows = view.rows
        wanted = [item.id for item in store.all()]
        assert [rows.row(at).key for at in range(rows.rowCount())] == wanted
    view.deleteLater()


async def test_s3_what_changes_again_within_a_moment_is_shown_together(theme: Theme, until: Until) -> None:
    made = [objects.summary(summary(n, f"{n}", last=last("x", n))) for n in range(1, 4)]
    store = Conversations()
    store.replace(made)
    view = ConversationList(store, theme, lambda: objects.EPOCH)
    rows, told = view.rows, list[int]()
    rows.dataChanged.connect(lambda first, _: told.append(first.row()))

    def shown() -> list[int]:
        return [rows.row(at).unread for at in range(rows.rowCount())]

    store.put(replace(made[0], unread=1))
    assert shown() == [0, 0, 1], "what changes after a while is shown at once"
    for unread in range(2, 30):
        store.put(replace(made[0], unread=unread))
    assert shown() == [0, 0, 1]
    await until(lambda: shown() == [0, 0, 29])
    assert told == [2, 2]
    store.put(replace(made[0], unread=30))
    store.put(objects.summary(summary(4, "4", last=last("x", 4))))
    assert shown() == [0, 0, 0, 30], "who comes or goes is shown at once"
    store.put(replace(made[0], unread=31))
    view.show_current(made[0].id)
    assert shown() == [0, 0, 0, 31], "what is opened is shown at once"
    view.deleteLater()


async def test_s3_families_fold_by_mouse_and_keyboard(node: FakeNode, theme: Theme, until: Until) -> None:
    node.conversations = [
        summary(1, "Parent", children=[TWO]),
        summary(2, "Child", parent=ONE, unread=3),
        summary(3, "Put away", status="archived"),
    ]
    async with running(node, theme) as (window, _):
        await listed(window, until, 3)
        assert window.sidebar is not None
        view = window.sidebar.list
        top = view.visualRect(view.rows.index(0))
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(top.left() + 12, top.center().y()))
        assert keys(window) == [ONE, ARCHIVED]
        assert view.rows.row(0).unread == 3
        view.setFocus()
        view.setCurrentIndex(view.rows.index(0))
        QTest.keyClick(view, Qt.Key.Key_Right)
        assert keys(window) == [ONE, TWO, ARCHIVED]
        QTest.keyClick(view, Qt.Key.Key_End)
        QTest.keyClick(view, Qt.Key.Key_Return)
        assert keys(window) == [ONE, TWO, ARCHIVED, f"{3:064x}"]
        QTest.keyClick(view, Qt.Key.Key_Home)
        QTest.keyClicks(view, "chi")  # type to find
        assert view.current_key == TWO
        view.grab()


async def test_s3_what_is_folded_away_stays_so_when_the_program_starts_again(
    node: FakeNode, theme: Theme, until: Until, tmp_path: Path
) -> None:
    node.conversations = [
        summary(1, "Parent", children=[TWO]),
        summary(2, "Child", parent=ONE),
        summary(3, "Put away", status="archived"),
        summary(4, "Another", children=[f"{5:064x}"]),
        summary(5, "Another child", parent=f"{4:064x}"),
    ]
    three, four, five = (f"{number:064x}" for number in (3, 4, 5))
    async with desktop_of(node, tmp_path, theme) as desktop:
        assert keys(desktop.window) == [four, five, ONE, TWO, ARCHIVED]
        assert desktop.window.sidebar is not None
        rows = desktop.window.sidebar.list.rows
        for key, folded in ((ONE, True), (four, True), (ARCHIVED, False)):
            rows.fold(key, folded=folded)
    async with desktop_of(node, tmp_path, theme) as desktop:
        assert keys(desktop.window) == [four, ONE, ARCHIVED, three]
        desktop.window.open(TWO)
        await until(lambda: keys(desktop.window) == [four, ONE, TWO, ARCHIVED, three])  # and no other family
    async with desktop_of(node, tmp_path, theme) as desktop:
        await until(lambda: keys(desktop.window) == [four, ONE, TWO, ARCHIVED, three])


async def test_s3_of_500_conversations_those_in_view_are_drawn(node: FakeNode, theme: Theme, until: Until) -> None:
    node.conversations = [summary(n, f"Talk {n}", unread=n % 5, last=last("hi", n % 24)) for n in range(1, 501)]
    async with running(node, theme) as (window, _):
        await listed(window, until, 500)
        assert window.sidebar is not None
        view = window.sidebar.list
        view.grab()
        bar = view.verticalScrollBar()
        spent = []
        for step in range(40):
            bar.setValue(step * 60)
            began = time.process_time()
            view.viewport().repaint()
            spent.append(time.process_time() - began)
        assert sorted(spent)[len(spent) // 2] < 0.2, "more is drawn than what is in view"


async def test_s3_what_is_written_and_who_types_stand_in_place_of_the_last_message(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    node.conversations[1]["last"] = last("see you", 9, author_name="Me", mine=True)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.sidebar is not None
        assert window.page is not None
        rows = window.sidebar.list.rows
        about = session.conversations.get(TWO)
        assert about is not None
        assert rows.line(about) == ("last", "You: see you")
        QTest.keyClicks(window.page.input.edit, "half a thought")
        window.open(TWO)
        first = session.conversations.get(ONE)
        assert first is not None
        assert rows.line(first) == ("draft", "half a thought")
        await node.push("node", "typing", {"conversation": ONE, "user_id": BO, "name": "Bo", "typing": True})
        await until(lambda: rows.line(first) == ("typing", "Bo is typing..."))
        assert isinstance(rows, ConversationModel)


async def test_s3_description_and_date_are_told_on_hover_as_plain_text(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    node.conversations = [summary(1, "<b>Roof</b>", description="Herbs <img src='file:///x'> & more")]
    async with running(node, theme) as (window, _):
        await listed(window, until, 1)
        assert window.sidebar is not None
        rows = window.sidebar.list.rows
        told = str(rows.data(rows.index(0), Qt.ItemDataRole.ToolTipRole))
        assert "Herbs &lt;img src=&#x27;file:///x&#x27;&gt; &amp; more" in told
        assert "&lt;b&gt;Roof&lt;/b&gt;" in told
        assert "Created Nov 20, 2026" in told


async def test_s5_the_menu_archives_reads_and_leaves_after_a_question(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    for event in ("archive", "read", "leave"):
        node.answer[event] = lambda _: {}
    async with running(node, theme) as (window, _session):
        await listed(window, until, 2)
        assert window.sidebar is not None
        view = window.sidebar.list
        at = view.rows.index(view.rows.row_of(ONE))
        menu = view.menu_of(at)
        assert menu is not None
        actions = {action.text(): action for action in menu.actions() if action.text()}
        assert list(actions) == ["Open", "Mark as read", "Archive", "Leave…"]
        actions["Archive"].trigger()
        actions["Mark as read"].trigger()
        await until(lambda: ("node", "read", {"conversation": ONE}) in node.pushed)
        await until(lambda: ("node", "archive", {"conversation": ONE, "on": True}) in node.pushed)
        actions["Leave…"].trigger()
        [question] = window.findChildren(ConfirmDialog)
        assert not [event for _, event, _ in node.pushed if event == "leave"]
        await until(question.confirm.isEnabled)
        question.confirm.click()
        await until(lambda: ("node", "leave", {"conversation": ONE}) in node.pushed)
        await until(lambda: window.toast.text() == "You left “Rooftop <b>garden</b>”")

        def refuse(_: Json) -> Json:
            raise Refused("not_allowed", "Only an admin can archive this.")

        node.answer["archive"] = refuse
        view.archived.emit(TWO, True)
        await until(lambda: window.toast.text() == "Only an admin can archive this.")


async def test_s18_the_newest_answer_wins_and_pages_follow(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    pages = {"": [hit(n, f"wat {n}") for n in range(30)], "next": [hit(n, f"wat {n}") for n in range(30, 45)]}

    def answer(asked: Json) -> Json:
        after = asked.get("after", "")
        return {"results": pages[after], "cursor": "" if after else "next", "complete": True, "done": 0, "of": 0}

    node.answer["search"] = answer
    node.answer["people"] = lambda _: {"people": [{"identity": BO, "name": "Wanda Watts", "presence": "away"}]}
    async with running(node, theme) as (window, _session):
        await listed(window, until, 2)
        assert window.sidebar is not None
        sidebar = window.sidebar
        window.activateWindow()
        sidebar.start_search()
        QTest.keyClicks(sidebar.search, "we")
        assert sidebar.below.currentWidget() is sidebar.panel
        assert names(window) == ["Weather station"]
        sidebar.search.setText("wat")
        await until(lambda: [row for row in shown(window) if isinstance(row, Hit)])
        asked = [payload["query"] for _, event, payload in node.pushed if event == "search"]
        assert asked[0] == "wat"  # nothing was asked while keys were pressed
        await until(lambda: names(window) == ["Wanda Watts"])
        bar = sidebar.panel.list.verticalScrollBar()

        def scrolled_to_all() -> bool:
            bar.setValue(bar.maximum())
            return len([row for row in shown(window) if isinstance(row, Hit)]) == 45

        await until(scrolled_to_all)
        sidebar.panel.list.grab()
        press(window, Qt.Key.Key_Escape)
        assert sidebar.below.currentWidget() is sidebar.list
        assert sidebar.search.text() == ""


async def test_s18_progress_while_the_index_is_made_then_all(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    node.answer["search"] = lambda _: {"results": [], "cursor": None, "complete": False, "done": 100, "of": 400}
    async with running(node, theme) as (window, _session):
        await listed(window, until, 2)
        assert window.sidebar is not None
        window.sidebar.search.setText("zzz")
        await until(lambda: Note("Looking through your messages… 25%") in shown(window))
        await node.push("node", "search", {"complete": False, "done": 200, "of": 400})
        await until(lambda: Note("Looking through your messages… 50%") in shown(window))
        node.answer["search"] = lambda _: {"results": [hit(1, "zzz")], "cursor": None, "complete": True}
        await node.push("node", "search", {"complete": True, "done": 400, "of": 400})
        await until(lambda: [row for row in shown(window) if isinstance(row, Hit)])
        node.answer["search"] = lambda _: {"results": [], "cursor": None, "complete": True}
        window.sidebar.search.setText("yyy")
        await until(lambda: Note("Nothing here has “yyy”.") in shown(window))
        assert any("Try fewer words" in row.text for row in shown(window) if isinstance(row, Note))

        def refuse(_: Json) -> Json:
            raise Refused("rate_limited", "You are searching too fast.")

        node.answer["search"] = refuse
        window.sidebar.search.setText("xxx")
        await until(lambda: Note("You are searching too fast.") in shown(window))


async def test_s18_control_f_searches_here_and_the_chip_lifts_that(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    node.answer["search"] = lambda _: {"results": [hit(29, "wat")], "cursor": None, "complete": True}
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.sidebar is not None
        assert window.page is not None
        window.activateWindow()
        await until(window.isActiveWindow)
        press(window, Qt.Key.Key_F, control=True)
        assert window.sidebar.search.hasFocus()
        assert window.sidebar.panel.chip.isVisible()
        QTest.keyClicks(window.sidebar.search, "wat")
        await until(lambda: [row for row in shown(window) if isinstance(row, Hit)])
        assert [p.get("conversation") for _, e, p in node.pushed if e == "search"] == [ONE]
        window.sidebar.panel.chip.click()
        await until(lambda: [p.get("conversation") for _, e, p in node.pushed if e == "search"] == [ONE, None])
        assert not window.sidebar.panel.chip.isVisible()
        press(window, Qt.Key.Key_Escape)
        assert (window.sidebar.search.text(), window.sidebar.search.hasFocus()) == ("", True)
        press(window, Qt.Key.Key_Escape)
        assert window.page.input.edit.hasFocus()  # where the keyboard was
        window.settings()
        assert window.settings_page is not None
        window.settings_page.about.title.setFocus()
        press(window, Qt.Key.Key_F, control=True)
        press(window, Qt.Key.Key_Escape)
        assert window.settings_page.about.title.hasFocus()


@pytest.mark.parametrize("width", [1100, 500])
async def test_one_escape_in_an_empty_search_leads_to_the_conversation_and_a_click_on_the_open_one_too(
    node: FakeNode, theme: Theme, until: Until, width: int
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        window.resize(width, 700)
        await opened(session, window, until)
        sidebar, page = window.sidebar, window.page
        assert sidebar is not None
        assert page is not None
        window.activateWindow()
        await until(window.isActiveWindow)
        window.unfold()
        QTest.mouseClick(sidebar.search, Qt.MouseButton.LeftButton)
        assert sidebar.search.hasFocus()
        QTest.keyClicks(sidebar.search, "wat")
        press(window, Qt.Key.Key_Escape)
        assert (sidebar.search.text(), sidebar.search.hasFocus()) == ("", True)
        press(window, Qt.Key.Key_Escape)
        assert page.input.edit.hasFocus()
        assert sidebar.isVisible() is (width > 700)
        window.unfold()
        place = sidebar.list.visualRect(sidebar.list.rows.index(sidebar.list.rows.row_of(ONE))).center()
        QTest.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert session.open_one is not None
        assert session.open_one.id == ONE
        assert page.input.edit.hasFocus()
        assert sidebar.isVisible() is (width > 700)
        session.close()
        window.unfold()
        QTest.mouseClick(sidebar.search, Qt.MouseButton.LeftButton)
        press(window, Qt.Key.Key_Escape)
        assert not page.input.edit.hasFocus()


async def test_the_switcher_goes_by_keyboard(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    node.answer["people"] = lambda _: {"people": [{"identity": BO, "name": "Bo Lind", "presence": "online"}]}
    node.answer["person"] = lambda _: {"person": {"identity": BO, "name": "Bo Lind", "words": ["able"] * 12}}
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        window.activateWindow()
        await until(window.isActiveWindow)
        assert window.steering is not None
        assert window.page is not None
        switcher = window.steering.switcher
        press(window, Qt.Key.Key_K, control=True)
        assert switcher.isVisible()
        assert switcher.typed.hasFocus()
        assert [one.text for one in switcher.rows.choices] == [
            "Weather station",
            "Rooftop <b>garden</b>",
            "New conversation",
            "Join by a link",
        ]
        press(window, Qt.Key.Key_Escape)
        assert not switcher.isVisible()
        assert window.page.input.edit.hasFocus()
        press(window, Qt.Key.Key_K, control=True)
        QTest.keyClicks(switcher.typed, "wst")
        press(window, Qt.Key.Key_Return)
        assert session.open_one is not None
        assert session.open_one.id == TWO
        press(window, Qt.Key.Key_K, control=True)
        await until(lambda: switcher._people)
        QTest.keyClicks(switcher.typed, "lind")
        switcher.grab()
        press(window, Qt.Key.Key_Return)
        [card] = window.findChildren(PersonDialog)
        card.reject()
        window.steering.switch()
        QTest.keyClicks(switcher.typed, "new co")
        QTest.keyClick(switcher.typed, Qt.Key.Key_Return)
        assert [one for one in window.findChildren(CreateDialog) if one.isVisible()]


async def test_s22_a_card_tells_who_somebody_is(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    person = {"identity": BO, "name": "Ana Novak", "presence": "away", "conversations": [ONE], "verified": False}
    node.answer["person"] = lambda _: {"person": {**person, "words": [f"word{n}" for n in range(12)]}}
    node.answer["verify"] = lambda asked: {"person": {**person, "verified": asked["on"], "words": ["able"] * 12}}
    node.members[1] |= {"devices": ["d1", "d2"], "by_name": "Chen", "presence": "away", "role": "admin"}
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.page is not None
        people = window.page.people
        order = [one.identity for one in people._members]
        assert order == [ME, BO]  # whoever is away stands behind
        place = people.circle(order.index(BO)).center().toPoint()
        QTest.mouseClick(people, Qt.MouseButton.LeftButton, pos=place)
        [card] = window.findChildren(PersonDialog)
        await until(lambda: len(card.check_words()) == 12)
        assert "Away" in card.about.text()
        assert "Admin" in card.about.text()
        assert "Joined through Chen" in card.origin.text()
        await node.event(ONE, "members", {"members": [node.members[0], {**node.members[1], "presence": "online"}]})
        await until(lambda: "Online" in card.about.text())
        card.verified.click()
        await until(lambda: "Verified" in card.about.text())
        assert ("node", "verify", {"identity": BO, "on": True}) in node.pushed

        def refuse(_: Json) -> Json:
            raise Refused("internal", "The disk is full.")

        node.answer["verify"] = refuse
        card.verified.click()
        await until(lambda: card.error.text() == "The disk is full.")
        assert card.verified.isChecked()
        card.copy.click()
        assert window.toast.text() == "Id copied"
        card.reject()
        people.setFocus()
        QTest.keyClick(people, Qt.Key.Key_Right)  # who is here goes by name
        QTest.keyClick(people, Qt.Key.Key_Return)
        own = next(one for one in window.findChildren(PersonDialog) if one.isVisible())
        assert own.about.text().startswith("You")
        assert not own.talk.isVisible()


async def test_s22_a_click_on_an_author_opens_the_card(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node, 3)
    node.answer["person"] = lambda _: {"person": {"identity": BO, "name": "Ana Novak", "words": ["able"] * 12}}
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.page is not None
        view = window.page.view
        await until(lambda: [one for one in view.live_rows() if one.row is not None and one._decor.first])
        shown = next(one for one in view.live_rows() if one.row is not None and one._decor.first)
        for at in (
            QPoint(shown.bubble_rect().left() + 20, shown.bubble_rect().top() + 16),
            QPoint(30, shown.bubble_rect().top() + 16),
        ):
            QTest.mouseClick(shown, Qt.MouseButton.LeftButton, pos=at)
            [card] = [one for one in window.findChildren(PersonDialog) if one.isVisible()]
            assert card._identity == BO
            card.reject()


async def test_s7_a_direct_message_opens_the_conversation_of_two(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    node.answer["person"] = lambda _: {"person": {"identity": BO, "name": "Ana Novak", "words": ["able"] * 12}}

    def direct(asked: Json) -> Json:
        node.conversations.insert(0, summary(9, "Ana Novak", direct=asked["identity"]))
        return {"id": f"{9:064x}", "title": "Ana Novak"}

    node.answer["direct"] = direct
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.steering is not None
        window.steering.show_person(BO)
        [card] = window.findChildren(PersonDialog)
        await until(lambda: card.talk.isEnabled())
        card.talk.click()
        await until(lambda: session.open_one is not None and session.open_one.id == f"{9:064x}")
        assert session.open_one is not None
        assert session.open_one.summary.direct == BO


def test_hostile_names_are_drawn_as_they_are(theme: Theme, qtbot: Any) -> None:
    assert initials("👩‍👩‍👧‍👦 Family") in ("👩‍👩‍👧‍👦F", "F", "Fa")
    assert initials("李小龍") == "李"
    assert initials("ليلى علي") == "لع"
    assert initials("\u202eevil") != "\u202e"
    assert letters_of("e\u0301a") == ["e\u0301", "a"]
    assert initials("\u200d\u200d") != ""
    assert initials("<b>x</b>") != ""


async def test_s13_the_list_shows_the_draft_that_is_there_while_the_node_is_not(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        assert window.page is not None
        assert window.sidebar is not None
        rows, edit = window.sidebar.list.rows, window.page.input.edit
        drawn: list[str] = []
        rows.dataChanged.connect(lambda first, *_: drawn.append(rows.row(first.row()).key))
        port = node.port
        await node.stop()
        await until(lambda: not session.client.connected)
        QTest.keyClicks(edit, "half a")
        window.page.keep_draft()
        about = next(each for each in session.conversations.ordered() if each.id == one.id)
        assert rows.line(about) == ("draft", "half a")
        drawn.clear()
        QTest.keyClicks(edit, " thought")
        QTest.keyClick(edit, Qt.Key.Key_Return)
        assert rows.line(about)[0] == "last"
        assert one.id in drawn
        await node.start(port)
