"""Authority against its oracle, on logs that nobody honest would write."""

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crypto.ids import DeviceKey, OpId
from protocol.bodies.control import Leave, Level, Revoke
from protocol.errors import RemoteError
from protocol.ops import Op
from tests.props.copies import Copy, arrivals, check, state
from tests.props.logs import Drawing, Log, control_op, draw, machine

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
numbers = st.binary(min_size=40, max_size=260)


def compare(data: bytes, random: Random) -> None:
    """Check fast against naive after every step of an arrival, and that another arrival ends in the same state."""
    log = draw(data)
    first, second = Copy(log), Copy(log)
    for op in arrivals(log, random):
        first.take(op)
        check(first)
    for op in log.steps:
        second.take(op)
    assert state(first) == state(second)
    for op, body in log.refused:
        with pytest.raises(RemoteError) as caught:
            second.authority.add(op, body)
        assert caught.value.code == "not_allowed"
    assert state(first) == state(second), "what was refused left a trace"


@quick
@given(numbers, st.randoms(use_true_random=False))
def test_fast_is_naive_at_every_step(data: bytes, random: Random) -> None:
    compare(data, random)


def test_many_logs_were_worth_it() -> None:
    """What is drawn is what is meant: most of it sound, of every kind, and a good part not valid in the end."""
    kinds: Counter[str] = Counter()
    for seed in range(80):
        log = draw(Random(seed).randbytes(260))
        naive = log.naive()
        kinds.update(type(op.body).__name__ for op in naive.control.values())
        kinds["void"] += sum(not naive.valid(op) for op in naive.control.values())
        kinds["said"] += len(naive.content)
        kinds["hidden"] += sum(naive.content_level(said) == 0 for said in naive.content.values())
        kinds["refused"] += len(log.refused)
    expected = "Grant Admit Revoke Leave DeviceAdd DeviceRevoke InviteCreate InviteRevoke EpochWrap AiSet Policy"
    assert all(kinds[kind] >= 5 for kind in expected.split())
    assert min(kinds["void"], kinds["hidden"], kinds["refused"]) >= 20
    assert kinds["refused"] < sum(kinds[kind] for kind in expected.split())


# --- what nobody can do ----------------------------------------------------------------------------------------------


def remove(log: Log, name: str) -> Op | None:
    """Let Ana remove somebody, with a cut that keeps all there is; None where she cannot any more."""
    naive = log.naive()
    heads = [each for each in log.ruled if all(each not in other.cited for other in log.ruled.values())]
    if len(heads) > 8:
        return None
    cut: dict[DeviceKey, list[OpId]] = {}
    followed = {said.prev for said in log.said.values()}
    for said in log.said.values():
        if naive.author(said) == machine(name, "desk").id and said.id not in followed:
            cut.setdefault(DeviceKey(said.device), []).append(OpId(said.id))
    if any(len(names) > 4 for names in cut.values()):
        return None
    kept = tuple((device, tuple(names)) for device, names in sorted(cut.items()))
    body = Revoke(OpId(log.conversation), ((machine(name, "desk").id, 0),), kept)
    depth = 1 + max(log.ruled[head].depth for head in heads)
    op = control_op(log.conversation, machine("ana", "desk").device_id, list(map(OpId, heads)), depth, 0, body)
    Drawing(b"", log=log).keep(op, body)
    return op if op.id in log.ruled and log.naive().valid_at(log.ruled[op.id], Level.OWNER) else None


def meddle(data: bytes, more: bytes, name: str) -> int:
    """Check that nothing changes by what somebody signs after their removal; return how much they signed."""
    log = draw(data)
    if remove(log, name) is None:
        return 0
    copy = Copy(log)
    known = list(log.steps)
    for op in known:
        copy.take(op)
    valid, verdicts, members = copy.valid(), copy.verdicts(), levels(copy)
    assert machine(name, "desk").id not in members
    Drawing(more, log=log, actors=(name,))
    naive, dropped, meddled = log.naive(), set(), 0
    for op in log.steps[len(known) :]:
        cited = {*op.header.parents, *op.header.auth, op.header.prev}
        written = log.ruled.get(op.id) or log.said[op.id]
        if naive.author(written) != machine(name, "desk").id or cited & dropped:
            dropped.add(op.id)  # a machine that somebody else claimed in time writes as theirs
            continue
        copy.take(op)
        meddled += 1
        assert copy.valid() == valid
        assert levels(copy) == members
        now = copy.verdicts()
        assert {each: now[each] for each in verdicts} == verdicts
        assert all(level == 0 for each, level in now.items() if each not in verdicts)
    return meddled


def levels(copy: Copy) -> dict[bytes, int]:
    return {who: int(member.level) for who, member in copy.authority.members().items()}


REMOVED = ("ben", "cat", "dan", "eve")


@quick
@given(numbers, numbers, st.sampled_from(REMOVED))
def test_nothing_that_a_removed_member_signs_has_any_effect(data: bytes, more: bytes, name: str) -> None:
    meddle(data, more, name)


def test_the_removed_did_try() -> None:
    randoms = [Random(seed) for seed in range(40)]
    assert sum(meddle(each.randbytes(120), each.randbytes(120), each.choice(REMOVED)) for each in randoms) > 40


@quick
@given(numbers)
def test_nobody_takes_back_what_was_by_leaving(data: bytes) -> None:
    """A leave with any parents, when it arrives last, changes no verdict and voids nothing."""
    log = draw(data)
    leaves = {name for name, op in log.ruled.items() if isinstance(op.body, Leave)}
    cited = {name for op in log.ruled.values() for name in op.cited} | {
        name for said in log.said.values() for name in said.auth
    }
    last = leaves - cited
    copy = Copy(log)
    for op in log.steps:
        if op.id not in last:
            copy.take(op)
    valid, verdicts = copy.valid(), copy.verdicts()
    for op in log.steps:
        if op.id in last:
            copy.take(op)
    assert copy.valid() - last == valid
    assert copy.verdicts() == verdicts


# --- long campaigns --------------------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_thousands_of_logs() -> None:
    for seed in range(6_000):
        random = Random(seed)
        compare(random.randbytes(random.randrange(60, 420)), random)
    meddled = 0
    for seed in range(3_000):
        random = Random(seed)
        meddled += meddle(random.randbytes(160), random.randbytes(160), random.choice(REMOVED))
    assert meddled > 3_000
