"""Invites in the real window: a link, its QR code, joining by it, taking it back."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import zxingcpp
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.dialogs.confirm import ConfirmDialog
from gui.dialogs.invite import InviteDialog
from gui.pages.settings.page import SettingsPage
from gui.theme.palette import Theme
from tests.gui.real.people import People, Room, room
from tests.gui.real.settings import dialog, open_settings, press, toasted

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


def read_code(image: QImage) -> str:
    """Return what a QR reader finds in a picture."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    flat = bytes(grey.constBits())
    rows = [flat[y * grey.bytesPerLine() : y * grey.bytesPerLine() + grey.width()] for y in range(grey.height())]
    pixels = memoryview(b"".join(rows)).cast("B", (grey.height(), grey.width()))
    found = zxingcpp.read_barcodes(pixels)
    return str(found[0].text) if found else ""


async def made_link(here: Room, page: SettingsPage, until: Until, *, uses: int) -> InviteDialog:
    """Make a link by the window."""
    press(page.people.invite_button)
    asked = dialog(here, InviteDialog)
    asked.uses.setCurrentIndex(asked.uses.findData(uses))
    asked.make_now()
    await until(lambda: asked.link.isVisible())
    return asked


async def test_s63_a_link_is_made_shown_as_a_code_that_can_be_read_copied_and_saved(
    people: People, theme: Theme, until: Until, tmp_path: Path
) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        asked = await made_link(here, page, until, uses=5)
        link = asked.link.toPlainText()
        assert link.startswith("peer2peer://join#")
        assert read_code(asked.qr.grab().toImage()) == link
        theme.use("dark")
        assert read_code(asked.qr.grab().toImage()) == link, "dark on light in the dark theme too"
        asked.make_now()
        assert QApplication.clipboard().text() == link
        await toasted(here, "Invite link copied")
        asked.save_to(str(tmp_path / "code.png"))
        assert read_code(QImage(str(tmp_path / "code.png"))) == link
        await toasted(here, "Saved as code.png")
        asked.save_to(str(tmp_path / "no" / "code.png"))
        assert "could not be written" in asked.error.text()


async def test_s63_open_invites_are_listed_with_what_is_left_of_them_and_taken_back(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        page = open_settings(here)
        await until(lambda: page.invites.nothing.isVisible())
        asked = await made_link(here, page, until, uses=5)
        link = asked.link.toPlainText()
        QTest.keyClick(asked, Qt.Key.Key_Escape)
        await until(lambda: len(page.invites.rows) == 1)
        (row,) = page.invites.rows.values()
        assert row.text.text() == "Used 0 of 5"
        assert row.about.text().startswith("made by Ana, until ")
        # Bo goes and comes again by it: its use shows without a look
        await here.bo.call("node", "leave", {"conversation": here.id})
        await until(lambda: len(here.one.members) == 1)
        await here.bo.call("node", "join", {"link": link})
        await until(lambda: row.text.text() == "Used 1 of 5")
        press(row.revoke)
        press(dialog(here, ConfirmDialog).confirm)
        await until(lambda: page.invites.nothing.isVisible())
        await toasted(here, "The invite was taken back")


async def test_s63_an_invite_of_somebody_else_shows_while_the_page_is_open(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        identity = next(one.identity for one in here.one.members if not one.me)
        await here.desktop.client.call("node", "role", {"conversation": here.id, "who": identity, "role": "admin"})
        await here.bo.hears("members", lambda said: "admin" in {one["role"] for one in said["members"]})
        page = open_settings(here)
        await here.bo.call("node", "invite", {"conversation": here.id, "uses": 0})
        await until(lambda: len(page.invites.rows) == 1)
        (row,) = page.invites.rows.values()
        assert row.text.text() == "Used 0, without limit"
        assert "made by Bo" in row.about.text()
