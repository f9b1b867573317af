"""Whole nodes under partitions, crashes, wrong clocks, full disks and hostile members end with one state."""

import json
import sys
from random import Random
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from node.network.errors import NetworkError, NotConnected, StreamClosed, Timeout
from node.network.frames import Frames
from node.network.links import LinkDown, LinkUp
from protocol.bodies.content import Message
from protocol.errors import UsageError
from tests.sim import run as running
from tests.sim.__main__ import main
from tests.sim.campaign import campaign, report
from tests.sim.machine import Machine
from tests.sim.network import SimNetwork, Wire
from tests.sim.run import Plan, run
from tests.sim.trace import Trace
from tests.sim.trouble import Fault

SMALL = ("--nodes", "5", "--byzantine", "1", "--steps", "30")


@pytest.fixture(scope="module")
def ten() -> list[dict[str, Any]]:
    """Ten small seeds, carried out."""
    return campaign(0, 10, *SMALL, within_s=110)


def test_ten_small_seeds_hold(ten: list[dict[str, Any]]) -> None:
    failed = [each for each in ten if each["failure"]]
    assert not failed, report(failed)
    assert all(each["acknowledged"] > 0 for each in ten)
    happened = {name for each in ten for name in each["counts"]}
    assert happened >= {"write", "misbehave", "crash_soon", "partition", "lose_stream", "set_clock"}


def test_a_seed_is_the_same_again_in_another_process(ten: list[dict[str, Any]]) -> None:
    again = campaign(5, 1, *SMALL, within_s=60)
    assert again[0]["digest"] == ten[5]["digest"]
    assert len({each["digest"] for each in ten}) == len(ten)


# --- the simulator itself finds what it looks for --------------------------------------------------------------------

QUIET = Plan(1, nodes=3, byzantine=0, steps=6, joiners=0)


def test_a_quiet_run_holds() -> None:
    assert run(QUIET).failure == ""


def test_an_operation_that_is_acknowledged_and_never_stored_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from node.store.records import Records

    commit = Records.commit
    count = 0

    def forgetful(self: Records, outcome: object, *arguments: object, **named: object) -> None:
        nonlocal count
        count += 1
        if count % 9:
            commit(self, outcome, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Records, "commit", forgetful)
    assert run(QUIET).failure


def test_what_comes_while_a_node_starts_again_is_not_taken_for_what_it_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A villain's message that came again 20 s after its first copies were lost was (seed 10348 of the soak)."""
    machines: list[Machine] = []
    check, crash = running._Run._check_disks, Machine.crash

    def crash_and_go_on(machine: Machine) -> None:
        crash(machine)
        other = next(each for each in machines if each is not machine and each.conversation is not None)
        assert other.conversation is not None
        other.conversation.write(Message("meanwhile"))

    async def check_disks(self: Any) -> None:
        machines.extend(self._machines)
        monkeypatch.setattr(Machine, "crash", crash_and_go_on)
        await check(self)
        assert len({machine.state() for machine in machines}) == 1

    monkeypatch.setattr(running._Run, "_check_disks", check_disks)
    assert run(QUIET).failure == ""
    assert machines


def test_a_load_that_comes_to_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from node.store.records import Records

    check = running._Run._check_disks

    async def check_disks(self: Any) -> None:
        monkeypatch.setattr(Records, "folded", lambda _self: iter(()))
        await check(self)

    monkeypatch.setattr(running._Run, "_check_disks", check_disks)
    assert "loads another state" in run(QUIET).failure


def test_nodes_that_never_sync_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from node.conversations.asking import Asking

    async def nothing(self: Asking, peer_id: str, conversation: object) -> None:
        await trio.lowlevel.checkpoint()

    monkeypatch.setattr(Asking, "pull", nothing)
    monkeypatch.setattr(running, "SETTLE_S", 60.0)
    monkeypatch.setattr(SimNetwork, "publish_to", lambda *_arguments: None)
    assert "nodes differ" in run(QUIET).failure


def test_a_write_that_is_refused_without_reason_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from node.conversations.conversation import Conversation

    def refuse(self: Conversation, body: object) -> None:
        raise UsageError("locked", "no")

    monkeypatch.setattr(Conversation, "write", refuse)
    failure = run(QUIET).failure
    assert Fault.__name__ in failure
    assert "could not write" in failure


def test_an_error_in_the_log_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from node.conversations.asking import Asking

    async def fails(self: Asking, peer_id: str, conversation: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Asking, "_pull", fails)
    monkeypatch.setattr(running, "SETTLE_S", 60.0)
    assert run(QUIET).failure


# --- the network in memory -------------------------------------------------------------------------------------------


