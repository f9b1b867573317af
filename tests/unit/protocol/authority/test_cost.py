"""What authority costs, as a ratio to a fixed loop in the same process: a slow or busy machine changes little."""

from random import Random
from time import process_time

import pytest

from crypto.ids import ConversationId, OpId
from protocol.authority import Authority, Claim
from protocol.bodies.control import ControlBody, EpochNew, EpochWrap, Genesis, Grant, Revoke
from protocol.ops import Op
from tests.builders import Person, fixed
from tests.props.logs import control_op

Log = tuple[ConversationId, list[tuple[Op, ControlBody]]]


def busy_log(count: int, *, every: int, people: int = 120) -> Log:
    """Return a log of `count` operations, one in `every` of them a grant or a removal, with forks throughout."""
    random = Random(1)
    persons = [Person.make(f"p{number}") for number in range(people)]
    slots = tuple(
        (each.id, 3 if at < 2 else 2 if at < 10 else 1, (each.certificate.encoded,)) for at, each in enumerate(persons)
    )
    genesis = Genesis(bytes(16), 1, slots)
    first = control_op(None, persons[0].device_id, [], 0, 0, genesis)
    conversation = ConversationId(first.id)
    log: list[tuple[Op, ControlBody]] = [(first, genesis)]
    depths = {first.id: 0}

    def write(by: Person, parents: set[OpId], body: ControlBody) -> OpId:
        depth = 1 + max(depths[name] for name in parents)
        op = control_op(conversation, by.device_id, sorted(parents), depth, len(log), body)
        log.append((op, body))
        depths[op.id] = depth
        return op.id

    epoch = write(persons[0], {first.id}, EpochNew(first.id, 0, bytes(32), ()))
    last = [epoch]
    while len(log) < count:
        parents = {last[-1]} if random.random() < 0.6 else {random.choice(last[-10:]) for _ in range(2)}
        admin, subject = random.choice(persons[:10]), random.choice(persons[10:])
        if len(log) % every:
            last.append(write(random.choice(persons), parents, EpochWrap(first.id, epoch, ())))
        elif random.random() < 0.5:
            last.append(write(admin, parents, Grant(first.id, subject.id, 1, (subject.certificate.encoded,))))
        else:
            last.append(write(admin, parents, Revoke(first.id, ((subject.id, 0),))))
    return conversation, log


def loop_s() -> float:
    """Return the processor time of the loop that everything here is compared with."""
    begun, total = process_time(), 0
    for number in range(1_000_000):
        total += number * number
    return process_time() - begun


def resolve_s(log: Log) -> float:
    begun = process_time()
    authority = Authority(log[0])
    for op, body in log[1]:
        authority.add(op, body)
    assert authority.members()
    return process_time() - begun


def test_two_thousand_operations() -> None:
    """About one such loop on the machine this was written on; four would be something quadratic."""
    log = busy_log(2_000, every=3)
    assert min(resolve_s(log) / loop_s() for _ in range(3)) < 4


def test_one_person_named_again_and_again() -> None:
    """An admin names one member in hundreds of revocations, who has hundreds of operations: no worse than the above."""
    log = busy_log(400, every=10_000, people=12)
    conversation, ops = log
    admin, subject = (Person.make(f"p{number}") for number in (3, 11))
    genesis, epoch = ops[0][0].id, ops[1][0].id
    for number in range(400):
        body = Revoke(OpId(genesis), ((subject.id, 1 + number % 3),))
        ops.append((control_op(conversation, admin.device_id, [epoch], 2, number, body), body))
        wrap = EpochWrap(OpId(genesis), epoch, ())
        ops.append((control_op(conversation, subject.device_id, [epoch], 2, 10_000 + number, wrap), wrap))
    assert min(resolve_s(log) / loop_s() for _ in range(2)) < 12


def test_a_verdict_is_looked_up() -> None:
    """Ten thousand verdicts and static checks of people whom nothing names cost no more than a few such loops."""
    conversation, ops = busy_log(60, every=10_000)
    authority = Authority(conversation)
    for op, body in ops:
        authority.add(op, body)
    who = Person.make("p20")
    auth = (ops[-1][0].id,)
    claims = [Claim(OpId(fixed(f"{number}")), who.device_id, number, who.id, auth) for number in range(10_000)]
    assert authority.verdict(claims[0]) == 1

    def verdicts_s() -> float:
        begun = process_time()
        for claim in claims:
            authority.verdict(claim)
        return process_time() - begun

    assert min(verdicts_s() / loop_s() for _ in range(3)) < 0.5


@pytest.mark.parametrize("count", [9_000])
def test_caches_have_an_end(count: int) -> None:
    """Hostile content may cite any set of control operations; each is remembered, but not for ever."""
    conversation, ops = busy_log(140, every=10_000)
    authority = Authority(conversation)
    for op, body in ops:
        authority.add(op, body)
    who, names = Person.make("p20"), [op.id for op, _ in ops[2:]]
    for number in range(count):
        auth = tuple(sorted((names[number % len(names)], names[number // len(names) % len(names)])))
        assert authority.verdict(Claim(OpId(bytes(32)), who.device_id, 0, who.id, auth)) == 1
        assert authority.needed(1, auth) == 1
    assert len(authority._verdicts._content) <= 8_192
    assert len(authority._needs) <= 8_192
