"""A node ends when it is told to, quickly and quietly, and starts again however it ended."""

import signal
from pathlib import Path

import pytest
import trio

from node.client import Client, ClientError
from tests.e2e.nodes import (
    Node,
    agree,
    cli,
    init,
    let_in,
    listening,
    refused,
    running,
    say,
    texts,
    until_peers,
    until_text,
)

END_S = 3.0


def check_ended_well(node: Node, took_s: float) -> None:
    assert node.process.returncode == 0
    assert took_s < END_S
    assert node.stderr() == ""
    assert not (node.home / "api.json").exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
def test_a_signal_ends_an_idle_node_at_once_and_its_ports_are_free(tmp_path: Path, how: signal.Signals) -> None:
    home = tmp_path / "anna"
    with running() as nodes:
        (node,) = nodes.make(home)
        check_ended_well(node, node.end(how))
        assert refused(home, "status")["error"] == "no_node"
        again = nodes.start(home, listen=node.listen, api=node.api)
        assert (again.address, again.api) == (node.address, node.api)
        check_ended_well(again, again.end(how))


def test_a_node_listens_where_it_did_last_time_unless_told_otherwise(tmp_path: Path) -> None:
    home = tmp_path / "anna"
    init(home, "Anna")
    with running() as nodes:
        first = nodes.start(home, listen="")
        first.end()
        second = nodes.start(home, listen="")
        assert second.port == first.port


@pytest.mark.trio
async def test_signals_end_nodes_in_the_middle_of_a_talk_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    with running() as nodes:
        first, second = nodes.make(anna, ben)
        async with listening(anna) as a, listening(ben) as b:
            conversation = (await a.call("node", "create", {"title": "Storm", "ai": False}))["id"]
            await let_in(a, b, conversation)
            said: dict[str, list[str]] = {"a": [], "b": []}

            async def chatter(client: Client, who: str) -> None:
                try:
                    while True:
                        text = f"{who} {len(said[who])}"
                        await say(client, conversation, text)
                        said[who].append(text)
                except ClientError:
                    return

            async with trio.open_nursery() as nursery:
                nursery.start_soon(chatter, a, "a")
                nursery.start_soon(chatter, b, "b")
                await until_text(b, "a 30")
                check_ended_well(first, await trio.to_thread.run_sync(first.end))
                seen = len(said["b"])
                while len(said["b"]) < seen + 10:  # the other one is not bothered
                    await b.next_event()
                check_ended_well(second, await trio.to_thread.run_sync(lambda: second.end(signal.SIGINT)))
        for node in (first, second):
            await nodes.start_beside(node.home, listen=node.listen, api=node.api)
        async with listening(anna, conversation) as a, listening(ben, conversation) as b:
            await until_peers(a, 1)
            await agree(conversation, a, b)
            found = await texts(a, conversation)
            assert found == await texts(b, conversation)
            for who, lines in said.items():
                kept = [text for text in found if text.startswith(who)]
                assert kept[: len(lines)] == lines
                assert len(kept) <= len(lines) + 1  # the one whose answer was cut off may be there


def test_a_killed_node_starts_again_at_once(tmp_path: Path) -> None:
    home = tmp_path / "anna"
    with running() as nodes:
        (node,) = nodes.make(home)
        conversation = cli(home, "conversations", "new", "Phoenix", "--no-ai")["id"]
        sent = cli(home, "send", conversation, "still here")["id"]
        node.kill()
        assert (home / "api.json").exists()
        assert refused(home, "status")["error"] == "no_node"
        nodes.start(home, listen=node.listen, api=node.api)
        assert [message["id"] for message in cli(home, "read", conversation)] == [sent]
