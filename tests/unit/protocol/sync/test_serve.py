"""The answering side of a sync: what it sends, what it refuses, and that no asker can make it work without end."""

from collections import deque
from secrets import token_bytes

import pytest

from crypto.ids import OpId
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL, Op
from protocol.sync.compact import OpsDecoder
from protocol.sync.frames import (
    Ack,
    AskRegisters,
    Failed,
    Follow,
    Frame,
    Get,
    Ops,
    Pull,
    Recon,
    TellRegisters,
    dump,
    op_bytes,
)
from protocol.sync.index import END, START, after, bound
from protocol.sync.ranges import ANSWER, FINGERPRINT, LIST, NONE, Range
from protocol.sync.serve import FOLLOWED, RECONS, REQUESTS, Server
from tests.builders import START_MS, Member, Talk, fixed
from tests.wire import answering, hello, long_answers

NOW = START_MS
CREDIT = limits.SYNC_CREDIT_BYTES
UNKNOWN = OpId(fixed("unknown"))


@pytest.fixture
def talk() -> Talk:
    return Talk("ana", "ben", "cat")


class Asking:
    """Somebody who asks a member's answering side, and reads what comes."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.server: Server = answering(member)
        self._decoder = OpsDecoder(member.id)

    def ask(self, frame: Frame) -> list[Frame]:
        answers = self.server.handle(frame, now_ms=NOW)
        assert all(len(dump(answer)) <= limits.SYNC_FRAME_BYTES for answer in answers)
        return answers

    def ops(self, frame: Frame) -> tuple[list[Op], bool]:
        """Ask for operations; return them, and whether that was all."""
        answers = self.ask(frame)
        found: list[Op] = []
        for at, answer in enumerate(answers):
            assert isinstance(answer, Ops)
            assert not answer.done or at == len(answers) - 1
            found += self._decoder.decode(answer.blob)
        return found, bool(answers) and isinstance(answers[-1], Ops) and answers[-1].done

    def refused(self, frame: Frame) -> str:
        with pytest.raises(RemoteError) as caught:
            self.ask(frame)
        return caught.value.code


def names(ops: list[Op]) -> list[OpId]:
    return [op.id for op in ops]


def cost(ops: list[Op]) -> int:
    return sum(op_bytes(len(op.header_bytes), len(op.body)) for op in ops)


def everything(rid: int = 1, *, plane: int = CONTENT, newest: int = 0, credit: int = CREDIT) -> Pull:
    return Pull(rid, plane, START, END, newest, credit)


def test_serves_a_range_in_order(talk: Talk) -> None:
    for number in range(30):
        talk.ana.say(str(number))
    asking = Asking(talk.ana)
    log = talk.ana.replica.content.log()
    assert asking.ops(everything()) == ([talk.ana.ops[name] for name in log], True)
    lower, upper = after(talk.ana.ops[log[4]].key), bound(20)
    ops, done = asking.ops(Pull(2, CONTENT, lower, upper, 0, CREDIT))
    assert (names(ops), done) == (log[5:20], True)
    ops, done = asking.ops(Pull(3, CONTENT, lower, upper, 4, CREDIT))
    assert (names(ops), done) == (log[16:20], True), "only the newest of it"
    assert asking.ops(Pull(4, CONTENT, upper, lower, 0, CREDIT)) == ([], True)
    assert asking.ops(Pull(5, CONTENT, bound(1 << 40), END, 0, CREDIT)) == ([], True)
    ops, _ = asking.ops(everything(6, plane=CONTROL))
    assert names(ops) == talk.ana.replica.control.log()


def test_operations_come_back_as_they_were_signed(talk: Talk) -> None:
    talk.ana.grant(talk.ben.person)
    long_answers(talk.ana, 3)
    talk.ana.say("x")
    asking = Asking(talk.ana)
    for plane in (CONTROL, CONTENT):
        ops, _ = asking.ops(everything(plane + 1, plane=plane))
        assert {op.id: op for op in ops} == {name: talk.ana.ops[name] for name in talk.ana.replica.plane(plane).log()}


def test_credit_is_capped_and_refilled(talk: Talk) -> None:
    long_answers(talk.ana, 60)
    asking = Asking(talk.ana)
    ops, done = asking.ops(everything(credit=1 << 40))
    assert not done
    assert CREDIT - 60_000 < cost(ops) <= CREDIT, "however much an asker grants at once"
    assert asking.ops(Ack(1, 1)) == ([], False)
    more, done = asking.ops(Ack(1, 1 << 40))
    assert not done
    assert CREDIT - 60_000 < cost(more) <= CREDIT
    ops += more
    while not done:
        more, done = asking.ops(Ack(1, 1 << 40))
        ops += more
    assert names(ops) == talk.ana.replica.content.log()
    assert asking.ask(Ack(1, 5)) == []
    assert asking.ask(Ack(9, 5)) == []


def test_what_one_credit_does_not_cover_waits_for_the_next(talk: Talk) -> None:
    """Credit for one and a half: one comes, and the other once there is enough for all of it."""
    long_answers(talk.ana, 6)
    asking = Asking(talk.ana)
    log = talk.ana.replica.content.log()
    least = limits.WIRE_OP_BYTES
    ops, _ = asking.ops(everything(credit=least))
    assert 0 < cost(ops) <= least
    left = least - cost(ops)
    needed = cost([talk.ana.ops[log[len(ops)]]]) - left
    assert asking.ops(Ack(1, needed - 1)) == ([], False)
    more, _ = asking.ops(Ack(1, 1))
    assert names(more) == [log[len(ops)]]


def test_requests_that_could_never_be_served(talk: Talk) -> None:
    long_answers(talk.ana, 60)
    asking = Asking(talk.ana)
    assert asking.refused(everything(credit=limits.WIRE_OP_BYTES - 1)) == "bad_frame"
    assert asking.refused(everything(FOLLOWED)) == "bad_frame"
    assert asking.refused(Get(FOLLOWED, CONTENT, ())) == "bad_frame"
    for rid in range(1, REQUESTS + 1):
        assert not asking.ops(everything(rid, credit=limits.WIRE_OP_BYTES))[1]
    assert asking.refused(everything(REQUESTS)) == "bad_frame", "a number that is taken"
    assert asking.refused(everything(99)) == "bad_frame", "too many at a time"
    assert asking.refused(Get(99, CONTENT, (UNKNOWN,))) == "bad_frame"
    done = False
    while not done:
        done = asking.ops(Ack(2, CREDIT))[1]
    assert asking.ops(Get(99, CONTENT, (UNKNOWN,))) == ([], True), "one is done: there is room again"


def test_single_operations(talk: Talk) -> None:
    said = [talk.ana.say(str(number)) for number in range(3)]
    asking = Asking(talk.ana)
    wanted = (said[2].id, UNKNOWN, said[0].id, talk.epoch)
    assert asking.ops(Get(9, CONTENT, wanted)) == ([said[2], said[0]], True)
    assert asking.ops(Get(9, CONTROL, wanted)) == ([talk.ana.ops[talk.epoch]], True)
    assert asking.ops(Get(9, CONTENT, ())) == ([], True)
    large = long_answers(talk.ana, 30)
    ops, done = asking.ops(Get(9, CONTENT, tuple(large)))
    assert not done
    assert cost(ops) <= CREDIT
    more, done = asking.ops(Ack(9, CREDIT))
    assert done
    assert names(ops + more) == large


def test_the_same_operation_asked_for_many_times_comes_within_the_credit(talk: Talk) -> None:
    (name,) = long_answers(talk.ana, 1)
    ops, done = Asking(talk.ana).ops(Get(1, CONTENT, (name,) * 512))
    assert not done
    assert cost(ops) <= CREDIT


def test_what_lies_in_quarantine_is_not_served(talk: Talk) -> None:
    talk.meet()
    said = talk.ben.say("mine")
    talk.meet()
    talk.ana.remove(talk.ben.person)
    assert talk.ana.replica.content.quarantine == {said.id}
    asking = Asking(talk.ana)
    assert said.id not in names(asking.ops(everything())[0])
    assert asking.ops(Get(2, CONTENT, (said.id,))) == ([], True)
    (answer,) = asking.ask(Recon(1, CONTENT, b"", (Range(END, LIST),)))
    assert isinstance(answer, Recon)
    offered = b"".join(part.payload for part in answer.ranges if part.mode == ANSWER)
    assert offered
    assert said.id not in offered


# --- reconciling -----------------------------------------------------------------------------------------------------


def test_answers_ranges_of_the_plane_that_is_asked_about(talk: Talk) -> None:
    said = talk.ana.say("x")
    for plane, name in ((CONTENT, said.id), (CONTROL, talk.epoch)):
        (answer,) = Asking(talk.ana).ask(Recon(7, plane, b"", (Range(END, LIST),)))
        assert isinstance(answer, Recon)
        assert (answer.rid, answer.plane, answer.salt) == (7, plane, b"")
        assert name in b"".join(part.payload for part in answer.ranges)


def test_an_asker_may_not_reconcile_for_ever(talk: Talk) -> None:
    asking = Asking(talk.ana)
    frame = Recon(1, CONTENT, b"", (Range(END, FINGERPRINT, bytes(16)),))
    for _ in range(RECONS):
        asking.ask(frame)
    assert asking.refused(frame) == "too_long"


def test_a_longer_log_may_take_more_frames(talk: Talk) -> None:
    for number in range(95):
        talk.ana.say(str(number))
    asking = Asking(talk.ana)
    frame = Recon(1, CONTENT, b"", (Range(END, NONE),))
    for _ in range(RECONS + len(talk.ana.replica.content) // 32):
        asking.ask(frame)
    assert asking.refused(frame) == "too_long"


def test_an_asker_may_salt_once_in_each_plane(talk: Talk) -> None:
    """A salt costs a hash of every operation, so only two are worked out for one stream."""
    asking = Asking(talk.ana)
    first, second = token_bytes(16), token_bytes(16)
    for _ in range(5):
        asking.ask(Recon(1, CONTROL, first, (Range(END, NONE),)))
    for _ in range(5):
        asking.ask(Recon(2, CONTENT, second, (Range(END, NONE),)))
    assert asking.refused(Recon(3, CONTENT, token_bytes(16), (Range(END, NONE),))) == "too_long"
    asking.ask(Recon(4, CONTENT, b"", (Range(END, NONE),)))


def test_a_salted_view_is_made_once(talk: Talk) -> None:
    talk.ana.say("x")
    asking, salt = Asking(talk.ana), token_bytes(16)
    (one,) = asking.ask(Recon(1, CONTENT, salt, (Range(END, NONE),)))
    view = asking.server._salted
    (two,) = asking.ask(Recon(1, CONTENT, salt, (Range(END, NONE),)))
    assert asking.server._salted is view
    assert one == two
    (three,) = Asking(talk.ana).ask(Recon(1, CONTENT, token_bytes(16), (Range(END, NONE),)))
    assert three != one
    assert isinstance(one, Recon)
    assert one.ranges[0].mode == FINGERPRINT


# --- following -------------------------------------------------------------------------------------------------------


def written(talk: Talk, count: int) -> deque[Op]:
    return deque(talk.ana.say(str(number)) for number in range(count))


def test_nothing_is_pushed_to_who_does_not_follow(talk: Talk) -> None:
    server, waiting = answering(talk.ana), written(talk, 2)
    assert not server.is_followed
    assert server.push(waiting) is None
    assert len(waiting) == 2
    assert server.handle(Ack(FOLLOWED, CREDIT), now_ms=NOW) == []
    assert server.push(waiting) is None


def test_a_follower_gets_what_is_written_as_far_as_its_credit_goes(talk: Talk) -> None:
    asking, waiting = Asking(talk.ana), written(talk, 10)
    expected = list(waiting)
    price = cost(expected[:1])
    assert asking.ask(Follow(price * 3 + 5)) == []
    assert asking.server.is_followed
    decoder, came = OpsDecoder(talk.id), list[Op]()
    frame = asking.server.push(waiting)
    assert isinstance(frame, Ops)
    assert (frame.rid, frame.done) == (FOLLOWED, True)
    came += decoder.decode(frame.blob)
    assert came == expected[:3]
    assert asking.server.push(waiting) is None
    assert len(waiting) == 7
    asking.ask(Ack(FOLLOWED, 1 << 40))
    while (frame := asking.server.push(waiting)) is not None:
        assert isinstance(frame, Ops)
        came += decoder.decode(frame.blob)
    assert came == expected
    assert not waiting


def test_what_is_pushed_fits_into_frames_and_credit(talk: Talk) -> None:
    large = deque(talk.ana.ops[name] for name in long_answers(talk.ana, 60))
    asking, price = Asking(talk.ana), cost([large[0]])
    for grant in (Follow(1 << 40), Ack(FOLLOWED, 1 << 40)):
        asking.ask(grant)
        sent = 0
        while (frame := asking.server.push(large)) is not None:
            assert len(dump(frame)) <= limits.SYNC_FRAME_BYTES
            assert isinstance(frame, Ops)
            assert frame.total > 0
            sent += frame.total
        assert CREDIT - 60_000 < sent * price <= CREDIT, "however much a follower grants at once"


def test_an_operation_that_no_credit_covers_waits(talk: Talk) -> None:
    (name,) = long_answers(talk.ana, 1)
    waiting, asking = deque([talk.ana.ops[name]]), Asking(talk.ana)
    asking.ask(Follow(cost(list(waiting)) - 1))
    assert asking.server.push(waiting) is None
    asking.ask(Ack(FOLLOWED, 1))
    assert asking.server.push(waiting) is not None


# --- the rest --------------------------------------------------------------------------------------------------------


def test_answers_only_questions(talk: Talk) -> None:
    asking = Asking(talk.ana)
    assert asking.ask(hello(talk.ben)) == [hello(talk.ana, now_ms=NOW)]
    assert asking.ask(AskRegisters(())) == [TellRegisters(())]
    for frame in (Ops(0, b"", True, 0), Failed(0, "x"), TellRegisters(())):
        assert asking.refused(frame) == "out_of_turn"


def test_ranges_that_only_an_answer_holds(talk: Talk) -> None:
    assert Asking(talk.ana).refused(Recon(1, CONTENT, b"", (Range(END, ANSWER, UNKNOWN),))) == "bad_frame"
