"""What a conversation shows: who wins, and that it never depends on the order of arrival."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.bodies.content import (
    AiReply,
    ContentBody,
    Description,
    Message,
    PhaseAdvance,
    PhaseProgress,
    Title,
    reply_key,
)
from protocol.fold import NOT_A_HOST, Fold, Folded
from tests.builders import fixed

AUTHOR, DEVICE = IdentityKey(fixed("author")), DeviceKey(fixed("device"))
AI, TRIGGER = fixed("ai"), OpId(fixed("trigger"))


def op(label: str, depth: int, body: ContentBody, rank: int = NOT_A_HOST) -> Folded:
    return Folded(OpId(fixed(label)), depth, AUTHOR, DEVICE, body, rank)


def reply(label: str, depth: int, rank: int, *, term: int = 0, key: bytes = b"", ai: bytes = AI) -> Folded:
    body = AiReply(ai, key or reply_key(ai, TRIGGER), term, bytes(8), TRIGGER, label, ("p", "m", 0))
    return op(label, depth, body, rank)


def run(ops: Sequence[Folded], past: frozenset[tuple[str, str]] = frozenset()) -> tuple[Fold, set[OpId]]:
    """Return the fold of `ops` in this order and what it shows; `past` holds `(ancestor, of)`."""
    known = {(fixed(ancestor), fixed(of)) for ancestor, of in past}
    fold = Fold(lambda ancestor, of: (ancestor, of) in known)
    shown: set[OpId] = set()
    for each in ops:
        for name, is_shown in fold.apply(each).items():
            (shown.add if is_shown else shown.discard)(name)
    return fold, shown


def test_messages_are_shown() -> None:
    _, shown = run([op("a", 3, Message("hello")), op("b", 0, Message("hi"))])
    assert shown == {fixed("a"), fixed("b")}


def test_the_title_is_the_deepest_then_the_higher_id() -> None:
    low, high = sorted(("x", "y"), key=fixed)
    ops = [op("first", 0, Title("first")), op(low, 5, Title(low)), op(high, 5, Title(high)), op("mid", 4, Title("mid"))]
    for order in permutations(ops):
        fold, shown = run(order)
        assert fold.title is not None
        assert fold.title.text == high
        assert shown == {fixed(low), fixed(high), fixed("mid")}, "the title it begins with is no news"


def test_the_description_likewise_but_never_news() -> None:
    low, high = sorted(("x", "y"), key=fixed)
    ops = [op(low, 5, Description(low)), op(high, 5, Description(high)), op("mid", 4, Description("mid"))]
    for order in permutations(ops):
        fold, shown = run(order)
        assert fold.description is not None
        assert fold.description.text == high
        assert fold.title is None
        assert shown == set()


def test_advances_that_count_are_news() -> None:
    one, two = op("one", 3, PhaseAdvance(0)), op("two", 3, PhaseAdvance(0))
    late, progress = op("late", 1, PhaseAdvance(0)), op("progress", 2, PhaseProgress(1, 77))
    for order in permutations([one, two, late, progress]):
        fold, shown = run(order)
        assert shown == {late.id}
        assert fold.phase.state.step == 1
        assert fold.phase.state.progress == 77


@pytest.mark.parametrize(
    ("replies", "past", "winner"),
    [
        ([reply("a", 4, 1), reply("b", 4, 0)], [], "b"),  # the first host
        ([reply("a", 4, 0, term=1), reply("b", 4, 1, term=2)], [], "b"),  # a higher term before the first host
        ([reply("a", 5, 0), reply("b", 4, 0)], [], "b"),  # the same host: the one with the lower place
        ([reply("a", 4, 0), reply("b", 5, 0, term=9)], [("a", "b")], "a"),  # it knew that one was there
        ([reply("a", 4, 1), reply("b", 5, 0, term=9), reply("c", 4, 0)], [("a", "b")], "c"),
        ([reply("a", 4, 1), reply("b", 5, 0), reply("c", 6, 0, term=3)], [("a", "b"), ("a", "c"), ("b", "c")], "a"),
        # the one it knew is itself dropped; knowing it counts all the same
        ([reply("a", 4, 1), reply("b", 5, 0, term=5), reply("c", 6, 0, term=9)], [("a", "b"), ("b", "c")], "a"),
    ],
)
def test_one_answer_is_shown(replies: list[Folded], past: list[tuple[str, str]], winner: str) -> None:
    for order in permutations(replies):
        fold, shown = run(order, frozenset(past))
        assert shown == {fixed(winner)}
        assert fold.digest()[4] == [fixed(winner)]
        assert fold.answered(AI, TRIGGER)


def test_equal_replies_go_by_their_place() -> None:
    low, high = sorted(("x", "y"), key=fixed)
    for order in permutations([reply(low, 4, 0), reply(high, 4, 0)]):
        assert run(order)[1] == {fixed(low)}


def test_a_reply_by_a_device_that_is_no_host_is_never_shown() -> None:
    ops = [reply("stranger", 3, NOT_A_HOST, term=9), reply("host", 4, 1)]
    for order in permutations(ops):
        fold, shown = run(order, frozenset([("stranger", "host")]))
        assert shown == {fixed("host")}
        assert fold.digest()[4] == [fixed("host")]
    fold, shown = run(ops[:1])
    assert shown == set()
    assert not fold.answered(AI, TRIGGER)


def test_a_reply_with_a_false_key_is_never_shown() -> None:
    other = fixed("another ai")
    for key in (reply_key(other, TRIGGER), reply_key(AI, OpId(fixed("another"))), bytes(32)):
        fold, shown = run([reply("false", 3, 0, key=key), reply("true", 4, 0)])
        assert shown == {fixed("true")}
        assert fold.digest()[4] == [fixed("true")]


def test_answers_of_two_ais_do_not_compete() -> None:
    _, shown = run([reply("a", 3, 0), reply("b", 3, 0, ai=fixed("another ai"))])
    assert shown == {fixed("a"), fixed("b")}


def test_digest_tells_states_apart() -> None:
    states = [
        [],
        [op("a", 1, Title("x"))],
        [op("b", 1, Title("x"))],
        [op("a", 1, Description("x"))],
        [op("a", 1, PhaseAdvance(0))],
        [op("a", 1, PhaseProgress(0, 5))],
        [reply("a", 1, 0)],
        [reply("b", 1, 0)],
    ]
    assert len({str(run(ops)[0].digest()) for ops in states}) == len(states)
