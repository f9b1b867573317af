"""Whatever the order, the duplicates and the batches: every copy ends in the state the oracle works out."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crypto.ids import OpId
from protocol.bodies.control import load_control
from protocol.ops import CONTENT, CONTROL, Op
from tests.builders import Member, Talk, person
from tests.props.conversations import TURMOIL, Act, acts, fall_out, play, turmoils
from tests.props.naive_authority import Naive, Ruled, Said
from tests.props.naive_fold import fold, vts
from tests.wire import pull

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def scrambled(ops: list[Op], random: Random) -> list[list[Op]]:
    """Return all of `ops` in any order, some of them twice, cut into any batches."""
    order = ops + random.sample(ops, random.randrange(len(ops)))
    random.shuffle(order)
    batches: list[list[Op]] = []
    while order:
        size = random.choice([1, 1, 2, 5, 30])
        batches.append(order[:size])
        del order[:size]
    return batches


def check_against_oracle(member: Member) -> None:
    come = fold(member.id, member.ops.values(), {name: key.key for name, key in member.replica.keyring.keys.items()})
    assert member.timeline() == come.timeline
    assert member.replica.fold.digest() == [come.title, come.description, come.step, come.progress, come.winners]
    assert set(member.replica.content.heads) == come.content_heads
    assert set(member.replica.control.heads) == come.control_heads


@quick
@given(acts, st.randoms(use_true_random=False))
def test_any_arrival_ends_in_the_same_state(script: list[Act], random: Random) -> None:
    talk = play(script)
    ops = talk.ops()
    copies = []
    for name in ("ana", "cat"):
        copy = Member(person(name), talk.id)
        for batch in scrambled(ops, random):
            assert not copy.receive(batch).rejected, "an honest operation was lost"
        assert len(copy.ops) == len(ops)
        assert copy.receive(ops).is_empty
        copies.append(copy)
    talk.meet()
    talk.meet()
    copies += talk.members.values()
    assert len({copy.state_hash() for copy in copies}) == 1
    assert len({copy.replica.content.heads_hash() for copy in copies}) == 1
    assert all(copy.shown == copies[0].shown for copy in copies)
    check_against_oracle(copies[0])
    assert copies[0].restarted().state_hash() == copies[0].state_hash()


@quick
@given(acts)
def test_every_partial_view_is_the_oracles(script: list[Act]) -> None:
    """Also while people are apart, what each sees follows from what each holds."""
    for member in play(script).members.values():
        check_against_oracle(member)


@settings(quick, max_examples=15)
@given(acts, st.randoms(use_true_random=False))
def test_a_newcomer_whose_keys_come_at_any_time(script: list[Act], random: Random) -> None:
    talk = play(script)
    talk.meet()
    talk.meet()
    eve = person("eve")
    talk.ana.admit(eve, talk.ana.invite())
    talk.ana.wrap(eve)
    ops = talk.ops()
    copy = Member(eve, talk.id)
    for batch in scrambled(ops, random):
        copy.receive(batch)
    talk.meet()
    assert copy.state_hash() == talk.ana.state_hash() == talk.cat.state_hash()
    check_against_oracle(copy)


@settings(quick, max_examples=15)
@given(acts)
def test_pulling_both_ways_makes_equal(script: list[Act]) -> None:
    talk = play(script)
    union = {op.id for member in (talk.ana, talk.ben) for op in member.ops.values()}
    pull_both_ways(talk, "ana", "ben")
    assert set(talk.ana.ops) == set(talk.ben.ops) == union
    assert talk.ana.state_hash() == talk.ben.state_hash()
    pull_both_ways(talk, "cat", "ana")
    pull_both_ways(talk, "ben", "cat")
    assert len({member.state_hash() for member in talk.members.values()}) == 1
    assert pull(talk.ana, talk.ben).ops == 0


# --- where people fall out -------------------------------------------------------------------------------------------


BUILT_IN = {(1, 3): 2, (1, 7): 2, (1, 10): 2, (1, 14): 2}
"""Content kinds that need an admin unless a policy says otherwise; deleting one's own message does not."""
NOTICES = (2, 3, 4, 5, 12)
"""Control kinds that stand in the timeline."""


class Judged:
    """What a set of operations comes to by the naive rule: verdicts, the log, the timeline, the fold."""

    def __init__(self, member: Member) -> None:
        ops = member.ops
        self.naive = Naive(
            (
                Ruled(op.id, op.header.device, op.header.depth, cited(op), load_control(op.body))
                for op in ops.values()
                if op.header.plane == CONTROL
            ),
            (
                Said(op.id, op.header.device, op.header.seq, op.header.prev, op.header.auth, op.header.epoch or b"")
                for op in ops.values()
                if op.header.plane == CONTENT
            ),
        )
        levels = {name: self.naive.content_level(said) for name, said in self.naive.content.items()}
        content = closure({name for name, level in levels.items() if level}, ops)
        heard = {auth for name in content for auth in ops[OpId(name)].header.auth}
        self.valid = {name for name, op in self.naive.control.items() if self.naive.valid(op)}
        self.log = content | closure(self.valid | heard, ops)
        keys = {name: key.key for name, key in member.replica.keyring.keys.items()}
        logged = [ops[OpId(name)] for name in self.log]
        self.come = fold(member.id, logged, keys, lambda op, kind: (levels[op.id], self.needed(op, kind)))
        shown = self.come.story.shown | {name for name in self.valid if ops[OpId(name)].body[1] in NOTICES}
        planes: list[dict[bytes, Op]] = [{}, {}]
        for op in ops.values():
            planes[op.header.plane][op.id] = op

        def place(name: bytes) -> tuple[int, int, bytes]:
            header = ops[OpId(name)].header
            return (vts(name, planes[header.plane]), header.depth, name)

        self.timeline = sorted((name for name in shown), key=place)

    def needed(self, op: Op, kind: int) -> int:
        past = self.naive.past(self.naive.content[op.id])
        return {**BUILT_IN, **self.naive.table(past)}.get((1, kind), 1)


