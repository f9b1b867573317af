"""The asking side of a sync: what it asks for, what it shows first, and that no peer can cheat it or keep it busy."""

from dataclasses import replace

import pytest

from crypto.ids import OpId
from protocol import dag, limits
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL, Op
from protocol.sync import views
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
from tests.builders import START_MS, Member, Talk, fixed, person
from tests.wire import answering, asking, hello, pull

EVE = person("eve")
NOW = START_MS


@pytest.fixture
def talk() -> Talk:
    return Talk("ana", "ben", "cat")


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
    true = views.fingerprint
    monkeypatch.setattr(dag, "KeyIndex", Ground)
    monkeypatch.setattr(views, "fingerprint", lambda total, _count: true(total, 0))


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
