"""Signatures checked beside the event loop: the same answers as here and now, whatever becomes of the process."""

import io
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from node import verifier
from node.signature_worker import COUNT_BYTES, serve
from node.verifier import ALONE, Verifier, checked_here, false_signatures
from protocol.ops import Op
from tests.builders import Talk


def operations(count: int) -> list[Op]:
    talk = Talk("ana", "ben")
    return [talk.ana.say(str(number)) for number in range(count)]


def spoilt(ops: list[Op], *places: int) -> list[Op]:
    """Return operations of which some are signed by nobody, and one under another id."""
    made = list(ops)
    for number, at in enumerate(places):
        op = ops[at]
        signature = [bytes(64), op.signature[:-1] + bytes((op.signature[-1] ^ 1,)), ops[at - 1].signature][number % 3]
        made[at] = Op(op.id, op.header, op.header_bytes, signature, op.body)
    return made


OPS = operations(80)
PLACES = (3, 17, 18, 40, 79)


@asynccontextmanager
async def running() -> AsyncIterator[Verifier]:
    """Run a verifier; nothing of it is left afterwards."""
    made = Verifier()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(made.run)
        await trio.testing.wait_all_tasks_blocked()
        try:
            yield made
        finally:
            process = made._process
            nursery.cancel_scope.cancel()
    assert made._process is None
    assert process is None or process.poll() is not None, "the process outlives the node"


def test_checked_here_and_now() -> None:
    assert false_signatures(OPS) == set()
    assert false_signatures(spoilt(OPS, *PLACES)) == set(PLACES)
    assert false_signatures([]) == set()


def request_of(ops: list[Op]) -> bytes:
    return len(ops).to_bytes(COUNT_BYTES, "big") + b"".join(op.header.device + op.id + op.signature for op in ops)


def test_the_worker_answers_each_request_and_ends_with_its_input() -> None:
    answers = io.BytesIO()
    requests = request_of(OPS[:2]) + request_of([]) + request_of(spoilt(OPS, 3)[2:5])
    serve(io.BytesIO(requests), answers)
    assert answers.getvalue() == b"\1\1" + b"" + b"\1\0\1"
    for cut in (0, 3):
        answers = io.BytesIO()
        serve(io.BytesIO(requests[:cut]), answers)
        assert answers.getvalue() == b""


def test_the_worker_is_a_program_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "node.signature_worker"], input=request_of(spoilt(OPS, 1)[:3]), capture_output=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"\1\0\1", b"")


@pytest.mark.trio
async def test_a_few_are_checked_without_a_process() -> None:
    async with running() as made:
        assert await made.false_signatures(spoilt(OPS, 3)[:ALONE]) == {3}
        assert await made.false_signatures([]) == set()
        assert made._process is None
    assert await checked_here(spoilt(OPS, 3)) == {3}


@pytest.mark.trio
async def test_many_are_checked_in_the_process_each_in_its_place() -> None:
    async with running() as made:
        assert await made.false_signatures(spoilt(OPS, *PLACES)) == set(PLACES)
        first = made._process
        assert first is not None
        assert await made.false_signatures(OPS) == set()
        assert made._process is first, "it is kept"
        bad = [Op(op.id, op.header, op.header_bytes, bytes(64), op.body) for op in OPS]
        assert await made.false_signatures(bad) == set(range(len(OPS)))


@pytest.mark.trio
async def test_tasks_that_ask_at_once_get_their_own_answers() -> None:
    async with running() as made:
        found: dict[int, set[int]] = {}

        async def ask(number: int) -> None:
            found[number] = await made.false_signatures(spoilt(OPS, number))

        async with trio.open_nursery() as nursery:
            for number in range(12):
                nursery.start_soon(ask, number)
        assert found == {number: {number} for number in range(12)}


@pytest.mark.trio
async def test_a_process_that_dies_loses_no_check(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as made:
        await made.false_signatures(OPS)
        process = made._process
        assert process is not None
        process.kill()
        await process.wait()
        assert await made.false_signatures(spoilt(OPS, *PLACES)) == set(PLACES)
        assert await made.false_signatures(spoilt(OPS, 5)) == {5}
        assert made._process is None, "it is not started again and again"
    assert "node itself" in caplog.text


@pytest.mark.trio
async def test_a_process_that_cannot_start_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    async with running() as made:
        assert await made.false_signatures(spoilt(OPS, *PLACES)) == set(PLACES)
    assert "node itself" in caplog.text


@pytest.mark.trio
async def test_half_an_answer_is_never_taken_for_the_next() -> None:
    """A check that was given up in the middle leaves nothing behind that the next one could read."""
    async with running() as made:
        await made.false_signatures(OPS)
        process = made._process
        async with trio.open_nursery() as nursery:
            nursery.start_soon(made.false_signatures, OPS * 50)
            await trio.testing.wait_all_tasks_blocked(0.001)  # the process is at it
            assert made._open
            nursery.cancel_scope.cancel()
        assert not made._open
        assert await made.false_signatures(spoilt(OPS, 7)) == {7}
        assert made._process is process, "a check that was given up is no reason to give up on the process"


@pytest.mark.trio
async def test_a_process_that_dies_over_its_work_gives_all_of_it_back() -> None:
    async with running() as made:
        await made.false_signatures(OPS)
        process = made._process
        assert process is not None
        found: dict[int, set[int]] = {}

        async def ask(number: int) -> None:
            found[number] = await made.false_signatures(spoilt(OPS * 20, number))

        async with trio.open_nursery() as nursery:
            for number in range(6):
                nursery.start_soon(ask, number)
            await trio.testing.wait_all_tasks_blocked(0.001)
            assert len(made._open) == 6
            process.kill()
        assert found == {number: {number} for number in range(6)}


@pytest.mark.trio
async def test_an_idle_process_ends_and_is_started_again_when_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "IDLE_S", 0.01)
    async with running() as made:
        await made.false_signatures(OPS)
        with trio.fail_after(10):
            while made._process is not None:
                await trio.lowlevel.checkpoint()
        assert await made.false_signatures(spoilt(OPS, 9)) == {9}
