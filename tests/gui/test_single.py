"""A second start finds the first, and hands over its link; what a crash left is no obstacle."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtNetwork import QLocalSocket

from gui.single import Single, hand_over, name_of

Until = Callable[..., Awaitable[None]]
ROOT = Path(__file__).parents[2]
LINK = "peer2peer://join#abc"


async def start(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "gui", "--home", str(home), *arguments]
    keep = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return await asyncio.to_thread(
        subprocess.run, line, env=keep, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20
    )


async def test_a_second_start_hands_its_link_over_and_ends(tmp_path: Path, until: Until) -> None:
    first = Single(tmp_path)
    heard: list[str] = []
    first.started.connect(heard.append)
    for arguments in ((LINK,), ()):
        done = await start(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    await until(lambda: heard == [LINK, ""])
    first.end()
    assert not hand_over(tmp_path, LINK)


async def test_a_socket_that_a_crash_left_does_not_matter(tmp_path: Path) -> None:
    crash = (
        "import os; from pathlib import Path; from PySide6.QtCore import QCoreApplication; "
        "from gui.single import Single; "
        f"a = QCoreApplication([]); s = Single(Path({str(tmp_path)!r})); os._exit(1)"
    )
    line = [sys.executable, "-c", crash]
    await asyncio.to_thread(subprocess.run, line, cwd=ROOT, check=False)
    assert (tmp_path / "desktop.socket").exists()
    assert not hand_over(tmp_path, LINK)
    first = Single(tmp_path)
    assert (await start(tmp_path, LINK)).returncode == 0
    assert stat.S_IMODE((tmp_path / "desktop.socket").stat().st_mode) & 0o077 == 0
    first.end()


async def test_nonsense_at_the_socket_changes_nothing(tmp_path: Path, until: Until) -> None:
    first = Single(tmp_path)
    heard: list[str] = []
    first.started.connect(heard.append)
    for nonsense in (b"nonsense\n", b"[1]\n", b'{"link": 7}\n', b"x" * 100_000):
        socket = QLocalSocket()
        socket.connectToServer(name_of(tmp_path))
        assert socket.waitForConnected(2000)
        socket.write(nonsense)
        await until(lambda socket=socket: socket.bytesToWrite() == 0 or not socket.isValid())
        socket.abort()
    assert (await start(tmp_path, LINK)).returncode == 0
    await until(lambda: LINK in heard)
    assert set(heard) <= {"", LINK}
    first.end()


def test_a_long_path_has_a_short_name(tmp_path: Path) -> None:
    far = tmp_path / ("deep" * 30)
    assert len(name_of(far)) < 60
    assert name_of(far) != name_of(far / "deeper")
