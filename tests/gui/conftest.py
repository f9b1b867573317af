"""Runs the desktop's tests offscreen, on one Qt and asyncio loop; async tests need no marker."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from gui import tasks
from gui.loop import Loop
from gui.theme.palette import Theme
from tests.gui.fake_node import FakeNode
from tests.gui.languages import made_in
from tests.gui.waiting import wait_until

HERE = Path(__file__).parent
ENDED_S = 20.0


@pytest.fixture(scope="package", autouse=True)
def collected_here() -> Iterator[None]:
    """Collect garbage on Qt's thread alone, as the program does."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def collected_now(collected_here: None) -> Iterator[None]:
    """Collect what a test left behind at its end, not in the middle of another."""
    yield
    if gc.get_count()[0] > 5000:
        gc.collect()


@pytest.fixture
def qloop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """Give a fresh loop; fail where anything reached its exception handler."""
    qapp.setQuitOnLastWindowClosed(False)
    loop = Loop(qapp)
    problems: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: problems.append(context))
    asyncio.set_event_loop(loop)
    yield loop
    pending = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in pending:
        task.cancel()
    loop.run_until_complete(_soon(asyncio.gather(*pending, return_exceptions=True)))
    loop.run_until_complete(_soon(loop.shutdown_asyncgens()))
    loop.close()
    asyncio.set_event_loop(None)
    tasks._running.clear()
    assert not problems, problems


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests of this folder on `qloop`."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj) or HERE not in pyfuncitem.path.parents:
        return None
    loop: Any = pyfuncitem.funcargs["qloop"]
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    marker = pyfuncitem.get_closest_marker("timeout")
    longest_s = float(marker.args[0]) - 10 if marker else 20.0
    loop.run_until_complete(_whole(pyfuncitem.obj(**arguments), list(arguments.values()), longest_s))
    return True


async def _soon(ending: Awaitable[Any]) -> None:
    """Wait for what has to end now; on a loop without a deadline a fault would keep the run for ever."""
    done, _ = await asyncio.wait({asyncio.ensure_future(ending)}, timeout=ENDED_S)
    assert done, f"still running: {[task for task in asyncio.all_tasks() if not task.done()]}"
    for each in done:
        each.result()


async def _whole(test: Coroutine[Any, Any, None], arguments: list[Any], longest_s: float) -> None:
    """Run a test and end what it left running: pytest-qt handles events between tests, when no loop runs."""
    try:
        await asyncio.wait_for(test, longest_s)
    finally:
        await _soon(tasks.cancel_all())
        for node in arguments:
            if isinstance(node, FakeNode):
                await _soon(node.stop())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every async test of this folder the loop."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj) and HERE in item.path.parents:
            item.fixturenames.insert(0, "qloop")


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Give the way to wait for something."""
    return wait_until


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """Give the light theme; what earlier tests left to be deleted is deleted first."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    made = Theme(qapp, "light")
    yield made
    made.deleteLater()


@pytest.fixture
def node(qloop: asyncio.AbstractEventLoop) -> Iterator[FakeNode]:
    """Give a fake node that listens."""
    fake = FakeNode()
    qloop.run_until_complete(fake.start())
    yield fake
    qloop.run_until_complete(_soon(fake.stop()))


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[None]:
    """Have the languages ready to be spoken."""
    folder = tmp_path / "languages"
    folder.mkdir()
    with made_in(folder, monkeypatch, qapp):
        yield
