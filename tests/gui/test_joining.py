"""Creating, inviting, joining: what is asked, refused, waited for."""

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.dialogs.create import CreateDialog
from gui.dialogs.invite import InviteDialog
from gui.dialogs.join import JoinDialog
from gui.theme.palette import Theme
from tests.gui.fake_node import FakeNode, Json, Refused, summary
from tests.gui.windows import ONE, Until, dialog_of, opened, running, two_conversations


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
