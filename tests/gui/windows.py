"""The whole window before a small node, and what is done in it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from gui.api.client import Client
from gui.api.endpoint import Endpoint
from gui.pages.window import Window
from gui.session import Session
from gui.state.conversation import Conversation
from gui.state.timeline import Row
from gui.tasks import spawn
from gui.theme.palette import Theme
from tests.gui.fake_node import KEY, FakeNode, message, summary
from tests.gui.waiting import turn

Until = Callable[[Callable[[], object]], Awaitable[None]]
ONE = f"{1:064x}"
TWO = f"{2:064x}"


class Clock:
    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


@asynccontextmanager
async def running(node: FakeNode, theme: Theme, clock: Clock | None = None) -> AsyncIterator[tuple[Window, Session]]:
    async def endpoint() -> Endpoint:
        return Endpoint(node.url, KEY)

    client = Client(endpoint, back_off_s=(0.001, 0.01))
    session = Session(client, monotonic=clock or Clock())
    window = Window(theme)
    window.resize(1000, 700)
    window.show_session(session)
    window.show()
    task = spawn(client.run())
    try:
        yield window, session
    finally:
        for dialog in window.findChildren(QDialog):
            dialog.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await turn()
        window.close()
        session.reading.tell_rest()  # nothing is told between tests, when no loop runs
        window.deleteLater()


def two_conversations(node: FakeNode, count: int = 30) -> None:
    node.conversations = [
        summary(1, "Rooftop <b>garden</b>", phase="metaphase", progress=0.4, unread=2),
        summary(2, "Weather station"),
    ]
    node.messages[ONE] = [message(n, f"message {n}") for n in range(1, count + 1)]


async def opened(session: Session, window: Window, until: Until) -> Conversation:
    await until(lambda: session.conversations.ordered())
    window.open(ONE)
    await until(lambda: session.open_one is not None and session.open_one.loaded)
    assert session.open_one is not None
    return session.open_one


def rows(one: Conversation) -> list[Row]:
    return [one.timeline.row(at) for at in range(len(one.timeline))]


def write(window: Window, text: str) -> None:
    assert window.page is not None
    QTest.keyClicks(window.page.input.edit, text)
    QTest.keyClick(window.page.input.edit, Qt.Key.Key_Return)


def dialog_of(window: Window, kind: type[Any]) -> Any:
    return next(dialog for dialog in window.findChildren(kind) if dialog.isVisible())
