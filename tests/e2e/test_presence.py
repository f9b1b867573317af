"""Who is here, between real nodes in processes of their own: coming, going, being killed, and being imitated."""

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio
from libp2p.pubsub.pb import rpc_pb2

from crypto.ids import ConversationId
from node.client import Client, Event
from node.network import Network, open_network
from protocol import gossip
from protocol.ephemeral import looks_sound
from tests.e2e.nodes import (
    Json,
    Node,
    agree,
    cli,
    let_in,
    listening,
    running,
    topic,
    until,
    until_presence,
)

ONLINE_S = 6.0
GONE_S = 15.0
AT_ONCE_S = 2.0


def applied(state: Json, diff: Json) -> Json:
    """Return who is here after a diff, as the official client works it out."""
    metas = {key: list(entry["metas"]) for key, entry in state.items()}
    for key, entry in diff["joins"].items():
        metas.setdefault(key, []).extend(entry["metas"])
    for key, entry in diff["leaves"].items():
        gone = {meta["phx_ref"] for meta in entry["metas"]}
        metas[key] = [meta for meta in metas[key] if meta["phx_ref"] not in gone]
    return {key: {"metas": left} for key, left in metas.items() if left}


@dataclass
class Watch:
    """What one client makes of `presence_state` and `presence_diff`."""

    client: Client
    state: Json = field(default_factory=dict)

    def people(self) -> dict[str, str]:
        return {meta["name"]: meta["status"] for entry in self.state.values() for meta in entry["metas"]}

    async def until(self, expected: dict[str, str], *, within_s: float) -> float:
        """Return how long it took until these are here."""
        began_s = time.monotonic()
        try:
            with trio.fail_after(within_s):
                while self.people() != expected:
                    self.take(await self.client.next_event())
        except trio.TooSlowError:
            raise AssertionError(f"here are {self.people()}") from None
        return time.monotonic() - began_s

    def take(self, event: Event) -> None:
        match event.event:
            case "presence_state":
                self.state = event.payload
            case "presence_diff":
                self.state = applied(self.state, event.payload)
                assert all(len(entry["metas"]) == 1 for entry in self.state.values())


async def gathered(host: Client, *guests: Client) -> str:
    """Return a conversation of all these, whose clients have joined its topic."""
    conversation = str((await host.call("node", "create", {"title": "Who is here", "ai": False}))["id"])
    await host.join(topic(conversation))
    for guest in guests:
        await let_in(host, guest, conversation)
    await agree(conversation, host, *guests)
    return conversation


@pytest.mark.trio
async def test_people_come_are_away_and_go_with_their_clients(tmp_path: Path) -> None:
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    with running() as nodes:
        _, second = nodes.make(anna, ben)
        async with listening(anna) as a:
            async with listening(ben) as b:
                conversation = await gathered(a, b)
                watch, other = Watch(a), Watch(b)
                both = {"Anna": "online", "Ben": "online"}
                for each in (watch, other):
                    assert await each.until(both, within_s=ONLINE_S) < ONLINE_S
                me = (await a.call("node", "status"))["identity"]
                assert me in watch.state, "the keys are identities"
                await b.call(topic(conversation), "presence", {"status": "away"})
                await watch.until({"Anna": "online", "Ben": "away"}, within_s=AT_ONCE_S)
                shown = {each["name"]: each["presence"] for each in cli(anna, "members", conversation)}
                assert shown == {"Anna": "online", "Ben": "away"}
                await b.call("node", "presence", {"status": "online"})
                await watch.until(both, within_s=AT_ONCE_S)
            await watch.until({"Anna": "online"}, within_s=GONE_S)
            async with listening(ben, conversation) as b:
                await watch.until(both, within_s=ONLINE_S)
                async with listening(anna, conversation) as late:
                    joined = await until(late, lambda event: event.event == "presence_state")
                    assert {entry["metas"][0]["name"] for entry in joined.payload.values()} == {"Anna", "Ben"}
            assert await trio.to_thread.run_sync(second.end) < AT_ONCE_S
            await watch.until({"Anna": "online"}, within_s=AT_ONCE_S)


