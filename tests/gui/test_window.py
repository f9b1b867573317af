"""The whole window against a node over a real WebSocket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QPlainTextEdit, QWidget

from gui.api.client import Client
from gui.api.endpoint import Endpoint
from gui.dialogs.create import CreateDialog
from gui.dialogs.invite import InviteDialog
from gui.dialogs.join import JoinDialog
from gui.dialogs.link import LinkDialog
from gui.dialogs.phase import PhaseDialog
from gui.pages.window import Window
from gui.requests import pages
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.timeline import Row
from gui.tasks import spawn
from gui.theme.palette import Theme
from tests.gui.fake_node import KEY, ME, FakeNode, Json, Refused, message, summary
from tests.gui.waiting import turn

Until = Callable[[Callable[[], object]], Awaitable[None]]
ONE = f"{1:064x}"
TWO = f"{2:064x}"


class Clock:
    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


@asynccontextmanager
async def running(node: FakeNode, theme: Theme, clock: Clock | None = None) -> AsyncIterator[tuple[Window, Session]]:
    async def endpoint() -> Endpoint:
        return Endpoint(node.url, KEY)

    client = Client(endpoint, back_off_s=(0.001, 0.01))
    session = Session(client, monotonic=clock or Clock())
    window = Window(theme)
    window.resize(1000, 700)
    window.show_session(session)
    window.show()
    task = spawn(client.run())
    try:
        yield window, session
    finally:
        for dialog in window.findChildren(QDialog):
            dialog.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await turn()
        window.close()
        window.deleteLater()


def two_conversations(node: FakeNode, count: int = 30) -> None:
    node.conversations = [
        summary(1, "Rooftop <b>garden</b>", phase="metaphase", progress=0.4, unread=2),
        summary(2, "Weather station"),
    ]
    node.messages[ONE] = [message(n, f"message {n}") for n in range(1, count + 1)]


async def opened(session: Session, window: Window, until: Until) -> Conversation:
    await until(lambda: session.conversations.ordered())
    window.open(ONE)
    await until(lambda: session.open_one is not None and session.open_one.loaded)
    assert session.open_one is not None
    return session.open_one


def rows(one: Conversation) -> list[Row]:
    return [one.timeline.row(at) for at in range(len(one.timeline))]


def write(window: Window, text: str) -> None:
    assert window.page is not None
    QTest.keyClicks(window.page.input.edit, text)
    QTest.keyClick(window.page.input.edit, Qt.Key.Key_Return)


def dialog_of(window: Window, kind: type[Any]) -> Any:
    return next(dialog for dialog in window.findChildren(kind) if dialog.isVisible())


async def test_an_empty_profile_says_how_to_begin(node: FakeNode, theme: Theme, until: Until) -> None:
    async with running(node, theme) as (window, session):
        assert "Starting" in window.empty.text()
        await until(lambda: session.conversations.loaded)
        assert "No conversations yet" in window.empty.text()
        assert window.empty.new_button.isVisible()
        await until(lambda: ("node", "presence", {"status": "online"}) in node.pushed)
        window.empty.new_button.click()
        assert dialog_of(window, CreateDialog)


async def test_newest_twenty_at_once_and_older_ones_on_scrolling_up(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node, 300)
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        assert window.page is not None
        assert rows(one)[-1].text == "message 300"
        window.page.view.verticalScrollBar().setValue(0)
        await until(lambda: len(one.timeline) >= 120)
        widget = next(row for row in window.page.view.live_rows() if row.y() > 50 and row.row is not None)
        assert widget.row is not None
        key, top = widget.row.key, widget.y()
        before = len(one.timeline)
        await pages.older(session.client, one)
        assert len(one.timeline) > before
        assert window.page.view.top_of(key) == top
        while one.timeline.more:
            await pages.older(session.client, one)
        assert [row.text for row in rows(one)] == [f"message {n}" for n in range(1, 301)]


async def test_a_message_is_shown_at_once_then_stored_then_delivered(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        node.silent.add("message")
        write(window, "hello")
        assert (rows(one)[-1].text, rows(one)[-1].state) == ("hello", "sending")
        await until(lambda: [event for _, event, _ in node.pushed].count("message"))
        client_id = next(payload["client_id"] for _, event, payload in node.pushed if event == "message")
        echo = message(99, "hello", mine=True, author=ME, author_name="Me", state="stored")
        await node.event(ONE, "message", {**echo, "client_id": client_id})
        await until(lambda: rows(one)[-1].state == "stored")
        await node.event(ONE, "message", {**echo, "state": "delivered"})
        await until(lambda: rows(one)[-1].state == "delivered")
        assert [row.text for row in rows(one)].count("hello") == 1


async def test_a_refused_message_keeps_its_text_and_goes_out_on_retry(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)

    def refuse(_: Json) -> Json:
        raise Refused("rate_limited", "You are writing too fast.")

    node.answer["message"] = refuse
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        write(window, "important")
        await until(lambda: rows(one)[-1].state == "failed")
        assert (rows(one)[-1].text, rows(one)[-1].problem) == ("important", "You are writing too fast.")
        del node.answer["message"]
        assert window.page is not None
        window.page.messages.act("retry", rows(one)[-1].key)
        await until(lambda: rows(one)[-1].state == "stored")
        window.page.messages.act("discard", rows(one)[-1].key)
        assert rows(one)[-1].text == "important"


async def test_a_deleted_failed_message_goes_back_to_the_input(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)

    def refuse(_: Json) -> Json:
        raise Refused("left", "You left this conversation.")

    node.answer["message"] = refuse
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        write(window, "take me back")
        await until(lambda: rows(one)[-1].state == "failed")
        assert window.page is not None
        window.page.messages.act("discard", rows(one)[-1].key)
        assert window.page.input.text() == "take me back"
        assert rows(one)[-1].text == "message 30"


async def test_typing_goes_out_every_two_seconds(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    clock = Clock()
    async with running(node, theme, clock) as (window, session):
        await opened(session, window, until)

        def told() -> int:
            return sum(1 for _, event, payload in node.pushed if event == "typing" and payload["typing"])

        assert window.page is not None
        QTest.keyClicks(window.page.input.edit, "abc")
        await until(lambda: told() == 1)
        clock.s += 1.9
        QTest.keyClicks(window.page.input.edit, "d")
        clock.s += 0.2
        QTest.keyClicks(window.page.input.edit, "e")
        await until(lambda: told() == 2)


async def test_typing_of_others_and_ai_text_are_shown_live(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        assert window.page is not None
        line = window.page.typing
        await node.event(ONE, "typing", {"user_id": "b2" * 32, "name": "Ana", "typing": True, "ai": False})
        await until(lambda: line.people_text() == "Ana is typing...")
        delta = {"ai": "e5" * 32, "name": "Assistant", "stream": "s", "reply_to": None}
        await node.event(ONE, "ai_delta", {**delta, "text": "", "state": "thinking"})
        await until(lambda: line.ai_text() == "Assistant (AI)")
        await node.event(ONE, "ai_delta", {**delta, "text": "Growing", "state": "growing"})
        await until(lambda: rows(one)[-1].text == "Growing")
        final = message(50, "Grown.", kind="ai", author="e5" * 32, author_name="Assistant")
        await node.event(ONE, "message", final)
        await until(lambda: rows(one)[-1].kind == "ai")
        assert [row.text for row in rows(one)].count("Grown.") == 1
        assert line.ai_text() == ""


async def test_each_conversation_keeps_its_draft(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.page is not None
        QTest.keyClicks(window.page.input.edit, "for one")
        window.open(TWO)
        assert window.page.input.text() == ""
        QTest.keyClicks(window.page.input.edit, "for two")
        window.open(ONE)
        assert window.page.input.text() == "for one"
        window.open(TWO)
        assert window.page.input.text() == "for two"


async def test_a_lost_connection_is_seen_and_ends(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        seen: list[bool] = []
        session.client.online.connect(lambda online, _: seen.append(window.banner.isVisible()))
        node.messages[ONE].append(message(31, "came meanwhile"))
        await node.drop()
        await until(lambda: rows(one)[-1].text == "came meanwhile")
        assert seen == [True, False]
        assert [row.text for row in rows(one)][-2:] == ["message 30", "came meanwhile"]


async def test_changes_are_seen_without_refresh(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.page is not None
        page = window.page
        changed = summary(1, "Renamed", phase="anaphase", progress=0.9)
        await node.event(ONE, "conversation", changed)
        await node.push("node", "conversation", changed)
        await until(lambda: page.title.text() == "Renamed")
        await until(lambda: session.conversations.ordered()[-1].title or True)
        assert page.phases.accessibleName() == "Phase 4 of 5, Anaphase, 90 percent"
        await node.event(ONE, "members", {"members": node.members[:1]})
        await until(lambda: page.people.accessibleName() == "Participants: Me (you, Owner)")


async def test_create_asks_for_a_title_and_opens(node: FakeNode, theme: Theme, until: Until) -> None:
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: window.findChildren(CreateDialog))
        dialog = dialog_of(window, CreateDialog)
        dialog.create_now()
        assert dialog.error.isVisible()
        assert "title" in dialog.error.text()
        QTest.keyClicks(dialog.title, "A new idea")
        dialog.ai.setChecked(False)
        dialog.create_now()
        await until(lambda: session.open_one is not None)
        asked = next(payload for _, event, payload in node.pushed if event == "create")
        assert asked == {"title": "A new idea", "description": "", "ai": False}
        assert window.page is not None
        assert window.page.title.text() == "A new idea"


async def test_a_refused_create_says_why_and_keeps_what_was_typed(node: FakeNode, theme: Theme, until: Until) -> None:
    def refuse(_: Json) -> Json:
        raise Refused("internal", "The disk is full. Free some space and try again.")

    node.answer["create"] = refuse
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        window.new()
        dialog = dialog_of(window, CreateDialog)
        dialog.title.setText("Kept")
        dialog.create_now()
        await until(lambda: dialog.error.isVisible())
        assert dialog.error.text().startswith("The disk is full")
        assert dialog.title.text() == "Kept"
        assert dialog._create.isEnabled()


async def test_join_refuses_what_is_no_link_and_shows_the_nodes_reason(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    def refuse(_: Json) -> Json:
        raise Refused("expired_invite", "This invite has expired. Ask for a new one.")

    node.answer["join"] = refuse
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        window.join()
        dialog = dialog_of(window, JoinDialog)
        dialog.link.setPlainText("")
        dialog.join_now()
        assert dialog.form.error.isVisible()
        dialog.link.setPlainText("https://example.org")
        dialog.join_now()
        assert "not an invite link" in dialog.form.error.text()
        dialog.link.setPlainText("peer2peer://join#\nabc def")
        dialog.join_now()
        await until(lambda: "expired" in dialog.form.error.text())
        assert node.pushed[-1][2] == {"link": "peer2peer://join#abcdef"}
        assert dialog._join.isEnabled()


async def test_join_says_that_it_still_tries_and_can_be_cancelled(node: FakeNode, theme: Theme, until: Until) -> None:
    node.silent.add("join")
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        window.join("peer2peer://join#abc")
        dialog = dialog_of(window, JoinDialog)
        dialog.join_now()
        await until(lambda: dialog.form.progress.isVisible())
        await until(lambda: dialog.form._still.isActive())
        assert dialog.form._still.interval() == 3000
        dialog.form._still.timeout.emit()
        assert "Still trying" in dialog.form.progress.text()
        dialog.reject()
        await until(lambda: not window.findChildren(JoinDialog))
        assert session.conversations.loaded


async def test_joining_opens_the_conversation(node: FakeNode, theme: Theme, until: Until) -> None:
    def admit(_: Json) -> Json:
        two_conversations(node)
        return {"id": ONE, "title": "Rooftop"}

    node.answer["join"] = admit
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        window.join("peer2peer://join#abc")
        dialog_of(window, JoinDialog).join_now()
        await until(lambda: session.open_one is not None and session.open_one.loaded)
        assert "You joined" in window.toast.text()


async def test_an_invite_link_is_made_and_copied(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        window.invite()
        dialog = dialog_of(window, InviteDialog)
        dialog.uses.setCurrentIndex(3)
        dialog.expires.setCurrentIndex(1)
        dialog.make_now()
        await until(lambda: dialog.link.isVisible())
        asked = next(payload for _, event, payload in node.pushed if event == "invite")
        assert asked == {"conversation": ONE, "uses": 0, "expires_s": 86400}
        assert dialog._make.text() == "Copy link"
        dialog.make_now()
        assert QApplication.clipboard().text() == dialog.link.toPlainText()
        assert window.toast.text() == "Invite link copied"
        dialog.uses.setCurrentIndex(0)
        assert not dialog.link.isVisible()
        assert dialog._make.text() == "Make link"


async def test_a_phase_is_explained_and_advanced_from_what_was_shown(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.page is not None
        window.page.phases.asked.emit("telophase")
        dialog = dialog_of(window, PhaseDialog)
        assert any("divides" in label.text() for label in dialog.findChildren(QLabel))
        assert dialog.slider is None, "only the phase that it is in can be moved"
        dialog.close()
        window.page.phases.asked.emit("metaphase")
        dialog = dialog_of(window, PhaseDialog)
        assert dialog.slider is not None
        assert dialog.slider.slider.value() == 40
        dialog.slider.slider.setValue(55)
        await until(lambda: any(event == "progress" for _, event, _ in node.pushed))
        dialog.advance_now()
        await until(lambda: any(event == "advance" for _, event, _ in node.pushed))
        pushed = [(event, payload) for _, event, payload in node.pushed if event in ("advance", "progress")]
        assert ("advance", {"conversation": ONE, "from": "metaphase"}) in pushed
        assert ("progress", {"conversation": ONE, "value": 0.55}) in pushed
        await until(lambda: window.toast.text() == "Advanced to Anaphase")


async def test_a_dialog_closed_while_the_node_works_is_no_trouble(node: FakeNode, theme: Theme, until: Until) -> None:
    answers: list[asyncio.Future[None]] = []
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        node.silent.add("create")
        window.new()
        dialog = dialog_of(window, CreateDialog)
        dialog.title.setText("x")
        dialog.create_now()
        await until(lambda: any(event == "create" for _, event, _ in node.pushed))
        dialog.close()
        await until(lambda: not window.findChildren(CreateDialog))
        await node.drop()
        await until(lambda: len(node.joins) >= 2)
        assert not answers


async def test_links_show_their_target_first_and_invites_open_the_join_dialog(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.page is not None
        window.page.view.link.emit("https://example.org/a?b=c")
        shown = dialog_of(window, LinkDialog).findChild(QPlainTextEdit)
        assert shown.toPlainText() == "https://example.org/a?b=c"
        dialog_of(window, LinkDialog).close()
        window.page.view.link.emit("peer2peer://join#xyz")
        assert dialog_of(window, JoinDialog).link.toPlainText() == "peer2peer://join#xyz"


async def test_a_narrow_window_folds_the_sidebar(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.sidebar is not None
        assert window.page is not None
        assert window.sidebar.isVisible()
        assert not window.page.menu_button.isVisible()
        window.resize(600, 700)
        assert not window.sidebar.isVisible()
        window.page.menu_button.click()
        assert window.sidebar.isVisible()
        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert not window.sidebar.isVisible()
        window.unfold()
        window.open(TWO)
        assert not window.sidebar.isVisible()
        window.resize(1000, 700)
        assert window.sidebar.isVisible()


async def test_foreign_words_are_plain_everywhere(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        window.invite()
        foreign = [label for label in window.findChildren(QLabel) if "<b>" in label.text()]
        assert len(foreign) >= 2
        assert all(label.textFormat() == Qt.TextFormat.PlainText for label in foreign)


async def test_controls_have_names(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        window.new()
        window.join()
        window.invite()
        kinds = (QAbstractButton, QLineEdit, QPlainTextEdit)
        controls: list[QWidget] = [child for kind in kinds for child in window.findChildren(kind) if child.isVisible()]
        assert controls
        for control in controls:
            text = control.text() if isinstance(control, QAbstractButton) else ""
            assert control.accessibleName() or text, control
        assert not window.findChildren(QAction, "unnamed")


async def test_what_is_displayed_is_told(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        window.activateWindow()
        await until(lambda: window.isActiveWindow())
        assert window.page is not None
        window.page.view.place()
        await until(lambda: (f"conversation:{ONE}", "read", {"id": f"{30:064x}"}) in node.pushed)


async def test_what_was_seen_last_is_told_before_the_program_ends(node: FakeNode, theme: Theme, until: Until) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        session.displayed("seen")
        session.displayed("seen more")  # for later: something was told a moment ago
        assert session._read_soon is not None
        session.tell_rest()
        assert session._read_soon is None, "nothing is told later by itself"
        await until(lambda: (f"conversation:{ONE}", "read", {"id": "seen more"}) in node.pushed)


@pytest.mark.parametrize("count", [0, 1])
async def test_opening_what_is_not_there_does_nothing(node: FakeNode, theme: Theme, until: Until, count: int) -> None:
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        window.open("f" * 64)
        assert session.open_one is None
        window.invite()
        assert not window.findChildren(QDialog)


async def test_what_is_preferred_about_ais_holds_until_something_else_is_chosen(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    node.ais = [{"id": "e5" * 32, "name": "Leaf"}]
    node.answer["preferences"] = lambda _: {"preferences": {"ai": False}}
    async with running(node, theme) as (window, session):
        await until(lambda: not session.for_ai)
        await opened(session, window, until)
        assert window.page is not None
        assert window.page.input.aside.isChecked()
        write(window, "between us")
        await until(lambda: any(event == "message" for _, event, _ in node.pushed))
        QTest.mouseClick(window.page.input.aside, Qt.MouseButton.LeftButton)
        write(window, "for all")
        await until(lambda: [event for _, event, _ in node.pushed].count("message") == 2)
        told = [payload["not_for_ai"] for _, event, payload in node.pushed if event == "message"]
        assert told == [True, False]


async def test_a_click_on_the_page_menu_offers_only_what_can_be_done(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    node.conversations[0] |= {"status": "left", "may": []}
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        window.open(ONE)
        await until(lambda: session.open_one is not None and session.open_one.loaded)
        assert window.page is not None
        labels = [action.text() for action in window.page.actions_menu().actions()]
        assert labels == ["Search in this conversation…", "Settings…"]
        assert "You left" in window.page.closed.words.text()
        assert window.page.input.isHidden()


async def test_who_was_let_in_before_anything_came_is_shown_a_conversation_on_its_way(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    joining = summary(7, "", status="joining")

    def join(_: Json) -> Json:
        node.conversations.append(joining)
        return {"id": joining["id"], "title": ""}

    node.answer["join"] = join
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        window.join("peer2peer://join#abc")
        dialog = next(each for each in window.findChildren(JoinDialog) if each.isVisible())
        dialog.join_now()
        await until(lambda: session.open_one is not None and session.open_one.id == joining["id"])
        assert window.page is not None
        assert window.page.title.text() == "Conversation on its way"
        assert window.page.closed.isVisible()
        assert "You were let in" in window.page.closed.words.text()
        assert not window.page.input.isVisible()
        arrived = {**joining, "title": "Garden", "status": "active", "may": ["message", "leave"]}
        node.conversations[-1] = arrived  # the list may be on its way just now
        await node.push("node", "conversation", arrived)
        await until(lambda: window.page.title.text() == "Garden" and window.page.input.isVisible())


async def test_how_the_open_conversation_stands_is_told_by_the_node_alone(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)
    async with running(node, theme) as (window, session):
        one = await opened(session, window, until)
        assert session.client.channel(one.topic).params == {"summaries": False}
        await node.push("node", "conversation", summary(1, "Roof", phase="anaphase"))
        await until(lambda: one.summary.phase == "anaphase")
        assert window.page is not None
        assert window.page.title.text() == "Roof"
        await node.push("node", "conversation", summary(2, "Weather"))
        await until(lambda: "Weather" in [each.title for each in session.conversations.all()])
        assert one.summary.title == "Roof"


async def test_what_is_displayed_one_after_the_other_is_told_together(
    node: FakeNode, theme: Theme, until: Until
) -> None:
    two_conversations(node)

    def told() -> list[str]:
        return [payload["id"][-1] for topic, event, payload in node.pushed if event == "read"]

    async with running(node, theme) as (window, session):
        await opened(session, window, until)
        assert window.page is not None
        window.page.view.displayed.disconnect(session.displayed)
        await session.client.call("node", "conversations")
        node.pushed.clear()
        session.displayed(f"{1:064x}")
        await until(lambda: told() == ["1"])
        for number in range(2, 6):
            session.displayed(f"{number:064x}")
        await until(lambda: told() == ["1", "5"])
        for number in (6, 7):
            session.displayed(f"{number:064x}")
        window.open(TWO)
        await session.client.call("node", "conversations")
        await until(lambda: told() == ["1", "5", "7"])
