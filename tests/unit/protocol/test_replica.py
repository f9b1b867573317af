"""One member's copy: waiting, refusing, unlocking, restarting."""

from itertools import permutations

import pytest

from crypto.codec import encode
from crypto.ids import OpId
from protocol import limits
from protocol.bodies.content import Message, PhaseAdvance
from protocol.bodies.control import Grant, Level
from protocol.contents import LOCKED, NO_EFFECT
from protocol.errors import RemoteError
from protocol.ops import CONTENT, Op, parse_op, sign_op, verify_op
from protocol.replica import NO_ROOM
from tests.builders import Member, Talk, content_op, control_op, person, resigned, sealed_op

ANA, EVE = person("ana"), person("eve")


@pytest.fixture
def talk() -> Talk:
    return Talk("ana", "ben", "cat")


def test_waiting_names_what_is_missing(talk: Talk) -> None:
    ops = [talk.ana.say(str(number)) for number in range(3)]
    outcome = talk.ben.receive([ops[2]])
    assert outcome.missing == {ops[1].id}
    assert outcome.is_empty
    outcome = talk.ben.receive([ops[1]])
    assert outcome.missing == {ops[0].id}
    outcome = talk.ben.receive([ops[0]])
    assert outcome.missing == set()
    assert [row.op.id for row in outcome.rows.values()] == [op.id for op in ops]
    assert talk.ben.texts() == ["0", "1", "2"]


def test_content_waits_for_the_control_operations_it_cites(talk: Talk) -> None:
    granted = talk.ana.grant(EVE)
    op = talk.ana.say("after that")
    assert talk.ben.receive([op]).missing == {granted.id}
    assert [row.op.id for row in talk.ben.receive([granted]).rows.values()] == [granted.id, op.id]


def test_duplicates_change_nothing(talk: Talk) -> None:
    op = talk.ana.say("once")
    assert talk.ben.receive([op, op]).rows[op.id].op == op
    assert talk.ben.receive([op]).is_empty
    waiting = [talk.ana.say("two"), talk.ana.say("three")][1]
    assert talk.ben.receive([waiting, waiting]).missing == talk.ben.receive([waiting]).missing != set()


def test_waiting_has_a_bound_for_each_device(talk: Talk) -> None:
    ops = [talk.ana.say(str(number)) for number in range(limits.PENDING_PER_DEVICE + 5)]
    talk.ben.receive(ops[1:])
    outcome = talk.ben.receive(ops[:1])
    assert len(outcome.rows) == limits.PENDING_PER_DEVICE + 1
    assert talk.ben.receive(ops).missing == set()
    assert talk.ben.state_hash() == talk.ana.state_hash()


