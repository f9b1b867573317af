"""The two sides of a sync, against each other over a wire in memory, and each against a peer that cheats."""

import pytest

from crypto.ids import OpId
from protocol import limits
from protocol.bodies.content import AiReply, Message, reply_key
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL
from protocol.registers import PROFILE, write_register
from protocol.sync.frames import (
    Ack,
    AskRegisters,
    Failed,
    Frame,
    Get,
    Hello,
    Ops,
    Pull,
    Summary,
    TellRegisters,
    dump,
    op_bytes,
    tag_of,
)
from protocol.sync.pull import Puller, Stage
from protocol.sync.serve import Server
from tests.builders import Member, Talk, fixed, person
from tests.wire import Broken, pull

EVE = person("eve")
NOW = 1_750_000_000_000


@pytest.fixture
def talk() -> Talk:
    return Talk("ana", "ben", "cat")


def server(member: Member) -> Server:
    return Server(member.replica, member.registers, member.fetch)


def publish(member: Member, name: str, sequence: int = 0) -> None:
    member.registers.merge(
        write_register(
            member.replica.keyring,
            member.person.device,
            name=PROFILE,
            value=name.encode(),
            sequence=sequence,
            epoch=member.epoch,
            nonce=member.nonce(),
        )
    )


def long_answers(member: Member, count: int) -> None:
    ai, trigger = fixed("ai"), OpId(fixed("trigger"))
    body = AiReply(ai, reply_key(ai, trigger), 0, bytes(8), trigger, "\u20ac" * 16_000, ("p", "m", 0))
    for _ in range(count):
        member.write(body)


# --- both sides ------------------------------------------------------------------------------------------------------


def test_nothing_to_do(talk: Talk) -> None:
    count = pull(talk.ana, talk.ben)
    assert count.kinds == ["Hello", "TellRegisters"]


def test_from_nothing(talk: Talk) -> None:
    for number in range(200):
        talk.ana.say(str(number))
    talk.ana.grant(EVE)
    publish(talk.ana, "Ana")
    eve = talk.copy_for(EVE)
    count = pull(eve, talk.ana)
    assert set(eve.ops) == set(talk.ana.ops)
    assert count.ops == len(talk.ana.ops)
    assert eve.registers.digest() == talk.ana.registers.digest()
    ben_after = pull(talk.ben, talk.ana)
    assert ben_after.ops == 201, "what both hold does not travel"
    assert talk.ben.state_hash() == talk.ana.state_hash()


@pytest.mark.parametrize("take_late", [True, False])
def test_credit_is_never_exceeded(talk: Talk, take_late: bool) -> None:
    """Three megabytes of long answers: no more than one is ever on its way."""
    long_answers(talk.ana, 60)
    for _ in range(3):
        talk.ana.rotate(str(len(talk.ana.ops)), talk.people)
    count = pull(talk.ben, talk.ana, take_late=take_late)
    assert talk.ben.state_hash() == talk.ana.state_hash()
    assert count.ops == 63
    assert count.frames > 20
    if take_late:
        assert limits.SYNC_CREDIT_BYTES // 2 < count.most_outstanding_bytes <= limits.SYNC_CREDIT_BYTES


@pytest.mark.parametrize("cut", range(9))
def test_goes_on_after_a_break(talk: Talk, cut: int) -> None:
    long_answers(talk.ana, 12)
    talk.ana.grant(EVE)
    with pytest.raises(Broken):
        pull(talk.ben, talk.ana, cut_after_frames=cut)
    kept = len(talk.ben.ops)
    count = pull(talk.ben, talk.ana)
    assert count.ops == len(talk.ana.ops) - kept, "what was committed does not travel again"
    assert talk.ben.state_hash() == talk.ana.state_hash()


def test_two_sides_that_went_apart(talk: Talk) -> None:
    for number in range(40):
        talk.ana.say(f"ana {number}")
        talk.ben.say(f"ben {number}")
    talk.ana.grant(EVE)
    talk.cat.say("cat")
    pull(talk.ana, talk.ben)
    pull(talk.ben, talk.ana)
    assert talk.ana.state_hash() == talk.ben.state_hash()
    pull(talk.ben, talk.cat)
    pull(talk.cat, talk.ben)
    pull(talk.ana, talk.ben)
    assert len({member.state_hash() for member in talk.members.values()}) == 1


def test_forks_of_one_device_on_both_sides(talk: Talk) -> None:
    copy = talk.ana.restarted()
    for number in range(5):
        talk.ana.say(f"here {number}")
        copy._written += 100
        copy.say(f"there {number}")
    talk.ana.grant(EVE)
    copy.grant(person("frank"))
    pull(talk.ana, copy)
    pull(copy, talk.ana)
    assert talk.ana.state_hash() == copy.state_hash()
    assert len(talk.ana.texts()) == 10
    pull(talk.ben, copy)
    assert talk.ben.state_hash() == copy.state_hash()


