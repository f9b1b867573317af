"""Whatever the order, the duplicates and the batches: every copy ends in the state the oracle works out."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.ops import Op
from tests.builders import Member, Talk, person
from tests.props.conversations import Act, acts, play
from tests.props.naive_fold import fold
from tests.wire import pull

quick = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


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


@settings(quick, max_examples=30)
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


@settings(quick, max_examples=30)
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


def pull_both_ways(talk: Talk, one: str, two: str) -> None:
    first, second = talk.members[one], talk.members[two]
    pull(first, second)
    pull(second, first)
