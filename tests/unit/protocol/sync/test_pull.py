"""The asking side of a sync: against the answering side over a wire in memory, and against a peer that cheats."""

from dataclasses import replace

import pytest

from crypto.ids import OpId
from protocol import dag, limits
from protocol.bodies.content import Message
from protocol.bodies.control import Level
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL, Op
from protocol.registers import PROFILE, write_register
from protocol.sync import recon
from protocol.sync.compact import OpsEncoder
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
)
from protocol.sync.index import END, START, KeyIndex, bound
from protocol.sync.pull import Puller, Stage
from protocol.sync.ranges import ANSWER, FINGERPRINT, Range
from tests.builders import START_MS, Member, Talk, content_op, fixed, person
from tests.wire import Broken, answering, asking, hello, long_answers, pull

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


# --- both sides ------------------------------------------------------------------------------------------------------


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


# --- a look at the newest first --------------------------------------------------------------------------------------


def test_the_newest_of_a_long_log_are_shown_before_the_rest_comes(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are looked at, not placed; then everything comes, oldest first."""
    monkeypatch.setattr(limits, "SYNC_PREVIEW", 3)
    for number in range(140):
        talk.ana.say(str(number))
    eve, server = Member(EVE, talk.id), answering(talk.ana)
    puller, previewed, newest = asking(eve), list[Op](), list[int]()
    sent = puller.begin(now_ms=NOW)
    while not puller.is_done:
        newest += [frame.newest for frame in sent if isinstance(frame, Pull) and frame.plane == CONTENT]
        frames = [answer for asked in sent for answer in server.handle(asked, now_ms=NOW)]
        sent = []
        for frame in frames:
            step = puller.handle(frame)
            if step.is_preview:
                assert len(eve.replica.content) == 0
                previewed += step.ops
            elif step.has_ops:
                eve.receive(step.ops)
            sent += [*step.send, *(puller.taken() if step.is_last else step.then)]
    assert newest == [3, 0]
    assert [op.id for op in previewed] == talk.ana.replica.content.log()[-3:]
    assert set(eve.ops) == set(talk.ana.ops)


@pytest.mark.parametrize(("missing", "previewed"), [(100, 0), (121, 3)])
def test_a_little_that_lacks_needs_no_preview(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, missing: int, previewed: int
) -> None:
    monkeypatch.setattr(limits, "SYNC_PREVIEW", 3)
    for number in range(missing):
        talk.ana.say(str(number))
    assert pull(talk.ben, talk.ana).previewed == previewed


# --- sums that agree by somebody's craft -----------------------------------------------------------------------------


class Ground(KeyIndex):
    """An index whose sums say nothing, as if every id had been ground until they agree."""

    def sum_before(self, position: int) -> int:
        return 0


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make all unsalted fingerprints agree; what hashes a salt along stays what it is."""
    true = recon.fingerprint
    monkeypatch.setattr(dag, "KeyIndex", Ground)
    monkeypatch.setattr(recon, "fingerprint", lambda total, _count: true(total, 0))


@pytest.mark.usefixtures("ground")
def test_a_difference_hidden_in_the_sums_is_found_by_the_heads() -> None:
    talk = Talk("ana", "ben", "cat")
    talk.cat.receive([talk.ben.say("hidden")])
    for number in range(60):
        talk.cat.receive([talk.ana.say(f"ana {number}")])
    count = pull(talk.ana, talk.cat)
    assert count.recons(salted=False) == 1
    assert count.recons(salted=True) >= 1
    assert "hidden" in talk.ana.texts()
    assert talk.ana.state_hash() == talk.cat.state_hash()
    assert pull(talk.ana, talk.cat).recons(salted=True) == 0


@pytest.mark.usefixtures("ground")
def test_in_the_control_plane_as_well() -> None:
    talk = Talk("ana", "ben", "cat", levels=[3, 3, 1])
    talk.cat.receive([talk.ben.grant(person("p0"))])
    for number in range(40):
        talk.cat.receive([talk.ana.grant(person(f"p{number + 1}"))])
    count = pull(talk.ana, talk.cat)
    assert count.recons(salted=True) >= 1
    assert talk.ana.replica.control.heads_hash() == talk.cat.replica.control.heads_hash()


def test_each_rerun_has_a_salt_of_its_own(talk: Talk) -> None:
    count = pull(talk.ben, talk.ana, between=claiming)
    salted = [(frame.plane, frame.salt) for frame in count.asked if isinstance(frame, Recon) and frame.salt]
    assert [plane for plane, _ in salted] == [CONTROL, CONTENT]
    assert len({salt for _, salt in salted}) == 2


# --- a peer that cheats ----------------------------------------------------------------------------------------------


UNKNOWN = OpId(fixed("unknown"))


def claiming(frame: Frame) -> Frame:
    """Let a HELLO claim heads that nobody holds."""
    if not isinstance(frame, Hello):
        return frame
    planes = [
        replace(plane, count=plane.count + 7, heads_hash=fixed("x"), heads=(*plane.heads[:31], UNKNOWN))
        for plane in (frame.control, frame.content)
    ]
    return replace(frame, control=planes[0], content=planes[1])


def test_heads_that_the_other_side_cannot_deliver_end_the_sync_all_the_same(talk: Talk) -> None:
    talk.ana.say("one")
    count = pull(talk.ben, talk.ana, between=claiming)
    assert count.recons(salted=True) == 2
    assert count.frames < 20
    assert talk.ben.state_hash() == talk.ana.state_hash()
    again = pull(talk.ben, talk.ana, between=claiming)
    assert again.ops == 0
    assert again.frames < 20


def test_ids_that_the_other_side_offers_and_cannot_deliver(talk: Talk) -> None:
    """Offered in every answer, asked for, never sent: each plane is asked twice, then let be."""

    def offering(frame: Frame) -> Frame:
        if isinstance(frame, Recon):
            upper = frame.ranges[0].upper if frame.ranges else END
            ids = b"".join(fixed(f"offer {number}") for number in range(4))
            return replace(frame, ranges=(Range(bound(0, b"\xff" * 32), ANSWER, ids),) if upper else ())
        return claiming(frame)

    count = pull(talk.ben, talk.ana, between=offering)
    gets = [frame for frame in count.asked if isinstance(frame, Get)]
    assert 2 <= len(gets) <= 4
    assert count.ops == 0
    assert count.frames < 30


def test_an_id_whose_operation_waits_for_another_is_no_reason_to_ask_again(talk: Talk) -> None:
    """It came, and counts once its past does; a peer that withholds its parent cannot make us go round."""
    withheld = talk.ana.say("withheld")
    child = talk.ana.say("child")
    talk.ben.receive([child])
    assert child.id in talk.ben.replica.pending

    def without_parent(frame: Frame) -> Frame:
        if isinstance(frame, Hello):
            return replace(frame, content=replace(frame.content, heads_hash=fixed("x"), heads=(child.id,)))
        if isinstance(frame, Recon):
            return replace(frame, ranges=())
        return frame

    count = pull(talk.ben, talk.ana, between=without_parent)
    assert count.recons(salted=True) == 0
    assert withheld.id not in talk.ben.ops


def test_differences_without_end(talk: Talk) -> None:
    """Fingerprints that never agree, in ever finer ranges: the asker gives up, at the latest after its bound."""
    talk.ana.say("one")
    for number in range(50):
        talk.ben.say(str(number))
    rounds = 0

    def differing(frame: Frame) -> Frame:
        nonlocal rounds
        if isinstance(frame, Recon):
            rounds += 1
            return replace(frame, ranges=(Range(END, FINGERPRINT, rounds.to_bytes(16, "big")),))
        return frame

    with pytest.raises(RemoteError) as caught:
        pull(talk.ben, talk.ana, between=differing)
    assert caught.value.code in ("too_long", "bad_frame")
    assert rounds < 300


def at(member: Member, where: str) -> tuple[Puller, list[Frame]]:
    """Return an asking side that waits for something, and the frames that have a place there."""
    made = asking(member)
    made.begin(now_ms=NOW)
    own, unknown = hello(member), Summary(9, fixed("x"), (UNKNOWN,))
    offer = (Range(bound(0, b"\xff" * 32), ANSWER, UNKNOWN),)
    match where:
        case "hello":
            return made, [own]
        case "control ranges":
            made.handle(hello(member, control=unknown))
            return made, [Recon(1, CONTROL, b"", ())]
        case "control operations":
            made.handle(hello(member, control=unknown))
            (asked,) = made.handle(Recon(1, CONTROL, b"", offer)).send
            assert asked == Get(2, CONTROL, (UNKNOWN,))
            return made, [Ops(2, EMPTY, True, 0)]
        case "registers":
            (asked,) = made.handle(own).send
            assert asked == AskRegisters(())
            return made, [TellRegisters(())]
        case "content ranges":
            made.handle(hello(member, content=unknown))
            made.handle(TellRegisters(()))
            return made, [Recon(1, CONTENT, b"", ())]
        case "content operations":
            made.handle(hello(member, content=unknown))
            made.handle(TellRegisters(()))
            made.handle(Recon(1, CONTENT, b"", offer))
            return made, [Ops(2, EMPTY, True, 0)]
        case _:
            made.handle(own)
            made.handle(TellRegisters(()))
            assert made.is_done
            return made, [Ops(0, EMPTY, True, 0)]


EMPTY = OpsEncoder().encode([])[0]
PLACES = [
    "hello",
    "control ranges",
    "control operations",
    "registers",
    "content ranges",
    "content operations",
    "done",
]


@pytest.mark.parametrize("where", PLACES)
def test_frames_out_of_turn(talk: Talk, where: str) -> None:
    frames: list[Frame] = [
        hello(talk.ana),
        *(Recon(rid, plane, salt, ()) for rid in (1, 2) for plane in (0, 1) for salt in (b"", bytes(16))),
        *(Ops(rid, EMPTY, True, 0) for rid in (0, 1, 2)),
        TellRegisters(()),
        Pull(0, 0, START, END, 0, 1),
        Get(0, 0, ()),
        Ack(0, 1),
        AskRegisters(()),
        Follow(1),
    ]
    for frame in frames:
        made, allowed = at(talk.ana, where)
        if frame in allowed:
            made.handle(frame)
            continue
        with pytest.raises(RemoteError) as caught:
            made.handle(frame)
        assert caught.value.code == "out_of_turn", frame


def test_another_conversation(talk: Talk) -> None:
    with pytest.raises(RemoteError):
        at(talk.ana, "hello")[0].handle(hello(talk.ana, tag=bytes(16)))


@pytest.mark.parametrize("where", PLACES)
def test_refusals_carry_their_code(talk: Talk, where: str) -> None:
    with pytest.raises(RemoteError) as caught:
        at(talk.ana, where)[0].handle(Failed(0, "not_member"))
    assert caught.value.code == "not_member"


def test_stages_follow_each_other(talk: Talk) -> None:
    stages = {"hello": "hello", "registers": "registers", "done": "done"}
    for where in PLACES:
        assert at(talk.ana, where)[0].stage is Stage(stages.get(where, where.split()[0]))


def blob(*ops: Op) -> bytes:
    return OpsEncoder().encode([(op.id, op.header_bytes, op.signature, op.body) for op in ops])[0]


def test_a_request_without_end(talk: Talk) -> None:
    said = [talk.ben.say(str(number)) for number in range(3)]
    for frames in (
        [Ops(2, EMPTY, False, 100)],
        [Ops(2, blob(*said), False, 2)],
        [Ops(2, blob(said[0]), False, 1), Ops(2, blob(said[1]), False, 1)],
    ):
        made, _ = at(talk.ana, "content operations")
        with pytest.raises(RemoteError) as caught:
            for frame in frames:
                made.handle(frame)
        assert caught.value.code == "bad_frame"


def test_malformed_operations(talk: Talk) -> None:
    sound = blob(talk.ben.say("x"))
    for data in (b"", b"\x91\x02", sound[:-1], sound + b"\0", b"\x92\x01\xc0"):
        made, _ = at(talk.ana, "content operations")
        with pytest.raises(RemoteError) as caught:
            made.handle(Ops(2, data, True, 1))
        assert caught.value.code in ("bad_frame", "bad_op")


def test_acknowledges_what_came_once_it_is_taken(talk: Talk) -> None:
    made, _ = at(talk.ana, "content operations")
    said = [talk.ben.say(str(number)) for number in range(3)]
    encoder = OpsEncoder()
    stored = [(op.id, op.header_bytes, op.signature, op.body) for op in said]
    step = made.handle(Ops(2, encoder.encode(stored[:2])[0], False, 3))
    assert [op.id for op in step.ops] == [op.id for op in said[:2]]
    assert (step.total, step.is_last, step.send) == (3, False, [])
    assert step.then == [Ack(2, sum(op_bytes(len(op.header_bytes), len(op.body)) for op in said[:2]))]
    step = made.handle(Ops(2, encoder.encode(stored[2:])[0], True, 3))
    assert (step.is_last, step.then) == (True, [])
    (asked,) = made.taken()
    assert isinstance(asked, Recon)
    assert asked.salt, "the head claimed did not come: once more, salted"


# --- following -------------------------------------------------------------------------------------------------------


def test_a_follower_takes_what_comes_and_gives_credit_back(talk: Talk) -> None:
    made, _ = at(talk.ana, "done")
    assert made.follow() == [Follow(limits.SYNC_CREDIT_BYTES)]
    said = [talk.ben.say(str(number)) for number in range(2)]
    step = made.handle(Ops(0, blob(*said), True, 2))
    assert [op.id for op in step.ops] == [op.id for op in said]
    assert step.has_ops
    assert not step.is_last
    assert step.then == [Ack(0, sum(op_bytes(len(op.header_bytes), len(op.body)) for op in said))]


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