def test_more_heads_than_a_frame_names() -> None:
    names = [f"p{number}" for number in range(limits.SYNC_HEADS + 4)]
    talk = Talk("ana", *names)
    talk.p0.say("low")
    for name in names[1:]:
        talk.members[name].say("a")
        talk.members[name].say("b")
    full = talk.copy_for(EVE)
    for name in names:
        full.receive(list(talk.members[name].ops.values()))
    for name in names[1:]:
        talk.ana.receive(list(talk.members[name].ops.values()))
    assert "low" not in talk.ana.texts()
    pull(talk.ana, full)
    assert "low" in talk.ana.texts()
    assert talk.ana.replica.content.heads_hash() == full.replica.content.heads_hash()


def test_registers_come_before_content_and_the_newest_counts(talk: Talk) -> None:
    publish(talk.ana, "Ana")
    publish(talk.ben, "Ben")
    pull(talk.ana, talk.ben)
    publish(talk.ben, "Benno", 1)
    pull(talk.ana, talk.ben)
    pull(talk.ben, talk.ana)
    assert talk.ana.registers.value(person("ben").device_id, PROFILE) == b"Benno"
    assert talk.ana.registers.digest() == talk.ben.registers.digest()


def test_many_large_registers_still_fit() -> None:
    names = [f"p{number}" for number in range(60)]
    talk = Talk("ana", *names)
    for name in names:
        member = talk.members[name]
        register = write_register(
            talk.ana.replica.keyring,
            member.person.device,
            name=PROFILE,
            value=bytes(3_800),
            sequence=0,
            epoch=talk.epoch,
            nonce=bytes(24),
        )
        talk.ana.registers.merge(register)
    for _ in range(4):
        pull(talk.p0, talk.ana)
    assert talk.p0.registers.digest() == talk.ana.registers.digest()


# --- the asking side against a peer that cheats ----------------------------------------------------------------------


def hello(member: Member, **changes: object) -> Hello:
    values = {
        "tag": tag_of(member.id),
        "now_ms": NOW,
        "control": Summary.of(member.replica.control),
        "content": Summary.of(member.replica.content),
    }
    return Hello(**{**values, **changes})  # type: ignore[arg-type]


def puller(member: Member, stage: Stage) -> Puller:
    """Return an asking side that has got as far as `stage`, where everything is unknown to it."""
    made = Puller(member.replica, member.registers)
    made.begin(now_ms=NOW)
    unknown = Summary(1, fixed("x"), (OpId(fixed("unknown")),))
    if stage is not Stage.HELLO:
        made.handle(hello(member, control=unknown, content=unknown))
    if stage in (Stage.CONTENT, Stage.REGISTERS):
        made.handle(Ops(CONTROL, (), True, 0))
        assert made.taken() == [AskRegisters(())]
    if stage is Stage.CONTENT:
        made.handle(TellRegisters(()))
    assert made.stage is stage
    return made


@pytest.mark.parametrize("stage", [Stage.HELLO, Stage.CONTROL, Stage.CONTENT, Stage.REGISTERS])
def test_frames_out_of_turn(talk: Talk, stage: Stage) -> None:
    allowed = {Stage.HELLO: Hello, Stage.CONTROL: Ops, Stage.CONTENT: Ops, Stage.REGISTERS: TellRegisters}
    frames: list[Frame] = [
        hello(talk.ben),
        Ops(CONTROL, (), True, 0),
        TellRegisters(()),
        Pull(0, 0, (), 1),
        Get(0, 0, ()),
        Ack(0, 1),
    ]
    for frame in (*frames, AskRegisters(())):
        made = puller(talk.ana, stage)
        if type(frame) is allowed[stage] and not (stage is Stage.CONTENT and isinstance(frame, Ops)):
            made.handle(frame)
            continue
        with pytest.raises(RemoteError) as caught:
            made.handle(frame)
        assert caught.value.code == "out_of_turn"


def test_another_conversation(talk: Talk) -> None:
    with pytest.raises(RemoteError):
        puller(talk.ana, Stage.HELLO).handle(hello(talk.ana, tag=bytes(16)))


def test_refusals_carry_their_code(talk: Talk) -> None:
    for stage in (Stage.HELLO, Stage.CONTENT):
        with pytest.raises(RemoteError) as caught:
            puller(talk.ana, stage).handle(Failed(0, "not_member"))
        assert caught.value.code == "not_member"


def test_a_request_without_end(talk: Talk) -> None:
    wire = [b"header", b"signature", b"body"]
    for frames in ([Ops(0, (), False, 100)], [Ops(0, (wire,) * 3, False, 2)], [Ops(0, (wire,), False, 1)] * 2):
        made = puller(talk.ana, Stage.CONTROL)
        with pytest.raises(RemoteError) as caught:
            for frame in frames:
                made.handle(frame)
                made.taken()
        assert caught.value.code == "bad_frame"


