"""Whom my node knows, what is wrong with it and its log, in the real window; and what is seen when it does not run."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from gui.desktop import Desktop
from gui.dialogs.log import LogDialog
from gui.dialogs.shortcuts import ShortcutsDialog
from gui.pages.network_page import NetworkPage
from gui.theme.palette import Theme
from tests.e2e.nodes import init
from tests.gui.real.people import People, room

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


def words(page: NetworkPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


async def test_s73_peers_addresses_findings_and_log_while_the_page_is_seen(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        desktop = here.desktop
        desktop.actions.act("network")
        page = next(one for one in desktop.window.findChildren(NetworkPage) if one.isVisible())
        await until(lambda: "1 peer" in page.summary.text(), 20.0)
        await until(lambda: "Bo" in words(page) and "local network" in words(page), 20.0)
        await until(lambda: " ms" in words(page), 20.0)
        await until(lambda: "in sync" in words(page), 20.0)
        await until(lambda: "What you write is kept" in words(page), 20.0)
        assert "Peers on your own network are not looked for." in words(page), "these nodes run without mDNS"
        assert "Start the node without --no-mdns" in words(page), "a warning says what to do"
        status = await desktop.client.call("node", "status")
        addresses = [label.accessibleName() for label in page.findChildren(QLabel)]
        assert set(status["addrs"]) <= set(addresses)
        QTest.mouseClick(page.copy, Qt.MouseButton.LeftButton)
        assert QGuiApplication.clipboard().text() == page.log.toPlainText()
        assert page._watching is not None
        QTest.keyClick(page, Qt.Key.Key_Escape)
        await until(lambda: page._watching is None)


async def test_s73_the_log_tells_what_was_logged_once_and_holds_no_text(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        desktop = here.desktop
        await here.bo_says("a secret of Bo")
        for _ in range(2):
            desktop.actions.act("network")
            page = next(one for one in desktop.window.findChildren(NetworkPage) if one.isVisible())
            await until(lambda page=page: "What you write is kept" in words(page), 20.0)
            lines = page.log.toPlainText().splitlines()
            told = (await desktop.client.call("node", "log", {"after": 0}))["lines"]
            assert "\n".join(lines[-10:]) in "\n".join(told), "each line once, in its order"
            assert "a secret of Bo" not in page.log.toPlainText()
            desktop.window.leave_sheet()


async def test_s73_a_node_that_does_not_come_up_says_since_when_and_why_and_the_window_stays_usable(
    tmp_path: Path, theme: Theme, until: Until
) -> None:
    await asyncio.to_thread(init, tmp_path / "ana", "Ana")
    desktop = Desktop(tmp_path / "ana", theme)
    works = desktop.node._command
    desktop.node._command = [sys.executable, "-c", "import sys; sys.exit('peer2peer: the database is damaged')"]
    desktop.start()
    try:
        banner = desktop.window.banner
        await until(banner.try_again.isVisible, 20.0)
        assert banner.words.text().startswith("Your node has not come up since ")
        assert banner.details.text() == "the database is damaged"
        QTest.mouseClick(banner.show_log, Qt.MouseButton.LeftButton)
        dialog = next(one for one in desktop.window.findChildren(LogDialog) if one.isVisible())
        assert "peer2peer: the database is damaged" in dialog.text.toPlainText()
        dialog.close()
        QTest.keyClick(desktop.window, Qt.Key.Key_F1)
        assert [one for one in desktop.window.findChildren(ShortcutsDialog) if one.isVisible()]
        next(one for one in desktop.window.findChildren(ShortcutsDialog) if one.isVisible()).close()
        desktop.node._command = works
        QTest.mouseClick(banner.try_again, Qt.MouseButton.LeftButton)
        await until(lambda: desktop.session.conversations.loaded, 30.0)
        assert not banner.isVisible()
    finally:
        await desktop.stop()
