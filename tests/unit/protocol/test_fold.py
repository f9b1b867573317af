"""What a conversation shows: messages and settings, whatever the order of arrival, and whatever falls again."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from time import process_time

import pytest

from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.bodies.ai import AiLease, AiPause, AiReply, AiRetry, Provenance, reply_key
from protocol.bodies.content import (
    Archive,
    ContentBody,
    Delete,
    Description,
    Edit,
    Message,
    PhaseAdvance,
    PhaseProgress,
    PhaseSet,
    Pin,
    React,
    Title,
)
from protocol.fold import NOT_A_HOST, Changes, Fold, Folded, Register, Target
from tests.builders import fixed

AUTHOR, DEVICE = IdentityKey(fixed("author")), DeviceKey(fixed("device"))
AI, TRIGGER = fixed("ai"), OpId(fixed("trigger"))


def op(label: str, depth: int, body: ContentBody, rank: int = NOT_A_HOST) -> Folded:
    return Folded(OpId(fixed(label)), depth, AUTHOR, DEVICE, body, rank)


def reply(label: str, depth: int) -> Folded:
    body = AiReply(AI, reply_key(AI, TRIGGER), 0, bytes(8), TRIGGER, label, Provenance("p", "m", 0))
    return op(label, depth, body, 0)


def new_fold() -> Fold:
    return Fold(lambda ancestor, of: False, lambda name: Target(AUTHOR, 1) if name == TRIGGER else None)


def run(ops: Sequence[Folded]) -> tuple[Fold, set[OpId]]:
    """Return the fold of `ops` in this order and what it shows."""
    fold = new_fold()
    shown: set[OpId] = set()
    for each in ops:
        for name, is_shown in fold.apply(each).shown.items():
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


def test_the_description_likewise_and_so_is_one_right_behind_the_title_it_begins_with() -> None:
    low, high = sorted(("x", "y"), key=fixed)
    ops = [op(low, 5, Description(low)), op(high, 5, Description(high)), op("first", 1, Description("first"))]
    for order in permutations(ops):
        fold, shown = run(order)
        assert fold.description is not None
        assert fold.description.text == high
        assert fold.title is None
        assert shown == {fixed(low), fixed(high)}


def test_advances_that_count_are_news() -> None:
    one, two = op("one", 3, PhaseAdvance(0)), op("two", 3, PhaseAdvance(0))
    late, progress = op("late", 1, PhaseAdvance(0)), op("progress", 2, PhaseProgress(1, 77))
    for order in permutations([one, two, late, progress]):
        fold, shown = run(order)
        assert shown == {late.id}
        assert fold.phase.state.step == 1
        assert fold.phase.state.progress == 77


def test_moves_that_lose_leave_the_timeline() -> None:
    fold, _ = run([op("held", 4, PhaseAdvance(0)), op("set", 5, PhaseSet(3, 1))])
    changes = fold.apply(op("late", 2, PhaseAdvance(0)))
    assert changes.shown == {fixed("late"): True, fixed("held"): False}
    assert fold.phase.effective == {fixed("late"), fixed("set")}
    assert not changes.settings, "the conversation stands where it stood"
    changes = fold.drop(op("set", 5, PhaseSet(3, 1)))
    assert changes.shown == {fixed("set"): False}
    assert changes.settings
    assert (fold.phase.state.step, fold.phase.state.generation) == (1, 0)


def is_archived(fold: Fold) -> bool:
    return fold.archived


def test_archive_is_put_away_by_the_last_word() -> None:
    ops = [op("away", 3, Archive()), op("back", 5, Archive(on=False)), op("again", 4, Archive())]
    for order in permutations(ops):
        fold, shown = run(order)
        assert not is_archived(fold)
        assert shown == set()
        assert fold.drop(ops[1]).settings
        assert is_archived(fold)
        assert not fold.drop(ops[2]).settings, "it is put away all the same"
        assert is_archived(fold)
        assert fold.drop(ops[0]).settings
        assert not is_archived(fold)


def test_where_the_winner_falls_the_next_one_counts_again() -> None:
    first, second = op("a", 1, Title("first")), op("b", 2, Title("second"))
    fold, _ = run([second, first])
    assert fold.drop(first) == Changes(shown={first.id: False}), "it did not count"
    fold.apply(first)
    assert fold.drop(second) == Changes(shown={second.id: False}, settings=True)
    assert fold.title == Register(first.key, "first")
    assert fold.drop(first) == Changes(shown={first.id: False}, settings=True)
    assert fold.drop(first) == Changes(shown={first.id: False}), "nothing is left to fall"
    assert fold.title is None


BODIES: list[ContentBody] = [
    Message("hello"),
    Edit(TRIGGER, "other"),
    Delete(TRIGGER),
    React(TRIGGER, "x"),
    Pin(TRIGGER),
    Title("t"),
    Description("d"),
    Archive(),
    AiPause(),
    PhaseAdvance(0),
    PhaseProgress(0, 5),
    PhaseSet(2, 1),
    AiLease(AI, AUTHOR, 1, 1),
    AiRetry(TRIGGER, AI),
    AiReply(AI, reply_key(AI, TRIGGER), 0, bytes(8), TRIGGER, "r", Provenance("p", "m", 0)),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
@pytest.mark.parametrize(
    ("level", "needed", "counts"), [(3, 1, True), (2, 2, True), (1, 1, True), (1, 2, False), (0, 1, False)]
)
def test_an_operation_counts_where_its_level_reaches(body: ContentBody, level: int, needed: int, counts: bool) -> None:
    fold = new_fold()
    before = fold.digest()
    each = replace(op("a", 3, body, 0), level=level, needed=needed)
    if isinstance(body, Delete) and level == 1:
        counts = True  # one's own message, which any member may delete
    changes = fold.apply(each)
    is_told = changes.shown[each.id] or changes.touched or changes.settings or changes.leases
    assert bool(is_told) == counts or isinstance(body, AiRetry)
    assert (fold.digest() != before) == (counts and not isinstance(body, Message))
    fold.drop(each)
    assert fold.digest() == before
    fold.apply(replace(each, level=3))
    fold.drop(each)
    assert fold.digest() == before, "whatever level it is dropped with"


def test_digest_tells_states_apart() -> None:
    states = [
        [],
        [op("a", 1, Title("x"))],
        [op("b", 1, Title("x"))],
        [op("a", 1, Description("x"))],
        [op("a", 1, PhaseAdvance(0))],
        [op("a", 1, PhaseProgress(0, 5))],
        [op("a", 1, PhaseSet(0, 1))],
        [op("a", 1, PhaseSet(0, 1)), op("b", 2, PhaseSet(0, 2))],
        [op("a", 1, Archive())],
        [op("b", 1, Archive())],
        [op("a", 1, Edit(TRIGGER, "x"))],
        [op("b", 1, React(TRIGGER, "x"))],
        [op("c", 1, Pin(TRIGGER))],
        [op("c", 1, Pin(TRIGGER)), op("b", 1, React(TRIGGER, "x"))],
        [op("d", 1, AiLease(AI, AUTHOR, 1, 1), 0)],
        [op("e", 1, AiRetry(TRIGGER, AI))],
        [reply("a", 1)],
        [reply("b", 1)],
    ]
    digests = [run(ops)[0].digest() for ops in states]
    assert len({str(digest) for digest in digests}) == len(states)
    assert digests[0] == [b"", b"", 0, 0, []]


def test_messages_leave_nothing_in_memory() -> None:
    """100,000 of them cost a digest nothing: it is made of the same few items."""
    fold, one = new_fold(), op("a", 1, Message("hello"))
    for number in range(100_000):
        assert fold.apply(replace(one, id=OpId(number.to_bytes(32)), depth=number)).shown
    assert fold.digest() == new_fold().digest()
    began = process_time()
    for _ in range(100):
        fold.digest()
    assert process_time() - began < 0.1
