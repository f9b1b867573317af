"""Runs the desktop as `python -m gui` does, and tells a test what its window shows.

A line of standard input is `[number, expression, within_s]`: the expression, about `desktop`, is looked at until it
holds; its value goes to standard output. Nothing is done to the window here: that is for the mouse and the keys.
"""

import asyncio
import inspect
import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QDialog, QWidget

import gui.desktop
from gui import tasks
from gui.app import main
from gui.chatview.picker import Picker
from gui.desktop import Desktop
from gui.state.row import Row

LOOK_S = 0.02
NAMES = (QApplication, Picker)
"""What expressions may need besides what is defined here."""


class Watched(Desktop):
    """The desktop, with a look at it."""

    def start(self) -> None:
        """Show the window, then answer."""
        super().start()
        loop = asyncio.get_running_loop()
        threading.Thread(target=_read, args=(self, loop), daemon=True).start()


def _read(desktop: Desktop, loop: asyncio.AbstractEventLoop) -> None:
    for line in sys.stdin:
        number, expression, within_s = json.loads(line)
        work = _answer(desktop, number, expression, within_s)
        loop.call_soon_threadsafe(lambda work=work: tasks.spawn(work, name="answer"))


async def _answer(desktop: Desktop, number: int, expression: str, within_s: float) -> None:
    end = time.monotonic() + within_s
    names = {name: thing for name, thing in globals().items() if not name.startswith("_")}
    while True:
        try:
            value = eval(expression, names | {"desktop": desktop, "window": desktop.window, "session": desktop.session})
            if inspect.isawaitable(value):
                value = await value
            problem = "" if value else f"it is {value!r}"
        except (LookupError, AttributeError, AssertionError, StopIteration, RuntimeError) as error:
            value, problem = None, f"{type(error).__name__}: {error}"
        if not problem or time.monotonic() > end:
            break
        await asyncio.sleep(LOOK_S)
    sys.stdout.write(json.dumps([number, value, problem], default=str) + "\n")
    sys.stdout.flush()


def rows(desktop: Desktop) -> list[Row]:
    """Return what the open conversation's list has."""
    one = desktop.session.open_one
    return [] if one is None else [one.timeline.row(at) for at in range(len(one.timeline))]


def row(desktop: Desktop, text: str) -> Row:
    """Return the newest row with this in its text."""
    return [each for each in rows(desktop) if text in each.text][-1]


def bubble(desktop: Desktop, text: str) -> Any:
    """Return the place of the bubble, in view, that has this in its text."""
    page = desktop.window.page
    assert page is not None
    widget = page.view.widget_of(row(desktop, text).key)
    assert widget is not None
    return spot(widget, widget.bubble_rect())


def dialog(desktop: Desktop) -> Any:
    """Return the dialog in front."""
    return [each for each in desktop.window.findChildren(QDialog) if each.isVisible()][-1]


def spot(widget: QWidget, area: QRect | None = None) -> tuple[int, int]:
    """Return where on the screen a click reaches this widget (AssertionError where none would)."""
    assert widget.isVisible(), f"{widget} is hidden"
    assert widget.isEnabled(), f"{widget} is off"
    at = widget.mapToGlobal((area or widget.rect()).center())
    hit = QApplication.widgetAt(at)
    assert hit is not None, f"{widget} is not on the screen"
    assert hit is widget or widget.isAncestorOf(hit) or hit.isAncestorOf(widget), (widget, hit)
    return at.x(), at.y()


def focused() -> Any:
    """Return what has the keyboard's focus."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


async def settled(condition: Callable[[], Any]) -> list[bool]:
    """Return whether something holds half a second from now, when all that moves has come to rest."""
    await asyncio.sleep(0.5)
    return [bool(condition())]


def corner(widget: QWidget) -> tuple[int, int]:
    """Return a window's upper left corner on the screen."""
    at = widget.mapToGlobal(QPoint(0, 0))
    return at.x(), at.y()


if __name__ == "__main__":
    gui.desktop.Desktop = Watched  # type: ignore[misc]
    sys.exit(main())
