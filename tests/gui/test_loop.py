"""asyncio on Qt's loop: what is due is run in order, and Qt has its turn however much that is."""

from __future__ import annotations

import asyncio
import contextvars
import socket
import threading
from time import perf_counter
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.exceptions import capture_exceptions

from gui.loop import SLICE_S, Loop, Turns


async def test_what_is_due_is_run_in_the_order_in_which_it_was_wanted() -> None:
    loop, seen, done = asyncio.get_running_loop(), list[str](), asyncio.Event()

    def second() -> None:
        seen.append("second")
        loop.call_soon(seen.append, "of the second")
        loop.call_soon(done.set)

    loop.call_soon(seen.append, "first")
    loop.call_soon(second)
    cancelled = loop.call_soon(seen.append, "cancelled")
    loop.call_later(0, seen.append, "third")
    cancelled.cancel()
    assert not seen, "a callback was run at once"
    await done.wait()
    assert seen == ["first", "second", "third", "of the second"]


async def test_qt_has_its_turn_while_a_task_never_rests() -> None:
    turns = 0
    timer = QTimer(interval=0)

    def turn() -> None:
        nonlocal turns
        turns += 1

    timer.timeout.connect(turn)
    timer.start()
    for _ in range(50):
        await asyncio.sleep(0)
    timer.stop()
    assert turns >= 40


async def test_qt_has_its_turn_among_callbacks_that_take_long() -> None:
    loop, seen = asyncio.get_running_loop(), list[str]()

    def long() -> None:
        end_s = perf_counter() + SLICE_S * 1.5
        while perf_counter() < end_s:
            pass
        seen.append("long")

    timer = QTimer(interval=0, singleShot=True)
    timer.timeout.connect(lambda: seen.append("Qt"))
    timer.start()
    for _ in range(3):
        loop.call_soon(long)
    done = asyncio.Event()
    loop.call_soon(done.set)
    await done.wait()
    assert seen.index("Qt") <= 1, seen


async def test_a_callback_keeps_its_context() -> None:
    name, found = contextvars.ContextVar("name", default=""), asyncio.Event()
    within = contextvars.copy_context()
    within.run(name.set, "here")
    seen: list[str] = []
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: seen.append(name.get()), context=within)
    loop.call_soon(found.set)
    await found.wait()
    assert seen == ["here"]
    assert name.get() == ""


async def test_a_thread_wakes_the_loop() -> None:
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.call_soon_threadsafe, args=(came.set,))
    thread.start()
    await came.wait()
    thread.join()


async def test_a_reader_is_called_while_there_is_something_to_read_and_no_more_when_it_was_taken_away() -> None:
    loop, (mine, theirs) = asyncio.get_running_loop(), socket.socketpair()
    mine.setblocking(False)
    read, enough = bytearray(), asyncio.Event()

    def take() -> None:
        read.extend(mine.recv(2))
        if len(read) >= 4:
            assert loop.remove_reader(mine.fileno()) is True
            enough.set()

    with mine, theirs:
        loop.add_reader(mine.fileno(), take)
        theirs.send(b"abcdef")
        await enough.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        assert bytes(read) == b"abcd"
        assert loop.remove_reader(mine.fileno()) is False
        loop.add_reader(mine.fileno(), take)
        loop.add_reader(mine.fileno(), enough.clear)  # takes the place of the other
        while enough.is_set():
            await asyncio.sleep(0)
        loop.remove_reader(mine.fileno())
    assert bytes(read) == b"abcd"


def test_a_callback_that_fails_is_told_of_and_holds_nothing_up(qapp: QApplication) -> None:
    loop, problems, seen = Loop(qapp), list[dict[str, Any]](), list[str]()
    loop.set_exception_handler(lambda _, context: problems.append(context))

    async def both() -> None:
        def fail() -> None:
            raise ValueError("on purpose")

        loop.call_soon(fail)
        loop.call_soon(seen.append, "after")
        while not seen:
            await asyncio.sleep(0)

    loop.run_until_complete(both())
    loop.close()
    assert [type(each["exception"]) for each in problems] == [ValueError]


def test_what_is_due_at_the_end_is_given_up(qapp: QApplication) -> None:
    loop, seen = Loop(qapp), list[str]()
    loop.call_soon(seen.append, "late")
    loop.close()
    qapp.processEvents()
    assert not seen
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon(seen.append, "later")


def test_nothing_is_taken_after_the_end(qapp: QApplication) -> None:
    turns, seen, loop = Turns(), list[str](), asyncio.new_event_loop()
    turns.end()
    turns.add_from_thread(asyncio.Handle(seen.append, ("late",), loop))
    qapp.processEvents()
    turns.run()
    loop.close()
    assert not seen


def test_what_a_thread_wanted_before_the_end_is_given_up_without_a_word(qapp: QApplication) -> None:
    loop, seen = Loop(qapp), list[str]()
    thread = threading.Thread(target=loop.call_soon_threadsafe, args=(seen.append, "late"))
    thread.start()
    thread.join()
    loop.close()
    with capture_exceptions() as raised:
        qapp.processEvents()
    assert not seen
    assert not raised
