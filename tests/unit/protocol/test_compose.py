"""What an honest program writes is what every other accepts."""

from dataclasses import replace

import pytest

from protocol import limits
from protocol.bodies.ai import AiReply, Provenance, reply_key
from protocol.bodies.content import Message, Title
from protocol.bodies.control import EpochWrap, Genesis, Grant, InviteCreate, Level
from protocol.compose import own_member, write_content, write_control, writing_epoch
from protocol.errors import UsageError
from protocol.ops import parse_op, verify_op
from tests.builders import START_MS, Member, Talk, control_op, fixed, person

ANA, BEN, EVE = person("ana"), person("ben"), person("eve")


def test_everything_written_is_sound() -> None:
    talk = Talk("ana", "ben")
    ops = [talk.ana.say("hello"), talk.ana.grant(EVE), talk.ana.say("again"), talk.ana.set_ai([ANA])]
    for op in ops:
        assert parse_op(op.wire(), conversation=talk.id) == op
        verify_op(op)
    first, grant, second, _ = ops
    assert second.header.prev == first.id
    assert second.header.seq == first.header.seq + 1
    assert second.header.parents == (first.id,)
    assert second.header.auth == (grant.id,)
    assert second.header.epoch == talk.epoch
    assert second.header.depth == first.header.depth + 1
    assert first.header.ts_ms < second.header.ts_ms


def test_what_is_written_together_goes_one_on_top_of_the_other() -> None:
    talk = Talk("ana", "ben", levels=[Level.OWNER, Level.OWNER])
    heads = {member.grant(EVE).id for member in talk.members.values()}
    talk.meet()
    first = write_control(talk.ana.replica, Grant(talk.genesis.id, EVE.id, 1), now_ms=1)
    second = write_control(talk.ana.replica, EpochWrap(talk.genesis.id, talk.epoch, ()), now_ms=1, after=first)
    assert set(first.header.parents) == heads
    assert second.header.parents == (second.header.prev,) == (first.id,)
    assert (second.header.seq, second.header.depth) == (first.header.seq + 1, first.header.depth + 1)
    for member in talk.members.values():
        assert set(member.receive([second, first]).rows) == {first.id, second.id}
        assert set(member.replica.control.heads) == {second.id}


def test_a_merge_cites_all_heads() -> None:
    talk = Talk("ana", "ben", "cat")
    apart = [member.say("apart") for member in talk.members.values()]
    grants = [talk.ana.grant(EVE)]
    talk.meet()
    op = talk.ben.say("together")
    assert op.header.parents == tuple(sorted(each.id for each in apart))
    assert op.header.auth == tuple(sorted(each.id for each in grants))


def test_at_most_eight_parents_and_always_above_the_own_chain() -> None:
    people = [f"p{number}" for number in range(12)]
    talk = Talk(*people)
    for name in people[1:]:
        for _ in range(2):
            talk.members[name].say("apart")
    talk.p0.say("low")
    talk.meet()
    op = talk.p0.say("together")
    assert len(op.header.parents) == 8
    assert op.header.prev not in op.header.parents
    assert not talk.p1.receive([op]).rejected
    assert op.id in talk.p1.replica


def test_more_than_four_control_heads() -> None:
    """Whatever is left out, a device never steps back behind what it cited before."""
    names = [f"p{number}" for number in range(8)]
    talk = Talk(*names, levels=[3] + [2] * 7)
    for round_number in range(4):
        for number in range(6):
            member = talk.members[names[number]]
            for again in range(1 + (number + round_number) % 3):
                member.rule(InviteCreate(talk.genesis.id, fixed(f"{round_number} {number} {again}"), 1, 1, 1))
            if number == round_number:
                member.rotate(f"{round_number}", talk.people)
        receiver = talk.members[names[6]]
        for number in (5, 3, 1, 0, 2, 4):
            receiver.receive(list(talk.members[names[number]].ops.values()))
            op = receiver.say("on")  # raises where it would be refused
            assert len(op.header.auth) <= limits.MAX_AUTH
        talk.meet(*names[: 3 + round_number])


