"""My menu, profile, settings, keys, notifications and links, in the real window with real nodes."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from gui.desktop import Desktop
from gui.dialogs.join import JoinDialog
from gui.dialogs.passphrase import PassphraseDialog
from gui.dialogs.profile import ProfileDialog
from gui.dialogs.shortcuts import ShortcutsDialog
from gui.pages.app_settings import AppSettings
from gui.pages.network_page import NetworkPage
from gui.state.settings import FILE
from gui.theme.palette import Theme
from tests.gui.real.people import People, channel_of, room, window_of
from tests.gui.test_single import start as start_again

pytestmark = pytest.mark.timeout(90)
Until = Callable[..., Awaitable[None]]


@pytest.fixture(autouse=True)
def usual_settings(people: People) -> Iterator[None]:
    """Begin and end with the settings that everybody begins with."""
    yield
    (people.ana.home / FILE).unlink(missing_ok=True)


def choose(desktop: Desktop, name: str) -> None:
    """Choose something in my menu."""
    sidebar = desktop.window.sidebar
    assert sidebar is not None
    action: QAction = next(one for one in sidebar.user.menu_of_mine().actions() if one.objectName() == name)
    action.trigger()


def shown(desktop: Desktop, kind: type[Any]) -> Any:
    return next(one for one in desktop.window.findChildren(kind) if one.isVisible())


async def test_s61_my_menu_says_who_i_am_and_leads_everywhere(people: People, theme: Theme, until: Until) -> None:
    async with window_of(people.ana, theme) as desktop:
        sidebar = desktop.window.sidebar
        assert sidebar is not None
        assert sidebar.user.accessibleName() == "You: Ana, online. Menu"
        QTest.mouseClick(sidebar.user, Qt.MouseButton.LeftButton)
        menu = sidebar.user._menu
        assert menu is not None
        assert menu.isVisible()
        names = [one.objectName() for one in menu.actions() if one.objectName()]
        assert names == ["profile", "settings", "network", "shortcuts", "quit"], "no passphrase: nothing to lock"
        menu.actions()[0].trigger()
        assert QGuiApplication.clipboard().text() == desktop.session.identity
        menu.close()
        before = desktop.window.pages.currentWidget()  # the conversation that was open last, or none
        for name, kind in (("settings", AppSettings), ("network", NetworkPage)):
            choose(desktop, name)
            page = shown(desktop, kind)
            assert desktop.window.pages.currentWidget() is page
            QTest.keyClick(page, Qt.Key.Key_Escape)
            assert desktop.window.pages.currentWidget() is before
        choose(desktop, "quit")
        assert desktop.closed.is_set()


async def test_s61_another_name_reaches_the_others_and_is_confirmed(people: People, theme: Theme, until: Until) -> None:
    async with room(people, theme) as here:
        choose(here.desktop, "profile")
        dialog = shown(here.desktop, ProfileDialog)
        assert dialog.identity.text() == here.desktop.session.identity
        dialog.name.clear()
        dialog.save_now()
        assert dialog.error.text() == "A name can't be empty."
        QTest.keyClicks(dialog.name, "Ana  Maria")
        QTest.keyClick(dialog.name, Qt.Key.Key_Return)
        try:
            await here.bo.hears("members", lambda told: "Ana Maria" in [one["name"] for one in told["members"]])
            await until(lambda: here.desktop.window.toast.text() == "You are Ana Maria from now on")
            sidebar = here.desktop.window.sidebar
            assert sidebar is not None
            assert "Ana Maria" in sidebar.user.accessibleName()
            await until(lambda: "Ana Maria" in [one.name for one in here.one.members])
        finally:
            await here.desktop.client.call("node", "rename_me", {"name": "Ana"})


async def test_s20_settings_count_at_once_and_are_kept(
    people: People, theme: Theme, until: Until, qapp: QApplication
) -> None:
    async with window_of(people.ana, theme) as desktop:
        QTest.keyClick(desktop.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
        page = shown(desktop, AppSettings)
        page.theme_box.setCurrentIndex(page.theme_box.findData("dark"))
        assert theme.tokens.dark
        usual = qapp.font().pointSizeF()
        page.text_size.setValue(15)
        assert qapp.font().pointSizeF() == pytest.approx(usual * 1.5)
        page.notifications.setCurrentIndex(page.notifications.findData("none"))
        await until(lambda: page.ai.isEnabled())
        assert page.ai.isChecked()
        page.ai.click()
        await until(lambda: page.ai.isEnabled() and not page.ai.isChecked())
        said = await desktop.client.call("node", "preferences")
        assert said == {"preferences": {"ai": False}}
        page.ai.click()
        await until(lambda: page.ai.isEnabled() and page.ai.isChecked())
    async with window_of(people.ana, theme) as desktop:
        settings = desktop.settings
        assert (settings.theme, settings.text_percent, settings.notifications) == ("dark", 150, "none")
        for name in ("theme", "text_percent", "notifications"):
            settings.set(name, None)
        assert qapp.font().pointSizeF() == pytest.approx(usual)


async def test_the_language_changes_the_window_at_once(
    people: People, theme: Theme, until: Until, qapp: QApplication, made: None
) -> None:
    async with room(people, theme) as here:
        desktop = here.desktop
        choose(desktop, "settings")
        page = shown(desktop, AppSettings)
        before = desktop.window
        page.language.setCurrentIndex(page.language.findData("de"))
        await until(lambda: desktop.window is not before and desktop.session.open_one is not None)
        await until(lambda: desktop.window.findChildren(AppSettings))
        sidebar = desktop.window.sidebar
        assert sidebar is not None
        assert [one.text() for one in sidebar.user.menu_of_mine().actions() if one.objectName() == "quit"] == [
            "Beenden"
        ]
        assert desktop.session.open_one is not None
        assert desktop.session.open_one.id == here.id
        desktop.settings.set("language", "en")
        await until(lambda: desktop.session.open_one is not None and desktop.session.open_one.loaded)
        desktop.settings.set("language", "system")
        await until(lambda: desktop.session.open_one is not None and desktop.session.open_one.loaded)


async def test_keys_do_what_their_sheet_says(people: People, theme: Theme, until: Until) -> None:
    async with window_of(people.ana, theme) as desktop:
        made = [await desktop.session.create(title, "", ai=False) for title in ("One", "Two")]
        await until(lambda: {*made} <= {one.id for one in desktop.session.conversations.ordered()})
        window = desktop.window
        desktop.window.open(made[1])
        names = [one.id for one in desktop.session.conversations.ordered() if one.status != "archived"]

        def press(key: Qt.Key, modifier: Qt.KeyboardModifier) -> str:
            QTest.keyClick(window, key, modifier)
            assert desktop.session.open_one is not None
            return desktop.session.open_one.id

        at = names.index(made[1])
        assert press(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier) == names[at + 1]
        assert press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier) == made[1]
        assert press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier) == names[max(0, at - 1)]
        QTest.keyClick(window, Qt.Key.Key_F1)
        sheet = shown(desktop, ShortcutsDialog)
        words = [label.text() for label in sheet.findChildren(QLabel)]
        assert {"Ctrl+K", "Ctrl+F", "Alt+Down", "F1"} <= set(words)
        sheet.close()
        QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        dialog = next(one for one in window.findChildren(QDialog) if one.isVisible())
        dialog.close()
        QTest.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
        assert desktop.closed.is_set()


async def test_s20_of_a_mention_is_told_and_of_what_is_in_view_is_not(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        told: list[Any] = []
        notices = here.desktop.telling.notices
        assert notices is not None
        notices.arrived.connect(told.append)
        await until(lambda: here.desktop.window.in_view(here.id))
        await here.bo_says("@Ana do you see this?")

        def is_read() -> bool:
            summary = here.desktop.session.conversations.get(here.id)
            assert summary is not None
            last = summary.last
            return last is not None and last.text == "@Ana do you see this?" and summary.unread == 0

        await until(is_read)
        assert told == []
        here.desktop.session.close()
        await until(lambda: here.desktop.session.open_one is None)
        bo = here.bo
        for text in ("nothing for you", "@Ana and this?"):
            await bo.call(here.topic, "message", {"content": text})
        await until(lambda: told, 10.0)
        assert [(one.text, one.author, one.mentions) for one in told] == [("@Ana and this?", "Bo", True)]
        title, body = here.desktop.telling.notifier.words(told)
        assert (title, body) == ("Bo · Rooftop garden", "@Ana and this?")
        sidebar = here.desktop.window.sidebar
        assert sidebar is not None
        menu = here.desktop.actions.notification_menu(here.id, sidebar)
        next(one for one in menu.actions() if one.objectName() == "none").trigger()
        assert here.desktop.settings.rule(here.id) == "none"
        summary = here.desktop.session.conversations.get(here.id)
        assert summary is not None
        assert summary.muted
        await bo.call(here.topic, "message", {"content": "@Ana silence?"})
        await until(lambda: (here.desktop.session.conversations.get(here.id) or summary).unread >= 3)
        assert len(told) == 1


async def test_s63_a_second_start_with_a_link_opens_the_join_dialog_of_the_first(
    people: People, theme: Theme, until: Until, tmp_path: Path
) -> None:
    from gui.single import Single

    async with window_of(people.ana, theme) as desktop, channel_of(people.bo) as bo:
        single = Single(people.ana.home)
        single.started.connect(desktop.open_link)
        made = await bo.call("node", "create", {"title": "Boat", "ai": False})
        link = (await bo.call("node", "invite", {"conversation": made["id"]}))["link"]
        desktop.window.hide()
        done = await start_again(people.ana.home, link)
        assert done.returncode == 0, done.stderr
        await until(lambda: [one for one in desktop.window.findChildren(JoinDialog) if one.isVisible()])
        assert desktop.window.isVisible()
        dialog = shown(desktop, JoinDialog)
        assert dialog.link.toPlainText() == link
        dialog.join_now()
        await until(lambda: desktop.session.open_one is not None and desktop.session.open_one.id == made["id"], 30.0)
        single.end()


async def test_where_the_window_was_and_what_was_open_is_there_next_time(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        here.desktop.window.setGeometry(40, 30, 760, 560)
        here.desktop.window.sidebar_dragged.emit(280)
        name = here.id
    async with window_of(people.ana, theme) as desktop:
        await until(lambda: desktop.session.open_one is not None and desktop.session.open_one.id == name)
        assert desktop.window.size().width() == 760
        assert desktop.window.sidebar is not None
        assert desktop.window.sidebar.width() == 280
        desktop.window.resize(600, 560)
        assert not desktop.window.sidebar.isVisible()
        assert desktop.window.page is not None
        QTest.mouseClick(desktop.window.page.menu_button, Qt.MouseButton.LeftButton)
        assert desktop.window.sidebar.isVisible()
        QTest.keyClick(desktop.window, Qt.Key.Key_Escape)
        assert not desktop.window.sidebar.isVisible()


async def test_s60_a_passphrase_is_set_changed_and_removed_in_settings(
    people: People, theme: Theme, until: Until
) -> None:
    async with window_of(people.ana, theme) as desktop:
        window = desktop.window

        def asked(button: Callable[[AppSettings], Any]) -> PassphraseDialog:
            button(window.findChildren(AppSettings)[-1]).click()
            dialog: PassphraseDialog = shown(desktop, PassphraseDialog)
            return dialog

        choose(desktop, "settings")
        dialog = asked(lambda page: page.change)
        dialog.change_now()
        assert dialog.error.text() == "Type a new passphrase."
        assert dialog.new is not None
        for field in (dialog.new.first, dialog.new.second):
            QTest.keyClicks(field, "one two three")
        dialog.change_now()
        await until(desktop.profile.is_locked, 20.0)
        await until(lambda: window.toast.text() == "The passphrase counts from now on")
        try:
            dialog = asked(lambda page: page.change)
            assert dialog.before is not None
            assert dialog.new is not None
            QTest.keyClicks(dialog.before, "wrong")
            for field in (dialog.new.first, dialog.new.second):
                QTest.keyClicks(field, "four five six")
            dialog.change_now()
            await until(lambda: "does not open" in dialog.error.text(), 20.0)
            assert dialog.new.text() == "four five six", "nothing typed is lost"
            dialog.before.setText("one two three")
            dialog.change_now()
            await until(lambda: not [one for one in window.findChildren(PassphraseDialog) if one.isVisible()], 20.0)
        finally:
            known = "four five six"
            dialog = asked(lambda page: page.remove)
            assert dialog.before is not None
            dialog.before.setText(known)
            dialog.change_now()
            await until(lambda: not desktop.profile.is_locked(), 20.0)
