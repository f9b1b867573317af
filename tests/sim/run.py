"""One run: honest nodes write while everything goes wrong, then faults end, and all must come to the same.

What is demanded at the end: one state hash and one timeline on all honest nodes; every operation that a node's write
returned is in every honest store; what is loaded from a disk is what was in memory; what waits for other operations is
bounded; nothing was logged as an error.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import trio
from trio.testing import MockClock

from crypto.ids import DeviceKey, OpId
from protocol import gossip, limits
from protocol.errors import RemoteError, UsageError
from tests.builders import person
from tests.sim.disk import BUSY, FULL, Crashed, Disks
from tests.sim.machine import Machine, World, founding_ops
from tests.sim.network import SimNetwork, Wire
from tests.sim.seeded import seeded
from tests.sim.trace import Trace
from tests.sim.trouble import Fault, Trouble
from tests.sim.villains import Villain

LOOK_S: Final = 10.0
SETTLE_S: Final = 1_800.0
"""Once faults have ended, this much virtual time may pass until all are the same."""
HIDDEN: Final = (0.0, 0.6, 0.9)
"""The share of nodes that nobody can dial; one is chosen for each run."""
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Plan:
    """What a run consists of."""

    seed: int
    nodes: int = 8
    byzantine: int = 2
    steps: int = 60
    joiners: int = 1
    """How many of the nodes come in by a link while the run goes on."""


@dataclass
class Result:
    """What came of a run."""

    plan: Plan
    failure: str = ""
    """Empty where everything held."""
    digest: str = ""
    acknowledged: int = 0
    ops: int = 0
    settled_s: float = 0.0
    """Virtual seconds from the end of faults until all were the same."""
    counts: dict[str, int] = field(default_factory=dict)
    newest: list[str] = field(default_factory=list)


def root_of(error: BaseException) -> BaseException:
    """Return the first error in a group of groups, or the error itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class Errors(logging.Handler):
    """Keeps what the node logs as an error, but for those of a disk that failed because the run had it so."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[1] is not None:
            if str(root_of(record.exc_info[1])) in (FULL, BUSY):
                return
            text += "\n" + "".join(traceback.format_exception(record.exc_info[1]))
        self.found.append(text)


def run(plan: Plan, *, show: Callable[[str], None] | None = None) -> Result:
    """Carry out one run; never raises for what the nodes do wrong."""
    result = Result(plan)
    errors = Errors()
    logger = logging.getLogger("node")
    level, propagate = logger.level, logger.propagate
    logger.addHandler(errors)
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    trace = Trace(show=show)
    try:
        with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder, seeded(f"{plan}"):
            disks = Disks()
            with disks.watching():
                trio.run(
                    _Run(plan, result, trace, disks, Path(folder), errors).main, clock=MockClock(autojump_threshold=0)
                )
    except Exception as error:
        result.failure = "".join(traceback.format_exception(error))
    finally:
        logger.removeHandler(errors)
        logger.setLevel(level)
        logger.propagate = propagate
    result.digest, result.newest = trace.digest, list(trace.newest)
    return result


class _Run:
    """A run under way."""

    def __init__(self, plan: Plan, result: Result, trace: Trace, disks: Disks, folder: Path, errors: Errors) -> None:
        self.plan = plan
        self.result = result
        self.trace = trace
        self.random = Random(f"run {plan}")
        self._disks = disks
        self._folder = folder
        self._errors = errors
        self._places: dict[tuple[DeviceKey, int, int], OpId] = {}
        """What honest devices published, by device, plane and place in its chain."""

    async def main(self) -> None:
        """Do everything."""
        async with trio.open_nursery() as nursery:
            self._begin(nursery)
            for joiner in self._joiners:
                nursery.start_soon(self._come_in, joiner)
            await self._trouble.run(self.plan.steps)
            await self._settle()
            await self._check_disks()
            nursery.cancel_scope.cancel()

    def _begin(self, nursery: trio.Nursery) -> None:
        plan, random = self.plan, self.random
        names = [f"n{at}" for at in range(plan.nodes)]
        hostile = [f"x{at}" for at in range(plan.byzantine)]
        founders = names[: plan.nodes - plan.joiners]
        self.wire = Wire(Random(f"wire {plan}"), self.trace)
        self.wire.on_published = self._published
        conversation, founding = founding_ops((*founders, *hostile))
        self.world = World(self.wire, self._disks, self._folder, random, nursery, conversation, founding)
        self._machines = [
            Machine(self.world, person(name), founding=name in founders, heard=at < 2) for at, name in enumerate(names)
        ]
        self._joiners = self._machines[len(founders) :]
        self._villains = [Villain(self.world, person(name), random=Random(f"{name} {plan}")) for name in hostile]
        hidden = random.choice(HIDDEN)
        for machine in self._machines[2:]:
            machine.is_hidden = random.random() < hidden
        for each in self._everybody():
            if not (isinstance(each, Machine) and each.is_hidden):
                self.world.addresses[each.peer_id] = (f"/ip4/192.0.2.1/tcp/4001/p2p/{each.peer_id}",)
        self._hostile = self.world.hostile = frozenset(villain.peer_id for villain in self._villains)
        for each in self._everybody():
            nursery.start_soon(each.live)
        nursery.start_soon(self.wire.post.run)
        self._trouble = Trouble(self.wire, self._machines, self._villains, random=random, trace=self.trace)
        self.result.counts = self._trouble.counts
        for villain in self._villains:
            self.trace.note(f"villain {villain.name} {villain.manner} {villain.deeds}")

    def _everybody(self) -> list[Machine | Villain]:
        return [*self._machines, *self._villains]

    async def _come_in(self, joiner: Machine) -> None:
        """Let a newcomer in: the owner makes a link, the newcomer follows it."""
        owner = self._machines[0]
        await trio.sleep(self.random.uniform(1.0, 15.0))
        while True:
            running, conversation = owner.running, owner.conversation
            if running is not None and conversation is not None:
                addresses = tuple(
                    address for machine in self._machines[:2] for address in self.world.addresses[machine.peer_id]
                )
                try:
                    made = running.library.invite(
                        conversation, uses=1, expires_s=100 * 365 * 86_400, addresses=addresses
                    )
                except (Crashed, UsageError):
                    self.trace.note("no link")
                else:
                    await joiner.join(str(made["link"]))
                    return
            await trio.sleep(1.0)

    def _published(self, network: SimNetwork, data: bytes) -> None:
        """Check that an honest program never says two things at one place of its chain, whenever it crashed."""
        if network.peer_id in self._hostile:
            return
        try:
            frame = gossip.load(data, conversation=self.world.conversation)
        except RemoteError:
            return  # a signal, on its own topic
        for op in frame.ops if isinstance(frame, gossip.Ops) else ():
            place = (op.header.device, op.header.plane, op.header.seq)
            if self._places.setdefault(place, op.id) != op.id:
                raise Fault(f"{network.name} forked its own chain at {place[1:]}: {op.id.hex()[:8]}")

    # --- the end -----------------------------------------------------------------------------------------------------

    async def _settle(self) -> None:
        """End all faults; wait until every honest node shows the same (Fault where that does not come)."""
        weather = self.wire.weather
        weather.lost = weather.doubled = 0.0
        weather.latency_s = (0.001, 0.05)
        self.wire.heal()
        for machine in self._machines:
            if machine.gate is not None:
                machine.gate.crash_in = machine.gate.full_in = None
            machine.clock.wrong_by_ms = 0
        self.trace.note("faults end")
        began_s = trio.current_time()
        while not self._is_settled():
            if trio.current_time() - began_s > SETTLE_S:
                raise Fault(f"after {SETTLE_S:g} s without faults nodes differ: {self._states()}")
            await trio.sleep(LOOK_S)
        self.result.settled_s = trio.current_time() - began_s
        self.trace.note("settled")
        self._check()

    def _is_settled(self) -> bool:
        return all(machine.is_writer for machine in self._machines) and len(set(self._states())) == 1

    def _states(self) -> list[str]:
        return [machine.state()[:12] for machine in self._machines]

    def _check(self) -> None:
        """Raise Fault where something that must hold does not."""
        timelines = set()
        for machine in self._machines:
            if lacking := machine.lacks(self._trouble.acknowledged):
                raise Fault(f"{machine.name} lost {len(lacking)} acknowledged operations: {lacking[0].hex()[:8]}")
            conversation = machine.conversation
            assert conversation is not None
            page, more = conversation.view.page(before=None, limit=100_000)
            if more:
                raise Fault(f"{machine.name} shows less than everything")
            timelines.add(tuple(message["id"] for message in page))
            waiting = len(conversation.replica.pending)
            if waiting > limits.PENDING_PER_DEVICE * (len(self._villains) + len(self._machines)):
                raise Fault(f"{machine.name} lets {waiting} operations wait")
            self.result.ops = int(conversation.view.details()["ops"])
        if len(timelines) != 1:
            raise Fault("the timelines differ where the state hashes are equal")
        if self._errors.found:
            raise Fault(f"{len(self._errors.found)} errors were logged; the first: {self._errors.found[0]}")
        self.result.acknowledged = len(self._trouble.acknowledged)

    async def _check_disks(self) -> None:
        """Start two nodes again: what they load must be what they had, whatever the others tell them right after."""
        for machine in self.random.sample(self._machines, min(2, len(self._machines))):
            before, runs = machine.state(), machine.runs
            machine.crash()
            while machine.runs == runs or machine.running is None:
                await trio.sleep(1.0)
            if machine.loaded != before:
                raise Fault(f"{machine.name} loads another state from disk than it had in memory")
