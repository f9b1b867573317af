"""The two sides of a sync against each other, over a wire in memory."""

from dataclasses import replace

import pytest

from protocol import limits
from protocol.bodies.content import Message
from protocol.bodies.control import Level
from protocol.ops import Op
from protocol.registers import PROFILE, write_register
from protocol.sync.frames import (
    Get,
)
from tests.builders import START_MS, Member, Talk, content_op, person
from tests.wire import Broken, long_answers, pull

EVE = person("eve")
NOW = START_MS


@pytest.fixture
def talk() -> Talk:
    return Talk("ana", "ben", "cat")


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


def test_nothing_to_do(talk: Talk) -> None:
    count = pull(talk.ana, talk.ben)
    assert count.kinds == ["Hello", "TellRegisters"]
    assert count.up_bytes + count.down_bytes < 700


def test_from_nothing(talk: Talk) -> None:
    for number in range(200):
        talk.ana.say(str(number))
    talk.ana.grant(EVE)
    publish(talk.ana, "Ana")
    eve = talk.copy_for(EVE)
    count = pull(eve, talk.ana)
    assert set(eve.ops) == set(talk.ana.ops)
    assert count.ops == len(talk.ana.ops)
    assert count.recons(salted=False) == 0, "who holds nothing has nothing to compare"
    assert count.round_trips <= 5
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


def test_goes_on_after_a_break_at_any_frame() -> None:
    """What was committed stays, does not travel again, and the next sync completes it."""
    cut = 0
    while True:
        talk = Talk("ana", "ben", "cat")
        for number in range(60):
            talk.ana.say(f"ana {number}")
            talk.ben.say(f"ben {number}")
        long_answers(talk.ana, 4)
        talk.ana.grant(EVE)
        publish(talk.ana, "Ana")
        try:
            pull(talk.ben, talk.ana, cut_after_frames=cut)
        except Broken:
            kept = len([name for name in talk.ben.ops if name in talk.ana.ops])
            count = pull(talk.ben, talk.ana)
            assert count.ops == len(talk.ana.ops) - kept
            assert set(talk.ana.ops) < set(talk.ben.ops)
            cut += 1
            continue
        break
    assert cut > 7, "a sync of less than that shows nothing"


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


def test_the_newest_that_lack_cost_little(talk: Talk) -> None:
    for number in range(400):
        talk.ana.say(f"number {number}")
    talk.meet()
    for number in range(10):
        talk.ana.say(f"new {number}")
    count = pull(talk.ben, talk.ana)
    assert count.ops == 10
    assert count.round_trips <= 4
    carried = sum(len(op.body) + len(op.signature) for op in list(talk.ana.ops.values())[-10:])
    assert count.up_bytes + count.down_bytes < carried + 4_000


def test_few_that_lack_among_many_are_found_one_by_one() -> None:
    """Ben's messages lie scattered through everything that Ana wrote meanwhile."""
    talk = Talk("ana", "ben", "cat")
    for number in range(300):
        talk.ana.say(f"ana {number}")
        if number % 50 == 7:
            talk.cat.receive([talk.ben.say(f"ben {number}")])
        talk.ben.receive(list(talk.ana.ops.values())[-1:])
    talk.cat.receive(list(talk.ana.ops.values()))
    assert "ben 57" not in talk.ana.texts()
    count = pull(talk.ana, talk.cat)
    assert count.ops == 6
    assert len([text for text in talk.ana.texts() if text.startswith("ben")]) == 6
    assert count.down_bytes < 12_000


def test_registers_come_before_content_and_the_newest_counts(talk: Talk) -> None:
    publish(talk.ana, "Ana")
    publish(talk.ben, "Ben")
    talk.ben.say("hello")
    count = pull(talk.ana, talk.ben)
    assert count.kinds.index("TellRegisters") < count.kinds.index("Ops")
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


# --- what is not valid -----------------------------------------------------------------------------------------------