def test_the_first_message_cites_what_made_a_member() -> None:
    talk = Talk("ana", "ben", "cat", "dan", "fay", "gus", "hal")
    invite = talk.ana.invite()
    talk.meet()
    talk.ana.admit(EVE, invite)
    talk.ana.wrap(EVE)
    for name in ("ben", "cat", "dan", "fay", "gus", "hal"):
        for _ in range(3):  # all deeper than what admitted Eve
            talk.members[name].rule(EpochWrap(talk.genesis.id, talk.epoch, ()))
    talk.meet()
    eve = talk.copy_for(EVE)
    eve.receive(list(talk.ana.ops.values()))
    assert len(eve.replica.control.heads) > limits.MAX_AUTH
    eve.say("hello")


def test_the_newest_epoch_whose_key_is_held() -> None:
    talk = Talk("ana", "ben")
    assert writing_epoch(talk.ben.replica) == talk.epoch
    for_ana = talk.ana.rotate("ana only", [ANA])
    talk.meet()
    assert writing_epoch(talk.ben.replica) == talk.epoch
    assert writing_epoch(talk.ana.replica) == for_ana.id
    assert talk.ben.say("still").header.epoch == talk.epoch


def test_without_a_key_nothing_is_written() -> None:
    talk = Talk("ana")
    talk.ana.admit(EVE, talk.ana.invite())
    eve = talk.copy_for(EVE)
    eve.receive(list(talk.ana.ops.values()))
    with pytest.raises(UsageError) as caught:
        eve.say("hello")
    assert caught.value.code == "locked"


@pytest.mark.parametrize("body", [Message(""), Message("x" * 4_001), Title(""), Message("\udc80")], ids=repr)
def test_bodies_that_break_their_rules(body: Message | Title) -> None:
    talk = Talk("ana")
    with pytest.raises(UsageError) as caught:
        talk.ana.write(body)
    assert caught.value.code == "bad_request"


def test_control_bodies_that_break_their_rules() -> None:
    talk = Talk("ana")
    with pytest.raises(UsageError) as caught:
        talk.ana.rule(InviteCreate(talk.genesis.id, fixed("key"), 2, 1, 1))
    assert caught.value.code == "bad_request"


def test_what_would_be_too_long_for_others_is_not_written() -> None:
    """An answer of 16,000 characters may take four bytes each, and padding: more than an operation holds."""
    talk = Talk("ana")
    ai = talk.ana.set_ai([ANA]).id
    question = talk.ana.say("?")

    def answer(text: str) -> AiReply:
        return AiReply(ai, reply_key(ai, question.id), 0, bytes(8), question.id, text, Provenance("p", "m", 0))

    with pytest.raises(UsageError) as caught:
        write_content(talk.ana.replica, answer("\U0001f600" * 16_000), now_ms=1, nonce=bytes(24))
    assert caught.value.code == "bad_request"
    op = talk.ana.write(answer("\u20ac" * 16_000))
    assert len(op.body) <= limits.CONTENT_BODY_BYTES
    slots = tuple((fixed(str(n)), 1, (bytes(512),) * 8) for n in range(60))
    with pytest.raises(UsageError) as caught:
        write_control(talk.ana.replica, Genesis(bytes(16), 1, slots), now_ms=1)  # type: ignore[arg-type]
    assert caught.value.code == "bad_request"


def test_own_member() -> None:
    talk = Talk("ana", "ben", levels=[Level.OWNER, Level.MEMBER])
    assert own_member(talk.ana.replica, level=Level.OWNER, to="x").identity == ANA.id
    assert own_member(talk.ben.replica, level=Level.MEMBER, to="x").identity == BEN.id
    with pytest.raises(UsageError, match="only an owner or an admin of this conversation can dance"):
        own_member(talk.ben.replica, level=Level.ADMIN, to="dance")
    stranger = Member(EVE, talk.id)
    stranger.receive(list(talk.ana.ops.values()))
    with pytest.raises(UsageError, match="not a member"):
        own_member(stranger.replica, level=Level.MEMBER, to="dance")


def test_the_builders_forge_what_they_say() -> None:
    """`control_op` without changes is what `write_control` makes, so a refused one is refused for its change."""
    talk = Talk("ana")
    op = control_op(talk.ana, Grant(talk.genesis.id, EVE.id, 1))
    talk.ana.now_ms = op.header.ts_ms
    assert op == write_control(talk.ana.replica, Grant(talk.genesis.id, EVE.id, 1), now_ms=op.header.ts_ms)
    assert replace(op.header, ts_ms=START_MS) != op.header
