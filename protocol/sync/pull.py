"""The asking side of a sync: HELLO, then the control plane, then registers, then the content plane.

A plane is first reconciled (which operations are there and not here?), then what lacks is fetched, oldest first, and at
the end the two sides' heads are compared: equal heads prove equal logs, so a peer that hides something, or sums that
agree by somebody's craft, come to light, and the plane is reconciled once more with a salt that nobody could foresee.

Sans-IO: `begin` and `handle` give frames to send and what to take in; the caller commits what was taken and then sends
what grants the other side more credit. So nothing is asked for faster than it can be stored, and a sync
that breaks off has lost nothing: the next one begins with what was committed.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from crypto.ids import OpId
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL, Op
from protocol.registers import Registers
from protocol.replica import Replica
from protocol.sync.compact import OpsDecoder
from protocol.sync.frames import (
    Ack,
    AskRegisters,
    Failed,
    Follow,
    Frame,
    Get,
    Hello,
    Ops,
    Pull,
    Recon,
    Summary,
    TellRegisters,
    op_bytes,
    tag_of,
)
from protocol.sync.index import END, START
from protocol.sync.recon import Reconciler, Span
from protocol.sync.serve import FOLLOWED

REGISTER_FRAMES = 512
"""Frames of registers that one sync takes: more than all devices of the largest conversation fill."""
_GET = 512


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
    ops: list[Op] = field(default_factory=list)
    """Operations to check, receive and commit."""
    has_ops: bool = False
    """Whether the frame brought operations, or the word that there are none."""
    is_last: bool = False
    """Nothing may follow before these operations are committed; then call `taken`, else send `then`."""
    then: list[Frame] = field(default_factory=list)
    is_preview: bool = False
    """They are the newest of a long log whose rest follows: to be looked at, not to be placed."""
    registers: tuple[bytes, ...] = ()
    total: int = 0
    """How many operations this plane's sync brings in all, as far as is known."""