def test_waiting_has_a_bound_in_all(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PENDING_PER_CONVERSATION", 3)
    ops = [talk.ana.say(str(number)) for number in range(6)]
    talk.ben.receive(ops[1:])
    assert len(talk.ben.receive(ops[:1]).rows) == 4
    assert len(talk.ben.receive(ops).rows) == 2


def test_what_waits_for_a_refused_operation_is_dropped(talk: Talk) -> None:
    """Otherwise a node would ask for ever for what no honest peer holds."""
    false = content_op(talk.ana, Message("x"), depth=9)
    header = content_op(talk.ana, Message("y"), seq=false.header.seq + 1, prev=false.id, parents=(false.id,)).header
    child = sealed_op(talk.ana, b"", header, depth=10)
    grandchild = sealed_op(talk.ana, b"", header, depth=11, seq=header.seq + 1, prev=child.id, parents=(child.id,))
    assert talk.ben.receive([grandchild, child]).missing == {false.id}
    outcome = talk.ben.receive([false])
    assert [name for name, _ in outcome.rejected] == [false.id]
    assert outcome.rejected[0][1].code == "bad_position"
    assert outcome.missing == set()
    flood = [talk.ana.say(str(number)) for number in range(limits.PENDING_PER_DEVICE + 1)]
    talk.ben.receive(flood[1:])
    assert len(talk.ben.receive(flood[:1]).rows) == len(flood), "the dropped ones no longer count"


def test_an_unknown_control_kind_is_refused(talk: Talk) -> None:
    op = control_op(talk.ana, Grant(talk.genesis.id, EVE.id, 1))
    future = resigned(op, encode([16, {}]), conversation=talk.id, by=ANA)
    outcome = talk.ben.receive([future])
    assert [error.code for _, error in outcome.rejected] == ["unknown_kind"]


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"no body",
        encode([1, {}]),
        encode([1, {1: ""}]),
        encode([40, {}]),
        b"\x92\x01\x81\x01" + b"\x91" * 400 + b"\x01",
    ],
)
def test_false_and_unknown_bodies_are_kept_without_effect(talk: Talk, plain: bytes) -> None:
    op = sealed_op(talk.ana, plain, content_op(talk.ana, Message("x")).header)
    (row,) = talk.ben.receive([op]).rows.values()
    assert (row.kind, row.is_shown) == (NO_EFFECT, False)
    assert talk.ben.replica.read(op) is None
    talk.ana.receive([op])
    talk.ana.say("on top of it")
    talk.meet()
    assert talk.ben.texts() == ["on top of it"]


def test_a_body_moved_to_another_place_has_no_effect(talk: Talk) -> None:
    """Cat signs again, as her own, what Ana's body says: it does not open there."""
    op = talk.ana.say("mine")
    talk.meet()
    stolen = content_op(talk.cat, Message("x"))
    copied = resigned(stolen, op.body, conversation=talk.id, by=person("cat"))
    (row,) = talk.ben.receive([copied]).rows.values()
    assert (row.kind, row.is_shown) == (NO_EFFECT, False)
    again = content_op(talk.ana, Message("x"))
    moved = resigned(again, op.body, conversation=talk.id, by=ANA)
    (row,) = talk.ben.receive([moved]).rows.values()
    assert row.kind == NO_EFFECT


def newcomer(talk: Talk) -> tuple[Member, list[Op], list[Op]]:
    """Admit Eve; return her empty copy, everything but her keys, and her keys."""
    invite = talk.ana.invite()
    talk.ana.admit(EVE, invite)
    everything = list(talk.ana.ops.values())
    return talk.copy_for(EVE), everything, talk.ana.wrap(EVE)


def test_locked_until_the_key_comes(talk: Talk) -> None:
    talk.ana.say("before")
    eve, everything, wraps = newcomer(talk)
    outcome = eve.receive(everything)
    assert [row.kind for row in outcome.rows.values() if row.op.header.plane == CONTENT] == [LOCKED, LOCKED]
    assert eve.texts() == []
    outcome = eve.receive(wraps)
    assert outcome.keys == {talk.epoch: talk.epoch_key}
    assert LOCKED not in outcome.kinds.values()
    assert len(outcome.kinds) == 2
    assert eve.texts() == ["before"]
    talk.meet()
    assert eve.state_hash() == talk.ana.state_hash()


def test_a_wrap_for_somebody_else_unlocks_nothing(talk: Talk) -> None:
    eve, everything, _ = newcomer(talk)
    talk.ana.admit(person("frank"), talk.ana.invite("second"))
    eve.receive([*everything, *talk.ana.ops.values()])
    frank = talk.ana.wrap(person("frank"))
    assert eve.receive(frank).keys == {}
    assert eve.kinds[frank[0].id] == 11


def rivals(talk: Talk) -> list[Op]:
    """Return two answers of one AI to one message, and two advances, each pair written apart."""
    ai = talk.ana.set_ai([person("ben"), person("cat")]).id
    talk.meet()
    question = talk.ana.say("a question")
    talk.meet()
    return [
        talk.cat.reply(ai, question.id, text="second host"),
        talk.ben.reply(ai, question.id, text="first host"),
        talk.cat.write(PhaseAdvance(0)),
        talk.ben.write(PhaseAdvance(0)),
    ]


