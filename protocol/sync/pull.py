"""The asking side of a sync: HELLO, then the control plane, then registers, then the content plane.

Sans-IO: `begin` and `handle` give frames to send and what to take in; the caller commits what was taken and then calls
`taken`, which grants the other side more credit. So nothing is asked for faster than it can be stored, and a sync
that breaks off has lost nothing: the next one begins with what was committed.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL
from protocol.registers import Registers
from protocol.replica import Replica
from protocol.sync.frames import (
    Ack,
    AskRegisters,
    Failed,
    Frame,
    Hello,
    Ops,
    Pull,
    Summary,
    TellRegisters,
    op_bytes,
    tag_of,
)


class Stage(Enum):
    """What the asking side waits for."""

    HELLO = "hello"
    CONTROL = "control"
    REGISTERS = "registers"
    CONTENT = "content"
    DONE = "done"


@dataclass(slots=True)
class Step:
    """What one frame led to."""

    send: list[Frame] = field(default_factory=list)
    ops: tuple[Any, ...] = ()
    """Wire operations to check, receive and commit; then call `taken`."""
    registers: tuple[bytes, ...] = ()
    total: int = 0
    """How many operations the running request brings in all."""


class Puller:
    """One run of the asking side."""

    def __init__(self, replica: Replica, registers: Registers) -> None:
        self.stage = Stage.HELLO
        self.remote: Hello | None = None
        self._replica = replica
        self._registers = registers
        self._finished = False
        self._arrived = 0
        self._size_bytes = 0

    @property
    def is_done(self) -> bool:
        """Whether everything was asked for and came."""
        return self.stage is Stage.DONE

    def begin(self, *, now_ms: int) -> list[Frame]:
        """Return the opening frame."""
        replica = self._replica
        return [Hello(tag_of(replica.id), now_ms, Summary.of(replica.control), Summary.of(replica.content))]

    def handle(self, frame: Frame) -> Step:
        """Return what `frame` leads to.

        Raises:
            RemoteError: it does not belong here, or the other side cannot serve (its `code` is the error's).
        """
        match frame:
            case Failed():
                raise RemoteError(frame.code, f"a peer cannot serve this conversation: {frame.code}")
            case Hello() if self.stage is Stage.HELLO and frame.tag == tag_of(self._replica.id):
                self.remote = frame
                return Step(send=self._ask(Stage.CONTROL))
            case Ops() if self.stage in (Stage.CONTROL, Stage.CONTENT) and frame.rid == self._rid():
                self._arrived += len(frame.ops)
                if self._arrived > frame.total or not (frame.ops or frame.done):
                    raise RemoteError("bad_frame", "a sync brings more than it said, or nothing at all")
                self._finished = frame.done
                self._size_bytes = sum(op_bytes(op) for op in frame.ops)
                return Step(ops=frame.ops, total=frame.total)
            case TellRegisters() if self.stage is Stage.REGISTERS:
                return Step(registers=frame.registers, send=self._ask(Stage.CONTENT))
            case _:
                raise RemoteError("out_of_turn", f"a sync frame came that was not asked for at {self.stage.value}")

    def taken(self) -> list[Frame]:
        """Return the frames that follow once the last `Step.ops` are committed."""
        if not self._finished:
            return [Ack(self._rid(), max(1, self._size_bytes))]
        self._finished = False
        return self._ask(Stage.REGISTERS if self.stage is Stage.CONTROL else Stage.DONE)

    def _rid(self) -> int:
        return CONTROL if self.stage is Stage.CONTROL else CONTENT

    def _ask(self, stage: Stage) -> list[Frame]:
        assert self.remote is not None
        self.stage = stage
        self._arrived = 0
        replica = self._replica
        if stage is Stage.CONTROL:
            if not self.remote.control.shows_unknown(replica.control):
                return self._ask(Stage.REGISTERS)
            return [Pull(CONTROL, CONTROL, tuple(replica.control.sample(limits.SYNC_HAVES)), limits.SYNC_CREDIT_BYTES)]
        if stage is Stage.REGISTERS:
            return [AskRegisters(tuple(self._registers.digest()))]
        if stage is Stage.CONTENT:
            if not self.remote.content.shows_unknown(replica.content):
                return self._ask(Stage.DONE)
            return [Pull(CONTENT, CONTENT, tuple(replica.content.sample(limits.SYNC_HAVES)), limits.SYNC_CREDIT_BYTES)]
        return []
