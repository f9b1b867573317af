"""Checks many signatures beside the event loop, in a process of its own.

A signature takes longer to check than everything else that is done with an operation. Threads do not help: each check
is too short for them to hand the interpreter to and fro. The process starts with the first large portion and ends once
it has had nothing to do for a while; where it cannot start or dies, the checks are made here. The next portion is on
its way to the process while it is at one, so that it never waits for the event loop.
"""

import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from logging import getLogger
from typing import Final

import trio

from crypto.signatures import is_signed
from node.signature_worker import COUNT_BYTES
from protocol.ops import Op
from protocol.vouching import is_proven

log = getLogger("node.verifier")

FalseSignatures = Callable[[Sequence[Op]], Awaitable[set[int]]]
"""Returns the places of those operations that their device did not sign."""

ALONE: Final = 16
"""Operations whose signatures are checked at once: a round trip would take longer."""
IDLE_S: Final = 30.0
_AHEAD: Final = 2
"""Portions that the process has before it, besides the one it is at."""
_CHUNK: Final = 1 << 16
_BROKEN: Final = (OSError, trio.BrokenResourceError, trio.ClosedResourceError)


def false_signatures(ops: Sequence[Op]) -> set[int]:
    """Return the places of those operations that their device did not sign, checked here and now."""
    return {at for at, op in enumerate(ops) if not (is_proven(op) or is_signed(op.header.device, op.id, op.signature))}


async def checked_here(ops: Sequence[Op]) -> set[int]:
    """Do what `false_signatures` does, letting other tasks have their turn."""
    await trio.lowlevel.checkpoint()
    return false_signatures(ops)


@dataclass(slots=True, eq=False)
class _Portion:
    """Signatures for the process to check."""

    count: int
    request: bytes
    answer: bytes | None = None
    """One byte for each; None where the process gave none."""
    answered: trio.Event = field(default_factory=trio.Event)


class Verifier:
    """The process, started when needed; `run` starts and ends it."""

    def __init__(self) -> None:
        self._process: trio.Process | None = None
        self._portions: trio.MemorySendChannel[_Portion] | None = None
        self._open: set[_Portion] = set()
        self._is_broken = bool(getattr(sys, "frozen", False))  # a frozen program cannot run a module of its own

    async def false_signatures(self, ops: Sequence[Op]) -> set[int]:
        """Return the places of those operations that their device did not sign."""
        if len(ops) <= ALONE or self._is_broken or self._portions is None or any(map(is_proven, ops)):
            return await checked_here(ops)
        records = (part for op in ops for part in (op.header.device, op.id, op.signature))
        portion = _Portion(len(ops), len(ops).to_bytes(COUNT_BYTES, "big") + b"".join(records))
        self._open.add(portion)
        try:
            await self._portions.send(portion)
            await portion.answered.wait()
        except trio.BrokenResourceError:
            return await checked_here(ops)
        finally:
            self._open.discard(portion)
        if portion.answer is None:
            return await checked_here(ops)
        return {at for at, is_good in enumerate(portion.answer) if not is_good}

    async def run(self) -> None:
        """Have portions checked, each process as long as there are any."""
        sender, portions = trio.open_memory_channel[_Portion](0)
        self._portions = sender
        try:
            async with sender, portions:
                async for first in portions:
                    try:
                        await self._check(first, portions)
                    except* _BROKEN as group:
                        log.warning("signatures are checked in the node itself from now on error=%r", group.exceptions)
                        self._is_broken = True
                    if self._is_broken:
                        return
        finally:
            self._portions = None
            self._give_back()

    def _give_back(self) -> None:
        """Leave what has no answer to those who asked."""
        for portion in self._open:
            portion.answered.set()

    async def _check(self, first: _Portion, portions: trio.MemoryReceiveChannel[_Portion]) -> None:
        """Have portions checked by one process until none has come for a while."""
        command = [sys.executable, "-m", "node.signature_worker"]
        process = self._process = await trio.lowlevel.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None
        sent, asked = trio.open_memory_channel[_Portion](_AHEAD)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_collect, stdout, asked)
                async with sent:
                    portion: _Portion | None = first
                    while portion is not None:
                        await stdin.send_all(portion.request)
                        await sent.send(portion)
                        portion = None
                        with trio.move_on_after(IDLE_S):
                            portion = await portions.receive()
        finally:
            self._process = None
            with trio.CancelScope(shield=True):
                await _end(process)


async def _collect(stdout: trio.abc.ReceiveStream, asked: trio.MemoryReceiveChannel[_Portion]) -> None:
    """Give each portion its answer, in the order in which they were sent."""
    async with asked:
        async for portion in asked:
            answer = b""
            while len(answer) < portion.count:
                part = await stdout.receive_some(min(_CHUNK, portion.count - len(answer)))
                if not part:
                    raise BrokenPipeError("the process that checks signatures has ended")
                answer += part
            portion.answer = answer
            portion.answered.set()


async def _end(process: trio.Process) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    await process.stdin.aclose()
    with trio.move_on_after(1):
        await process.wait()
    if process.poll() is None:
        process.kill()
        await process.wait()
    await process.stdout.aclose()
