"""Starts the desktop (one Qt application on one asyncio loop, the node, the window) and ends all in order."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gui import tasks

if TYPE_CHECKING:
    from gui.desktop import Desktop

NO_DISPLAY = (
    "Peer2Peer needs a screen, and there is none here (neither DISPLAY nor WAYLAND_DISPLAY is set). "
    "Without a screen, run the node alone: peer2peer node"
)
log = logging.getLogger("gui.app")


def main(home: Path | None = None, argv: Sequence[str] | None = None) -> int:
    """Run the desktop until it is closed.

    Args:
        home: folder of the profile; from the arguments, PEER2PEER_HOME or the platform's data folder where None.
        argv: arguments without the program's name; those of the process where None and no `home` is given.

    Returns:
        0 after a normal end, 1 where the desktop can't run here.
    """
    parser = argparse.ArgumentParser(prog="peer2peer", description="The desktop of Peer2Peer.")
    parser.add_argument("--home", type=Path, help="folder of the profile")
    parser.add_argument("--theme", choices=("system", "light", "dark"), default="system")
    options = parser.parse_args(list(argv) if argv is not None else ([] if home is not None else sys.argv[1:]))
    if not has_display():
        sys.stderr.write(NO_DISPLAY + "\n")
        return 1
    logging.basicConfig(level=os.environ.get("PEER2PEER_LOG", "WARNING").upper())
    return _run(home or options.home or default_home(), options.theme)


def has_display() -> bool:
    """Tell whether Qt can open a window; without a display it would end the process."""
    if os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal", "vnc"):
        return True
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def default_home() -> Path:
    """Return the profile folder where none was named."""
    from platformdirs import user_data_path

    named = os.environ.get("PEER2PEER_HOME")
    return Path(named) if named else user_data_path("peer2peer", appauthor=False)


def _run(home: Path, theme_name: str) -> int:
    # Qt is imported only where it can run
    import qasync
    from PySide6.QtWidgets import QApplication

    from gui.collector import Collector
    from gui.desktop import Desktop
    from gui.theme.palette import Theme

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Peer2Peer")
    app.setDesktopFileName("peer2peer")
    app.setQuitOnLastWindowClosed(False)
    collector = Collector(app)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(_until_closed(Desktop(home, Theme(app, theme_name))))
    collector.end()
    return 0


async def _until_closed(desktop: Desktop) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, desktop.quit)
    desktop.start()
    try:
        await desktop.closed.wait()
    finally:
        await desktop.stop()
        await tasks.cancel_all()
