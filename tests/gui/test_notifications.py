"""Notifications on a real session bus: what is shown, what a click opens, who shows it where there is no such bus."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gui.notification_bus import NotificationBus
from gui.notifier import Notifier
from gui.state.notices import Notice
from gui.theme.palette import Theme
from tests.gui.desktops import desktop_of
from tests.gui.fake_node import FakeNode, Json, message, summary
from tests.gui.notification_server import Server, bus, server

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="no dbus-daemon is installed here")
Until = Callable[[Callable[[], object]], Awaitable[None]]
ONE, TWO = (f"{number:064x}" for number in (1, 2))


class Tray:
    """Takes what the bus does not."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str, str]] = []

    def show_balloon(self, title: str, body: str, key: str) -> None:
        self.shown.append((title, body, key))


@asynccontextmanager
async def session_bus(folder: Path, monkeypatch: pytest.MonkeyPatch, *capabilities: str) -> AsyncIterator[Server]:
    async with bus(folder) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        async with server(*capabilities) as there:
            yield there


def last(number: int, text: str) -> Json:
    ts = "2026-11-21T10:00:00.000Z"
    return {"id": f"{number:064x}", "author_name": "Bo", "text": text, "ts": ts, "kind": "human"}


async def arrives(node: FakeNode, number: int, text: str, *, unread: int, mentions: int = 0) -> None:
    """Have the node tell of a new message in the first conversation."""
    fresh = summary(1, "Garden", unread=unread, mentions=mentions, last=last(number, text))
    await node.push("node", "conversation", fresh)


@pytest.fixture
def garden(node: FakeNode) -> FakeNode:
    node.conversations = [summary(1, "Garden", last=last(1, "old")), summary(2, "Kitchen")]
    node.messages = {ONE: [message(number, f"message {number}") for number in range(1, 40)], TWO: []}
    return node


async def test_s20_a_click_on_a_notification_opens_its_message(
    garden: FakeNode, theme: Theme, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        session_bus(tmp_path, monkeypatch, "actions", "body", "body-markup") as there,
        desktop_of(garden, tmp_path, theme) as desktop,
    ):
        desktop.settings.set("notifications", "all")
        desktop.window.open(TWO)
        await arrives(garden, 5, "<b>Look</b> & see", unread=1)
        await until(lambda: there.shown)
        [shown] = there.shown
        assert (shown.program, shown.title, shown.body) == (
            "Peer2Peer",
            "Bo · Garden",
            "&lt;b&gt;Look&lt;/b&gt; &amp; see",
        )
        assert shown.actions == ["default", "Open"]
        assert shown.hints["desktop-entry"] == ("s", "peer2peer")
        gone: list[str] = []
        desktop.window.steering.reveal = lambda *where: gone.extend(where)  # type: ignore[union-attr, method-assign]
        desktop.window.hide()
        await there.click(shown.number)
        await until(lambda: gone)
        assert gone == [ONE, f"{5:064x}"]
        assert desktop.window.isVisible()


async def test_s20_the_message_is_shown_in_the_chat(
    garden: FakeNode, theme: Theme, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with session_bus(tmp_path, monkeypatch) as there, desktop_of(garden, tmp_path, theme) as desktop:
        desktop.settings.set("notifications", "all")
        await arrives(garden, 3, "**Look** & see", unread=1)
        await until(lambda: there.shown)
        assert there.shown[0].body == "Look & see", "a server without markup is given none"
        await there.click(1)
        await until(lambda: desktop.session.open_one is not None and desktop.session.open_one.id == ONE)
        page = desktop.window.page
        assert page is not None
        await until(lambda: page.view.widget_of(f"{3:064x}") is not None)
        assert not page.view.at_bottom


async def test_s20_the_rule_of_a_conversation_counts_and_many_are_one(
    garden: FakeNode, theme: Theme, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with session_bus(tmp_path, monkeypatch) as there, desktop_of(garden, tmp_path, theme) as desktop:
        await arrives(garden, 5, "not for you", unread=1)  # mentions alone, unless set otherwise
        await arrives(garden, 6, "@Me come", unread=2, mentions=1)
        await arrives(garden, 7, "@Me now", unread=3, mentions=2)
        await until(lambda: there.shown)
        assert [(shown.title, shown.body) for shown in there.shown] == [("Garden", "2 new message(s)")]
        desktop.settings.set_rule(ONE, "none")
        await arrives(garden, 8, "@Me hush", unread=4, mentions=3)
        await until(lambda: (one := desktop.session.conversations.get(ONE)) is not None and one.unread == 4)
        desktop.settings.set_rule(ONE, "all")
        await arrives(garden, 9, "loud", unread=5, mentions=3)
        await until(lambda: len(there.shown) == 2)
        assert there.shown[1].body == "loud"


async def test_while_locked_no_words_are_told_and_those_before_are_taken_away(
    garden: FakeNode, theme: Theme, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with session_bus(tmp_path, monkeypatch) as there, desktop_of(garden, tmp_path, theme) as desktop:
        desktop.settings.set("notifications", "all")
        await arrives(garden, 5, "secret", unread=1)
        await until(lambda: there.shown)
        desktop.window.ask_passphrase("")
        await arrives(garden, 6, "top secret", unread=2)
        await until(lambda: len(there.shown) == 2)
        assert (there.shown[1].title, there.shown[1].body) == ("Peer2Peer", "1 new message(s)")
        desktop.telling.leave()
        await until(lambda: sorted(there.closed) == [1, 2])


async def test_where_nobody_shows_notifications_the_tray_does(
    until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tray = Tray()
    notice = Notice("c1", "Garden", "Bo", "hello", 1, mentions=False, direct=False, message="m1")
    async with bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        notifier = Notifier(tray, NotificationBus())
        notifier.add(notice)
        await until(lambda: tray.shown == [("Bo · Garden", "hello", "c1 m1")])
        async with server() as there:  # it may be started later
            notifier.add(notice)
            await until(lambda: there.shown)
    notifier.add(notice)  # the bus is gone
    await until(lambda: len(tray.shown) == 2)
    clicked: list[tuple[str, str]] = []
    notifier.clicked.connect(lambda *where: clicked.append(where))
    notifier.act(tray.shown[-1][2])
    assert clicked == [("c1", "m1")]
    await notifier.end()


def test_without_a_session_bus_none_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert not NotificationBus.is_there()
