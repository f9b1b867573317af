"""An honest node of a run: the real library, store, services and doorway, over a network, disk and clock in memory."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, cast

import trio

from crypto.ids import ConversationId, OpId
from crypto.keystore import Secrets
from node.clock import Clock
from node.conversations.conversation import Conversation
from node.conversations.events import Events
from node.conversations.joining import Doorway
from node.conversations.library import Library
from node.conversations.membership import ACTIVE
from node.conversations.services import Services
from node.network.host import Network
from node.profile import DATABASE, Profile
from node.store.database import open_database
from node.supervision import supervise
from protocol.bodies.content import Title
from protocol.bodies.control import Genesis, Level
from protocol.compose import write_control
from protocol.errors import UsageError
from protocol.ops import NO_CONVERSATION, RULES, Op
from protocol.replica import Replica
from tests.builders import START_MS, Member, Person, fixed, new_epoch, person
from tests.sim.disk import Crashed, Disks, Gate
from tests.sim.network import SimNetwork, Wire

DOWN_S = (0.2, 25.0)
"""A crashed node is started again after this long."""
DIALLED = 3
"""Peers that a node knows at first; it hears of the others from them. Where all of them happen to be hostile it knows
an honest one more: a node that meets nobody but liars can be kept in the dark for ever, whatever it does."""


class SimClock(Clock):
    """A wall clock over the virtual time, which somebody may set wrong."""

    def __init__(self, drift_ms: int) -> None:
        self.wrong_by_ms = drift_ms

    def now_ms(self) -> int:
        return max(0, START_MS + 60_000 + int(trio.current_time() * 1000) + self.wrong_by_ms)

    def monotonic_s(self) -> float:
        return trio.current_time()


@dataclass
class World:
    """What the nodes of a run share."""

    wire: Wire
    disks: Disks
    folder: Path
    random: Random
    nursery: trio.Nursery
    conversation: ConversationId
    founding: Sequence[Op]
    """The operations with which every founding member begins."""
    addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Where each peer can be dialled."""
    hostile: frozenset[str] = frozenset()
    """Peers that are not honest."""


@dataclass
class Running:
    """One run of a node's program."""

    library: Library
    services: Services
    doorway: Doorway
    network: SimNetwork
    events: Events


