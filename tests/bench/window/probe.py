"""A hand on the running desktop: what the scenarios click, turn, press and look at."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from gui.chatview.view import ChatView
    from gui.desktop import Desktop
    from gui.pages.conversation_page import ConversationPage
    from gui.state.conversation import Conversation
    from gui.widgets.conversation_list import ConversationList

Figures = dict[str, Any]
DEADLINE_S = 120.0
EVERY_S = 0.001
NOTCH_PX = 120
"""What one step of a wheel moves."""
LONG = "The long one"


class Probe:
    """The parts of the running desktop that the scenarios use."""

    def __init__(self, desktop: Desktop) -> None:
        self.desktop = desktop

    @property
    def list(self) -> ConversationList:
        assert self.desktop.window.sidebar is not None
        return self.desktop.window.sidebar.list

    @property
    def page(self) -> ConversationPage:
        assert self.desktop.window.page is not None
        return self.desktop.window.page

    @property
    def view(self) -> ChatView:
        return self.page.view

    @property
    def one(self) -> Conversation:
        assert self.desktop.session.open_one is not None
        return self.desktop.session.open_one

    def rows(self) -> int:
        """Return how many conversations are listed."""
        sidebar = self.desktop.window.sidebar
        return sidebar.list.model().rowCount() if sidebar is not None else 0

    def titles(self) -> list[str]:
        """Return the titles in the list, from the top."""
        model = self.list.model()
        return [str(model.index(at, 0).data()) for at in range(model.rowCount())]

    def click_on(self, title: str) -> None:
        """Click on a conversation in the list."""
        index = self.list.model().index(self.titles().index(title), 0)
        self.list.scrollTo(index)
        QTest.mouseClick(self.list.viewport(), Qt.MouseButton.LeftButton, pos=self.list.visualRect(index).center())

    async def open(self, title: str) -> None:
        """Click on a conversation and wait until its newest message is painted."""
        self.click_on(title)
        await until(lambda: self.one.summary.title == title and self.one.loaded and self.view.live_rows())
        paint()

    def send(self, text: str) -> None:
        """Type a message and press Enter."""
        QTest.keyClicks(self.page.input.edit, text)
        QTest.keyClick(self.page.input.edit, Qt.Key.Key_Return)

    def wheel(self, pixels: int) -> None:
        """Turn the wheel over the messages; positive goes up."""
        spot = QPointF(self.view.viewport().rect().center())
        everywhere = self.view.viewport().mapToGlobal(spot)
        event = QWheelEvent(
            spot,
            everywhere,
            QPoint(0, 0),
            QPoint(0, pixels),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.view.viewport(), event)

    def ends(self) -> dict[str, int]:
        """Return where each row ends: its top moves where a day separator goes, and that is no jump."""
        return {row.row.key: row.y() + row.height() for row in self.view.live_rows() if row.row is not None}


def paint() -> None:
    """Let Qt lay out and paint what is due, at once."""
    for kind in (QEvent.Type.LayoutRequest, QEvent.Type.UpdateRequest):
        QCoreApplication.sendPostedEvents(None, kind.value)


async def until(
    condition: Callable[[], object], *, within_s: float = DEADLINE_S, every_s: float = EVERY_S, what: str = ""
) -> None:
    """Wait for something; looking too often would be measured too where the CPU of a long time is."""
    end_s = monotonic() + within_s
    while not condition():
        assert monotonic() < end_s, f"the window did not come so far in {within_s:g} s {what}"
        await asyncio.sleep(every_s)


def memory_mb() -> float:
    """Return the resident memory of this process."""
    import psutil  # not before the start was measured

    return float(psutil.Process().memory_info().rss / 1e6)


def tell(figures: Figures) -> None:
    """Print a line for whoever started this process."""
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()
