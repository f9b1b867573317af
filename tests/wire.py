"""A sync between two copies over a wire in memory: every frame goes through its bytes, credit is watched."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count as count_up

from crypto.ids import OpId
from protocol import limits
from protocol.bodies.ai import AiReply, Provenance, reply_key
from protocol.errors import RemoteError
from protocol.registers import parse_register, verify_register
from protocol.sync.compact import OpsDecoder
from protocol.sync.frames import Ack, Frame, Get, Hello, Ops, Pull, Recon, Summary, dump, load, op_bytes, tag_of
from protocol.sync.pull import Puller
from protocol.sync.serve import Server
from tests.builders import Member, fixed


class Broken(Exception):
    """The wire was cut, as the test asked for."""


@dataclass
class Count:
    """What went over the wire."""

    frames: int = 0
    """Answers taken in."""
    ops: int = 0
    """Operations that came to be placed; a preview's are counted beside."""
    previewed: int = 0
    round_trips: int = 0
    largest_bytes: int = 0
    up_bytes: int = 0
    down_bytes: int = 0
    most_outstanding_bytes: int = 0
    kinds: list[str] = field(default_factory=list)
    asked: list[Frame] = field(default_factory=list)

    def recons(self, *, salted: bool) -> int:
        return sum(isinstance(frame, Recon) and bool(frame.salt) == salted for frame in self.asked)


def asking(member: Member) -> Puller:
    """Return an asking side whose salts are known."""
    salts = count_up(1)
    return Puller(member.replica, member.registers, new_salt=lambda: next(salts).to_bytes(16, "big"))


def answering(member: Member) -> Server:
    return Server(member.replica, member.registers, member.fetch)


def hello(member: Member, **changes: object) -> Hello:
    """Return the HELLO of a copy, or one that claims something else."""
    values = {
        "tag": tag_of(member.id),
        "now_ms": member.now_ms,
        "control": Summary.of(member.replica.control),
        "content": Summary.of(member.replica.content),
    }
    return Hello(**{**values, **changes})  # type: ignore[arg-type]


def size_bytes(frame: Frame, decoder: OpsDecoder) -> int:
    """Return what the operations in a frame cost of a request's credit."""
    assert isinstance(frame, Ops)
    return sum(op_bytes(len(op.header_bytes), len(op.body)) for op in decoder.decode(frame.blob))


def pull(
    asker: Member,
    server: Member,
    *,
    cut_after_frames: int = -1,
    take_late: bool = True,
    between: Callable[[Frame], Frame] = lambda frame: frame,
) -> Count:
    """Run one sync by which `asker` gets what `server` holds; return what went over the wire.

    Args:
        asker: the copy that pulls.
        server: the copy that answers.
        cut_after_frames: raise `Broken` once this many answers have come.
        take_late: keep answers waiting on the wire as long as possible, so that credit is really used up.
        between: sees every answer on its way and may change it.
    """
    puller, serving, watching = asking(asker), answering(server), OpsDecoder(server.id)
    count, credit, outstanding = Count(), dict[int, int](), dict[int, int]()
    questions: deque[tuple[bytes, int]] = deque((dump(frame), 1) for frame in puller.begin(now_ms=asker.now_ms))
    answers: deque[tuple[bytes, int]] = deque()
    while not puller.is_done:
        while questions:
            data, trip = questions.popleft()
            asked = load(data)
            count.asked.append(asked)
            count.up_bytes += len(data)
            count.round_trips = max(count.round_trips, trip)
            if isinstance(asked, Pull):
                credit[asked.rid], outstanding[asked.rid] = asked.credit, 0
            if isinstance(asked, Get):
                credit[asked.rid], outstanding[asked.rid] = limits.SYNC_CREDIT_BYTES, 0
            if isinstance(asked, Ack):
                credit[asked.rid] += asked.credit
            for frame in serving.handle(asked, now_ms=server.now_ms):
                if isinstance(frame, Ops):
                    outstanding[frame.rid] += size_bytes(frame, watching)
                    assert outstanding[frame.rid] <= credit[frame.rid], "more was sent than there was credit for"
                data = dump(between(frame))
                assert len(data) <= limits.SYNC_FRAME_BYTES
                count.down_bytes += len(data)
                count.largest_bytes = max(count.largest_bytes, len(data))
                answers.append((data, trip))
            count.most_outstanding_bytes = max(count.most_outstanding_bytes, sum(len(data) for data, _ in answers))
            if not take_late:
                break
        if not answers:
            raise AssertionError(f"both sides wait: {puller.stage}")
        if count.frames == cut_after_frames:
            raise Broken
        data, trip = answers.popleft()
        frame = load(data)
        count.frames += 1
        count.kinds.append(type(frame).__name__)
        questions.extend((dump(each), trip + 1) for each in take(asker, puller, frame, count))
    return count


def take(asker: Member, puller: Puller, frame: Frame, count: Count) -> list[Frame]:
    """Take in one answer as a node does; return what is sent for it."""
    step = puller.handle(frame)
    send: list[Frame] = list(step.send)
    if step.has_ops:
        if step.is_preview:
            count.previewed += len(step.ops)
        else:
            count.ops += len(step.ops)
            asker.receive(step.ops)
        send += puller.taken() if step.is_last else step.then
    for data in step.registers:
        register = parse_register(data)
        if asker.replica.authority.owner(register.device) is None:
            raise RemoteError("foreign", "a register comes from no member's device")
        verify_register(register, conversation=asker.id)
        asker.registers.merge(register)
    return send


def long_answers(member: Member, count: int) -> list[OpId]:
    """Write operations of 48 KB each."""
    ai, trigger = fixed("ai"), OpId(fixed("trigger"))
    body = AiReply(ai, reply_key(ai, trigger), 0, bytes(8), trigger, "\u20ac" * 16_000, Provenance("p", "m", 0))
    return [member.write(body).id for _ in range(count)]
