"""What people do and what goes wrong while a run goes on: one thing after another, each drawn by its weight."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Final

import trio

from crypto.ids import OpId
from node.conversations.conversation import Conversation
from node.conversations.people import People
from protocol import limits
from protocol.bodies.content import (
    ContentBody,
    Delete,
    Description,
    Edit,
    Message,
    PhaseAdvance,
    PhaseProgress,
    Pin,
    React,
    Title,
)
from protocol.errors import UsageError
from protocol.registers import PROFILE
from tests.sim.disk import Crashed
from tests.sim.machine import Machine
from tests.sim.network import Wire
from tests.sim.trace import Trace
from tests.sim.villains import Villain

PAUSE_S: Final = 0.7
"""Between two things that happen, on average."""
YEARS_MS: Final = 5 * 365 * 86_400_000


class Fault(AssertionError):
    """Something that must hold does not."""


class Trouble:
    """The happenings of a run.

    Attributes:
        acknowledged: the operations whose write returned, in order.
        counts: how often each thing happened.
    """

    def __init__(
        self, wire: Wire, machines: Sequence[Machine], villains: Sequence[Villain], *, random: Random, trace: Trace
    ) -> None:
        self.machines = machines
        self.villains = villains
        self.acknowledged: list[OpId] = []
        self.counts: dict[str, int] = {}
        self._wire = wire
        self._random = random
        self._trace = trace
        self._messages: list[tuple[OpId, Machine]] = []
        self._said = 0
        self._failed_disks = 0

    async def run(self, steps: int) -> None:
        """Let members write and everything else go wrong, one thing after another."""
        weather, random = self._wire.weather, self._random
        weather.lost = random.choice([0.0, 0.05, 0.3, 0.8])
        weather.doubled = random.choice([0.0, 0.1])
        weather.torn = 0.1
        weather.latency_s = (0.001, random.choice([0.02, 0.2, 2.0]))
        happenings = sorted(_HAPPENINGS)
        weights = [_HAPPENINGS[name] for name in happenings]
        await trio.sleep(2.0)
        for _ in range(steps):
            happening = random.choices(happenings, weights)[0]
            self.counts[happening] = self.counts.get(happening, 0) + 1
            getattr(self, f"_{happening}")()
            await trio.sleep(random.expovariate(1 / PAUSE_S))

    def _some_writer(self) -> Machine | None:
        writers = [machine for machine in self.machines if machine.is_writer]
        return self._random.choice(writers) if writers else None

    def _some_running(self) -> Machine | None:
        running = [machine for machine in self.machines if machine.running is not None]
        return self._random.choice(running) if running else None

    def _write(self) -> None:
        """Somebody writes something."""
        writer = self._some_writer()
        if writer is not None and (conversation := writer.conversation) is not None:
            self._say(writer, conversation, self._body(writer, conversation))

    def _burst(self) -> None:
        """Somebody writes a lot at once."""
        writer = self._some_writer()
        if writer is not None and (conversation := writer.conversation) is not None:
            for _ in range(self._random.randint(5, 30)):
                if not self._say(writer, conversation, Message(self._text())):
                    return

    def _say(self, writer: Machine, conversation: Conversation, body: ContentBody) -> bool:
        try:
            op = conversation.write(body)
        except Crashed:
            return False
        except UsageError as error:
            self._refused(writer, error)
            return False
        self._trace.note(f"wrote {writer.name} {type(body).__name__} {op.id.hex()[:8]}")
        self.acknowledged.append(op.id)
        if isinstance(body, Message):
            self._messages.append((op.id, writer))
        return True

    def _text(self) -> str:
        self._said += 1
        return f"message {self._said}"

    def _body(self, writer: Machine, conversation: Conversation) -> ContentBody:
        random = self._random
        step = int(conversation.view.phase()["step"])
        message, author = random.choice(self._messages) if self._messages else (b"", writer)
        reply_to = message if random.random() < 0.2 else b""
        bodies: list[tuple[int, ContentBody]] = [
            (70, Message(self._text(), reply_to)),
            (8, Title(f"title {self._said}")),
            (4, Description(f"about {self._said}")),
            (6, PhaseAdvance(step)),
            (6, PhaseProgress(step, random.randrange(10_001))),
            (3, Message("\U0001f331" * limits.TEXT_CHARACTERS)),
        ]
        if message:
            bodies.append((10, React(OpId(message), "\U0001f331", random.random() < 0.7)))
            bodies.append((6, Edit(OpId(message), self._text()) if author is writer else Pin(OpId(message))))
            bodies.append((3, Delete(OpId(message))))
        return random.choices([body for _, body in bodies], [weight for weight, _ in bodies])[0]

    def _rename(self) -> None:
        """Somebody goes by another name from now on."""
        writer = self._some_writer()
        if writer is not None and (conversation := writer.conversation) is not None:
            with suppress(Crashed):
                conversation.slots.publish(PROFILE, f"{writer.name} {self._text()}".encode())

    def _read(self) -> None:
        """Somebody looks at everything, and has read it then."""
        reader = self._some_running()
        if reader is not None and (conversation := reader.conversation) is not None:
            page, _ = conversation.view.page(before=None, limit=50)
            conversation.view.details()
            try:
                for message in page[-1:]:
                    conversation.mark_read(OpId(bytes.fromhex(message["id"])))
            except Crashed:
                return
            except UsageError as error:
                self._refused(reader, error)

    def _refused(self, machine: Machine, error: UsageError) -> None:
        """Note that something could not be stored; raise Fault where no disk was ever full."""
        self._trace.note(f"refused {machine.name} {error.code}")
        if error.code != "internal" or not self._failed_disks:
            raise Fault(f"{machine.name} could not write: {error.code} {error.reason}") from error

    def _set_role(self) -> None:
        """The owner makes somebody an admin, or a member again."""
        someone = self._random.choice(self.machines[1:])
        self._govern(self.machines[0], lambda people: people.set_role(someone.person.id.hex(), self._role()))

    def _remove(self) -> None:
        """Somebody tries to remove a villain; only admins can."""
        admin = self._some_writer()
        if admin is not None and self.villains:
            villain = self._random.choice(self.villains)
            self._govern(admin, lambda people: people.remove(villain.person.id.hex(), with_invited=False))

    def _role(self) -> str:
        return self._random.choice(["admin", "admin", "member"])

    def _govern(self, machine: Machine, act: Callable[[People], object]) -> None:
        conversation = machine.conversation
        if conversation is None or not machine.is_writer:
            return
        try:
            act(People(conversation))
        except Crashed:
            return
        except UsageError as error:
            self._trace.note(f"refused {machine.name} {error.code}")
        else:
            self._trace.note(f"governed {machine.name}")

    def _misbehave(self) -> None:
        """A villain does something."""
        if self.villains:
            self._random.choice(self.villains).act()

    def _crash(self) -> None:
        """A program ends."""
        machine = self._some_running()
        if machine is not None:
            machine.crash()

    def _crash_soon(self) -> None:
        """A program will end between two statements."""
        machine = self._some_running()
        if machine is not None and machine.gate is not None:
            machine.gate.crash_in = self._random.randint(1, 24)

    def _fill_disk(self) -> None:
        """A disk will be full for one statement."""
        machine = self._some_running()
        if machine is not None and machine.gate is not None:
            self._failed_disks += 1
            machine.gate.full_in = self._random.randint(1, 16)
            machine.gate.undoes = self._random.random() < 0.3
            machine.gate.is_busy = self._random.random() < 0.3

    def _partition(self) -> None:
        """The nodes fall into two or three parts."""
        sides = self._random.choice([2, 2, 3])
        everybody: list[Machine | Villain] = [*self.machines, *self.villains]
        self._wire.partition({each.peer_id: self._random.randrange(sides) for each in everybody})

    def _heal(self) -> None:
        """Everybody can reach everybody."""
        self._wire.heal()

    def _lose_link(self) -> None:
        """A link breaks, or goes dead."""
        cables = list(self._wire.cables())
        if cables:
            cable = self._random.choice(cables)
            if self._random.random() < 0.5:
                self._wire.cut(cable, "lost")
            else:
                self._wire.stall(cable)

    def _lose_stream(self) -> None:
        """A stream breaks in the middle of whatever it carries."""
        streams = [stream for cable in self._wire.cables() for stream in cable.streams]
        if streams:
            self._random.choice(streams).break_("lost")

    def _set_clock(self) -> None:
        """Somebody's clock goes wrong by years, or is set right."""
        machine = self._random.choice(self.machines)
        machine.clock.wrong_by_ms = self._random.choice([0, 0, YEARS_MS, -YEARS_MS, 3_600_000])
        self._trace.note(f"clock {machine.name} {machine.clock.wrong_by_ms}")


_HAPPENINGS: Final = {
    "write": 60,
    "burst": 2,
    "rename": 2,
    "read": 3,
    "misbehave": 14,
    "set_role": 4,
    "remove": 4,
    "crash": 3,
    "crash_soon": 6,
    "fill_disk": 2,
    "partition": 4,
    "heal": 5,
    "lose_link": 6,
    "lose_stream": 6,
    "set_clock": 4,
}
"""How often each thing happens; each name is a method of `Trouble`."""
