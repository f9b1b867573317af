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
    from gui.faults import Faults

NO_DISPLAY = (
    "Peer2Peer needs a screen, and there is none here (neither DISPLAY nor WAYLAND_DISPLAY is set). "
    "Without a screen, run the node alone: peer2peer node"
)
SCHEME = "peer2peer:"
log = logging.getLogger("gui.app")


def main(home: Path | None = None, argv: Sequence[str] | None = None, *, link: str = "") -> int:
    """Run the desktop until it is closed; where one runs for this profile already, show that one.

    Args:
        home: folder of the profile; from the arguments, PEER2PEER_HOME or the platform's data folder where None.
        argv: arguments without the program's name; those of the process where None and no `home` is given.
        link: an invite to join by; from the arguments where empty.

    Returns:
        0 after a normal end, 1 where the desktop can't run here.
    """
    parser = argparse.ArgumentParser(prog="peer2peer", description="The desktop of Peer2Peer.")
    parser.add_argument("--home", type=Path, help="folder of the profile")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="the look, this time only")
    parser.add_argument("--hidden", action="store_true", help="begin in the tray, where there is one")
    parser.add_argument("link", nargs="?", default="", help="an invite (peer2peer://join#…)")
    options = parser.parse_args(list(argv) if argv is not None else ([] if home is not None else sys.argv[1:]))
    if not has_display():
        sys.stderr.write(NO_DISPLAY + "\n")
        return 1
    logging.basicConfig(level=os.environ.get("PEER2PEER_LOG", "WARNING").upper())
    if options.link and not options.link.startswith(SCHEME):
        parser.error(f"{options.link!r:.60} is no invite: one begins with {SCHEME}//join#")
    where = (home or options.home or default_home()).absolute()
    return _run(where, options.theme, link or options.link, hidden=options.hidden)


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


def quicken() -> None:
    """Keep PySide from reading the source of every module that is imported, in search of a switch nobody uses here."""
    import shiboken6  # noqa: F401 - makes the next one known

    with contextlib.suppress(ImportError):
        from shibokensupport import feature  # type: ignore[import-not-found]

        feature.feature_imported = lambda _: None


def _run(home: Path, theme_name: str | None, link: str, *, hidden: bool) -> int:
    # Qt is imported only where it can run
    quicken()
    from PySide6.QtWidgets import QApplication

    from gui import i18n, single
    from gui.collector import Collector
    from gui.desktop import Desktop
    from gui.faults import Faults
    from gui.loop import Loop
    from gui.state.settings import Settings
    from gui.theme.palette import Theme

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Peer2Peer")
    app.setDesktopFileName("peer2peer")
    app.setQuitOnLastWindowClosed(False)
    if single.hand_over(home, link):
        return 0
    first = single.Single(home, app)
    settings = Settings(home)
    i18n.install(app, settings.language)
    theme = Theme(app, theme_name or settings.theme, text_percent=settings.text_percent)
    collector = Collector(app)
    faults = Faults(home, app)
    loop = Loop(app)
    loop.set_exception_handler(faults.of_loop)
    asyncio.set_event_loop(loop)
    with loop:
        desktop = Desktop(home, theme, settings=settings, link=link, hidden=hidden)
        faults.happened.connect(desktop.tell_fault)
        first.started.connect(desktop.open_link)
        well = loop.run_until_complete(_until_closed(desktop, faults))
    faults.end()
    first.end()
    collector.end()
    return 0 if well else 1


async def _until_closed(desktop: Desktop, faults: Faults) -> bool:
    """Run to the end; False where it could not even begin, which is said."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, desktop.quit)
    try:
        desktop.start()
    except Exception:
        log.exception("the desktop could not begin")
        await faults.confess()
        return False
    try:
        await desktop.closed.wait()
    finally:
        await desktop.stop()
        await tasks.cancel_all()
    return True