def test_unlocking_shows_only_the_winners(talk: Talk) -> None:
    """Key and rivals in one batch: the store must end with what everybody else shows."""
    rivals(talk)
    talk.meet()
    eve, everything, wraps = newcomer(talk)
    for order in ([*everything, *wraps], [*wraps, *reversed(everything)], [*everything[::-1], *wraps]):
        copy = Member(EVE, talk.id)
        for _ in range(2):  # what found no room to wait comes again
            copy.receive(order)
        assert copy.texts() == ["a question", "first host"]
        assert copy.shown == talk.ana.shown
    eve.receive(everything)
    eve.receive(wraps)
    assert eve.shown == talk.ana.shown


def test_winners_change_as_rivals_arrive(talk: Talk) -> None:
    ops = rivals(talk)
    expected: set[frozenset[OpId]] = set()
    for order in permutations(ops):
        copy = Member(EVE, talk.id)
        for op in talk.ana.ops.values():
            copy.receive([op])
        for op in order:
            copy.receive([op])
        copy.receive(ops)
        expected.add(frozenset(copy.shown))
    assert len(expected) == 1


def test_restart(talk: Talk) -> None:
    rivals(talk)
    talk.meet()
    eve, everything, wraps = newcomer(talk)
    eve.receive(everything)
    assert eve.restarted().state_hash() == eve.state_hash()
    loaded = eve.restarted()
    loaded.receive(wraps)
    eve.receive(wraps)
    assert loaded.state_hash() == eve.state_hash() == talk.ana.state_hash()
    loaded = talk.ben.restarted()
    assert loaded.state_hash() == talk.ben.state_hash()
    assert loaded.write(Message("on")).header.prev == talk.ben.replica.content.tips[person("ben").device_id][1]


def test_state_hash_tells_states_apart(talk: Talk) -> None:
    hashes = {talk.ana.state_hash()}
    talk.ana.say("a")
    hashes.add(talk.ana.state_hash())
    talk.ana.grant(EVE)
    hashes.add(talk.ana.state_hash())
    talk.ana.grant(EVE, Level.ADMIN)
    hashes.add(talk.ana.state_hash())
    hashes.add(talk.ana.replica.state_hash([]))
    assert len(hashes) == 5


def test_a_fork_of_a_device_is_kept(talk: Talk) -> None:
    """A restored backup writes again from the same place: both operations stay."""
    copy = talk.ana.restarted()
    one = talk.ana.say("one")
    copy._written += 7
    two = copy.say("two")
    assert one.header.seq == two.header.seq
    talk.ben.receive([one, two])
    talk.cat.receive([two, one])
    assert talk.ben.texts() == talk.cat.texts()
    assert set(talk.ben.texts()) == {"one", "two"}
    assert talk.ben.state_hash() == talk.cat.state_hash()
    talk.ana.receive([two])
    talk.ana.say("on")
    talk.meet()
    assert talk.ben.state_hash() == talk.ana.state_hash()


def test_an_operation_of_another_conversation_never_enters(talk: Talk) -> None:
    """Read as one of ours it has another id, which its signature does not cover; what it cites is nowhere."""
    op = Talk("ana", "ben", "eve").ana.say("elsewhere")
    read = parse_op(op.wire(), conversation=talk.id)
    assert read.id != op.id
    with pytest.raises(RemoteError):
        verify_op(read)
    signed_again = sign_op(op.header, op.body, conversation=talk.id, key=ANA.device.signing)
    outcome = talk.ana.receive([signed_again])
    assert outcome.is_empty
    assert outcome.missing


# --- what is not valid -----------------------------------------------------------------------------------------------


