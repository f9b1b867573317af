"""Runs the command line in processes of its own that begin with the program loaded.

Loading it is most of what a node's start and a short command cost, and the tests run some 500 of them. So one process
loads it, once for all tests of a worker, and forks what is to be run: a process like any other, with its own streams,
environment and end, that has only skipped the imports. Cold starts are watched by `tests/gui` and the benches.
"""

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
MOST_BYTES: Final = 1 << 17
_SUBREAPER: Final = 36
"""`PR_SET_CHILD_SUBREAPER` of Linux: who has it becomes the parent of descendants whose own parent has ended."""


class Forge:
    """The process that has the program loaded; started when it is first used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, arguments: list[str], streams: list[int], *, folder: str, environment: dict[str, str]) -> int:
        """Return the id of a new process, a child of this one, that runs the command line on these three streams."""
        with self._lock:
            if self._line is None:
                self._process, self._line = _started()
            asked = json.dumps([arguments, folder, environment]).encode()
            assert len(asked) < MOST_BYTES
            _take_in_orphans(True)
            try:
                socket.send_fds(self._line, [asked], streams)
                return int(self._line.recv(32))
            finally:
                _take_in_orphans(False)  # what nodes leave behind is not the tests' own


_FORGE: Final = Forge()


class Process(subprocess.Popen[str]):
    """What `subprocess.Popen` is, of a command line that the forge runs."""

    def _execute_child(self, args: list[str], *rest: Any) -> None:
        folder, environment, ends = rest[4], rest[5], rest[9:15]
        streams = [number if wish == -1 else wish for number, wish in enumerate((ends[0], ends[3], ends[5]))]
        self.pid = _FORGE.fork(args[3:], streams, folder=str(folder), environment=dict(environment))
        self._child_created = True
        self._close_pipe_fds(*ends)  # type: ignore[attr-defined]


def _take_in_orphans(wanted: bool) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, int(wanted), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "this process cannot take in its grandchildren")


def _started() -> tuple[subprocess.Popen[bytes], socket.socket]:
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.forge", str(its.fileno())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            pass_fds=[its.fileno()],
        )
    assert mine.recv(32) == b"ready"
    return process, mine


def serve(line: socket.socket) -> list[str]:
    """Fork whatever is asked for; return, in the new process, the arguments that it is to run with."""
    while True:
        asked, streams, _, _ = socket.recv_fds(line, MOST_BYTES, 3)
        if not asked:
            os._exit(0)  # the tests are over
        told, tell = os.pipe()
        between = os.fork()
        if between == 0:
            child = os.fork()
            if child:
                os.write(tell, str(child).encode())
                os._exit(0)
            for number in (line.detach(), told, tell):
                os.close(number)
            arguments, folder, environment = json.loads(asked)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
            sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            return list(arguments)
        os.waitpid(between, 0)  # its child is the tests' own from now on
        line.send(os.read(told, 32))
        for number in (told, tell, *streams):
            os.close(number)


def _load() -> None:
    """Import everything that a command may import."""
    import importlib

    from node.cli.main import COMMANDS
    from node.loading import load_daemon

    load_daemon()
    for module in {*COMMANDS.values(), "node.client"}:
        importlib.import_module(module)


if __name__ == "__main__":
    from node.cli.main import main

    _load()
    begun = socket.socket(fileno=int(sys.argv[1]))
    begun.send(b"ready")
    main(serve(begun))
