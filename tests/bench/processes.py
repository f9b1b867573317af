"""Real nodes in processes of their own, as the benches drive them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

import psutil

from node.profile import create_profile


@dataclass
class NodeProcess:
    """A running node; `ready_s` is how long it took from the start of the process to the ready line."""

    home: Path
    process: subprocess.Popen[bytes]
    ready_s: float
    ready: dict[str, object]

    def cpu_s(self) -> float:
        """Return user and system seconds so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def rss_bytes(self) -> int:
        return psutil.Process(self.process.pid).memory_info().rss


@contextmanager
def running(
    home: Path, *, name: str = "Somebody", variables: Mapping[str, str] = MappingProxyType({})
) -> Iterator[NodeProcess]:
    """Run a node on `home` (made where there is none) until the block is left; `variables` are for it alone."""
    if not (home / "keystore").exists():
        create_profile(home, name, None)
    command = [sys.executable, "-m", "node", "node", "--home", str(home), "--no-mdns"]
    command += ["--listen", "/ip4/127.0.0.1/tcp/0", "--api", "127.0.0.1:0"]
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")} | dict(variables)
    began_s = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        ready_s = perf_counter() - began_s
        yield NodeProcess(home, process, ready_s, json.loads(line))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
