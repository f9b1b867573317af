"""The node dies while somebody writes: nothing is lost, nothing is sent twice (S10, "Node died")."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.api.errors import Disconnected
from gui.desktop import Desktop
from gui.state.timeline import Row
from gui.theme.palette import Theme
from tests.e2e.nodes import init
from tests.gui.real.people import WITHIN_S, People, room

pytestmark = pytest.mark.timeout(120)
Until = Callable[..., Awaitable[None]]


def rows(desktop: Desktop) -> list[Row]:
    one = desktop.session.open_one
    assert one is not None
    return [one.timeline.row(at) for at in range(len(one.timeline))]


def mine(desktop: Desktop) -> list[tuple[str, str]]:
    return [(row.text, row.state) for row in rows(desktop) if row.kind == "mine"]


def write(desktop: Desktop, text: str) -> None:
    page = desktop.window.page
    assert page is not None
    QTest.keyClicks(page.input.edit, text)
    QTest.keyClick(page.input.edit, Qt.Key.Key_Return)


async def stored(desktop: Desktop, conversation: str) -> list[str]:
    """Return the texts that the node has, in its order."""
    topic = f"conversation:{conversation}"
    desktop.client.channel(topic)
    reply = await desktop.client.call(topic, "history", {"limit": 100}, timeout=30)
    return [each["text"] for each in reply["messages"] if each["kind"] == "human"]


async def begin(desktop: Desktop, until: Until) -> str:
    desktop.start()
    await until(lambda: desktop.session.identity and desktop.session.conversations.loaded, 60)
    conversation = await desktop.session.create("Rooftop garden", "", ai=False)
    desktop.window.open(conversation)
    await until(lambda: desktop.session.open_one is not None and desktop.session.open_one.loaded)
    return conversation


async def test_s10_what_is_written_while_the_node_is_dead_goes_out_in_order_when_it_is_back(
    tmp_path: Path, theme: Theme, until: Until
) -> None:
    init(tmp_path / "ana", "Ana")
    desktop = Desktop(tmp_path / "ana", theme)
    try:
        conversation = await begin(desktop, until)
        write(desktop, "before")
        await until(lambda: mine(desktop) == [("before", "stored")])
        await until(lambda: desktop.session.outbox.waiting() == 0)
        pid = desktop.node.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not desktop.client.connected)
        await until(lambda: desktop.window.banner.isVisible())
        for text in ("one", "two", "three"):
            write(desktop, text)
        assert mine(desktop)[1:] == [("one", "waiting"), ("two", "waiting"), ("three", "waiting")]
        assert "3 message" in desktop.window.banner.words.text()
        assert desktop.window.page is not None
        assert desktop.window.page.input.isEnabled()
        await until(lambda: [state for _, state in mine(desktop)] == ["stored"] * 4, 60)
        assert not desktop.window.banner.isVisible()
        assert await stored(desktop, conversation) == ["before", "one", "two", "three"]
        assert [text for text, _ in mine(desktop)] == ["before", "one", "two", "three"]
        assert desktop.session.outbox.waiting() == 0
    finally:
        await desktop.stop()


async def test_s10_a_message_whose_reply_was_lost_is_sent_once_even_if_the_node_died_over_it(
    tmp_path: Path, theme: Theme, until: Until
) -> None:
    init(tmp_path / "ana", "Ana")
    desktop = Desktop(tmp_path / "ana", theme)
    client: Any = desktop.client
    push = client._push
    lost: list[str] = []

    async def losing(join_ref: str | None, topic: str, event: str, payload: dict[str, Any]) -> Any:
        reply = await push(join_ref, topic, event, payload)
        if event == "message" and not lost:
            lost.append(reply["id"])
            assert desktop.node.pid is not None
            os.kill(desktop.node.pid, signal.SIGKILL)
            raise Disconnected("The connection was lost.")
        return reply

    client._push = losing
    try:
        conversation = await begin(desktop, until)
        write(desktop, "only once")
        write(desktop, "and after it")
        await until(lambda: lost and [state for _, state in mine(desktop)] == ["stored"] * 2, 60)
        assert await stored(desktop, conversation) == ["only once", "and after it"]
        assert [text for text, _ in mine(desktop)] == ["only once", "and after it"]
        assert rows(desktop)[-2].message_id == lost[0]
    finally:
        await desktop.stop()


async def test_s10_s13_what_waits_and_what_was_typed_survive_a_restart_of_the_desktop(
    tmp_path: Path, theme: Theme, until: Until
) -> None:
    home = tmp_path / "ana"
    init(home, "Ana")
    first = Desktop(home, theme)
    try:
        conversation = await begin(first, until)
        write(first, "before")
        await until(lambda: mine(first) == [("before", "stored")])
        pid = first.node.pid
        assert pid is not None
        first.node._command = [sys.executable, "-c", "import sys; sys.exit('the disk is full')"]
        os.kill(pid, signal.SIGKILL)
        await until(lambda: "disk is full" in first.window.banner.details.text(), 20)
        assert not first.window.banner.details.isVisible()
        QTest.mouseClick(first.window.banner.button, Qt.MouseButton.LeftButton)
        assert first.window.banner.details.isVisible()
        write(first, "secret one")
        write(first, "two")
        assert first.window.page is not None
        QTest.keyClicks(first.window.page.input.edit, "half a thou")
    finally:
        await first.stop()
    assert b"secret" not in (home / "unsent").read_bytes()

    second = Desktop(home, theme)
    second.start()
    try:
        await until(lambda: second.session.conversations.loaded, 60)
        assert second.session.drafts.of(conversation) == "half a thou"
        await until(lambda: second.session.outbox.waiting() == 0)
        assert await stored(second, conversation) == ["before", "secret one", "two"]
        second.window.open(conversation)
        assert second.window.page is not None
        assert second.window.page.input.text() == "half a thou"
    finally:
        await second.stop()


async def test_s10_a_message_is_not_lost_when_another_conversation_is_opened_at_once(
    people: People, theme: Theme, until: Until
) -> None:
    async with room(people, theme) as here:
        other = await here.desktop.session.create("Other", "", ai=False)
        for number in range(3):
            write(here.desktop, f"message {number}")
        here.desktop.window.open(other)
        await here.bo.hears("message", lambda told: told["text"] == "message 2")
        await until(lambda: here.desktop.session.outbox.waiting() == 0, WITHIN_S)
        here.desktop.window.open(here.id)
        await until(lambda: here.one.loaded)
        assert await stored(here.desktop, here.id) == ["message 0", "message 1", "message 2"]
        assert [text for text, _ in mine(here.desktop)] == ["message 0", "message 1", "message 2"]
