"""From the start of the program to its end, with a small program as the node."""

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtTest import QTest

from gui.desktop import Desktop
from gui.dialogs.passphrase import PassphraseDialog
from gui.theme.palette import Theme

Until = Callable[[Callable[[], object]], Awaitable[None]]
PROGRAM = [sys.executable, str(Path(__file__).with_name("small_node.py"))]
ROOT = Path(__file__).parents[2]


async def test_the_first_start_asks_for_a_name_and_starts_the_node(tmp_path: Path, theme: Theme, until: Until) -> None:
    desktop = Desktop(tmp_path, theme, command=PROGRAM)
    desktop.start()
    first = desktop.window.first_start
    assert first is not None
    first.submit()
    assert first.error.isVisible()
    first.name.setText("bad")
    first.submit()
    await until(lambda: first.error.text() == "That name can't be used.")
    assert first.button.isEnabled()
    first.name.clear()
    QTest.keyClicks(first.name, " Ana  Novak ")
    first.submit()
    await until(lambda: desktop.node.pid is not None and (tmp_path / "api.json").exists())
    assert (tmp_path / "keystore").read_text() == "Ana Novak"
    assert desktop.window.first_start is None
    pid = desktop.node.pid
    desktop.window.close()
    assert desktop.closed.is_set()
    await desktop.stop()
    assert desktop.node.pid is None
    assert pid is not None


async def test_a_locked_profile_asks_until_it_opens(tmp_path: Path, theme: Theme, until: Until) -> None:
    (tmp_path / "keystore").touch()
    (tmp_path / "passphrase").write_text("right")
    desktop = Desktop(tmp_path, theme, command=PROGRAM)
    desktop.start()

    def asked() -> PassphraseDialog | None:
        return next((one for one in desktop.window.findChildren(PassphraseDialog) if one.isVisible()), None)

    await until(asked)
    dialog = asked()
    assert dialog is not None
    dialog.unlock()
    assert dialog.error.isVisible()
    dialog.passphrase.setText("wrong")
    dialog.unlock()
    await until(lambda: (again := asked()) is not None and "wrong" in again.error.text())
    dialog = asked()
    assert dialog is not None
    dialog.passphrase.setText("right")
    dialog.unlock()
    await until(lambda: (tmp_path / "api.json").exists())
    await desktop.stop()


async def test_giving_up_the_passphrase_ends_the_program(tmp_path: Path, theme: Theme, until: Until) -> None:
    (tmp_path / "keystore").touch()
    (tmp_path / "passphrase").write_text("right")
    desktop = Desktop(tmp_path, theme, command=PROGRAM)
    desktop.start()
    await until(lambda: desktop.window.findChildren(PassphraseDialog))
    desktop.window.findChildren(PassphraseDialog)[0].reject()
    await until(lambda: desktop.closed.is_set())
    await desktop.stop()


def test_without_a_screen_it_says_so() -> None:
    keep = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    keep.pop("QT_QPA_PLATFORM", None)
    run = subprocess.run([sys.executable, "-m", "gui"], env=keep, cwd=ROOT, capture_output=True, text=True, check=False)
    if sys.platform.startswith("linux"):
        assert run.returncode == 1
        assert "needs a screen" in run.stderr
        assert "Traceback" not in run.stderr
