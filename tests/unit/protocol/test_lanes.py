"""The lane: order, what counts, and that something late replays no more than what it changes."""

from itertools import permutations
from random import Random

from crypto.ids import OpId
from protocol.dag import Key
from protocol.lanes import Lane
from tests.builders import fixed


def place(number: int) -> Key:
    return (number, OpId(fixed(f"op {number}")))


class Counted:
    """Steps that say `from` where they count and add one; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def step(self, state: int, _: OpId, body: int) -> int | None:
        self.asked += 1
        return state + 1 if body == state else None


def lane_of(*bodies: tuple[int, int]) -> Lane[int, int]:
    lane = Lane(0, Counted().step)
    for number, body in bodies:
        lane.put(place(number), body)
    return lane


def test_an_empty_lane_stands_at_its_first_state() -> None:
    lane = lane_of()
    assert (lane.state, len(lane), list(lane.counted())) == (0, 0, [])
    assert lane.put(place(1), None) == []
    assert not lane.counts(place(1))


def test_the_last_that_counts_is_told_with_the_state_it_met() -> None:
    lane = lane_of()
    assert lane.last() is None
    lane.put(place(1), 7)
    assert lane.last() is None, "it does not count"
    lane.put(place(5), 0)
    lane.put(place(7), 0)
    assert lane.last() == (place(5)[1], 0)
    lane.put(place(7), None)
    lane.put(place(8), 1)
    assert lane.last() == (place(8)[1], 1)


def test_what_counts_is_told_once() -> None:
    lane = lane_of()
    assert lane.put(place(5), 0) == [(place(5)[1], 0, True)]
    assert lane.put(place(7), 0) == []
    assert lane.put(place(5), 0) == [], "it is there already"
    assert lane.put(place(3), 0) == [(place(3)[1], 0, True), (place(5)[1], 0, False)]
    assert lane.put(place(4), 1) == [(place(4)[1], 1, True)]
    assert (lane.state, len(lane)) == (2, 4)
    assert [body for _, body in lane.counted()] == [0, 1]
    assert (lane.counts(place(4)), lane.counts(place(5)), lane.counts(place(6))) == (True, False, False)
    assert lane.put(place(3), None) == [(place(3)[1], 0, False), (place(4)[1], 1, False), (place(5)[1], 0, True)]
    assert lane.put(place(3), None) == [], "it is gone already"
    assert lane.state == 1


def test_any_order_and_any_detour_is_the_replay() -> None:
    bodies = [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2)]
    for order in permutations(bodies):
        lane = lane_of(*order)
        assert (lane.state, [name for name, _ in lane.counted()]) == (3, [place(at)[1] for at in (1, 3, 5)])
    random = Random(3)
    lane, here = lane_of(), dict[int, int]()
    counts: set[OpId] = set()
    for _ in range(2_000):
        number = random.randrange(40)
        if number in here:
            flips = lane.put(place(number), None)
            del here[number]
        else:
            here[number] = random.randrange(6)
            flips = lane.put(place(number), here[number])
        for name, _, is_counting in flips:
            (counts.add if is_counting else counts.remove)(name)
        state, expected = 0, set()
        for at, body in sorted(here.items()):
            if body == state:
                state += 1
                expected.add(place(at)[1])
        assert lane.state == state
        assert counts == expected == {name for name, _ in lane.counted()}


def test_something_late_replays_what_it_changes_and_no_more() -> None:
    """10,000 operations of which every second counts; the late one is asked about, then what meets another state."""
    steps = Counted()
    lane = Lane(0, steps.step)
    for number in range(5_000):
        lane.put(place(4 * number), number)
        lane.put(place(4 * number + 2), number)
    assert (len(lane), lane.state, steps.asked) == (10_000, 5_000, 10_000)

    steps.asked = 0
    lane.put(place(4_001), 77)
    assert steps.asked == 1, "it does not count, so nothing after it changes"
    lane.put(place(4_001), None)
    assert steps.asked == 1

    steps.asked = 0
    flips = lane.put(place(4 * 1_000 - 1), 1_000)  # one earlier takes the place of one that counted
    assert steps.asked == 2
    assert [counts for _, _, counts in flips] == [True, False]

    steps.asked = 0
    lane.put(place(4 * 4_990 + 1), None)
    lane.put(place(4 * 4_990), None)  # the next one says the same and takes its place
    assert (steps.asked, lane.state) == (1, 5_000)

    steps.asked = 0
    lane.put(place(4 * 4_990 + 2), None)  # now everything after it falls: the tail, and nothing else
    assert (steps.asked, lane.state) == (18, 4_990)
