"""What the person's menu and the keys do around the conversations: profile, settings, network, lock, quit."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from gui.api.client import Client
from gui.api.node_process import NodeProcess
from gui.api.profile import Profile
from gui.pages.window import Window
from gui.session import Session
from gui.shortcuts import table
from gui.state.settings import Settings
from gui.tasks import spawn


class Program(Protocol):
    """What is asked of the running desktop."""

    profile: Profile
    settings: Settings
    node: NodeProcess
    client: Client
    session: Session
    window: Window

    @property
    def has_tray(self) -> bool:
        """Whether there is a tray to be in."""

    def quit(self) -> None:
        """End the program."""

    async def reopen(self, *, locked: bool = False) -> None:
        """Begin anew in another window."""

    async def change_passphrase(self, before: str, after: str) -> None:
        """Lock the keys with another passphrase."""


class Actions(QObject):
    """Belongs to one window of a desktop; dialogs and pages are imported when they are wanted, not at each start."""

    def __init__(self, desktop: Program) -> None:
        super().__init__(desktop.window)
        self._desktop = desktop
        self._window = desktop.window
        self._window.wanted.connect(self.act)
        self._window.ready.connect(self._offer)

    def act(self, name: str) -> None:
        """Do what the window wants (see `Window.wanted`)."""
        window, session = self._window, self._desktop.session
        is_there = window.sidebar is not None and window.locked is None
        match name:
            case "quit":
                self._desktop.quit()
            case "again":
                self._desktop.client.try_now()
            case "log":
                from gui.dialogs.log import LogDialog

                LogDialog(self._desktop.node.lines, window).open()
            case "shortcuts":
                from gui.dialogs.shortcuts import ShortcutsDialog

                ShortcutsDialog([row for row in table() if window.keys.has(row.name)], window).open()
            case "lock" if is_there and self.can_lock():
                spawn(self._desktop.reopen(locked=True), name="lock")
            case "profile" if is_there:
                from gui.dialogs.profile import ProfileDialog

                dialog = ProfileDialog(session, window)
                dialog.renamed.connect(lambda name: window.say(self.tr("You are {name} from now on").format(name=name)))
                dialog.copied.connect(lambda: window.say(self.tr("Your id is on the clipboard")))
                dialog.open()
            case "settings" if is_there:
                self._show_settings()
            case "network" if is_there:
                from gui.pages.network_page import NetworkPage

                page = NetworkPage(session, window.theme)
                page.said.connect(window.say)
                window.show_sheet(page)

    def can_lock(self) -> bool:
        """Tell whether the keys can be locked: there is a passphrase, and the node is ours to end."""
        return self._desktop.node.pid is not None and self._desktop.profile.is_locked()

    def _offer(self) -> None:
        sidebar = self._window.sidebar
        if sidebar is not None:
            sidebar.user.lockable = self.can_lock
            sidebar.list.add_more = self._add_rules

    def _add_rules(self, conversation_id: str, menu: QMenu) -> None:
        menu.addMenu(self.notification_menu(conversation_id, menu))

    def _show_settings(self) -> None:
        from gui.autostart import Autostart
        from gui.pages.app_settings import AppSettings

        desktop, window = self._desktop, self._window
        page = AppSettings(
            desktop.settings,
            desktop.session,
            window.theme,
            Autostart(desktop.profile.home),
            has_tray=desktop.has_tray,
            locked=desktop.profile.is_locked(),
        )
        page.passphrase.connect(self._change_passphrase)
        page.said.connect(window.say)
        window.show_sheet(page)

    def _change_passphrase(self, remove: bool) -> None:
        from gui.dialogs.passphrase import PassphraseDialog

        desktop, window = self._desktop, self._window
        locked = desktop.profile.is_locked()
        dialog = PassphraseDialog(desktop.change_passphrase, locked=locked, remove=remove, parent=window)
        dialog.changed.connect(lambda: self._passphrase_changed(removed=remove))
        dialog.open()

    def _passphrase_changed(self, *, removed: bool) -> None:
        said = self.tr("The passphrase is removed") if removed else self.tr("The passphrase counts from now on")
        self._window.say(said)
        self._show_settings()

    def notification_menu(self, conversation_id: str, parent: QWidget) -> QMenu:
        """Return a menu that sets what is told of one conversation."""
        settings = self._desktop.settings
        menu = QMenu(self.tr("Notifications"), parent)
        group = QActionGroup(menu)
        general = {
            "all": self.tr("all messages"),
            "mentions": self.tr("mentions and direct messages"),
            "none": self.tr("none"),
        }[settings.notifications]
        for rule, text in (
            ("", self.tr("As everywhere ({rule})").format(rule=general)),
            ("all", self.tr("All messages")),
            ("mentions", self.tr("Mentions and direct messages")),
            ("none", self.tr("None")),
        ):
            action = QAction(text, menu)
            action.setCheckable(True)
            action.setChecked(settings.own_rule(conversation_id) == rule)
            action.setObjectName(rule or "general")
            action.triggered.connect(lambda *_, rule=rule: settings.set_rule(conversation_id, rule))
            group.addAction(action)
            menu.addAction(action)
        return menu
