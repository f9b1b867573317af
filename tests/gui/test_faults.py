"""What goes wrong unforeseen ends nothing but itself: it is kept in a file, said, and the window goes on."""

import asyncio
import logging
import stat
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget

from gui.api.client import Client
from gui.api.endpoint import Endpoint
from gui.app import _until_closed
from gui.desktop import Desktop
from gui.faults import FILE, Faults
from gui.observe import Signal
from gui.pages.first_start import FirstStart
from gui.session import Session
from gui.tasks import spawn
from gui.theme.palette import Theme
from tests.gui.desktops import desktop_of
from tests.gui.fake_node import KEY, FakeNode, message, summary

Until = Callable[[Callable[[], object]], Awaitable[None]]
ONE = f"{1:064x}"


@pytest.fixture
def faults(tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    monkeypatch.setattr("gui.faults.TOLD_S", 0.0)
    made = Faults(tmp_path / "profile")
    yield made
    made.end()


class Bad(Exception):
    pass


class Picture(QWidget):
    """Fails each time it is painted."""

    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        raise Bad("paint")


def fail(where: str = "slot") -> None:
    raise Bad(where)


async def fail_later() -> None:
    raise Bad("task")


async def test_an_error_anywhere_is_kept_and_told(faults: Faults, until: Until) -> None:
    told: list[int] = []
    faults.happened.connect(lambda: told.append(1))
    asyncio.get_running_loop().set_exception_handler(faults.of_loop)

    def in_slot() -> None:
        button = QPushButton()
        button.clicked.connect(lambda *_: fail())
        button.click()

    def in_thread() -> None:
        thread = threading.Thread(target=fail, args=("thread",))
        thread.start()
        thread.join()

    ways: dict[str, Callable[[], object]] = {
        "slot": in_slot,
        "timer": lambda: QTimer.singleShot(0, lambda: fail("timer")),
        "callback": lambda: asyncio.get_running_loop().call_soon(fail, "callback"),
        "task": lambda: spawn(fail_later()),
        "thread": in_thread,
    }
    for count, (name, way) in enumerate(ways.items(), start=1):
        way()
        await until(lambda wanted=count: len(told) == wanted)
        faults._handler._written_s.clear()  # each is raised in the same line
        assert f"Bad: {name}" in faults.path.read_text(), name
    assert stat.S_IMODE(faults.path.stat().st_mode) == 0o600


async def test_what_fails_at_each_painting_does_not_fill_the_file(faults: Faults, until: Until) -> None:
    picture = Picture()
    picture.show()
    for wanted in range(1, 20):
        picture.update()
        await until(lambda wanted=wanted: picture.painted >= wanted)
    assert faults.path.read_text().count("Bad: paint") == 1
    picture.deleteLater()


def test_a_warning_is_kept_and_not_told(faults: Faults) -> None:
    told: list[int] = []
    faults.happened.connect(lambda: told.append(1))
    logging.getLogger("gui.somewhere").warning("not so bad")
    assert "not so bad" in faults.path.read_text()
    assert told == []


def test_what_cannot_be_written_harms_nothing(tmp_path: Path, qapp: QApplication) -> None:
    (tmp_path / "file").touch()
    made = Faults(tmp_path / "file")  # no folder can be made here
    told: list[int] = []
    made.happened.connect(lambda: told.append(1))
    logging.getLogger("gui.somewhere").error("lost")
    made.end()
    assert told == [1]


def test_an_observer_that_fails_leaves_no_other_behind() -> None:
    heard: list[str] = []
    signal: Signal[str] = Signal()
    signal.connect(heard.append)
    signal.connect(fail)
    signal.connect(heard.append)
    with pytest.raises(Bad):
        signal.emit("x")
    assert heard == ["x", "x"]


async def test_the_window_says_it_and_goes_on(
    node: FakeNode, theme: Theme, until: Until, tmp_path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.conversations = [summary(1, "Garden")]
    node.messages = {ONE: [message(1, "hello")]}
    async with desktop_of(node, tmp_path, theme) as desktop:
        faults.happened.connect(desktop.tell_fault)
        window = desktop.window
        window.open(ONE)
        await until(lambda: desktop.session.open_one is not None and desktop.session.open_one.loaded)
        one = desktop.session.open_one
        assert one is not None
        with monkeypatch.context() as broken:
            broken.setattr(one.timeline, "put", lambda *_a, **_k: fail("event"))
            await node.event(ONE, "message", message(2, "lost"))
            await until(lambda: FILE in window.toast.text())
        assert window.toast.isVisible()
        await node.event(ONE, "message", message(3, "and on it goes"))
        await until(lambda: one.timeline.find(f"{3:064x}"))


async def test_the_connection_is_made_again_after_an_error_of_those_who_follow_it(node: FakeNode, until: Until) -> None:
    async def endpoint() -> Endpoint:
        return Endpoint(node.url, KEY)

    client = Client(endpoint, back_off_s=(0.001,))
    seen: list[bool] = []

    def follow(online: bool, _reason: str) -> None:
        seen.append(online)
        if len(seen) < 3:
            fail()

    client.online.connect(follow)
    running = spawn(client.run())
    await until(lambda: seen == [True, False, True])
    assert not running.done()


async def test_s60_the_first_steps_wait_no_more_when_something_breaks(
    node: FakeNode, theme: Theme, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    async def prepare(*_: Any) -> None:
        fail("prepare")

    async def endpoint() -> Endpoint:
        return Endpoint(node.url, KEY)

    first = FirstStart(theme, Session(Client(endpoint)), prepare)
    first.show()
    first.name.setText("Ana")
    first.next.click()
    first.next.click()
    for choose in (lambda: first.title.setText("Garden"), lambda: first.offer("peer2peer://join#abc")):
        choose()
        first.next.click()
        shown = first.form.error if first.by_link.isChecked() else first.error
        await until(lambda shown=shown: shown.text().startswith("That did not work"))
        assert first.next.isEnabled()
        assert not first.busy
    assert caplog.text.count("Bad: prepare") == 2
    first.deleteLater()


async def test_a_program_that_cannot_begin_says_so(
    tmp_path: Path, theme: Theme, until: Until, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop = Desktop(tmp_path, theme)
    monkeypatch.setattr(desktop, "start", fail)
    ending = spawn(_until_closed(desktop, faults))

    def box() -> QMessageBox | None:
        return next((each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox)), None)

    await until(box)
    found = box()
    assert found is not None
    assert str(faults.path) in found.text()
    found.accept()
    assert await ending is False
    await desktop.stop()