def test_what_lies_in_quarantine_is_neither_served_nor_fetched_again(talk: Talk) -> None:
    """Ben is removed; Cat holds what he wrote and knows of it, Dan holds it and does not."""
    for number in range(30):
        talk.ana.say(f"before {number}")
    talk.meet()
    kept = talk.ben.say("seen")
    talk.ana.receive([kept])
    late = talk.ben.say("not seen")
    dan = Member(talk.ben.person, talk.id)
    dan.receive(list(talk.ben.ops.values()))
    talk.ana.remove(person("ben"), kept.id)
    for number in range(5):
        talk.ana.say(f"after {number}")
    pull(talk.cat, talk.ben)
    assert late.id in talk.cat.shown
    pull(talk.cat, talk.ana)
    assert talk.cat.replica.content.quarantine == {late.id}
    assert late.id not in talk.cat.shown
    assert kept.id in talk.cat.shown

    newcomer = Member(EVE, talk.id)
    pull(newcomer, talk.cat)
    assert kept.id in newcomer.ops
    assert late.id not in newcomer.ops
    assert newcomer.replica.content.heads_hash() == talk.ana.replica.content.heads_hash()

    state = talk.cat.state_hash()
    count = pull(talk.cat, dan)
    assert talk.cat.state_hash() == state
    assert count.ops == 0, "it is held, though it does not count"
    assert count.recons(salted=True) == 0, "and the head it is there proves nothing wrong"
    assert not [frame for frame in count.asked if isinstance(frame, Get)]


def test_a_removal_that_falls_brings_back_what_it_took(talk: Talk) -> None:
    """An admin removes Ben; the owner removes the admin, whose removal falls; so Ben's words count again."""
    talk = Talk("ana", "adam", "ben", levels=[Level.OWNER, Level.ADMIN, Level.MEMBER])
    said = talk.ben.say("mine")
    talk.meet()
    talk.adam.remove(person("ben"))
    pull(talk.ben, talk.adam)
    assert talk.ben.replica.content.quarantine == {said.id}
    talk.ana.remove(person("adam"))  # she has not seen what he did
    for _ in range(2):
        for one, other in (("ana", "adam"), ("adam", "ana"), ("ben", "ana"), ("ana", "ben"), ("adam", "ben")):
            pull(talk.members[one], talk.members[other])
    assert all("mine" in member.texts() for member in talk.members.values())
    assert len({member.state_hash() for member in talk.members.values()}) == 1


def test_two_sides_that_judge_differently_end_equal(talk: Talk) -> None:
    """Each removes somebody the other has just heard from; after two syncs both hold the same log."""
    talk = Talk("ana", "owen", "ben", "cat", levels=[3, 3, 1, 1])
    for number in range(40):
        talk.ben.say(f"ben {number}")
        talk.cat.say(f"cat {number}")
    for name in ("ben", "cat"):
        pull(talk.ana, talk.members[name])
    pull(talk.owen, talk.cat)
    talk.ana.remove(person("ben"), talk.ana.replica.content.tips[person("ben").device_id][1])
    talk.owen.remove(person("cat"))
    for _ in range(2):
        pull(talk.ana, talk.owen)
        pull(talk.owen, talk.ana)
    assert talk.ana.state_hash() == talk.owen.state_hash()
    assert [text for text in talk.ana.texts() if text.startswith("ben")] == [f"ben {number}" for number in range(40)]
    assert not [text for text in talk.ana.texts() if text.startswith("cat")]
    fresh = Member(EVE, talk.id)
    pull(fresh, talk.owen)
    assert fresh.replica.content.heads_hash() == talk.ana.replica.content.heads_hash()
    assert pull(talk.ana, talk.owen).kinds == ["Hello", "TellRegisters"]


def test_a_fork_written_on_purpose_comes_to_everybody(talk: Talk) -> None:
    """One branch to Ben, another to Cat: both end with both, and know that the device forked."""
    one = talk.ana.say("to ben")
    two = content_op(talk.cat, body_of(talk, one), by=talk.ana.person, seq=one.header.seq, prev=one.header.prev)
    talk.ben.receive([one])
    talk.cat.receive([two])
    pull(talk.ben, talk.cat)
    pull(talk.cat, talk.ben)
    assert talk.ben.state_hash() == talk.cat.state_hash()
    device = talk.ana.person.device_id
    assert device in talk.ben.replica.content.forked
    assert device in talk.cat.replica.content.forked


def body_of(talk: Talk, op: Op) -> Message:
    body = talk.ana.replica.read(op)
    assert isinstance(body, Message)
    return replace(body, text="to cat")
