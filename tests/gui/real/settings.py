"""What the tests of a conversation's settings share: opening the page, and finding what is shown."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QWidget

from gui.pages.settings.page import SettingsPage
from tests.gui.real.people import Room
from tests.gui.waiting import wait_until

D = TypeVar("D", bound=QDialog)


def press(button: QAbstractButton) -> None:
    """Click a button that is there and can be clicked."""
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())


def open_settings(here: Room) -> SettingsPage:
    """Open the settings by the header's button."""
    press(here.page.settings_button)
    page = here.desktop.window.settings_page
    assert page is not None
    assert page.isVisible()
    return page


def choose(row: QWidget, label: str) -> None:
    """Choose an entry of a row's menu."""
    actions = row.actions_menu.actions()  # type: ignore[attr-defined]
    found = [action for action in actions if action.text() == label]
    assert found, f"{label} is not among {[action.text() for action in actions]}"
    found[0].trigger()


def menu_of(row: QWidget) -> list[str]:
    """Return what a row's menu offers."""
    return [action.text() for action in row.actions_menu.actions()]  # type: ignore[attr-defined]


def dialog(here: Room, kind: type[D]) -> D:
    """Return the open dialog of a kind."""
    found = [one for one in here.desktop.window.findChildren(kind) if one.isVisible()]
    assert len(found) == 1, found
    return found[0]


async def toasted(here: Room, text: str) -> None:
    """Wait until something is confirmed."""
    await wait_until(lambda: here.desktop.window.toast.text() == text, 20)
