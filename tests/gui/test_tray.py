"""In the tray: the count, the words of a notification, and what closing the window means."""

import sys
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtWidgets import QSystemTrayIcon

from gui.desktop import Desktop
from gui.state.notices import Notice
from gui.theme.palette import Theme
from gui.tray import badged

Until = Callable[..., Awaitable[None]]
PROGRAM = [sys.executable, str(Path(__file__).with_name("small_node.py"))]


def notice(text: str, *, conversation: str = "c1", title: str = "Garden", direct: bool = False) -> Notice:
    return Notice(conversation, title, "Bo", text, 1, mentions=False, direct=direct)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Have a tray that this machine does not have; keep what is shown there."""
    kept: list[tuple[str, str]] = []
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _icon, title, body, *_more: kept.append((title, body)))
    return kept


async def test_s20_closing_goes_to_the_tray_unless_set_otherwise(
    tmp_path: Path, theme: Theme, shown: list[tuple[str, str]]
) -> None:
    desktop = Desktop(tmp_path, theme, command=PROGRAM)
    desktop.start()
    desktop.window.close()
    assert not desktop.window.isVisible()
    assert not desktop.closed.is_set()
    desktop.window.come_forward()
    assert desktop.window.isVisible()
    desktop.settings.set("close_to_tray", False)
    desktop.window.close()
    assert desktop.closed.is_set()
    await desktop.stop()


async def test_s20_it_can_begin_in_the_tray(tmp_path: Path, theme: Theme, shown: list[tuple[str, str]]) -> None:
    desktop = Desktop(tmp_path, theme, command=PROGRAM, hidden=True)
    desktop.start()
    assert not desktop.window.isVisible()
    await desktop.stop()


async def test_without_a_tray_closing_ends_and_the_window_is_always_shown(tmp_path: Path, theme: Theme) -> None:
    desktop = Desktop(tmp_path, theme, command=PROGRAM, hidden=True)
    desktop.start()
    assert desktop.window.isVisible()
    desktop.window.close()
    assert desktop.closed.is_set()
    await desktop.stop()


async def test_s20_one_is_shown_as_it_is_and_many_as_one(
    tmp_path: Path, theme: Theme, shown: list[tuple[str, str]], until: Until
) -> None:
    desktop = Desktop(tmp_path, theme, command=PROGRAM)
    notifier = desktop.telling.notifier
    notifier.add(notice("**Look** <img src='file:///etc/passwd'> & run"))
    await until(lambda: shown)
    assert shown == [("Bo · Garden", "Look &lt;img src='file:///etc/passwd'&gt; &amp; run")]
    assert notifier.words([notice("psst", direct=True)]) == ("Bo", "psst")
    for number in range(30):
        notifier.add(notice(f"message {number}", conversation=f"c{number % 4}", title=f"Title {number % 4}"))
    await until(lambda: len(shown) == 2)
    assert shown[1][0].startswith("30 new message")
    assert shown[1][1] == "Title 0, Title 1, Title 2"
    await until(lambda: not notifier._gather.isActive())
    assert len(shown) == 2, "grouped, not one after the other"
    await desktop.stop()


def test_s20_the_count_is_drawn_on_the_icon(qapp: object) -> None:
    pictures = [badged(count).pixmap(64, 64).toImage() for count in (0, 1, 7, 42, 999)]
    for one, other in pairwise(pictures):
        assert one != other