def wired(scenario: object) -> None:
    """Run `scenario(wire, ana, ben)` with two nodes that are linked, on virtual time."""

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            wire = Wire(Random(1), Trace())
            nursery.start_soon(wire.post.run)
            ana, ben = (SimNetwork(wire, f"peer-{name}", name, nursery) for name in ("ana", "ben"))
            for each in (ana, ben):
                wire.join(each)
            await ana.dial(ben.peer_id, ben.addresses())
            await scenario(wire, ana, ben)  # type: ignore[operator]
            nursery.cancel_scope.cancel()

    trio.run(main, clock=MockClock(autojump_threshold=0))


async def _echo(peer_id: str, frames: Frames) -> None:
    while True:
        await frames.send(await frames.receive())


def test_streams_keep_their_order_and_end_in_order() -> None:
    async def scenario(wire: Wire, ana: SimNetwork, ben: SimNetwork) -> None:
        async def twenty(peer_id: str, frames: Frames) -> None:
            for number in range(20):
                await frames.send(bytes([number]) * 1000)

        wire.weather.torn = 0.5
        wire.weather.latency_s = (0.0, 5.0)
        ben.serve("/twenty", twenty)
        frames = await ana.open_stream(ben.peer_id, "/twenty")
        assert [(await frames.receive())[0] for _ in range(20)] == list(range(20))
        with pytest.raises(StreamClosed):
            await frames.receive()

    wired(scenario)


def test_a_stall_holds_back_and_a_heal_lets_through_and_a_long_one_breaks() -> None:
    async def scenario(wire: Wire, ana: SimNetwork, ben: SimNetwork) -> None:
        ben.serve("/echo", _echo)
        frames = await ana.open_stream(ben.peer_id, "/echo")
        cable = next(wire.cables())
        wire.stall(cable)
        await frames.send(b"held")
        with trio.move_on_after(0.5):
            await frames.stream.read(1)
            raise AssertionError("something came through a stalled link")
        wire.heal()
        if not cable.is_cut:
            frames = await ana.open_stream(ben.peer_id, "/echo")
            await frames.send(b"again")
            assert await frames.receive(timeout_s=5) == b"again"
        events = ana.link_events()
        assert await events.receive() == LinkUp(ben.peer_id)
        wire.partition({ana.peer_id: 1})
        assert await events.receive() == LinkDown(ben.peer_id)
        with pytest.raises(StreamClosed):
            await frames.receive()
        with pytest.raises(NotConnected):
            await ana.open_stream(ben.peer_id, "/echo")
        with pytest.raises(NetworkError):
            await ana.dial(ben.peer_id, ben.addresses())
        wire.heal()
        await ana.dial(ben.peer_id, ben.addresses())

    wired(scenario)


def test_a_reader_times_out_and_a_writer_is_not_kept_waiting_for_ever() -> None:
    async def scenario(wire: Wire, ana: SimNetwork, ben: SimNetwork) -> None:
        async def sleeper(peer_id: str, frames: Frames) -> None:
            await trio.sleep_forever()

        ben.serve("/sleep", sleeper)
        frames = await ana.open_stream(ben.peer_id, "/sleep")
        with pytest.raises(StreamClosed):
            for _ in range(5):
                await frames.send(bytes(200_000))
        frames = await ana.open_stream(ben.peer_id, "/sleep")
        with pytest.raises(Timeout):
            await frames.receive(timeout_s=10)

    wired(scenario)


def test_gossip_reaches_readers_once_and_only_what_they_find_sound() -> None:
    async def scenario(wire: Wire, ana: SimNetwork, ben: SimNetwork) -> None:
        heard = await ben.subscribe("topic", lambda data: data != b"bad")
        await ana.publish("topic", b"bad")
        await ana.publish("topic", b"good")
        assert (await heard.receive()).data == b"good"
        with trio.move_on_after(60) as scope:
            await heard.receive()
        assert scope.cancelled_caught

    wired(scenario)


# --- long campaigns --------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_a_thousand_seeds_of_eight_nodes() -> None:
    told = campaign(10_000, 1_000, "--nodes", "8", "--byzantine", "2", "--steps", "40", within_s=3_000)
    failed = [each for each in told if each["failure"]]
    assert not failed, report(failed)


@pytest.mark.soak
def test_twenty_seeds_of_a_hundred_nodes() -> None:
    told = campaign(20_000, 20, "--nodes", "100", "--byzantine", "5", "--steps", "20", within_s=3_500)
    failed = [each for each in told if each["failure"]]
    assert not failed, report(failed)


def test_the_command_repeats_a_seed_with_its_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.setattr(
        sys, "argv", ["sim", "--trace", *["--seed", "1", "--nodes", "3", "--byzantine", "0", "--steps", "3"]]
    )
    assert main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("up n0 run 1" in line for line in lines)
    assert json.loads(lines[-1])["failure"] == ""
