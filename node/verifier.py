"""Checks many signatures beside the event loop, in a process of its own.

A signature takes longer to check than everything else that is done with an operation. Threads do not help: each check
is too short for them to hand the interpreter to and fro. The process starts with the first large portion and ends once
it has had nothing to do for a while; where it cannot start or dies, the checks are made here.
"""

import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from logging import getLogger
from typing import Final

import trio

from node.signature_worker import COUNT_BYTES, is_signed
from protocol.ops import Op

log = getLogger("node.verifier")

FalseSignatures = Callable[[Sequence[Op]], Awaitable[set[int]]]
"""Returns the places of those operations that their device did not sign."""

ALONE: Final = 16
"""Operations whose signatures are checked at once: a round trip would take longer."""
IDLE_S: Final = 30.0
_CHUNK: Final = 1 << 16


def false_signatures(ops: Sequence[Op]) -> set[int]:
    """Return the places of those operations that their device did not sign, checked here and now."""
    return {at for at, op in enumerate(ops) if not is_signed(op.header.device, op.id, op.signature)}


async def checked_here(ops: Sequence[Op]) -> set[int]:
    """Do what `false_signatures` does, letting other tasks have their turn."""
    await trio.lowlevel.checkpoint()
    return false_signatures(ops)


class Verifier:
    """The process, started when needed; `run` ends it."""

    def __init__(self) -> None:
        self._process: trio.Process | None = None
        self._lock = trio.Lock()
        self._is_broken = bool(getattr(sys, "frozen", False))  # a frozen program cannot run a module of its own
        self._last_s = 0.0

    async def run(self) -> None:
        """End the process whenever it has been idle, and when cancelled."""
        try:
            while True:
                await trio.sleep(IDLE_S)
                if trio.current_time() - self._last_s >= IDLE_S and not self._lock.locked():
                    await self._end()
        finally:
            with trio.CancelScope(shield=True):
                await self._end()

    async def false_signatures(self, ops: Sequence[Op]) -> set[int]:
        """Return the places of those operations that their device did not sign."""
        if len(ops) <= ALONE or self._is_broken:
            return await checked_here(ops)
        request = len(ops).to_bytes(COUNT_BYTES, "big") + b"".join(
            part for op in ops for part in (op.header.device, op.id, op.signature)
        )
        async with self._lock:
            self._last_s = trio.current_time()
            try:
                answer = await self._ask(request, len(ops))
            except OSError as error:
                log.warning("signatures are checked in the node itself from now on error=%r", error)
                self._is_broken = True
                await self._end()
                return await checked_here(ops)
            except trio.Cancelled:  # half an answer may be on its way
                with trio.CancelScope(shield=True):
                    await self._end()
                raise
        return {at for at, is_good in enumerate(answer) if not is_good}

    async def _ask(self, request: bytes, count: int) -> bytes:
        if self._process is None:
            command = [sys.executable, "-m", "node.signature_worker"]
            self._process = await trio.lowlevel.open_process(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            await stdin.send_all(request)
            answer = b""
            while len(answer) < count:
                part = await stdout.receive_some(_CHUNK)
                if not part:
                    raise BrokenPipeError("the process that checks signatures has ended")
                answer += part
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise BrokenPipeError("the process that checks signatures has ended") from error
        return answer

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        await process.stdin.aclose()
        with trio.move_on_after(1):
            await process.wait()
        if process.poll() is None:
            process.kill()
            await process.wait()
        assert process.stdout is not None
        await process.stdout.aclose()
