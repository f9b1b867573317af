"""The lane of the five phases."""

from itertools import permutations

import pytest

from crypto.ids import OpId
from protocol.bodies.content import PhaseAdvance, PhaseProgress, PhaseSet
from protocol.dag import Key
from protocol.phases import Phase, PhaseBody, PhaseLane, PhaseState
from tests.builders import fixed

Row = tuple[Key, PhaseBody]


def row(depth: int, label: str, body: PhaseBody) -> Row:
    return ((depth, OpId(fixed(label))), body)


def run(*rows: Row) -> PhaseLane:
    lane = PhaseLane()
    for key, body in rows:
        lane.put(key, body)
    return lane


def test_beginning() -> None:
    lane = run()
    assert lane.state == PhaseState(0, 0)
    assert lane.state.phase is Phase.PROPHASE
    assert lane.effective == frozenset()


def test_five_phases_and_then_the_next_cycle() -> None:
    lane = run(*(row(at, f"a{at}", PhaseAdvance(at)) for at in range(7)))
    assert lane.state == PhaseState(7, 0)
    assert (lane.state.phase, lane.state.cycle) == (Phase.METAPHASE, 1)
    assert [PhaseState(step).phase for step in range(5)] == list(Phase)
    assert len(lane.effective) == 7


def test_two_who_advance_at_once_advance_once() -> None:
    one, two = row(3, "one", PhaseAdvance(0)), row(3, "two", PhaseAdvance(0))
    for order in permutations([one, two]):
        lane = run(*order)
        assert lane.state.step == 1
        assert lane.effective == {min(one[0], two[0])[1]}


def test_an_advance_from_elsewhere_is_ignored() -> None:
    assert run(row(1, "a", PhaseAdvance(1))).state.step == 0
    assert run(row(1, "a", PhaseAdvance(0)), row(2, "b", PhaseAdvance(0))).state.step == 1


def test_an_advance_that_comes_late_takes_its_place() -> None:
    rows = [row(1, "a", PhaseAdvance(0)), row(2, "b", PhaseAdvance(1)), row(3, "c", PhaseAdvance(1))]
    lane = run(*rows[1:])
    assert lane.state.step == 0
    lane.put(*rows[0])
    assert lane.state.step == 2
    assert lane.effective == {rows[0][0][1], rows[1][0][1]}


def test_a_late_advance_can_take_the_place_of_another() -> None:
    late, held = row(1, "late", PhaseAdvance(0)), row(2, "held", PhaseAdvance(0))
    lane = run(held)
    assert lane.effective == {held[0][1]}
    lane.put(*late)
    assert lane.effective == {late[0][1]}


def test_progress_counts_within_its_step_only() -> None:
    lane = run(row(1, "p", PhaseProgress(0, 400)))
    assert lane.state == PhaseState(0, 400)
    lane.put(*row(2, "a", PhaseAdvance(0)))
    assert lane.state == PhaseState(1, 0)
    lane.put(*row(3, "old", PhaseProgress(0, 900)))
    lane.put(*row(3, "future", PhaseProgress(2, 900)))
    assert lane.state == PhaseState(1, 0)
    lane.put(*row(4, "q", PhaseProgress(1, 10_000)))
    lane.put(*row(5, "r", PhaseProgress(1, 20)))
    assert lane.state == PhaseState(1, 20)
    assert lane.effective == {fixed("a")}


def test_an_admin_sets_any_step_once_a_generation() -> None:
    lane = run(row(1, "a", PhaseAdvance(0)), row(2, "p", PhaseProgress(1, 40)))
    lane.put(*row(3, "set", PhaseSet(7, 1)))
    assert lane.state == PhaseState(7, 0, 1)
    for generation in (0, 1, 3):
        lane.put(*row(4, f"false {generation}", PhaseSet(2, generation)))
    assert lane.state == PhaseState(7, 0, 1)
    lane.put(*row(5, "back", PhaseSet(0, 2)))
    assert lane.state == PhaseState(0, 0, 2)
    lane.put(*row(6, "b", PhaseAdvance(0)))
    assert lane.state == PhaseState(1, 0, 2)
    assert lane.effective == {fixed("a"), fixed("set"), fixed("back"), fixed("b")}


def test_two_who_set_at_once_set_once() -> None:
    one, two = row(3, "one", PhaseSet(2, 1)), row(3, "two", PhaseSet(4, 1))
    for order in permutations([one, two]):
        lane = run(*order)
        assert lane.effective == {min(one[0], two[0])[1]}
        assert lane.state == PhaseState(2 if one[0] < two[0] else 4, 0, 1)


def test_what_is_taken_away_makes_room() -> None:
    first, second, third = (
        row(1, "a", PhaseAdvance(0)),
        row(2, "b", PhaseAdvance(0)),
        row(3, "c", PhaseAdvance(1)),
    )
    lane = run(first, second, third)
    assert lane.put(first[0], None) == {fixed("a"): False, fixed("b"): True}
    assert lane.state.step == 2
    assert lane.put(second[0], None) == {fixed("b"): False, fixed("c"): False}
    assert lane.state.step == 0
    assert lane.put(*first) == {fixed("a"): True, fixed("c"): True}
    assert lane.put(*first) == {fixed("a"): True}
    assert lane.put(*row(4, "p", PhaseProgress(2, 5))) == {fixed("p"): False}, "progress is no move"
    assert lane.put((4, OpId(fixed("p"))), None) == {fixed("p"): False}
    assert lane.state == PhaseState(2, 0)


@pytest.mark.parametrize("order", list(permutations(range(5))))
def test_order_of_arrival_changes_nothing(order: tuple[int, ...]) -> None:
    rows = [
        row(1, "p", PhaseProgress(0, 5)),
        row(2, "a", PhaseAdvance(0)),
        row(2, "b", PhaseAdvance(0)),
        row(3, "q", PhaseProgress(1, 6)),
        row(3, "r", PhaseProgress(1, 7)),
    ]
    lane, whole = run(*(rows[at] for at in order)), run(*rows)
    assert (lane.state, lane.effective) == (whole.state, whole.effective)
    assert whole.state == PhaseState(1, 6 if fixed("q") > fixed("r") else 7)