class Puller:
    """One run of the asking side."""

    def __init__(self, replica: Replica, registers: Registers, *, new_salt: Callable[[], bytes]) -> None:
        """`new_salt` gives 16 bytes that no peer can foresee."""
        self.stage = Stage.HELLO
        self.remote: Hello | None = None
        self._replica = replica
        self._registers = registers
        self._new_salt = new_salt
        self._decoder = OpsDecoder(replica.id)
        self._reconciler: Reconciler | None = None
        self._is_salted = False
        self._salt = b""
        self._plan: deque[Get | Pull] = deque()
        self._rid = FOLLOWED
        self._arrived = 0
        self._register_range = (b"", b"")
        self._register_frames = 0

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
            case Recon(self._rid, self._plane, self._salt) if self._reconciler is not None:
                return Step(send=self._reconcile(self._reconciler, frame))
            case Ops() if frame.rid == FOLLOWED and self.is_done:
                ops = self._decoder.decode(frame.blob)
                return Step(ops=ops, has_ops=True, then=[Ack(FOLLOWED, max(1, _size_bytes(ops)))])
            case Ops() if self._plan and frame.rid == self._rid:
                return self._take(frame)
            case TellRegisters() if self.stage is Stage.REGISTERS:
                return Step(registers=frame.registers, send=self._next_registers(frame.upto))
            case _:
                raise RemoteError("out_of_turn", f"a sync frame came that was not asked for at {self.stage.value}")

    def taken(self) -> list[Frame]:
        """Return the frames that follow once the operations of a step that is the last of its request are committed."""
        self._plan.popleft()
        return self._next()

    def follow(self) -> list[Frame]:
        """Return the frame that asks for whatever is new from here on."""
        return [Follow(limits.SYNC_CREDIT_BYTES)]

    # --- one plane ---------------------------------------------------------------------------------------------------

    @property
    def _plane(self) -> int:
        return CONTROL if self.stage is Stage.CONTROL else CONTENT

    def _ask(self, stage: Stage) -> list[Frame]:
        assert self.remote is not None
        self.stage = stage
        self._is_salted = False
        replica = self._replica
        if stage is Stage.REGISTERS:
            return self._ask_registers(b"")
        if stage is Stage.DONE:
            return []
        plane = replica.plane(self._plane)
        summary = self.remote.control if stage is Stage.CONTROL else self.remote.content
        if summary.heads_hash == plane.heads_hash():
            return self._ask(_AFTER[stage])
        if not plane.count:
            return self._fetch([(START, END)])
        return self._open(b"")

    def _ask_registers(self, after: bytes) -> list[Frame]:
        """Ask for what is newer among the registers after a place: as many of them as a frame can name."""
        self._register_frames += 1
        digest, upto = self._registers.digest_after(after)
        self._register_range = (after, upto)
        return [AskRegisters(tuple(digest), after, upto)]

    def _next_registers(self, told_upto: bytes) -> list[Frame]:
        """Go on behind what was told; after the last register, with the content."""
        after, upto = self._register_range
        if not told_upto and not upto:
            return self._ask(Stage.CONTENT)
        if not after < told_upto or (upto and told_upto > upto) or self._register_frames >= REGISTER_FRAMES:
            raise RemoteError("bad_frame", "a sync tells of registers out of order, or without an end")
        return self._ask_registers(told_upto)

    def _open(self, salt: bytes) -> list[Frame]:
        plane = self._replica.plane(self._plane)
        self._reconciler = Reconciler(plane.index, salt=salt, held=plane.quarantine)
        self._salt = salt
        self._rid += 1
        return [Recon(self._rid, self._plane, salt, tuple(ranges)) for ranges in self._reconciler.open()]

    def _reconcile(self, reconciler: Reconciler, frame: Recon) -> list[Frame]:
        frames = reconciler.answer(frame.ranges)
        if not reconciler.is_done:
            return [Recon(self._rid, self._plane, self._salt, tuple(ranges)) for ranges in frames]
        self._reconciler = None
        return self._fetch(reconciler.wanted())

    def _fetch(self, wanted: Sequence[Span | list[OpId]]) -> list[Frame]:
        """Plan what to ask for: a look at the newest first where much lacks, then everything, parents first."""
        plane, credit = self._plane, limits.SYNC_CREDIT_BYTES
        if self.stage is Stage.CONTENT and wanted and isinstance(wanted[-1], tuple) and self._lacks_much():
            self._plan.append(Pull(0, plane, *wanted[-1], limits.SYNC_PREVIEW, credit))
        for part in wanted:
            if isinstance(part, tuple):
                self._plan.append(Pull(0, plane, *part, 0, credit))
            else:
                names = [name for name in part if name not in self._replica.plane(plane)]
                self._plan.extend(Get(0, plane, tuple(names[at : at + _GET])) for at in range(0, len(names), _GET))
        return self._next()

    def _lacks_much(self) -> bool:
        assert self.remote is not None
        return self.remote.content.count - self._replica.content.count > 40 * limits.SYNC_PREVIEW

    def _next(self) -> list[Frame]:
        """Ask for the next part of the plan; at its end compare heads."""
        if self._plan:
            self._rid += 1
            self._arrived = 0
            request = self._plan[0]
            match request:
                case Get():
                    return [Get(self._rid, request.plane, request.ids)]
                case Pull():
                    return [
                        Pull(self._rid, request.plane, request.lower, request.upper, request.newest, request.credit)
                    ]
        return self._compare()

    def _compare(self) -> list[Frame]:
        """Go on to the next stage; before, reconcile once more, salted, where heads of the other side lack here."""
        assert self.remote is not None
        plane = self._replica.plane(self._plane)
        summary = self.remote.control if self.stage is Stage.CONTROL else self.remote.content
        unknown = [name for name in summary.heads if name not in plane and name not in self._replica.pending]
        if unknown and not self._is_salted and plane.count:
            self._is_salted = True
            return self._open(self._new_salt())
        return self._ask(_AFTER[self.stage])

    def _take(self, frame: Ops) -> Step:
        ops = self._decoder.decode(frame.blob)
        self._arrived += len(ops)
        if self._arrived > frame.total or not (ops or frame.done):
            raise RemoteError("bad_frame", "a sync brings more than it said, or nothing at all")
        request = self._plan[0]
        return Step(
            ops=ops,
            has_ops=True,
            is_last=frame.done,
            then=[] if frame.done else [Ack(self._rid, max(1, _size_bytes(ops)))],
            is_preview=isinstance(request, Pull) and request.newest > 0,
            total=frame.total,
        )


_AFTER = {Stage.CONTROL: Stage.REGISTERS, Stage.REGISTERS: Stage.CONTENT, Stage.CONTENT: Stage.DONE}


def _size_bytes(ops: list[Op]) -> int:
    return sum(op_bytes(len(op.header_bytes), len(op.body)) for op in ops)
