"""Renders the views of the real window on a real node into docs/images: `python -m tests.screenshots [NAME …]`.

Always the same: one size, one time, one profile, one time zone. The fonts are the system's: Noto Sans with Noto Color
Emoji, and one for Chinese and Japanese.
"""

import asyncio
import datetime
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["TZ"] = "UTC"
time.tzset()

from PySide6.QtCore import QCoreApplication, QEvent  # noqa: E402 - Qt reads the environment when it is loaded
from PySide6.QtGui import QColor, QPainter, QPixmap  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from gui import i18n, tasks  # noqa: E402
from gui.api.frames import Payload  # noqa: E402
from gui.desktop import Desktop  # noqa: E402
from gui.loop import Loop  # noqa: E402
from gui.theme.palette import Theme  # noqa: E402
from tests.gui.conftest import wait_until  # noqa: E402
from tests.gui.views import VIEWS, WITHIN_S, Lookout, Stage, dialogs_of, lookout, now  # noqa: E402

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SHOWN = (
    "first-start",
    "empty",
    "chat",
    "answer",
    "stream",
    "languages",
    "search",
    "settings",
    "ai-form",
    "invite",
    "phase",
    "network",
    "app-settings",
    "narrow",
)
"""The views that the documents have; any other one can be named."""
SIZE = (1120, 780)
NARROW = (400, 780)
EXPIRES = (now() + datetime.timedelta(days=7)).isoformat()
LINK = "peer2peer://join#" + "".join(hashlib.sha256(f"link {at}".encode()).hexdigest() for at in range(4))
LOG = tuple(
    f"2026-11-21T09:58:{second:02} INFO {what}"
    for second, what in (
        (1, "node started version=0.1.0"),
        (1, "listening port=4001"),
        (2, "model found provider=openai models=2"),
        (4, "nobody else is on the local network"),
    )
)
FINDINGS = (
    ("The clock is right.", "ok", ""),
    ("The profile is whole, and there is room for more.", "ok", ""),
    ("Nobody is connected.", "warning", "Invite somebody, or wait until the others are online."),
)
SAID: dict[str, Callable[[Payload], Payload]] = {
    "invite": lambda _: {"link": LINK, "expires": EXPIRES},
    "status": lambda _: {
        "addrs": ["/ip4/192.168.178.20/tcp/4001/p2p/12D3KooWQpGd3vsYxMrk4ZyTnKHi8cT6oXbQ1uRj5eWaL7sFhN2B"],
        "rss_bytes": 96 * 1024 * 1024,
        "uptime_s": 7200.0,
    },
    "log": lambda asked: {"lines": LOG[asked["after"] :], "next": len(LOG)},
    "doctor": lambda _: {
        "findings": [{"what": what, "state": state, "remedy": remedy} for what, state, remedy in FINDINGS]
    },
}
"""What is put in the place of a node's own answer."""
SETTLE_S = 0.6
"""Longer than any movement takes."""


async def _shoot(here: Lookout, theme: Theme, names: list[str]) -> None:
    for look in ("light", "dark"):
        theme.use(look)
        if "first-start" in names:
            await _first_start(theme, look)
        for name in names:
            if name in VIEWS:
                await _view(here, theme, name, look, SIZE)
            elif name == "narrow":
                await _view(here, theme, "chat", look, NARROW, as_name="narrow")


async def _view(here: Lookout, theme: Theme, name: str, look: str, size: tuple[int, int], *, as_name: str = "") -> None:
    desktop = Desktop(here.node.home, theme)
    desktop.session.now = now
    _steady(desktop)
    desktop.start()
    window = desktop.window
    try:
        window.resize(*size)
        await wait_until(lambda: desktop.session.identity and desktop.session.conversations.loaded, WITHIN_S)
        desktop.session.close()
        await VIEWS[name](Stage(desktop, here.model))
        await asyncio.sleep(SETTLE_S)
        window.toast.hide()
        if window.page is not None:
            window.page.typing._frame = 0
        picture = _grab(desktop)
    finally:
        await desktop.stop()
    _save(picture, as_name or name, look)


def _steady(desktop: Desktop) -> None:
    """Let the window be told the same each time of what no two nodes have in common: links, ports, figures, a log."""
    call = desktop.client.call

    async def steady(topic: str, event: str, payload: Payload | None = None, **more: Any) -> Payload:
        said = await call(topic, event, payload or {}, **more)
        return {**said, **SAID[event](payload or {})} if event in SAID else said

    desktop.client.call = steady  # type: ignore[method-assign]


async def _first_start(theme: Theme, look: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desktop = Desktop(Path(folder) / "new", theme)
        desktop.start()
        desktop.window.resize(*SIZE)
        try:
            await asyncio.sleep(SETTLE_S)
            _save(_grab(desktop), "first-start", look)
        finally:
            await desktop.stop()


def _grab(desktop: Desktop) -> QPixmap:
    """Return the window with the dialogs in front of it, where they stand."""
    window = desktop.window
    picture = window.grab()
    painter = QPainter(picture)
    for dialog in dialogs_of(window):
        painter.fillRect(picture.rect(), QColor(0, 0, 0, 90))
        spot = window.rect().center() - dialog.rect().center()
        painter.drawPixmap(spot, dialog.grab())
    painter.end()
    return picture


def _save(picture: QPixmap, name: str, look: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = IMAGES / f"{name}-{look}.png"
    assert picture.save(str(path), "PNG")
    sys.stderr.write(f"{path.relative_to(IMAGES.parents[1])}\n")


def main(names: list[str]) -> int:
    """Render all views, or those named."""
    known = ["first-start", *VIEWS, "narrow"]
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.stderr.write(f"no view {unknown[0]}: choose from {', '.join(known)}\n")
        return 2
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    app.setCursorFlashTime(0)
    i18n.install(app, "en")
    loop = Loop(app)
    asyncio.set_event_loop(loop)

    async def whole() -> None:
        try:
            await _shoot(here, Theme(app, "light"), names or list(SHOWN))
        finally:
            await tasks.cancel_all()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    with tempfile.TemporaryDirectory() as folder, lookout(Path(folder)) as here, loop:
        loop.run_until_complete(whole())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
