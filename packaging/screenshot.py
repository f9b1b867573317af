"""Takes a picture of the real window, on a real node, for the README and the documentation.

Run it by path from the root of the repository:

    python packaging/screenshot.py --home PROFILE --conversation ID out.png [--theme dark] [--size 1120x800]

A node that runs in that profile is used, else one is started and ended again. Nothing is written but the picture.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtWidgets import QApplication

from gui.collector import Collector
from gui.desktop import Desktop
from gui.state.objects import Summary
from gui.theme.palette import Theme

READY_S = 60.0
SETTLED_S = 0.7


async def take(desktop: Desktop, options: argparse.Namespace) -> None:
    """Open the conversation, wait until it stands still, and save the picture."""
    width, _, height = options.size.partition("x")
    desktop.window.resize(int(width), int(height))
    desktop.start()
    try:
        async with asyncio.timeout(READY_S):
            listed = asyncio.Event()
            desktop.session.conversations.changed.connect(listed.set)
            await listed.wait()
            if options.conversation:
                desktop.window.open(_find(desktop, options.conversation).id)
                one = desktop.session.open_one
                assert one is not None
                shown = asyncio.Event()
                one.about.connect(shown.set)
                await shown.wait()
        if options.draft and desktop.window.page is not None:
            desktop.window.page.input.load(options.draft)
        await asyncio.sleep(SETTLED_S)
        if options.scroll and desktop.window.page is not None:
            desktop.window.page.view.scroll_by(options.scroll)
        if not desktop.window.grab().save(str(options.output)):
            raise SystemExit(f"{options.output} could not be written")
    finally:
        await desktop.stop()


def _find(desktop: Desktop, prefix: str) -> Summary:
    found = [one for one in desktop.session.conversations.ordered() if one.id.startswith(prefix)]
    if len(found) != 1:
        raise SystemExit(f"{len(found)} conversations begin with {prefix!r}")
    return found[0]


def main() -> int:
    """Take one picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="the PNG to write")
    parser.add_argument("--home", type=Path, required=True, help="folder of the profile")
    parser.add_argument("--conversation", default="", help="id or unique prefix; the empty page without it")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", default="1120x800", help="width x height in pixels")
    parser.add_argument("--draft", default="", help="text to show in the input")
    parser.add_argument("--scroll", type=int, default=0, help="pixels to scroll up before the picture")
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    collector = Collector(app)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(take(Desktop(options.home, Theme(app, options.theme)), options))
    collector.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
