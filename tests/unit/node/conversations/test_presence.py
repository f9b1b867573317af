"""Presence and typing between whole nodes in one process, on virtual time, over links that come and go."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from node.conversations.attending import LINGER_S
from node.conversations.messages import say
from node.conversations.presence import Presence
from protocol import gossip
from protocol.bodies.signals import State
from protocol.presence import DOUBT_S, LONGEST_S, SILENT_INTERVALS
from tests.builders import person
from tests.sim.disk import Disks
from tests.sim.machine import Machine, Running, World, founding_ops
from tests.sim.network import SimNetwork, Wire
from tests.sim.trace import Trace

Json = dict[str, Any]
CLIENT = "a client"


class Group:
    """Some nodes of one conversation; each keeps what its channel was told, with the time."""

    def __init__(self, world: World, names: tuple[str, ...], *, unreachable: tuple[str, ...]) -> None:
        self.world = world
        self.wire = world.wire
        self.machines = {name: Machine(world, person(name), founding=True, heard=False) for name in names}
        self.told: dict[str, list[tuple[float, str, Json]]] = {name: [] for name in names}
        self.published: list[tuple[float, str, bytes]] = []
        """Everything on the topic of signals: when, by whom, and the frame."""
        self.topic = gossip.ephemeral_topic(world.conversation)
        for name, machine in self.machines.items():
            machine.is_hidden = name in unreachable
            if not machine.is_hidden:
                world.addresses[machine.peer_id] = (f"/ip4/192.0.2.1/tcp/4001/p2p/{machine.peer_id}",)
        world.wire.on_published = self._published

    def _published(self, network: SimNetwork, data: bytes) -> None:
        try:
            gossip.load(data, conversation=self.world.conversation)
        except Exception:
            self.published.append((trio.current_time(), network.name, data))

    async def start(self) -> None:
        for machine in self.machines.values():
            self.world.nursery.start_soon(machine.live)
        self.world.nursery.start_soon(self.wire.post.run)
        while not all(machine.running for machine in self.machines.values()):
            await trio.sleep(0.1)
        for name in self.machines:
            self.listen(name)

    def listen(self, name: str) -> None:
        def note(_conversation: str | None, event: str, payload: Json) -> None:
            self.told[name].append((trio.current_time(), event, payload))

        self.running(name).events.subscribe(note)

    def running(self, name: str) -> Running:
        running = self.machines[name].running
        assert running is not None
        return running

    def presence(self, name: str) -> Presence:
        running = self.running(name)
        return running.services.presence(running.library.conversations[self.world.conversation])

    def attend(self, *names: str, state: State = State.ONLINE) -> None:
        for name in names or self.machines:
            self.running(name).services.attending.attend(CLIENT, state)

    def sees(self, name: str) -> dict[str, str]:
        """Return who is here and how, as a client that joins now is told."""
        names = {person(each).id.hex(): each for each in self.machines}
        return {names[key]: entry["metas"][0]["status"] for key, entry in self.presence(name).state().items()}

    async def until(self, name: str, expected: dict[str, str], *, within_s: float) -> float:
        """Return how long it took until somebody sees exactly these."""
        began_s = trio.current_time()
        while (found := self.sees(name)) != expected:
            assert trio.current_time() - began_s <= within_s, (name, found)
            await trio.sleep(0.05)
        return trio.current_time() - began_s

    async def gather(self) -> None:
        """Let everybody attend, and wait until all see all."""
        self.attend()
        for name in self.machines:
            await self.until(name, dict.fromkeys(self.machines, "online"), within_s=20.0)

    def events(self, name: str, event: str) -> list[Json]:
        return [payload for _, told, payload in self.told[name] if told == event]

    def typing(self, name: str) -> list[tuple[str, bool]]:
        names = {person(each).id.hex(): each for each in self.machines}
        return [(names[told["user_id"]], told["typing"]) for told in self.events(name, "typing")]

    def cable(self, one: str, other: str) -> Any:
        return self.running(one).network.cables[self.machines[other].peer_id]

    def heartbeats(self, by: str) -> int:
        return sum(name == by for _, name, _ in self.published)


def group(*names: str, unreachable: tuple[str, ...] = ()) -> Callable[[Callable[[Group], Awaitable[None]]], None]:
    """Run a scenario with these nodes; nobody can dial those who are `unreachable`."""

    def play(scenario: Callable[[Group], Awaitable[None]]) -> None:
        async def main(folder: Path, disks: Disks) -> None:
            async with trio.open_nursery() as nursery:
                wire = Wire(Random(7), Trace())
                wire.weather.latency_s = (0.001, 0.05)
                conversation, founding = founding_ops(names)
                world = World(wire, disks, folder, Random(8), nursery, conversation, founding)
                made = Group(world, names, unreachable=unreachable)
                await made.start()
                await scenario(made)
                nursery.cancel_scope.cancel()

        disks = Disks()
        with TemporaryDirectory() as folder, disks.watching():
            trio.run(partial(main, Path(folder), disks), clock=MockClock(autojump_threshold=0))

    return play


def test_people_see_each_other_as_soon_as_a_client_is_attached() -> None:
    async def scenario(made: Group) -> None:
        await trio.sleep(30.0)
        assert made.published == [], "nodes whose people are away say nothing"
        made.attend("ana")
        assert made.sees("ana") == {"ana": "online"}
        await made.until("ben", {"ana": "online"}, within_s=1.0)
        made.attend("ben", state=State.AWAY)
        await made.until("ana", {"ana": "online", "ben": "away"}, within_s=1.0)
        members = made.running("ana").library.conversations[made.world.conversation].view.members()
        assert {member["name"]: member["presence"] for member in members} == {"ana": "online", "ben": "away"}
        (diff,) = [diff for diff in made.events("ana", "presence_diff") if person("ben").id.hex() in diff["joins"]]
        (meta,) = diff["joins"][person("ben").id.hex()]["metas"]
        assert (meta["name"], meta["status"], meta["devices"]) == ("ben", "away", [person("ben").device_id.hex()])
        before = meta["phx_ref"]
        made.attend("ben")
        await made.until("ana", {"ana": "online", "ben": "online"}, within_s=2.0)
        diff = made.events("ana", "presence_diff")[-1]
        assert diff["leaves"][person("ben").id.hex()]["metas"][0]["phx_ref"] == before
        assert diff["joins"][person("ben").id.hex()]["metas"][0]["phx_ref_prev"] == before
        await trio.sleep(0.1)
        assert {member["presence"] for member in made.events("ana", "members")[-1]["members"]} == {"online"}

    group("ana", "ben")(scenario)


def test_a_person_is_as_present_as_the_most_present_client_and_lingers_after_the_last() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        attending = made.running("ben").services.attending
        attending.attend("another", State.AWAY)
        attending.part(CLIENT)
        await made.until("ana", {"ana": "online", "ben": "away"}, within_s=1.5)
        attending.part("nobody")
        attending.part("another")
        await trio.sleep(LINGER_S - 1.0)
        assert made.sees("ana") == {"ana": "online", "ben": "away"}
        attending.attend("another", State.AWAY)
        told = len(made.events("ana", "presence_diff"))
        await trio.sleep(2 * LINGER_S)
        assert len(made.events("ana", "presence_diff")) == told, "a client that starts again changes nothing"
        attending.part("another")
        took_s = await made.until("ana", {"ana": "online"}, within_s=LINGER_S + 1.0)
        assert took_s >= LINGER_S - 0.1
        assert made.sees("ben") == {"ana": "online"}
        said = made.heartbeats("ben")
        await trio.sleep(300.0)
        assert made.heartbeats("ben") == said, "who is offline says nothing"

    group("ana", "ben")(scenario)


def test_a_node_that_is_killed_is_gone_at_once_where_nobody_else_could_reach_it() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        made.machines["ben"].crash()
        assert await made.until("ana", {"ana": "online"}, within_s=0.2) < 0.2

    group("ana", "ben")(scenario)


def test_a_node_that_is_back_before_its_loss_was_noticed_is_greeted() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        await trio.sleep(20.0)
        peers, run = made.running("ana").services.peers, made.machines["ben"].runs
        peers.on_up = peers.on_down = lambda _peer_id: None
        made.machines["ben"].crash()
        while made.machines["ben"].runs == run or made.machines["ben"].running is None:
            await trio.sleep(0.1)
        assert made.sees("ana") == {"ana": "online", "ben": "online"}
        made.attend("ben")
        await made.until("ben", {"ana": "online", "ben": "online"}, within_s=10.0)

    group("ana", "ben")(scenario)


def test_a_node_that_is_killed_is_gone_soon_where_others_might_still_reach_it() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        made.machines["ben"].crash()
        for name in ("ana", "cat"):
            await made.until(name, {"ana": "online", "cat": "online"}, within_s=DOUBT_S + 0.2)

    group("ana", "ben", "cat")(scenario)


def test_a_lost_link_changes_nothing_where_somebody_else_passes_on_what_is_said() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        await trio.sleep(150.0)  # until everybody's name is known
        told = {name: len(made.events(name, "presence_diff")) for name in made.machines}
        for machine in made.machines.values():
            machine.running.network.is_hidden = True  # type: ignore[union-attr]
        made.wire.cut(made.cable("ana", "ben"), "a test")
        await trio.sleep(4 * SILENT_INTERVALS * LONGEST_S)
        assert made.machines["ben"].peer_id not in made.running("ana").network.cables
        for name in made.machines:
            assert made.sees(name) == dict.fromkeys(made.machines, "online")
            assert len(made.events(name, "presence_diff")) == told[name]

    group("ana", "ben", "cat")(scenario)


def test_who_is_known_through_another_only_is_gone_within_fifteen_seconds() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        assert made.machines["cat"].peer_id not in made.running("ana").network.cables
        await trio.sleep(20.0)
        made.machines["cat"].crash()
        began_s = trio.current_time()
        await made.until("ben", {"ana": "online", "ben": "online"}, within_s=DOUBT_S + 0.2)
        await made.until("ana", {"ana": "online", "ben": "online"}, within_s=15.0)
        assert trio.current_time() - began_s <= 15.0

    group("ben", "ana", "cat", unreachable=("ana", "cat"))(scenario)


def test_silence_is_noticed_though_the_connection_lives_and_nobody_is_here_to_see_it() -> None:
    async def scenario(made: Group) -> None:
        made.attend("ben")
        await made.until("ana", {"ben": "online"}, within_s=1.0)
        made.wire.weather.lost = 1.0
        took_s = await made.until("ana", {}, within_s=SILENT_INTERVALS * LONGEST_S + 0.2)
        assert took_s > SILENT_INTERVALS * LONGEST_S - 2.0
        made.wire.weather.lost = 0.0
        await made.until("ana", {"ben": "online"}, within_s=1.1 * LONGEST_S + 0.2)

    group("ana", "ben")(scenario)


def test_heartbeats_are_rare_where_all_are_connected_and_frequent_where_not() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        await trio.sleep(20.0)
        before = {name: made.heartbeats(name) for name in made.machines}
        await trio.sleep(600.0)
        often = {name: made.heartbeats(name) - before[name] for name in made.machines}
        assert 9 <= often["ben"] <= 12, "ben is connected with everybody"
        assert 108 <= often["ana"] <= 134
        assert 108 <= often["cat"] <= 134
        assert {len(diff) for name in made.machines for diff in made.events(name, "presence_diff")} == {2}

    group("ben", "ana", "cat", unreachable=("ana", "cat"))(scenario)


def test_nobody_talks_to_nobody() -> None:
    async def scenario(made: Group) -> None:
        made.attend()
        await trio.sleep(1000.0)
        assert made.published == []
        assert made.sees("ana") == {"ana": "online"}

    group("ana")(scenario)


def test_goodbye() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        for machine in made.machines.values():
            machine.running.network.is_hidden = True  # type: ignore[union-attr]
        await made.running("ben").services.say_goodbye()
        said = made.heartbeats("ben")
        for name in ("ana", "cat"):
            await made.until(name, {"ana": "online", "cat": "online"}, within_s=0.3)
        made.attend("ben")
        await trio.sleep(100.0)
        assert made.heartbeats("ben") == said, "nothing follows a goodbye"

    group("ana", "ben", "cat")(scenario)


def test_a_clock_that_is_wrong_by_hours_hides_nobody() -> None:
    async def scenario(made: Group) -> None:
        made.machines["ben"].clock.wrong_by_ms = 7_200_000
        made.machines["ana"].clock.wrong_by_ms = -7_200_000
        await trio.sleep(150.0)  # every two minutes at most a sync tells how late it is
        await made.gather()

    group("ana", "ben")(scenario)


def test_replays_change_nothing() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        made.running("ben").services.attending.attend(CLIENT, State.AWAY)
        await made.until("ana", {"ana": "online", "ben": "away"}, within_s=2.0)
        recorded = [data for _, name, data in made.published if name == "ben"]
        assert len(recorded) >= 2
        await made.running("ben").services.say_goodbye()
        await made.until("ana", {"ana": "online"}, within_s=1.0)
        told = len(made.events("ana", "presence_diff"))
        ana, ben = (made.running(name).network for name in ("ana", "ben"))
        for number, data in enumerate(recorded):
            for origin in (made.machines["ben"].peer_id, made.machines["ana"].peer_id, "somebody"):
                ana._hear(made.topic, data, (f"again {origin}", number), ben, origin)
        await trio.sleep(1.0)
        assert made.sees("ana") == {"ana": "online"}
        assert len(made.events("ana", "presence_diff")) == told

    group("ana", "ben")(scenario)


# --- typing ----------------------------------------------------------------------------------------------------------


def test_typing_lasts_three_seconds_and_is_renewed() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        for _ in range(4):
            made.presence("ben").type(is_typing=True)
            await trio.sleep(2.0)
        assert made.typing("ana") == [("ben", True)] * 4
        assert made.typing("ben") == []
        await trio.sleep(1.2)
        assert made.typing("ana")[4:] == [("ben", False)]
        made.presence("ben").type(is_typing=True)
        await trio.sleep(0.5)
        made.presence("ben").type(is_typing=False)
        await trio.sleep(0.5)
        assert made.typing("ana")[5:] == [("ben", True), ("ben", False)]
        await trio.sleep(10.0)
        assert len(made.typing("ana")) == 7

    group("ana", "ben")(scenario)


def test_a_client_that_tells_of_every_key_is_passed_on_once_a_second() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        said = made.heartbeats("ben")
        for _ in range(40):
            made.presence("ben").type(is_typing=True)
            await trio.sleep(0.1)
        assert made.heartbeats("ben") - said <= 5
        assert ("ben", False) not in made.typing("ana")

    group("ana", "ben")(scenario)


def test_typing_ends_with_the_message() -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        made.presence("ben").type(is_typing=True)
        await trio.sleep(0.5)
        conversation = made.machines["ben"].conversation
        assert conversation is not None
        say(conversation, "here it is", reply_to=b"")
        await trio.sleep(1.0)
        told = [(event, payload) for _, event, payload in made.told["ana"] if event in ("message", "typing")]
        assert [event for event, _ in told] == ["typing", "message", "typing"]
        assert told[-1][1]["typing"] is False
        assert told[1][1]["text"] == "here it is"

    group("ana", "ben")(scenario)


@pytest.mark.parametrize("last", ["goodbye", "part"])
def test_who_goes_types_no_longer(last: str) -> None:
    async def scenario(made: Group) -> None:
        await made.gather()
        made.presence("ben").type(is_typing=True)
        await trio.sleep(0.3)
        if last == "goodbye":
            await made.running("ben").services.say_goodbye()
        else:
            made.running("ben").services.attending._be(State.OFFLINE)
        await made.until("ana", {"ana": "online"}, within_s=1.5)
        assert made.typing("ana") == [("ben", True), ("ben", False)]

    group("ana", "ben")(scenario)