def cited(op: Op) -> tuple[bytes, ...]:
    header = op.header
    return (*header.parents, *([header.prev] if header.prev else []))


def closure(names: set[bytes], ops: dict[OpId, Op]) -> set[bytes]:
    found = set(names)
    waiting = list(names)
    while waiting:
        fresh = set(cited(ops[OpId(waiting.pop())])) - found
        found |= fresh
        waiting += fresh
    return found


def check_judged(member: Member) -> Judged:
    judged, replica = Judged(member), member.replica
    held = set(replica.control.log()) | set(replica.content.log())
    assert held == judged.log
    assert replica.control.quarantine | replica.content.quarantine == set(member.ops) - judged.log
    assert replica.control.invalid == set(judged.naive.control) - judged.valid
    assert set(replica.content.heads) == judged.come.content_heads
    assert set(replica.control.heads) == judged.come.control_heads
    assert member.timeline() == judged.timeline
    come = judged.come
    assert replica.fold.digest()[:5] == [come.title, come.description, come.step, come.progress, come.winners]
    story = come.story
    assert (replica.fold.archived, replica.fold.ai_paused) == (story.archive[1], story.pause[1])
    assert replica.fold.pins == story.listed
    for name in member.ops:
        edited = replica.fold.edited(name)
        assert (edited.text if edited else None) == (story.edits[name][1] if name in story.edits else None)
        assert replica.fold.deletion(name) == story.deletions.get(name)
    return judged


@settings(quick, max_examples=35)
@given(turmoils, st.randoms(use_true_random=False))
def test_whoever_is_removed_the_same_is_left_of_them_everywhere(script: list[Act], random: Random) -> None:
    fall_out_and_compare(script, random)


def fall_out_and_compare(script: list[Act], random: Random) -> Judged:
    talk = fall_out(script)
    ops = talk.ops()
    for member in talk.members.values():
        check_judged(member)
    copies = []
    for name in ("ana", "cat"):
        copy = Member(person(name), talk.id)
        for batch in scrambled(ops, random):
            assert not copy.receive_checked(batch).rejected, "an honest operation was lost"
        assert len(copy.ops) == len(ops)
        assert copy.receive_checked(ops).is_empty
        copies.append(copy)
    talk.meet()
    talk.meet()
    copies += talk.members.values()
    judged = check_judged(copies[0])
    assert len({copy.state_hash() for copy in copies}) == 1
    assert all(copy.shown == copies[0].shown for copy in copies)
    for copy in copies[:2]:
        assert copy.restarted().state_hash() == copies[0].state_hash()
    return judged


def test_turmoil_is_what_it_says() -> None:
    """What is drawn does leave operations that are not valid, in the log and out of it, and people who are gone."""
    invalid = quarantined = gone = 0
    for seed in range(25):
        random = Random(seed)
        script = [Act(random.randrange(3), random.choice(TURMOIL), random.randrange(8)) for _ in range(28)]
        judged = fall_out_and_compare(script, random)
        everything = {*judged.naive.control, *judged.naive.content}
        valid = judged.valid | {name for name, said in judged.naive.content.items() if judged.naive.content_level(said)}
        invalid += len(judged.log - valid)
        quarantined += len(everything - judged.log)
        gone += 3 - len(judged.naive.members())
    assert min(invalid, quarantined, gone) > 5


@settings(quick, max_examples=15)
@given(turmoils)
def test_pulling_makes_equal_whoever_was_removed(script: list[Act]) -> None:
    talk = fall_out(script)
    for _ in range(3):
        for one, two in (("ana", "ben"), ("ben", "cat"), ("cat", "ana")):
            pull_both_ways(talk, one, two)
    for member in talk.members.values():
        check_judged(member)
    assert len({member.replica.content.heads_hash() for member in talk.members.values()}) == 1
    assert len({member.replica.control.heads_hash() for member in talk.members.values()}) == 1
    assert len({member.state_hash() for member in talk.members.values()}) == 1


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_a_thousand_turmoils() -> None:
    for seed in range(1_000):
        random = Random(seed)
        script = [Act(random.randrange(3), random.choice(TURMOIL), random.randrange(8)) for _ in range(40)]
        try:
            fall_out_and_compare(script, random)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error


def pull_both_ways(talk: Talk, one: str, two: str) -> None:
    first, second = talk.members[one], talk.members[two]
    pull(first, second)
    pull(second, first)
