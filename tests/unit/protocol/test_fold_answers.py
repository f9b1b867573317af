"""Which answer of an AI everyone shows, and who holds its lease."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.bodies.ai import AiLease, AiReply, AiRetry, Provenance, reply_key
from protocol.fold import NOT_A_HOST, Changes, Fold, Folded, Lease
from tests.builders import fixed

HOSTS = [IdentityKey(fixed(f"host {number}")) for number in range(3)]
DEVICES = [DeviceKey(fixed(f"device {number}")) for number in range(3)]
AI, TRIGGER = fixed("ai"), OpId(fixed("trigger"))


def name(label: str) -> OpId:
    return OpId(fixed(label))


def reply(
    label: str,
    depth: int,
    rank: int,
    *,
    term: int = 0,
    lease: str = "",
    key: bytes = b"",
    ai: bytes = AI,
    first_term: int = 0,
    to: OpId = TRIGGER,
) -> Folded:
    cited = fixed(lease) if lease else b""
    body = AiReply(ai, key or reply_key(ai, to), term, bytes(8), to, label, Provenance("p", "m", 0), cited)
    return Folded(name(label), depth, HOSTS[rank], DEVICES[rank], body, rank, first_term=first_term)


def lease(label: str, depth: int, rank: int, term: int, *, ai: bytes = AI, first_term: int = 0) -> Folded:
    body = AiLease(ai, HOSTS[rank], term, 6_000)
    return Folded(name(label), depth, HOSTS[rank], DEVICES[rank], body, rank, first_term=first_term)


def stranger(op: Folded) -> Folded:
    return replace(op, host_rank=NOT_A_HOST)


def run(ops: Sequence[Folded], past: Sequence[tuple[str, str]] = ()) -> tuple[Fold, set[OpId]]:
    """Return the fold of `ops` in this order and what it shows; `past` holds `(ancestor, of)`."""
    known = {(fixed(ancestor), fixed(of)) for ancestor, of in past}
    fold = Fold(lambda ancestor, of: (ancestor, of) in known)
    shown: set[OpId] = set()
    for each in ops:
        for changed, is_shown in fold.apply(each).shown.items():
            (shown.add if is_shown else shown.discard)(changed)
    return fold, shown


def leased(label: str, rank: int, term: int) -> list[Folded]:
    """Return an answer with the lease that bears it out."""
    return [lease(f"lease {term}", term, rank, term), reply(label, 9, rank, term=term, lease=f"lease {term}")]


BORNE_OUT = [("lease 1", "a"), ("lease 2", "b")]


@pytest.mark.parametrize(
    ("replies", "past", "winner"),
    [
        ([reply("a", 4, 1), reply("b", 4, 0)], [], "b"),  # the first host
        ([*leased("a", 0, 1), *leased("b", 1, 2)], BORNE_OUT, "b"),  # a higher term before the first host
        ([reply("a", 4, 0), reply("b", 5, 0, term=9)], [("a", "b")], "a"),  # it knew that one was there
        ([reply("a", 4, 1), reply("b", 5, 0, term=9), reply("c", 4, 2)], [("a", "b")], "a"),
        ([reply("a", 4, 2), reply("b", 5, 0), reply("c", 4, 1)], [("a", "b")], "c"),
        # the one it knew is itself dropped; knowing it counts all the same
        ([reply("a", 4, 2), reply("b", 5, 1), reply("c", 6, 0)], [("a", "b"), ("a", "c"), ("b", "c")], "a"),
        # of one device's answers the first counts, whether it knew of it or, a fork, pretends not to
        ([reply("a", 4, 1), reply("b", 5, 1, term=3, first_term=3)], [], "a"),
        ([reply("a", 4, 1, first_term=1, term=1), reply("b", 5, 1), reply("c", 6, 0)], [], "a"),
    ],
)
def test_one_answer_is_shown(replies: list[Folded], past: list[tuple[str, str]], winner: str) -> None:
    for order in permutations(replies):
        fold, shown = run(order, past)
        assert shown == {fixed(winner)}
        assert fold.digest()[4] == [fixed(winner)]
        assert fold.answered(AI, TRIGGER)
        assert not fold.answered(fixed("another"), TRIGGER)


def test_equal_replies_go_by_their_place() -> None:
    """Two devices at one place in the list of hosts, as of different settings."""
    low, high = sorted(("x", "y"), key=fixed)
    ops = [reply(low, 4, 0), replace(reply(high, 4, 1), host_rank=0)]
    for order in permutations(ops):
        assert run(order)[1] == {fixed(low)}


def test_a_reply_by_a_device_that_is_no_host_is_never_shown() -> None:
    ops = [stranger(reply("stranger", 3, 0, first_term=9, term=9)), reply("host", 4, 1)]
    for order in permutations(ops):
        fold, shown = run(order, [("stranger", "host")])
        assert shown == {fixed("host")}
        assert fold.digest()[4] == [fixed("host")]
    fold, shown = run(ops[:1])
    assert shown == set()
    assert not fold.answered(AI, TRIGGER)


def test_a_reply_with_a_false_key_is_never_shown() -> None:
    other = fixed("another ai")
    for key in (reply_key(other, TRIGGER), reply_key(AI, name("another")), bytes(32)):
        fold, shown = run([reply("false", 3, 0, key=key), reply("true", 4, 0)])
        assert shown == {fixed("true")}
        assert fold.digest()[4] == [fixed("true")]


def test_answers_of_two_ais_do_not_compete() -> None:
    _, shown = run([reply("a", 3, 0), reply("b", 3, 0, ai=fixed("another ai"))])
    assert shown == {fixed("a"), fixed("b")}


def test_where_the_answer_falls_the_next_one_is_shown() -> None:
    first, second = reply("a", 3, 0), reply("b", 4, 1)
    fold, _ = run([first, second])
    assert fold.drop(first).shown == {first.id: False, second.id: True}
    assert fold.drop(first).shown == {first.id: False}
    assert fold.apply(first).shown == {first.id: True, second.id: False}
    fold.drop(second)
    assert fold.drop(first).shown == {first.id: False}
    assert not fold.answered(AI, TRIGGER)


def test_of_one_device_the_next_answer_counts_where_the_first_falls() -> None:
    first, second = reply("a", 3, 0), reply("b", 4, 0)
    fold, shown = run([second, first])
    assert shown == {first.id}
    assert fold.drop(first).shown == {first.id: False, second.id: True}
    assert fold.drop(second).shown == {second.id: False}


# --- leases ----------------------------------------------------------------------------------------------------------


def test_nobody_holds_what_nobody_took() -> None:
    assert run([])[0].lease(AI) is None
    fold, shown = run([lease("l", 2, 1, 1)])
    assert fold.lease(AI) == Lease(name("l"), HOSTS[1], DEVICES[1], 1, 6_000)
    assert fold.lease(fixed("another")) is None
    assert shown == set()
    assert fold.drop(lease("l", 2, 1, 1)) == Changes(shown={name("l"): False}, leases={AI})
    assert fold.lease(AI) is None


def test_a_lease_takes_the_next_term() -> None:
    ops = [lease("one", 2, 0, 1), lease("rival", 3, 1, 1), lease("two", 4, 1, 2), lease("five", 5, 2, 5)]
    for order in permutations(ops):
        fold, _ = run(order)
        held = fold.lease(AI)
        assert held is not None
        assert (held.op, held.term, held.device) == (name("two"), 2, DEVICES[1])
        assert fold.drop(ops[0]).leases == set(), "the rival takes its place, and the next term is the same"
        assert fold.drop(ops[1]).leases == {AI}
        assert fold.lease(AI) is None, "the second term hung on the first"


def test_terms_go_on_from_where_the_settings_begin() -> None:
    ops = [lease("one", 2, 0, 1), lease("low", 3, 1, 2, first_term=5), lease("six", 4, 1, 6, first_term=5)]
    for order in permutations([*ops, lease("seven", 5, 2, 7, first_term=5)]):
        fold, _ = run(order)
        held = fold.lease(AI)
        assert held is not None
        assert (held.op, held.term) == (name("seven"), 7)


def test_only_a_host_takes_a_lease_and_for_itself_only() -> None:
    false = lease("false", 2, 0, 1)
    for each in (stranger(false), replace(false, author=HOSTS[1])):
        fold, _ = run([each])
        assert fold.lease(AI) is None
        assert fold.apply(each) == Changes(shown={false.id: False})


def contest(*, past: bool = True, **changes: object) -> str:
    """Return which is shown: the first host's answer, or a later host's under a lease that may be wrong."""
    taken = lease("lease", 2, 1, 1)
    claim = reply("claim", 5, 1, term=1, lease="lease")
    body = claim.body
    assert isinstance(body, AiReply)
    known = {name: value for name, value in changes.items() if name in ("term", "lease")}
    claim = replace(claim, body=replace(body, **known))  # type: ignore[arg-type]
    if "ai" in changes:
        taken = lease("lease", 2, 1, 1, ai=fixed("another ai"))
    if "device" in changes:
        claim = replace(claim, device=DEVICES[2])
    ops = [taken, reply("first", 5, 0), claim]
    shown = {frozenset(run(order, [("lease", "claim")] if past else [])[1]) for order in permutations(ops)}
    assert len(shown) == 1
    (winner,) = next(iter(shown))
    return "claim" if winner == name("claim") else "first"


def test_a_term_counts_with_a_lease_of_ones_own_that_one_knew() -> None:
    assert contest() == "claim"
    assert contest(past=False) == "first"
    assert contest(term=2) == "first"
    assert contest(term=0) == "first"
    assert contest(lease=b"") == "first"
    assert contest(lease=fixed("nothing")) == "first"
    assert contest(ai=True) == "first"
    assert contest(device=True) == "first"


def test_without_a_lease_the_term_is_that_of_the_settings_at_most() -> None:
    ops = [reply("a", 3, 0, term=9, first_term=1), reply("b", 3, 1, term=2, first_term=2)]
    assert run(ops)[1] == {fixed("b")}
    ops = [reply("a", 3, 0, term=1, first_term=1), reply("b", 3, 1, term=0, first_term=2)]
    assert run(ops)[1] == {fixed("a")}


def test_where_a_lease_falls_the_answers_under_it_are_judged_again() -> None:
    taken, early = lease("lease", 3, 1, 1), lease("early", 2, 2, 1)
    claims = [reply(f"claim {n}", 5, 1, term=1, lease="lease", to=name(f"question {n}")) for n in range(3)]
    firsts = [reply(f"first {n}", 5, 0, to=name(f"question {n}")) for n in range(3)]
    fold, shown = run([taken, *claims, *firsts], [("lease", f"claim {n}") for n in range(3)])
    assert shown == {claim.id for claim in claims}
    swap = {op.id: False for op in claims} | {op.id: True for op in firsts}
    back = {name: not is_shown for name, is_shown in swap.items()}
    assert fold.apply(early).shown == {early.id: False} | swap, "two took the term; the first has it"
    assert fold.drop(early).shown == {early.id: False} | back
    assert fold.drop(taken).shown == {taken.id: False} | swap
    fold.drop(claims[0])
    assert set(fold.apply(taken).shown) == {taken.id} | {op.id for op in (*claims[1:], *firsts[1:])}


def test_what_falls_because_its_author_is_no_host_any_more() -> None:
    """Settings of an AI may lose their validity, so an operation may go by another rank than it came by."""
    taken, answer = lease("lease", 2, 1, 1), reply("a", 5, 1)
    fold, _ = run([taken, answer])
    assert fold.drop(stranger(taken)).leases == {AI}
    assert fold.apply(stranger(taken)) == Changes(shown={taken.id: False})
    assert fold.drop(stranger(answer)).shown == {answer.id: False}
    assert not fold.answered(AI, TRIGGER)
    assert fold.digest() == run([])[0].digest()


# --- retries ---------------------------------------------------------------------------------------------------------

RETRY = Folded(name("retry"), 4, HOSTS[2], DEVICES[2], AiRetry(TRIGGER, AI))


def test_a_retry_is_answered_beside_the_first_answer() -> None:
    again = reply("again", 6, 0, key=reply_key(AI, RETRY.id))
    rival = reply("rival", 6, 1, key=reply_key(AI, RETRY.id))
    for order in permutations([reply("first", 3, 0), RETRY, again, rival]):
        fold, shown = run(order, [("first", "again"), ("first", "rival")])
        assert shown == {fixed("first"), again.id}
        assert fold.answered(AI, RETRY.id)
        assert fold.drop(RETRY).shown == {RETRY.id: False, again.id: False}
        assert not fold.answered(AI, RETRY.id)
        assert fold.apply(RETRY).shown == {RETRY.id: False, again.id: True}


def test_an_answer_to_a_retry_answers_what_it_asks_for() -> None:
    key = reply_key(AI, RETRY.id)
    others = [
        reply("of something else", 6, 0, key=key, to=name("another question")),
        reply("by another", 6, 0, key=key, ai=fixed("another ai")),
        reply("another's", 6, 0, key=reply_key(fixed("another ai"), RETRY.id)),
    ]
    true = reply("again", 7, 0, key=key)
    for order in permutations([RETRY, *others, true]):
        fold, shown = run(order)
        assert shown == {true.id}
        for each in others:
            assert fold.drop(each).shown == {each.id: False}
        assert fold.answered(AI, RETRY.id)


def test_a_host_that_answers_ten_thousand_times_is_heard_once() -> None:
    """Forks that do not know of each other: the past is looked into once for each other host, not for each fork."""
    asked = 0

    def in_past(_: OpId, __: OpId) -> bool:
        nonlocal asked
        asked += 1
        return False

    fold = Fold(in_past)
    fold.apply(reply("other", 5, 1))
    for number in range(10_000):
        fold.apply(reply(f"fork {number}", 6 + number % 7, 0))
    assert asked <= 20_000
    assert len(fold.digest()[4]) == 1  # type: ignore[arg-type]
