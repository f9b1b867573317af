"""A sync between two copies over a wire in memory: every frame goes through its bytes, credit is watched."""

from collections import deque
from dataclasses import dataclass, field

from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import parse_op
from protocol.registers import parse_register, verify_register
from protocol.sync.frames import Ack, Frame, Hello, Ops, Pull, dump, load, op_bytes
from protocol.sync.pull import Puller
from protocol.sync.serve import Server
from tests.builders import Member


class Broken(Exception):
    """The wire was cut, as the test asked for."""


@dataclass
class Count:
    """What went over the wire."""

    frames: int = 0
    ops: int = 0
    largest_bytes: int = 0
    most_outstanding_bytes: int = 0
    kinds: list[str] = field(default_factory=list)


def pull(asker: Member, server: Member, *, cut_after_frames: int = -1, take_late: bool = True) -> Count:
    """Run one sync by which `asker` gets what `server` holds; return what went over the wire.

    Args:
        asker: the copy that pulls.
        server: the copy that answers.
        cut_after_frames: raise `Broken` once this many answers have come.
        take_late: keep answers waiting on the wire as long as possible, so that credit is really used up.
    """
    puller = Puller(asker.replica, asker.registers)
    answering = Server(server.replica, server.registers, server.fetch)
    count, credit, outstanding = Count(), dict[int, int](), dict[int, int]()
    questions: deque[bytes] = deque(dump(frame) for frame in puller.begin(now_ms=asker.now_ms))
    answers: deque[bytes] = deque()
    while not puller.is_done:
        while questions:
            asked = load(questions.popleft())
            if isinstance(asked, Pull):
                credit[asked.rid], outstanding[asked.rid] = asked.credit, 0
            if isinstance(asked, Ack):
                credit[asked.rid] += asked.credit
            for frame in answering.handle(asked, now_ms=server.now_ms):
                if isinstance(frame, Ops):
                    outstanding[frame.rid] += sum(op_bytes(op) for op in frame.ops)
                    assert outstanding[frame.rid] <= credit[frame.rid], "more was sent than there was credit for"
                data = dump(frame)
                assert len(data) <= limits.SYNC_FRAME_BYTES
                count.largest_bytes = max(count.largest_bytes, len(data))
                answers.append(data)
            count.most_outstanding_bytes = max(count.most_outstanding_bytes, sum(map(len, answers)))
            if not take_late:
                break
        if not answers:
            raise AssertionError(f"both sides wait: {puller.stage}")
        if count.frames == cut_after_frames:
            raise Broken
        frame = load(answers.popleft())
        count.frames += 1
        count.kinds.append(type(frame).__name__)
        step = puller.handle(frame)
        send: list[Frame] = list(step.send)
        if isinstance(frame, Ops):
            count.ops += len(frame.ops)
            asker.receive([parse_op(wire, conversation=asker.id) for wire in step.ops])
            send += puller.taken()
        for data in step.registers:
            register = parse_register(data)
            if asker.replica.authority.owner(register.device) is None:
                raise RemoteError("foreign", "a register comes from no member's device")
            verify_register(register, conversation=asker.id)
            asker.registers.merge(register)
        questions.extend(dump(each) for each in send)
    assert isinstance(puller.remote, Hello)
    return count
