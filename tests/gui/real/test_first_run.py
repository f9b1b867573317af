"""A person's first minutes: from nothing to the first message, by an own conversation, a link, or a picture of one."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from gui.desktop import Desktop
from gui.pages.first_start import FirstStart
from gui.theme.palette import Theme
from tests.e2e.nodes import cli, environment, init, running
from tests.gui.real.people import People, channel_of

Until = Callable[..., Awaitable[None]]
MOST_CLICKS = 5
MOST_S = 60.0


class Hand:
    """Clicks and types as a person does, and counts the clicks."""

    def __init__(self) -> None:
        self.clicks = 0
        self.began_s = time.monotonic()

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible(), widget
        assert widget.isEnabled(), widget
        self.clicks += 1
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def check(self) -> None:
        assert self.clicks <= MOST_CLICKS
        assert time.monotonic() - self.began_s < MOST_S


@asynccontextmanager
async def first_start(
    home: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Desktop, FirstStart]]:
    """Start the program where there is no profile."""
    for name in set(os.environ) - set(environment()):
        monkeypatch.delenv(name)
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    desktop = Desktop(home, theme)
    desktop.start()
    assert desktop.window.first_start is not None
    try:
        yield desktop, desktop.window.first_start
    finally:
        await desktop.stop()


@pytest.mark.timeout(90)
async def test_s60_from_nothing_to_the_first_message_in_three_clicks(
    tmp_path: Path, theme: Theme, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with first_start(tmp_path / "zoe", theme, monkeypatch) as (desktop, first):
        hand = Hand()
        QTest.keyClicks(first.name, "Zoe")
        hand.click(first.next)
        hand.click(first.next)
        QTest.keyClicks(first.title, "A garden on the roof")
        first.ai.setChecked(False)
        hand.click(first.next)
        waits: set[str] = set()

        def said() -> bool:
            if desktop.window.first_start is not None and first.busy:
                assert first.progress.isVisible()
                waits.add(first.progress.text())
            return desktop.session.open_one is not None and desktop.session.open_one.loaded

        await until(said, 60.0)
        assert "Starting your node…" in waits
        assert waits <= {"Making your keys…", "Starting your node…", "Creating the conversation…"}
        page = desktop.window.page
        assert page is not None
        assert page.isVisible()
        QTest.keyClicks(page.input.edit, "Who brings the soil?")
        QTest.keyClick(page.input.edit, Qt.Key.Key_Return)
        one = desktop.session.open_one
        assert one is not None
        await until(lambda: len(one.timeline) and one.timeline.row(len(one.timeline) - 1).message_id)
        assert one.timeline.row(len(one.timeline) - 1).text == "Who brings the soil?"
        hand.check()
        assert desktop.window.sidebar is not None
        assert "Zoe" in desktop.window.sidebar.user.accessibleName()


@pytest.mark.timeout(90)
async def test_s60_a_passphrase_chosen_at_first_locks_and_unlocks(
    tmp_path: Path, theme: Theme, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "zoe"
    async with first_start(home, theme, monkeypatch) as (desktop, first):
        QTest.keyClicks(first.name, "Zoe")
        first.next.click()
        for field in (first.passphrase.first, first.passphrase.second):
            QTest.keyClicks(field, "correct horse")
        first.next.click()
        QTest.keyClicks(first.title, "Garden")
        first.ai.setChecked(False)
        first.next.click()
        await until(lambda: desktop.session.open_one is not None and desktop.session.open_one.loaded, 60.0)
        assert desktop.profile.is_locked()
        sidebar = desktop.window.sidebar
        assert sidebar is not None
        action = next(one for one in sidebar.user.menu_of_mine().actions() if one.objectName() == "lock")
        action.trigger()
        await until(lambda: desktop.window.locked is not None, 20.0)
        assert desktop.node.pid is None, "the node has ended: nobody can read on"
        page = desktop.window.locked
        assert page is not None
        assert not desktop.session.conversations.loaded
        QTest.keyClicks(page.passphrase, "battery staple")
        page.unlock_button.click()
        await until(lambda: "does not open" in page.error.text(), 20.0)
        page.passphrase.clear()
        QTest.keyClicks(page.passphrase, "correct horse")
        page.unlock_button.click()
        await until(lambda: desktop.window.locked is None and desktop.session.open_one is not None, 30.0)
        assert desktop.session.open_one is not None
        assert desktop.session.open_one.summary.title == "Garden", "the conversation that was open is open again"


def picture_of(link: str, path: Path) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    code = zxingcpp.create_barcode(link, zxingcpp.BarcodeFormat.QRCode)
    view = memoryview(code.to_image(scale=4))
    height, width = view.shape
    assert QImage(bytes(view), width, height, width, QImage.Format.Format_Grayscale8).copy().save(str(path))


@pytest.mark.timeout(120)
async def test_s63_joining_with_a_picture_of_the_link_in_the_first_minute(
    people: People, tmp_path: Path, theme: Theme, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with channel_of(people.bo) as bo:
        made = await bo.call("node", "create", {"title": "Boat", "ai": False})
        invite = await bo.call("node", "invite", {"conversation": made["id"]})
        picture = tmp_path / "code.png"
        picture_of(invite["link"], picture)
        async with first_start(tmp_path / "zoe", theme, monkeypatch) as (desktop, first):
            hand = Hand()
            QTest.keyClicks(first.name, "Zoe")
            hand.click(first.next)
            hand.click(first.next)
            hand.click(first.by_link)
            dropped = QMimeData()
            dropped.setUrls([QUrl.fromLocalFile(str(picture))])
            first.form.link.insertFromMimeData(dropped)
            await until(lambda: first.form.link.toPlainText() == invite["link"])
            hand.click(first.next)
            await until(lambda: desktop.session.open_one is not None and desktop.session.open_one.loaded, 60.0)
            assert desktop.session.open_one is not None
            assert desktop.session.open_one.summary.title == "Boat"
            assert desktop.window.toast.text() == "You joined “Boat”"
            hand.check()


@pytest.mark.timeout(150)
async def test_s63_an_inviter_who_is_away_is_told_and_tried_again_until_there(
    tmp_path: Path, theme: Theme, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    cara = tmp_path / "cara"
    with running() as nodes:
        await asyncio.to_thread(init, cara, "Cara")
        node = await asyncio.to_thread(nodes.start, cara)
        made = await asyncio.to_thread(cli, cara, "conversations", "new", "Boat", "--no-ai")
        link = (await asyncio.to_thread(cli, cara, "conversations", "invite", made["id"]))["link"]
        await asyncio.to_thread(node.end)
        async with first_start(tmp_path / "zoe", theme, monkeypatch) as (desktop, first):
            QTest.keyClicks(first.name, "Zoe")
            first.next.click()
            first.next.click()
            first.by_link.click()
            first.form.link.setPlainText(link)
            first.next.click()
            assert first.form.progress.isVisible()
            await until(lambda: first.form.error.isVisible(), 60.0)
            assert first.form.keep_trying.isVisible(), first.form.error.text()
            assert first.next.isEnabled()
            assert first.form.link.toPlainText() == link
            first.form.keep_trying.click()
            await until(lambda: "Trying again" in first.form.progress.text(), 60.0)
            assert first.back.text() == "Cancel"
            await asyncio.to_thread(partial(nodes.start, cara, listen=node.listen))
            await until(lambda: desktop.session.open_one is not None, 60.0)
            assert desktop.session.open_one is not None
            assert desktop.session.open_one.summary.title == "Boat"
