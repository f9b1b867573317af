"""Two nodes that nobody can dial meet over a third, and find each other again when it was away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
import trio

from node.client import CallRefused, Client
from tests.e2e.nodes import (
    Json,
    Node,
    Nodes,
    agree,
    init,
    let_in,
    listening,
    next_of,
    running,
    say,
    until_text,
)

pytestmark = pytest.mark.trio

IDLE_S = 5.0
AGAIN_S = 60.0
"""The relay is dialled again within some seconds, and then the other; each with a growing pause."""


class Cellar:
    """A relay, and two nodes that listen nowhere."""

    def __init__(self, nodes: Nodes, folder: Path) -> None:
        self.nodes = nodes
        self._folder = folder
        self.relay: Node
        self.conversation = ""

    async def start_relay(self, listen: str = "/ip4/127.0.0.1/tcp/0") -> None:
        self.relay = await self.nodes.start_beside(self._folder / "relay", "--relay", listen=listen)

    async def start(self) -> None:
        for name in ("relay", "ana", "ben"):
            await trio.to_thread.run_sync(init, self._folder / name, name.capitalize())
        await self.start_relay()
        for name in ("ana", "ben"):
            await self.start_hidden(name)

    async def start_hidden(self, name: str) -> Node:
        hidden = ("--listen", "", "--bootstrap", self.relay.address)
        return await self.nodes.start_beside(self._folder / name, *hidden, listen="")

    def at(self, name: str) -> Path:
        return self._folder / name


@asynccontextmanager
async def cellar(folder: Path) -> AsyncIterator[Cellar]:
    with running() as nodes:
        made = Cellar(nodes, folder)
        await made.start()
        yield made


async def until_reachable(client: Client) -> Json:
    """Return the status of a node as soon as a relay keeps a place for it."""
    with trio.fail_after(20):
        while True:
            status = await client.call("node", "status")
            if status["addrs"]:
                return status
            await trio.sleep(0.05)


async def until_path(client: Client, name: str, path: str | None, *, within_s: float = 20.0) -> None:
    """Return as soon as a peer is connected by this path."""
    found: list[Json] = []
    try:
        with trio.fail_after(within_s):
            while True:
                found = (await client.call("node", "peers"))["peers"]
                if any((peer["name"], peer["path"]) == (name, path) for peer in found):
                    return
                await next_of(client)
    except trio.TooSlowError:
        raise AssertionError(f"{name} is not {path}: {found}") from None


async def test_two_hidden_nodes_talk_over_a_relay_and_again_after_it_was_away(tmp_path: Path) -> None:
    async with cellar(tmp_path) as at, listening(at.at("ana")) as a, listening(at.at("ben")) as b:
        for client in (a, b):
            status = await until_reachable(client)
            assert status["addrs"] == [f"{at.relay.address}/p2p-circuit/p2p/{status['peer_id']}"]
        conversation = str((await a.call("node", "create", {"title": "Cellar", "ai": False}))["id"])
        await a.join(f"conversation:{conversation}")
        await let_in(a, b, conversation)
        await agree(conversation, a, b)
        await until_path(a, "Ben", "relayed")
        await until_path(b, "Ana", "relayed")
        await say(a, conversation, "Is anybody there?")
        await until_text(b, "Is anybody there?")
        await say(b, conversation, "I am.")
        await until_text(a, "I am.")

        listen = at.relay.listen
        await trio.to_thread.run_sync(at.relay.kill)
        await until_path(a, "Ben", None)
        await say(a, conversation, "Said into the dark")
        await at.start_relay(listen)
        await until_path(a, "Ben", "relayed", within_s=AGAIN_S)
        await until_path(b, "Ana", "relayed", within_s=AGAIN_S)
        await until_text(b, "Said into the dark", within_s=AGAIN_S)
        await say(b, conversation, "Light again")
        await until_text(a, "Light again")
        await agree(conversation, a, b)

        for node in at.nodes.running[1:]:
            await trio.to_thread.run_sync(node.check_calm)


async def test_a_hidden_node_that_starts_anew_is_found_by_what_it_told(tmp_path: Path) -> None:
    """Ben ends and starts; neither of them uses the invite again."""
    async with cellar(tmp_path) as at, listening(at.at("ana")) as a:
        await until_reachable(a)
        conversation = str((await a.call("node", "create", {"title": "Cellar", "ai": False}))["id"])
        await a.join(f"conversation:{conversation}")
        async with listening(at.at("ben")) as b:
            await until_reachable(b)
            await let_in(a, b, conversation)
            await agree(conversation, a, b)
        ben = at.nodes.running[2]
        await trio.to_thread.run_sync(ben.end)
        await until_path(a, "Ben", None)
        await say(a, conversation, "While you slept")
        await at.start_hidden("ben")
        async with listening(at.at("ben"), conversation) as b:
            await until_path(b, "Ana", "relayed", within_s=AGAIN_S)
            await agree(conversation, a, b, within_s=AGAIN_S)


async def test_an_invite_by_which_nobody_could_come_is_refused(tmp_path: Path) -> None:
    with running() as nodes:
        home = tmp_path / "ana"
        await trio.to_thread.run_sync(init, home, "Ana")
        node = await nodes.start_beside(home, "--listen", "", listen="")
        assert node.ready["addrs"] == []
        async with listening(home) as a:
            conversation = (await a.call("node", "create", {"title": "Cellar", "ai": False}))["id"]
            with pytest.raises(CallRefused, match="listens nowhere") as refused:
                await a.call("node", "invite", {"conversation": conversation})
            assert refused.value.code == "unreachable"


@pytest.mark.soak
async def test_an_idle_relay_and_those_who_hold_a_place_cost_next_to_nothing(tmp_path: Path) -> None:
    async with cellar(tmp_path) as at, listening(at.at("ana")) as a, listening(at.at("ben")) as b:
        for client in (a, b):
            await until_reachable(client)
        processes = [psutil.Process(node.process.pid) for node in at.nodes.running]
        before_s = [sum(process.cpu_times()[:2]) for process in processes]
        await trio.sleep(IDLE_S)
        shares = [
            (sum(process.cpu_times()[:2]) - before) / IDLE_S
            for process, before in zip(processes, before_s, strict=True)
        ]
        assert max(shares) < 0.03, shares
