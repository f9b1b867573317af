"""From the start of the program to its end, with a small program as the node."""

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest

from gui.desktop import Desktop
from gui.pages.first_start import FirstStart
from gui.pages.locked import LockedPage
from gui.theme.palette import Theme

Until = Callable[[Callable[[], object]], Awaitable[None]]
PROGRAM = [sys.executable, str(Path(__file__).with_name("small_node.py"))]
ROOT = Path(__file__).parents[2]


def started(tmp_path: Path, theme: Theme) -> tuple[Desktop, FirstStart]:
    desktop = Desktop(tmp_path, theme, command=PROGRAM)
    desktop.start()
    first = desktop.window.first_start
    assert first is not None
    return desktop, first


async def test_s60_the_steps_ask_for_what_is_missing_and_going_back_loses_nothing(
    tmp_path: Path, theme: Theme, until: Until
) -> None:
    desktop, first = started(tmp_path, theme)
    await until(lambda: first.name.hasFocus())
    assert not first.back.isVisible()
    first.next.click()
    assert first.error.text() == "Choose a name first."
    QTest.keyClicks(first.name, " Ana  Novak ")
    assert not first.error.isVisible()
    QTest.keyClick(first.name, Qt.Key.Key_Return)
    assert first.step == 1
    assert first.next.text() == "Continue without a passphrase"
    QTest.keyClicks(first.passphrase.second, "one two")
    assert first.next.text() == "Continue"
    QTest.keyClicks(first.passphrase.first, "one two three")
    first.next.click()
    assert first.error.text() == "The two are not the same. Type the passphrase twice."
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    place = first.next.mapTo(first, first.next.rect().topLeft())
    QTest.keyClicks(first.passphrase.second, " three")
    assert not first.error.isVisible()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    assert first.next.mapTo(first, first.next.rect().topLeft()) == place, "the button stays under the mouse"
    first.next.click()
    assert first.error.text() == ""
    assert first.step == 2
    first.next.click()
    assert first.error.text() == "Give the conversation a title."
    QTest.keyClicks(first.title, "Garden")
    first.by_link.click()
    first.form.link.setPlainText("peer2peer://join#abc")
    first.back.click()
    first.back.click()
    assert first.name.text() == " Ana  Novak "
    first.next.click()
    assert first.passphrase.text() == "one two three"
    first.next.click()
    assert first.form.link.toPlainText() == "peer2peer://join#abc"
    first.by_title.click()
    assert first.title.text() == "Garden"
    assert not (tmp_path / "keystore").exists(), "nothing is written before the last step"
    await desktop.stop()


async def test_s60_a_name_that_is_refused_says_why_and_the_next_try_starts_the_node(
    tmp_path: Path, theme: Theme, until: Until
) -> None:
    desktop, first = started(tmp_path, theme)
    first.name.setText("bad")
    first.next.click()
    first.next.click()
    QTest.keyClicks(first.title, "Garden")
    first.next.click()
    assert first.progress.isVisible()
    assert first.back.text() == "Cancel"
    await until(lambda: first.error.text() == "That name can't be used.")
    assert first.next.isEnabled()
    first.back.click()
    first.back.click()
    first.name.setText("Ana Novak")
    first.next.click()
    QTest.keyClicks(first.passphrase.first, "secret")
    QTest.keyClicks(first.passphrase.second, "secret")
    first.next.click()
    first.next.click()
    await until(lambda: first.progress.text() == "Starting your node…")
    await until(lambda: desktop.node.pid is not None and (tmp_path / "api.json").exists())
    assert (tmp_path / "keystore").read_text() == "Ana Novak"
    assert (tmp_path / "passphrase").read_text() == "secret"
    first.back.click()  # this program never answers
    assert first.next.isEnabled()
    assert not first.progress.isVisible()
    desktop.window.close()
    assert desktop.closed.is_set()
    await desktop.stop()
    assert desktop.node.pid is None


async def test_s60_a_locked_profile_asks_until_it_opens(tmp_path: Path, theme: Theme, until: Until) -> None:
    (tmp_path / "keystore").touch()
    (tmp_path / "passphrase").write_text("right")
    desktop = Desktop(tmp_path, theme, command=PROGRAM)
    desktop.start()

    def asked() -> LockedPage | None:
        page = desktop.window.locked
        return page if page is not None and page.unlock_button.isEnabled() else None

    await until(asked)
    page = desktop.window.locked
    assert page is not None
    assert desktop.window.sidebar is not None
    assert not desktop.window.sidebar.isVisible(), "nothing of the conversations is seen"
    page.unlock()
    assert page.error.text() == "Type your passphrase."
    QTest.keyClicks(page.passphrase, "wrong")
    QTest.keyClick(page.passphrase, Qt.Key.Key_Return)
    await until(lambda: "wrong" in page.error.text())
    assert page.passphrase.selectedText() == "wrong"
    page.passphrase.setText("right")
    page.unlock_button.click()
    await until(lambda: desktop.window.locked is None)
    assert (tmp_path / "api.json").exists()
    assert desktop.window.sidebar.isVisible()
    await desktop.stop()


async def test_giving_up_the_passphrase_ends_the_program(tmp_path: Path, theme: Theme, until: Until) -> None:
    (tmp_path / "keystore").touch()
    (tmp_path / "passphrase").write_text("right")
    desktop = Desktop(tmp_path, theme, command=PROGRAM)
    desktop.start()
    await until(lambda: desktop.window.locked is not None)
    assert desktop.window.locked is not None
    desktop.window.locked.quit_button.click()
    assert desktop.closed.is_set()
    await desktop.stop()


def test_without_a_screen_it_says_so() -> None:
    keep = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    keep.pop("QT_QPA_PLATFORM", None)
    run = subprocess.run([sys.executable, "-m", "gui"], env=keep, cwd=ROOT, capture_output=True, text=True, check=False)
    if sys.platform.startswith("linux"):
        assert run.returncode == 1
        assert "needs a screen" in run.stderr
        assert "Traceback" not in run.stderr


def test_what_is_no_invite_is_refused_on_the_command_line() -> None:
    line = [sys.executable, "-m", "gui", "--home", "/nowhere", "https://example.org"]
    keep = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run(line, env=keep, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "is no invite" in run.stderr


async def test_s60_cancelling_while_keys_are_made_leaves_no_process_and_the_next_try_works(
    tmp_path: Path, theme: Theme, until: Until
) -> None:
    desktop, first = started(tmp_path, theme)
    first.name.setText("Ana")
    first.next.click()
    first.next.click()
    QTest.keyClicks(first.title, "Garden")
    first.next.click()
    await until(lambda: first.progress.text() == "Making your keys…")
    first.back.click()
    await until(lambda: first.next.isEnabled() and not first.progress.isVisible())
    assert desktop.node.pid is None
    first.next.click()
    await until(lambda: desktop.node.pid is not None and (tmp_path / "api.json").exists())
    assert (tmp_path / "keystore").read_text() == "Ana"
    await desktop.stop()