class Machine:
    """A node that is started, crashes and is started again, until the run ends."""

    def __init__(self, world: World, who: Person, *, founding: bool, heard: bool) -> None:
        """`founding`: holds the conversation from the beginning; `heard`: clients listen to its channel."""
        self.world = world
        self.person = who
        self.name = who.name
        self.random = Random(f"{who.name} {world.random.random()}")
        self.clock = SimClock(self.random.randint(-3_000, 3_000))
        self.running: Running | None = None
        self.gate: Gate | None = None
        self.runs = 0
        self.is_hidden = False
        """Whether it can dial and cannot be dialled."""
        self.loaded = ""
        """The state that the last run found on its disk, before anybody told it more."""
        self.told = 0
        """Events that clients of its channel got."""
        self._founding = founding
        self._heard = heard
        self._scope = trio.CancelScope()
        self._path = world.folder / f"{self.name}.0" / DATABASE
        self._path.parent.mkdir()
        self._path.write_bytes(empty_database())

    @property
    def peer_id(self) -> str:
        """This node's peer id."""
        return self.person.certificate.peer_id.decode()

    @property
    def conversation(self) -> Conversation | None:
        """The conversation of the run, where this node runs and holds it."""
        if self.running is None:
            return None
        return self.running.library.conversations.get(self.world.conversation)

    @property
    def is_writer(self) -> bool:
        """Whether its owner can write at the moment."""
        conversation = self.conversation
        return conversation is not None and conversation.status == ACTIVE

    def crash(self) -> None:
        """End the program now."""
        if self.gate is not None:
            self.gate.crash()

    async def live(self) -> None:
        """Run the program again and again."""
        while True:
            try:
                await self._run()
            except* Crashed:
                pass  # the run of the program ended as it was meant to
            self.running = None
            self.world.wire.trace.note(f"down {self.name}")
            await trio.sleep(self.random.uniform(*DOWN_S))

    async def _run(self) -> None:
        """Run the program once, as `node.daemon` does."""
        world = self.world
        self.runs += 1
        gate = self.gate = Gate(self._path, self._crashed)
        world.disks.add(gate)
        database = open_database(self._path)
        try:
            events = Events()
            if self._heard:
                events.subscribe(self._tell)
            library = Library(database, profile=self._profile(), clock=self.clock, events=events)
            library.load()
            self.loaded = state_of(library.conversations.get(world.conversation))
            if self._founding and world.conversation not in library.conversations:
                self._found(library)
            with trio.CancelScope() as self._scope:
                async with trio.open_nursery() as nursery:
                    await self._serve(nursery, library, events)
        finally:
            self.running = None
            database.conn.close()

    async def _serve(self, nursery: trio.Nursery, library: Library, events: Events) -> None:
        world = self.world
        network = SimNetwork(world.wire, self.peer_id, self.name, nursery)
        random = Random(f"{self.name} {self.runs} {self.random.random()}")
        network.is_hidden = self.is_hidden
        services = Services(cast(Network, network), library, clock=self.clock, random=random)
        doorway = Doorway(cast(Network, network), library, clock=self.clock, want=services.syncer.want)
        self.running = Running(library, services, doorway, network, events)
        world.wire.join(network)
        nursery.start_soon(supervise, "events", events.run)
        await nursery.start(services.run)
        doorway.open()
        for peer_id in self._known_at_first() if self._founding else ():
            services.peers.add(peer_id, world.addresses[peer_id])
        world.wire.trace.note(f"up {self.name} run {self.runs}")
        await trio.sleep_forever()

    def _known_at_first(self) -> list[str]:
        others = [peer_id for peer_id in self.world.addresses if peer_id != self.peer_id]
        known = self.random.sample(others, min(DIALLED, len(others)))
        honest = [peer_id for peer_id in others if peer_id not in self.world.hostile]
        if honest and self.world.hostile.issuperset(known):
            known.append(self.random.choice(honest))
        return known

    def _crashed(self) -> None:
        """The gate has shut: keep what is on disk, and let nothing else of this run have any effect."""
        assert self.gate is not None
        self.world.wire.trace.note(f"crash {self.name} at {self.gate.moments}")
        path = self.world.folder / f"{self.name}.{self.runs}" / DATABASE
        path.parent.mkdir()
        self.gate.salvage(path)
        self._path = path
        if self.running is not None:
            self.running.network.die()
        self._scope.cancel()

    def _found(self, library: Library) -> None:
        """Enter the conversation as a founding member whose first sync is over."""
        conversation = library.begin_joining(self.world.conversation)
        conversation.receive(self.world.founding)
        conversation.set_status(ACTIVE)

    def _profile(self) -> Profile:
        who = self.person
        secrets = Secrets(
            who.name,
            *(fixed(f"{what} {who.name}{where}") for what, where in _SEEDS),
        )
        return Profile(self._path.parent, secrets, self.peer_id)

    def _tell(self, conversation: str | None, event: str, payload: dict[str, Any]) -> None:
        self.told += 1

    # --- what a person does ------------------------------------------------------------------------------------------

    async def join(self, link: str) -> None:
        """Come in by a link, however long that takes."""
        while self.conversation is None or not self.conversation.view.title:
            running = self.running
            if running is not None:
                try:
                    await running.doorway.join(link)
                except UsageError as error:
                    self.world.wire.trace.note(f"join {self.name} {error.code}")
                except sqlite3.Error:  # the library lets a full disk through as it is
                    self.world.wire.trace.note(f"join {self.name} full disk")
                except Crashed:
                    self.world.wire.trace.note(f"join {self.name} crashed")
            await trio.sleep(2.0)
        self.world.wire.trace.note(f"joined {self.name}")

    def state(self) -> str:
        """Return the state hash of this node's copy ("" where there is none)."""
        return state_of(self.conversation)

    def lacks(self, names: Sequence[OpId]) -> list[OpId]:
        """Return which of these operations are not in the store."""
        conversation = self.conversation
        if conversation is None:
            return list(names)
        return [name for name in names if not conversation.records.fetch([name])]


def state_of(conversation: Conversation | None) -> str:
    """Return the state hash that the channel tells ("" where there is no conversation)."""
    return str(conversation.view.details()["state_hash"]) if conversation is not None else ""


_SEEDS = (("identity", ""), ("device", " desk"), ("box", " desk"), ("node", ""), ("storage", ""))


@cache
def founding_ops(names: tuple[str, ...]) -> tuple[ConversationId, tuple[Op, ...]]:
    """Return the conversation of these people, the first its owner, and its first operations: genesis, key, title."""
    people = [person(name) for name in names]
    levels = [Level.OWNER, *[Level.MEMBER] * (len(people) - 1)]
    slots = tuple((who.id, int(level), (who.certificate.encoded,)) for who, level in zip(people, levels, strict=True))
    body = Genesis(fixed(f"genesis {names}", 16), RULES, slots)
    genesis = write_control(Replica(NO_CONVERSATION, device=people[0].device), body, now_ms=START_MS)
    founder = Member(people[0], ConversationId(genesis.id))
    founder.receive([genesis])
    founder.rule(new_epoch(genesis.id, fixed(f"epoch {names}"), people))
    founder.write(Title("a title"))
    return founder.id, tuple(founder.ops.values())


@cache
def empty_database() -> bytes:
    """Return the bytes of a database with its tables and nothing in them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / DATABASE
        open_database(path).conn.close()
        return path.read_bytes()
