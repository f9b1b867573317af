"""`peer2peer export`: all pages, a file that is whole or not there."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.unit.node.cli.gateway_thread import GatewayThread
from tests.unit.node.cli.test_cli import document, run
from tests.unit.node.gateway.fake_backend import FIRST, message


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayThread]:
    thread = GatewayThread(tmp_path / "profile")
    thread.start()
    yield thread
    thread.stop()


def test_all_of_a_long_conversation_in_a_file(gateway: GatewayThread, tmp_path: Path) -> None:
    gateway.backend.stored[FIRST] = [message(0xE00 + n, f"message {n}") for n in range(450)]
    target = tmp_path / "out.json"
    target.write_text("what was there before", encoding="utf-8")
    told = document(run(gateway, "export", "c1", "--format", "json", "--output", str(target), "--json"))
    assert told == {"file": str(target), "messages": 450}
    found = orjson.loads(target.read_bytes())
    assert [each["text"] for each in found["messages"]] == [f"message {n}" for n in range(450)]
    assert [path.name for path in tmp_path.iterdir() if path.name != "profile"] == ["out.json"]


def test_printed_as_markdown(gateway: GatewayThread) -> None:
    shown = run(gateway, "export", "c1")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("# Bridges\n")
    assert "**Ada** · " in shown.stdout
    assert shown.stdout.count("> message ") == 30


def test_what_fails_leaves_what_was_there(gateway: GatewayThread, tmp_path: Path) -> None:
    target = tmp_path / "out.md"
    target.write_text("before", encoding="utf-8")
    refused = run(gateway, "export", "ffff", "--output", str(target))
    assert (refused.exit_code, target.read_text(encoding="utf-8")) == (1, "before")
    assert [path.name for path in tmp_path.iterdir() if path.name != "profile"] == ["out.md"]
    missing = run(gateway, "export", "c1", "--output", str(tmp_path / "no" / "out.md"))
    assert missing.exit_code == 1
    assert "could not be written" in missing.stderr