@pytest.mark.trio
async def test_a_killed_node_is_gone_within_fifteen_seconds_and_a_goodbye_is_heard_at_once(tmp_path: Path) -> None:
    anna, ben, carla = tmp_path / "anna", tmp_path / "ben", tmp_path / "carla"
    with running() as nodes:
        _, second, third = nodes.make(anna, ben, carla)
        async with listening(anna) as a, listening(carla) as c:
            async with listening(ben) as b:
                conversation = await gathered(a, b, c)
                everybody = {"Anna": "online", "Ben": "online", "Carla": "online"}
                watches = [Watch(a), Watch(c)]
                for watch in watches:
                    await watch.until(everybody, within_s=2 * ONLINE_S)
                second.kill()
                for watch in watches:
                    await watch.until({"Anna": "online", "Carla": "online"}, within_s=GONE_S)
            second = await nodes.start_beside(ben, listen=second.listen)
            async with listening(ben, conversation):
                for watch in watches:
                    await watch.until(everybody, within_s=2 * ONLINE_S)
                # Anna and Carla could still hear of Ben through each other: without his word they would wait
                assert await trio.to_thread.run_sync(second.end) < AT_ONCE_S
                for watch in watches:
                    await watch.until({"Anna": "online", "Carla": "online"}, within_s=AT_ONCE_S)
        assert third.process.poll() is None


@dataclass
class Recorder:
    """A peer that is no member, hears what passes, and says it again."""

    network: Network
    node: Node
    name: str
    heard: list[rpc_pb2.Message] = field(default_factory=list)

    async def repeat(self) -> None:
        """Publish every frame again, as a message of ours, and pass on the messages themselves once more."""
        pubsub = self.network._gossip.pubsub
        (peer,) = [peer for peer in pubsub.peers if peer.to_base58() == self.node.ready["peer_id"]]
        for message in self.heard:
            await pubsub.publish(self.name, message.data)
            pubsub.router.send_rpc(peer, rpc_pb2.RPC(publish=[message]))
        await self.network.drain()


@asynccontextmanager
async def recording(node: Node, conversation: str) -> AsyncIterator[Recorder]:
    async with open_network(seed=secrets.token_bytes(32), listen=[]) as network:
        name = gossip.ephemeral_topic(ConversationId(bytes.fromhex(conversation)))
        recorder = Recorder(network, node, name)
        pubsub = network._gossip.pubsub
        pubsub.deliver = lambda message, _forwarder: recorder.heard.append(message)
        await network.subscribe(name, looks_sound)
        await network.dial(str(node.ready["peer_id"]), [node.address])
        yield recorder


@pytest.mark.trio
async def test_what_is_said_again_brings_nobody_back(tmp_path: Path) -> None:
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    with running() as nodes:
        first, second = nodes.make(anna, ben)
        async with listening(anna) as a, listening(ben) as b:
            conversation = await gathered(a, b)
            watch = Watch(a)
            await watch.until({"Anna": "online", "Ben": "online"}, within_s=ONLINE_S)
            async with recording(second, conversation) as recorder:
                for status in ("away", "online"):
                    await b.call(topic(conversation), "presence", {"status": status})
                    await watch.until({"Anna": "online", "Ben": status}, within_s=AT_ONCE_S)
                with trio.fail_after(10):
                    while len(recorder.heard) < 2:
                        await trio.sleep(0.05)
                heard = list(recorder.heard)
            await trio.to_thread.run_sync(second.end)
            await watch.until({"Anna": "online"}, within_s=AT_ONCE_S)
            async with recording(first, conversation) as recorder:
                recorder.heard = heard
                with trio.fail_after(10):
                    while first.ready["peer_id"] not in recorder.network.topic_peers(recorder.name):
                        await trio.sleep(0.01)
                await recorder.repeat()
                told = len(recorder.heard)
                # the answer to something that she says only now comes after all of it
                await a.call(topic(conversation), "presence", {"status": "away"})
                with trio.fail_after(10):
                    while len(recorder.heard) == told:
                        await trio.sleep(0.05)
                await watch.until({"Anna": "away"}, within_s=AT_ONCE_S)
                with pytest.raises(AssertionError):
                    await watch.until({"Anna": "away", "Ben": "online"}, within_s=1.0)
            await until_presence(a, conversation, {"Anna": "away", "Ben": "offline"})
        first.check_calm()
