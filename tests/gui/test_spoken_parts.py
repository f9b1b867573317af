"""Dialogs, steps and passing words that no view of a profile shows: named, reached by Tab, left by Escape, said."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from gui.api.client import Client
from gui.chatview.picker import Picker
from gui.dialogs.confirm import ConfirmDialog
from gui.dialogs.link import LinkDialog
from gui.dialogs.log import LogDialog
from gui.dialogs.passphrase import PassphraseDialog
from gui.pages.first_start import FirstStart
from gui.session import Session
from gui.theme.palette import Theme
from gui.widgets import announcing
from gui.widgets.banner import LostBanner
from gui.widgets.toast import Toast
from tests.gui.desktops import desktop_of
from tests.gui.fake_node import FakeNode, summary
from tests.gui.real.test_accessibility import controls, name_of, tab_stops

Until = Callable[[Callable[[], object]], Awaitable[None]]


async def nothing(*_: Any) -> None:
    """Do nothing."""


DIALOGS: dict[str, Callable[[QWidget], Any]] = {
    "confirm": lambda parent: ConfirmDialog("Delete it?", "For everybody.", "Delete", nothing, parent),
    "link": lambda parent: LinkDialog("https://example.org/", parent),
    "log": lambda parent: LogDialog(["one", "two"], parent),
    "set a passphrase": lambda parent: PassphraseDialog(nothing, locked=False, parent=parent),
    "change the passphrase": lambda parent: PassphraseDialog(nothing, locked=True, parent=parent),
    "remove the passphrase": lambda parent: PassphraseDialog(nothing, locked=True, remove=True, parent=parent),
}


@pytest.fixture(autouse=True)
def spoken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Have a screen reader, and keep what it was told."""
    said: list[str] = []
    real = announcing.QAccessibleAnnouncementEvent

    def event(widget: QWidget, text: str) -> Any:
        said.append(text)
        return real(widget, text)

    monkeypatch.setattr(announcing, "QAccessibleAnnouncementEvent", event)
    was = QAccessible.isActive()
    QAccessible.setActive(True)
    yield said
    QAccessible.setActive(was)


@pytest.fixture
def parent(theme: Theme) -> Iterator[QWidget]:
    window = QWidget()
    window.resize(900, 700)
    window.show()
    yield window
    window.deleteLater()


def check(root: QWidget) -> None:
    found = [each for each in controls(root) if each.isEnabled()]
    assert found
    assert not [type(each).__name__ for each in found if not name_of(each)]
    stops = tab_stops(root)
    assert not [name_of(each) for each in found if each not in stops]


@pytest.mark.parametrize("name", DIALOGS)
async def test_a_dialog_is_named_reached_and_left(parent: QWidget, until: Until, name: str) -> None:
    dialog = DIALOGS[name](parent)
    dialog.open()
    check(dialog)
    assert dialog.windowTitle()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await until(lambda: not dialog.isVisible())


async def test_what_is_wrong_in_a_dialog_is_announced(parent: QWidget, spoken: list[str]) -> None:
    dialog = PassphraseDialog(nothing, locked=True, parent=parent)
    dialog.open()
    dialog.say("Type a new passphrase.")
    dialog.say("")
    assert spoken == ["Type a new passphrase."]


async def test_the_picker_of_reactions_is_named_and_left(parent: QWidget, until: Until) -> None:
    picker = Picker(parent)
    picker.show()
    assert all(name_of(each) for each in controls(picker))
    gone: list[object] = []
    picker.destroyed.connect(lambda *_: gone.append(1))
    QTest.keyClick(picker, Qt.Key.Key_Escape)
    await until(lambda: gone)


async def test_s60_the_first_steps_are_named_reached_and_announced(
    theme: Theme, until: Until, spoken: list[str]
) -> None:
    async def endpoint() -> Any:
        raise AssertionError("nothing is asked of a node")

    first = FirstStart(theme, Session(Client(endpoint)), nothing)
    first.resize(900, 700)
    first.show()
    first.next.click()
    assert spoken == ["Choose a name first."]
    first.name.setText("Ana")
    for step in range(3):
        assert first.step == step
        check(first)
        if step < 2:
            first.next.click()
    first.by_link.click()
    check(first)
    first._tell("Starting your node…")
    assert spoken[-1] == "Starting your node…"
    first.deleteLater()


async def test_passing_words_are_announced(parent: QWidget, theme: Theme, spoken: list[str]) -> None:
    toast = Toast(theme, parent)
    toast.say("Saved")
    banner = LostBanner(parent)
    banner.lost("It ended.")
    banner.lost("It ended again.")
    assert spoken[0] == "Saved"
    assert [each for each in spoken[1:] if each.startswith("Waiting for your node")] == spoken[1:2]
    assert len(spoken) == 2, "once, not at each attempt"
    banner._unfold(True)
    assert all(name_of(each) for each in controls(banner))


async def test_every_entry_of_every_menu_has_words(
    node: FakeNode, theme: Theme, tmp_path: Path, spoken: list[str]
) -> None:
    node.conversations = [summary(1, "Garden", unread=2), summary(2, "Kitchen", status="archived")]
    async with desktop_of(node, tmp_path, theme) as desktop:
        sidebar = desktop.window.sidebar
        assert sidebar is not None
        view = sidebar.list
        view.rows.fold("archived", folded=False)
        menus = [sidebar.user.menu_of_mine()]
        menus += [menu for at in range(view.rows.rowCount()) if (menu := view.menu_of(view.rows.index(at))) is not None]
        assert len(menus) == 3
        for menu in menus:
            for each in [menu, *menu.findChildren(QMenu)]:
                assert each.actions()
                assert all(action.text() or action.isSeparator() for action in each.actions())
