"""`peer2peer search`: what it prints, how it pages, and that it waits for what is still being looked through."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.cli import search as search_command
from tests.unit.node.cli.gateway_thread import GatewayThread
from tests.unit.node.cli.test_cli import document, run
from tests.unit.node.gateway.fake_backend import FIRST, SECOND, message


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayThread]:
    thread = GatewayThread(tmp_path / "profile")
    thread.start()
    yield thread
    thread.stop()


def test_results_a_line_each_newest_first(gateway: GatewayThread) -> None:
    gateway.backend.stored[SECOND] = [message(0xF1, "a message\x1b[2J of bread", kind="ai", name="Leaf")]
    shown = run(gateway, "search", "message", "--limit", "2")
    assert shown.exit_code == 0, shown.stderr
    first, second = shown.stdout.splitlines()
    assert first.startswith(f"{0xFD:064x}"[:8])
    assert first.endswith("  Bridges  Ada: message 29")
    assert second.endswith("message 28")
    found = document(run(gateway, "search", "of", "bread", "--json"))
    assert [(one["conversation"], one["status"]) for one in found] == [(SECOND, "archived")]
    human = run(gateway, "search", "bread").stdout
    assert "(archived)  Leaf (AI): a message" in human
    assert "\x1b" not in human, "foreign text commands no terminal"
    assert document(run(gateway, "search", "nothing like it", "--json")) == []


def test_one_conversation_an_order_and_more_than_a_page(
    gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_command, "PAGE", 4)
    found = document(
        run(gateway, "search", "message", "--conversation", "c1", "--order", "relevance", "--limit", "10", "--json")
    )
    assert [one["snippet"] for one in found] == [f"message {number}" for number in range(29, 19, -1)]
    asked = [call[2:] for call in gateway.backend.calls if call[0] == "search"]
    assert asked == [
        (FIRST, "relevance", 1, None),
        (FIRST, "relevance", 4, None),
        (FIRST, "relevance", 4, "4"),
        (FIRST, "relevance", 2, "8"),
    ]
    unknown = run(gateway, "search", "x", "--conversation", "ff")
    assert (unknown.exit_code, unknown.stdout) == (1, "")


def test_it_waits_until_everything_was_looked_through(gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_command, "ASK_AGAIN_S", 0.05)  # nobody tells this client anything
    gateway.backend.search_is_complete = [False, False, True]
    assert len(document(run(gateway, "search", "message 7", "--json"))) == 1
    assert len([call for call in gateway.backend.calls if call[0] == "search"]) == 4


def test_the_event_ends_the_waiting(gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_command, "ASK_AGAIN_S", 1000.0)
    gateway.backend.search_is_complete = [False]
    stop = threading.Event()

    def tell() -> None:
        while not stop.wait(0.02):
            gateway.call(lambda: gateway.backend.emit(None, "search", {"complete": False, "done": 1, "of": 2}))
            gateway.call(lambda: gateway.backend.emit(None, "search", {"complete": True, "done": 2, "of": 2}))

    telling = threading.Thread(target=tell)
    telling.start()
    try:
        assert len(document(run(gateway, "search", "message 7", "--json"))) == 1
    finally:
        stop.set()
        telling.join()