def apart(talk: Talk) -> list[Op]:
    """Let Ben write, invite and remove Cat while Ana, who does not know of it, removes him."""
    talk.meet()
    removal = talk.ana.remove(BEN)
    return [removal, talk.ben.say("one"), talk.ben.remove(person("cat")), talk.ben.say("two, knowing that")]


BEN = person("ben")


@pytest.fixture
def led() -> Talk:
    return Talk("ana", "ben", "cat", levels=[3, 2, 1])


def test_what_a_removed_member_wrote_leaves_the_log_in_any_order(led: Talk) -> None:
    """In both planes: the control operation leaves with the only content that cites it, in one transaction or two."""
    removal, *acts = apart(led)
    base = list(led.cat.ops.values())
    expected = None
    for order in permutations([removal, *acts]):
        for size in (1, 2, 4):
            copy = Member(EVE, led.id)
            copy.receive_checked(base)
            for at in range(0, 4, size):
                copy.receive_checked(list(order[at : at + size]))
            assert len(copy.ops) == len(base) + 4
            replica = copy.replica
            assert replica.control.quarantine == {acts[1].id}
            assert replica.content.quarantine == {acts[0].id, acts[2].id}
            assert replica.content.heads_hash() == led.ana.replica.content.heads_hash()
            assert replica.control.heads_hash() == led.ana.replica.control.heads_hash()
            expected = expected or copy.state_hash()
            assert copy.state_hash() == expected
            assert copy.restarted().state_hash() == expected


def test_control_that_valid_content_cites_stays_though_it_does_not_count(led: Talk) -> None:
    """Cat spoke knowing of what Ben did; so it belongs to the log, has no effect, and leaves with what cites it."""
    led.meet()
    removal = led.ana.remove(BEN)
    granted = led.ben.grant(EVE)
    led.cat.receive([granted])
    said = led.cat.say("I know of it")
    assert granted.id in said.header.auth
    gone = led.ana.remove(person("cat"))
    base = list(led.ana.ops.values())[:-2]
    for order in permutations([removal, granted, said]):
        copy = Member(ANA, led.id)
        copy.receive(base)
        for op in order:
            copy.receive([op])
        control = copy.replica.control
        assert (control.invalid, control.quarantine) == ({granted.id}, set())
        assert copy.texts() == ["I know of it"]
        assert copy.replica.authority.member(EVE.id) is None
        outcome = copy.receive([gone])
        assert outcome.quarantined == {said.id: True, granted.id: True}
        assert copy.texts() == []
        led.cat.receive([removal, gone])
        assert copy.state_hash() == led.cat.state_hash()


def test_one_removal_that_falls_brings_back_what_another_one_takes_away_beside() -> None:
    """In one transaction Cat's words come back, and with them what they cite; Owen's go."""
    led = Talk("ana", "owen", "ben", "cat", levels=[3, 3, 2, 1])
    led.meet()
    base = list(led.ana.ops.values())
    granted = led.ben.grant(EVE)
    led.cat.receive([granted])
    said = led.cat.say("I know of it")
    owens = [led.owen.say("owen's"), led.owen.remove(person("cat"))]
    removals = [led.ana.remove(BEN), led.ana.remove(person("owen"))]
    for before in ([granted, said, *owens, removals[0]], [granted, said, removals[0], *owens]):
        copy = Member(ANA, led.id)
        copy.receive(base)
        for op in before:
            copy.receive([op])
        assert copy.replica.control.quarantine == {granted.id}
        outcome = copy.receive(removals[1:])
        assert outcome.quarantined == {op.id: True for op in owens} | {said.id: False, granted.id: False}
        assert copy.texts() == ["I know of it"]
        other = Member(ANA, led.id)
        other.receive([*base, *removals, *owens, said, granted])
        assert other.state_hash() == copy.state_hash() == copy.restarted().state_hash()


