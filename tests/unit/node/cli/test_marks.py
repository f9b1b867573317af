"""`edit`, `delete`, `react`, `pin`, `archive` and their like; what `read` marks as read; `send --wait`."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.node.cli.gateway_thread import GatewayThread
from tests.unit.node.cli.test_cli import document, run
from tests.unit.node.gateway.fake_backend import FIRST, SECOND, message

NAME = f"{0xE5:064x}"


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayThread]:
    thread = GatewayThread(tmp_path / "profile")
    thread.start()
    yield thread
    thread.stop()


def test_each_prints_the_message_as_it_is_then(gateway: GatewayThread) -> None:
    for args, call, human in (
        (["edit", "c1", NAME, "- better"], "edit", "Ada: - better (edited)"),
        (["react", "c1", NAME, "👍"], "react", "Ada: - better (edited)  [👍 1]"),
        (["react", "c1", NAME, "👍", "--remove"], "react", "Ada: - better (edited)"),
        (["pin", "c1", NAME], "pin", "Ada: - better (edited) (pinned)"),
        (["unpin", "c1", NAME], "pin", "Ada: - better (edited)"),
        (["delete", "c1", NAME], "delete", "Ada: (deleted)"),
    ):
        shown = run(gateway, *args)
        assert shown.exit_code == 0, shown.stderr
        assert shown.stdout.startswith(f"{NAME[:8]}  ")
        assert shown.stdout.rstrip("\n")[28:] == human
        assert gateway.backend.calls[-1] == (call, FIRST, NAME)
        if args[0] != "delete":
            assert document(run(gateway, *args, "--json"))["id"] == NAME
    refused = run(gateway, "delete", "c1", NAME)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == "peer2peer: that message was deleted already\n"


def test_pins_and_archive(gateway: GatewayThread) -> None:
    assert run(gateway, "pins", "c1").stdout == "nothing is pinned\n"
    assert document(run(gateway, "pins", "c1", "--json")) == []
    run(gateway, "pin", "c1", NAME)
    assert run(gateway, "pins", "c1").stdout.startswith(NAME[:8])
    assert [each["id"] for each in document(run(gateway, "pins", "c1", "--json"))] == [NAME]
    assert "archived" in run(gateway, "archive", "c1").stdout
    assert document(run(gateway, "unarchive", "c1", "--json"))["status"] == "active"
    assert [call[2] for call in gateway.backend.calls if call[0] == "archive"] == [True, False]


def test_what_is_read_counts_as_read_unless_it_is_kept_unread(gateway: GatewayThread) -> None:
    run(gateway, "read", "c1", "--keep-unread")
    assert gateway.backend.calls == []
    run(gateway, "read", "c1", "--limit", "3", "--json")
    assert gateway.backend.calls == [("read", FIRST, gateway.backend.stored[FIRST][-1]["id"])]
    run(gateway, "read", "c2")
    assert len(gateway.backend.calls) == 1, "there was nothing to read"


def test_ids(gateway: GatewayThread) -> None:
    gateway.backend.stored[SECOND] = [message(0xABC, "hello")]
    plain = run(gateway, "read", "c2").stdout
    assert run(gateway, "read", "c2", "--ids").stdout == f"{'0' * 8}  {plain}"


@pytest.mark.parametrize("state", ["delivered", "read"])
def test_send_waits_until_it_is_delivered(gateway: GatewayThread, state: str) -> None:
    backend, told = gateway.backend, threading.Event()

    def tell() -> None:
        while not told.is_set():
            for each in backend.stored[SECOND]:
                news = [{"id": "00" * 32, "state": "read"}, {"id": each["id"], "state": state}]
                gateway.call(backend.emit, SECOND, "states", {"messages": news})
            told.wait(0.01)

    teller = threading.Thread(target=tell)
    teller.start()
    try:
        sent = run(gateway, "send", "c2", "hello", "--wait", "delivered", "--json")
    finally:
        told.set()
        teller.join()
    assert sent.exit_code == 0
    assert document(sent) == {"id": backend.stored[SECOND][0]["id"], "state": state}


def test_send_gives_up_waiting(gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.cli.messages.WAIT_S", 0.05)
    sent = run(gateway, "send", "c2", "hello", "--wait", "read")
    assert sent.exit_code == 1
    assert sent.stdout.endswith("  stored\n")


def test_describe(gateway: GatewayThread) -> None:
    shown = run(gateway, "describe", "c1", "--title", "Orchard", "--description", "")
    assert (shown.exit_code, shown.stdout) == (0, f"{FIRST[:8]}  Bridges\n")
    assert gateway.backend.calls[-1] == ("settings", FIRST, "Orchard", "")
    refused = run(gateway, "describe", "c1")
    assert refused.exit_code == 1
    assert "give a title or a description" in refused.stderr
