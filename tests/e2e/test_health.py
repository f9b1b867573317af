"""The page `/health` of a real node: in its good days, while somebody holds its database, and at its end."""

import json
import os
import signal
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from tests.e2e.nodes import Json, Node, cli, running

BRIEF = {"status", "ready", "version", "uptime_s"}


def page(node: Node, *, key: str = "", timeout_s: float = 10.0) -> tuple[int, Json]:
    """Return the status and the JSON of the page."""
    request = Request(f"http://{node.api}/health", headers={"Authorization": f"Bearer {key}"} if key else {})
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=timeout_s) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def until_status(node: Node, expected: int, *, within_s: float = 10.0) -> Json:
    """Return the page once it has this status: what was found just now is told again for two seconds."""
    deadline_s = time.monotonic() + within_s
    while True:
        status, told = page(node)
        if status == expected:
            return told
        assert time.monotonic() < deadline_s, told
        time.sleep(0.05)


def test_a_node_tells_how_it_is(tmp_path: Path) -> None:
    with running() as nodes:
        (node,) = nodes.make(tmp_path / "ana")
        cli(node.home, "conversations", "new", "Castle", "--no-ai")
        status, told = page(node)
        assert (status, told["status"], set(told)) == (200, "ok", BRIEF)
        key = (node.home / "api_key").read_text(encoding="ascii").strip()
        status, told = page(node, key=key)
        free_bytes: Any = told.pop("free_bytes")
        assert free_bytes > 0
        assert {name: told[name] for name in told.keys() - BRIEF} == {
            "faults": [],
            "peers": 0,
            "conversations": 1,
            "ai_lines": [],
            "relay": None,
        }
        with closing(sqlite3.connect(node.home / "database.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            told = until_status(node, 503)
            assert (told["status"], told["ready"], set(told)) == ("not ok", False, BRIEF)
            other.execute("ROLLBACK")
        assert until_status(node, 200)["status"] == "ok"
        node.check_calm()


def test_the_service_manager_hears_of_the_start_of_life_and_of_the_end(tmp_path: Path) -> None:
    with running() as nodes, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        name = str(tmp_path / "notify")
        channel.bind(name)
        channel.settimeout(20)
        home = tmp_path / "ana"
        cli(home, "init", "--name", "Ana")
        node = nodes.start(home, variables={"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "300000"})
        heard = {channel.recv(1000), channel.recv(1000)}
        assert heard == {b"READY=1\nSTATUS=ready", b"WATCHDOG=1"}
        os.kill(node.process.pid, signal.SIGSTOP)  # a node that hangs gives no signs of life
        try:
            channel.settimeout(0.4)
            while True:
                channel.recv(1000)
        except TimeoutError:
            pass
        finally:
            os.kill(node.process.pid, signal.SIGCONT)
        channel.settimeout(20)
        assert channel.recv(1000) == b"WATCHDOG=1"
        node.end()
        last = b""
        while last != b"STOPPING=1":
            last = channel.recv(1000)
