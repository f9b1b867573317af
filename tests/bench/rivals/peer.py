"""One process of a rival, driven by JSON lines: a command on its standard input, an answer on its standard output."""

import json
import os
import select
import subprocess
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import psutil

from tests.bench.rivals.errors import RivalError

ROOT = Path(__file__).parents[3]
START_S = 60.0


class Peer:
    """A running peer; it ends when its input is closed, so it does not outlive us whatever happens."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        folder.mkdir()
        self._errors = folder / "errors.txt"
        self._pending = b""
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [*command, str(folder / "data")],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        try:
            self.meeting: dict[str, Any] = self._answer(START_S)["ready"]
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, command: str, within_s: float, **details: Any) -> dict[str, Any]:
        """Return the answer to a command.

        Raises:
            RivalError: the peer ended, or took more than `within_s` seconds.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": command, **details}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None
        return self._answer(within_s)

    def cpu_s(self) -> float:
        """Return user and system seconds so far, of all threads and of the processes that it started."""
        return sum(times.user + times.system for times in (each.cpu_times() for each in self._processes()))

    def rss_mb(self) -> float:
        return sum(each.memory_info().rss for each in self._processes()) / 1e6

    def _processes(self) -> list[psutil.Process]:
        process = psutil.Process(self.pid)
        return [process, *process.children(recursive=True)]

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()

    def _answer(self, within_s: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        until = monotonic() + within_s
        while b"\n" not in self._pending:
            if not select.select([self._process.stdout], [], [], max(0.0, until - monotonic()))[0]:
                raise RivalError(f"{self.name} did not answer within {within_s:g} s")
            chunk = os.read(self._process.stdout.fileno(), 1 << 16)
            if not chunk:
                raise self._ended()
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _ended(self) -> RivalError:
        said = self._errors.read_bytes().decode(errors="replace").strip()
        return RivalError(f"{self.name} ended early: {said[-800:] or 'it said nothing'}")
