"""The whole window against a node over a real WebSocket."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QLineEdit, QPlainTextEdit, QWidget

from gui.dialogs.create import CreateDialog
from gui.dialogs.join import JoinDialog
from gui.dialogs.link import LinkDialog
from gui.dialogs.phase import PhaseDialog
from gui.requests import pages
from gui.theme.palette import Theme
from tests.gui.fake_node import FakeNode, message, summary
from tests.gui.windows import ONE, TWO, Until, dialog_of, opened, rows, running, two_conversations


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


@pytest.mark.parametrize("count", [0, 1])
async def test_opening_what_is_not_there_does_nothing(node: FakeNode, theme: Theme, until: Until, count: int) -> None:
    async with running(node, theme) as (window, session):
        await until(lambda: session.conversations.loaded)
        window.open("f" * 64)
        assert session.open_one is None
        window.invite()
        assert not window.findChildren(QDialog)


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