def test_malformed_operations(talk: Talk) -> None:
    with pytest.raises(RemoteError):
        puller(talk.ana, Stage.CONTROL).handle(Ops(0, (7,), False, 1))


def test_acknowledges_what_came(talk: Talk) -> None:
    made = puller(talk.ana, Stage.CONTROL)
    wire = [b"header", b"signature", b"body"]
    step = made.handle(Ops(0, (wire, wire), False, 3))
    assert step.ops == (wire, wire)
    assert step.total == 3
    assert made.taken() == [Ack(0, 2 * op_bytes(wire))]
    made.handle(Ops(0, (wire,), True, 3))
    (asked,) = made.taken()
    assert isinstance(asked, AskRegisters)
    (asked,) = made.handle(TellRegisters(())).send
    assert isinstance(asked, Pull)
    assert (asked.rid, asked.plane, asked.credit) == (CONTENT, CONTENT, limits.SYNC_CREDIT_BYTES)
    assert set(asked.haves) <= set(talk.ana.ops)


# --- the answering side ----------------------------------------------------------------------------------------------


def test_serves_in_order_what_is_lacking(talk: Talk) -> None:
    said = [talk.ana.say(str(number)) for number in range(5)]
    (frame,) = server(talk.ana).handle(Pull(1, 1, (said[1].id, OpId(fixed("unknown"))), 1 << 20), now_ms=NOW)
    assert frame == Ops(1, tuple(op.wire() for op in said[2:]), True, 3)
    assert server(talk.ana).handle(Pull(1, 1, (said[4].id,), 1 << 20), now_ms=NOW) == [Ops(1, (), True, 0)]


def test_credit_is_capped_and_refilled(talk: Talk) -> None:
    long_answers(talk.ana, 40)
    serving = server(talk.ana)
    frames = serving.handle(Pull(1, 1, (), 1 << 40), now_ms=NOW)
    sent = sum(op_bytes(op) for frame in frames if isinstance(frame, Ops) for op in frame.ops)
    assert 900_000 < sent <= limits.SYNC_CREDIT_BYTES
    assert all(len(dump(frame)) <= limits.SYNC_FRAME_BYTES for frame in frames)
    assert all(isinstance(frame, Ops) and not frame.done for frame in frames)
    assert serving.handle(Ack(1, 1), now_ms=NOW) == []
    more = serving.handle(Ack(1, 1 << 40), now_ms=NOW)
    sent = sum(op_bytes(op) for frame in more if isinstance(frame, Ops) for op in frame.ops)
    assert 900_000 < sent <= limits.SYNC_CREDIT_BYTES
    while not (isinstance(more[-1], Ops) and more[-1].done):
        more = serving.handle(Ack(1, 1 << 40), now_ms=NOW)
    assert serving.handle(Ack(1, 5), now_ms=NOW) == []
    assert serving.handle(Ack(0, 5), now_ms=NOW) == []


def test_a_request_that_could_never_be_served(talk: Talk) -> None:
    for frame in (Pull(1, 1, (), limits.WIRE_OP_BYTES - 1), Pull(2, 1, (), 1 << 20)):
        with pytest.raises(RemoteError) as caught:
            server(talk.ana).handle(frame, now_ms=NOW)
        assert caught.value.code == "bad_frame"


def test_single_operations(talk: Talk) -> None:
    said = [talk.ana.write(Message(str(number))) for number in range(3)]
    names = (said[2].id, OpId(fixed("unknown")), said[0].id, talk.epoch)
    (frame,) = server(talk.ana).handle(Get(9, 1, names), now_ms=NOW)
    assert frame == Ops(9, (said[2].wire(), said[0].wire()), True, 2)
    (frame,) = server(talk.ana).handle(Get(9, 0, names), now_ms=NOW)
    assert isinstance(frame, Ops)
    assert frame.ops == (talk.ana.ops[talk.epoch].wire(),)
    long_answers(talk.ana, 20)
    (frame,) = server(talk.ana).handle(Get(9, 1, tuple(talk.ana.ops)), now_ms=NOW)
    assert len(dump(frame)) <= limits.SYNC_FRAME_BYTES


def test_answers_only_questions(talk: Talk) -> None:
    assert server(talk.ana).handle(hello(talk.ben), now_ms=NOW) == [hello(talk.ana)]
    for frame in (Ops(0, (), True, 0), Failed(0, "x"), TellRegisters(())):
        with pytest.raises(RemoteError) as caught:
            server(talk.ana).handle(frame, now_ms=NOW)
        assert caught.value.code == "out_of_turn"