def test_what_a_cut_keeps_counts_once_its_head_is_here(led: Talk) -> None:
    """The removal comes first: until the head that it names is known, nobody can tell what lies on its chain."""
    led.meet()
    said = [led.ben.say(str(number)) for number in range(4)]
    led.ana.receive(said)
    removal = led.ana.remove(BEN, said[2].id)
    assert led.ana.texts() == ["0", "1", "2"]
    copy = led.cat
    copy.receive([removal])
    for op in said[:2]:
        (row,) = copy.receive([op]).rows.values()
        assert (row.is_quarantined, row.is_shown) == (True, False)
    outcome = copy.receive(said[2:])
    assert outcome.quarantined == {op.id: False for op in said[:2]}
    assert outcome.shown == {op.id: True for op in said[:2]}
    assert copy.replica.content.quarantine == copy.replica.content.invalid == {said[3].id}
    assert copy.state_hash() == led.ana.state_hash() == copy.restarted().state_hash()


def test_a_restart_in_the_middle_of_a_removal(led: Talk) -> None:
    removal, *acts = apart(led)
    copy = led.cat
    copy.receive(acts)
    before = copy.restarted()
    assert before.state_hash() == copy.state_hash()
    for each in (copy, before):
        outcome = each.receive([removal])
        assert {name for name, is_out in outcome.quarantined.items() if is_out} == {op.id for op in acts}
        assert {name for name, is_shown in outcome.shown.items() if not is_shown} >= {acts[0].id, acts[2].id}
    assert copy.state_hash() == before.state_hash() == copy.restarted().state_hash()
    again = led.ana.grant(BEN)
    outcome = copy.receive([again])
    assert not outcome.quarantined, "who is let in again begins anew: what fell stays where it is"
    led.ben.receive(list(led.ana.ops.values()))
    back = led.ben.say("back")
    copy.receive([back])
    assert "back" in copy.texts()
    assert "one" not in copy.texts()


def test_a_fork_of_what_a_removal_kept_is_no_part_of_it_in_any_order(led: Talk) -> None:
    """Seed 10535 of the simulator: the first of two forks to come was taken for the chain that the removal kept."""
    base = list(led.cat.ops.values())
    forks = [content_op(led.ben, Message(text)) for text in ("left", "right")]
    kept = led.ben.say("kept")
    assert {op.header.seq for op in forks} == {kept.header.seq}
    led.ana.receive([kept])
    removal = led.ana.remove(BEN, kept.id)
    states, shown = set(), set()
    for order in permutations([kept, removal, *forks]):
        copy = Member(EVE, led.id)
        copy.receive_checked(base)
        for op in order:
            copy.receive([op])
        states.add(copy.state_hash())
        shown.add(tuple(copy.texts()))
        assert {copy.replica.shelf.shelved([op.id])[op.id].level for op in forks} == {-1}
    assert len(states) == len(shown) == 1


def test_quarantine_has_a_bound_and_what_is_needed_finds_room(led: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUARANTINED", 4)
    led.meet()
    removal = led.ana.remove(BEN)
    flood = [led.ben.say(str(number)) for number in range(9)]
    led.cat.receive([removal])
    outcome = led.cat.receive(flood)
    assert len(led.cat.replica.content.quarantine) == 4
    assert {error.code for _, error in outcome.rejected} == {NO_ROOM}
    assert len(led.cat.replica.pending) <= len(flood), "what hangs on a refused one may wait, for a day"
    led.cat.receive([content_op(led.cat, Message("and on we go"))])
    assert led.cat.texts() == ["and on we go"]


def test_nothing_waits_for_ever(talk: Talk) -> None:
    ops = [talk.ana.say(str(number)) for number in range(3)]
    replica = talk.ben.replica
    assert replica.receive([ops[2]], now_ms=1_000).missing == {ops[1].id}
    assert replica.receive([], now_ms=1_000 + limits.PENDING_MS - 1).missing == {ops[1].id}
    assert replica.receive([], now_ms=1_000 + limits.PENDING_MS).missing == set()
    assert len(replica.pending) == 0
