"""Reconciliation: what it finds, what it costs, and what it refuses."""

import random

import pytest

from crypto.ids import OpId, blake2b
from protocol.errors import RemoteError
from protocol.sync import recon
from protocol.sync.index import END, MOST_DEPTH, START, Bound, Key, KeyIndex, bound, fingerprint
from protocol.sync.ranges import (
    ANSWER,
    FINGERPRINT,
    LIST,
    MOST_IDS,
    MOST_RANGES,
    NONE,
    SKIP,
    Range,
    dump_ranges,
    load_ranges,
)
from protocol.sync.recon import Reconciler
from protocol.sync.respond import respond
from protocol.sync.views import Salted, view_of
from tests.builders import fixed
from tests.reconciling import Run, index_of, reconcile

SALT = fixed("salt", 16)


def keys(count: int, *, label: str = "key", width: int = 1, start: int = 0) -> list[Key]:
    return [(start + at // width, OpId(fixed(f"{label} {at}"))) for at in range(count)]


ALL = sorted(keys(20_000, width=2))


def check(asking: set[Key], answering: set[Key], *, salt: bytes = b"") -> Run:
    run = reconcile(index_of(asking), index_of(answering), salt=salt)
    assert run.need == {name for _, name in answering - asking}
    assert run.lack <= {name for _, name in asking - answering}
    return run


def test_equal_sets_take_one_frame_and_no_answer() -> None:
    run = check(set(ALL), set(ALL))
    assert (run.round_trips, run.down_bytes) == (1, 0)
    assert run.up_bytes < 700


def test_nothing_against_nothing() -> None:
    run = check(set(), set())
    assert (run.round_trips, run.need) == (0, set())


def test_who_has_nothing_pulls_everything_without_asking() -> None:
    reconciler = Reconciler(KeyIndex())
    assert reconciler.open() == []
    assert reconciler.is_done
    assert reconciler.need_ranges == [(START, END)]


def test_the_newest_are_pulled_whole_after_one_round_trip() -> None:
    base = keys(20_000)
    reconciler = Reconciler(KeyIndex(base[:-10]))
    (frame,) = reconciler.open()
    answer = respond(KeyIndex(base), frame)
    assert answer == [
        Range(bound(19_990), SKIP),
        Range(END, FINGERPRINT, KeyIndex(base[-10:]).fingerprint()),
    ]
    assert reconciler.answer(answer) == []
    assert reconciler.is_done
    assert reconciler.need_ranges == [(bound(19_990), END)]
    assert reconciler.need == []


def test_a_long_gap_is_pulled_whole_and_not_listed() -> None:
    run = check(set(ALL[:6_000] + ALL[14_000:]), set(ALL))
    assert run.down_bytes < 8_000
    assert run.round_trips <= 3


@pytest.mark.parametrize(
    ("missing", "lacking", "round_trips", "size"),
    [(10, 0, 2, 9_000), (0, 10, 2, 9_000), (50, 50, 2, 65_000), (1_000, 0, 3, 350_000), (0, 1_000, 3, 350_000)],
)
def test_scattered_differences_cost_little(missing: int, lacking: int, round_trips: int, size: int) -> None:
    gone = random.Random(missing).sample(ALL, missing + lacking)
    run = check(set(ALL) - set(gone[:missing]), set(ALL) - set(gone[missing:]))
    assert run.round_trips <= round_trips
    assert run.up_bytes + run.down_bytes < size


def test_two_halves_of_a_long_partition() -> None:
    run = check(set(ALL[::2]), set(ALL[1::2]))
    assert run.round_trips <= 4
    assert run.down_bytes < 40 * len(ALL) // 2


@pytest.mark.parametrize("count", [1, 24, 25, 64, 65, 2_000])
def test_much_more_on_the_answering_side(count: int) -> None:
    mine = set(random.Random(count).sample(ALL, count))
    assert check(mine, set(ALL)).round_trips <= 7
    assert check(set(ALL), mine).round_trips <= 4


def test_one_depth_for_all() -> None:
    flat = [(7, name) for _, name in ALL[:3_000]]
    check(set(flat[:2_000]), set(flat[1_000:]))


def test_keys_at_the_ends_of_the_order() -> None:
    lowest, highest = (0, OpId(bytes(32))), (MOST_DEPTH, OpId(b"\xff" * 32))
    check({highest}, {lowest, highest, ALL[5]})
    check({lowest}, {highest})
    check({lowest, highest}, {ALL[0]})


def test_salted_it_finds_the_same() -> None:
    gone = random.Random(3).sample(ALL, 40)
    run = check(set(ALL) - set(gone[:20]), set(ALL) - set(gone[20:]), salt=SALT)
    plain = check(set(ALL) - set(gone[:20]), set(ALL) - set(gone[20:]))
    assert run.round_trips == plain.round_trips
    assert run.wire != plain.wire


def test_a_salt_sees_through_sums_that_agree() -> None:
    """Two sets whose plain fingerprints agree although the sets differ: what grinding of ids would make."""
    one, two = int.from_bytes(fixed("one"), "little"), int.from_bytes(fixed("two"), "little")
    mine = [(3, OpId(number.to_bytes(32, "little"))) for number in (one, two)]
    theirs = [(3, OpId(number.to_bytes(32, "little"))) for number in (one + 1, two - 1)]
    rest = [key for key in ALL if key[0] > 10]
    asking, answering = {*rest, *mine}, {*rest, *theirs}
    assert reconcile(index_of(asking), index_of(answering)).need == set()
    check(asking, answering, salt=SALT)


def test_a_salt_sees_through_prefixes_that_agree() -> None:
    mine, theirs = ((3, OpId(fixed("same", 16) + fixed(end, 16))) for end in "ab")
    assert reconcile(index_of({mine}), index_of({theirs})).need == set()
    check({mine}, {theirs}, salt=SALT)


def test_a_salted_view_is_what_it_says() -> None:
    index = KeyIndex(ALL[:100])
    view = view_of(index, SALT)
    elements = [blake2b(name, person=b"p2p.recon.salt", key=SALT, size=16) for _, name in ALL[:100]]
    assert isinstance(view, Salted)
    assert view.elements(0, 100) == elements
    assert view.sum_before(60) == sum(int.from_bytes(each, "little") for each in elements[:60])
    assert [view.bound_at(at) for at in range(101)] == [index.bound_at(at) for at in range(101)]
    assert len(view) == 100
    assert view_of(index) is index
    for salt in (b"x", bytes(15), bytes(17)):
        with pytest.raises(RemoteError):
            view_of(index, salt)


def test_the_same_run_is_the_same_bytes() -> None:
    gone = set(random.Random(8).sample(ALL, 200))
    asking, answering = index_of(set(ALL) - gone), KeyIndex(reversed(ALL))
    built = KeyIndex()
    for key in ALL:
        built.add(key)
    assert reconcile(asking, answering).wire == reconcile(asking, built).wire


def test_ids_in_quarantine_are_not_needed() -> None:
    held = {ALL[4][1], ALL[9_000][1]}
    mine = KeyIndex(key for key in ALL if key[1] not in {*held, ALL[77][1]})
    reconciler = Reconciler(mine, held=held)
    flight = reconciler.open()
    while flight:
        flight = [more for frame in flight for more in reconciler.answer(respond(KeyIndex(ALL), frame))]
    assert reconciler.need == [ALL[77][1]]


def test_what_arrives_meanwhile_is_not_needed() -> None:
    mine = KeyIndex(key for key in ALL if key not in ALL[5_000:5_100:20])
    reconciler = Reconciler(mine)
    flight = reconciler.open()
    flight = [more for frame in flight for more in reconciler.answer(respond(KeyIndex(ALL), frame))]
    mine.update(ALL[5_000:5_100:20])
    while flight:
        flight = [more for frame in flight for more in reconciler.answer(respond(KeyIndex(ALL), frame))]
    assert reconciler.need == []


def test_what_was_given_up_meanwhile_is_pulled_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recon, "_FLIGHT", 1)
    monkeypatch.setattr(recon, "_ASKED_RANGES", 6)
    base = keys(6_000)
    mine = KeyIndex(key for key in base if key[0] % 500)
    reconciler = Reconciler(mine)
    flight = [more for frame in reconciler.open() for more in reconciler.answer(respond(KeyIndex(base), frame))]
    assert len(reconciler._differing) > 3
    lower, upper = max(reconciler._differing)
    for key in mine.range(lower, upper):
        mine.discard(key)
    while flight:
        flight = [more for frame in flight for more in reconciler.answer(respond(KeyIndex(base), frame))]
    assert reconciler.need_ranges == [(lower, upper)]
    assert set(reconciler.need) == {name for depth, name in base if not depth % 500 and bound(depth) < lower}


def test_what_is_wanted_comes_in_order() -> None:
    everything = keys(6_000)
    gone = [*everything[100:103], *everything[2_000:2_900], *everything[4_000:4_400:200], *everything[5_900:]]
    mine = set(everything) - set(gone)
    reconciler = Reconciler(index_of(mine))
    flight = reconciler.open()
    while flight:
        flight = [more for frame in flight for more in reconciler.answer(respond(KeyIndex(everything), frame))]
    theirs = KeyIndex(everything)
    fetched = []
    for part in reconciler.wanted():
        fetched += part if isinstance(part, list) else [name for _, name in theirs.range(*part)]
    assert fetched == [name for _, name in sorted(gone)]
    assert sum(isinstance(part, tuple) for part in reconciler.wanted()) == len(reconciler.need_ranges) >= 2
    assert all(part for part in reconciler.wanted())
    reconciler.need.clear()
    assert reconciler.wanted() == reconciler.need_ranges
    reconciler.need_ranges.clear()
    assert reconciler.wanted() == []


# --- bounds of an answer ---------------------------------------------------------------------------------------------


def test_an_answer_without_room_sends_fingerprints_back() -> None:
    index = KeyIndex(keys(200_000 // 20, width=10))
    ranges = [Range(bound(at + 1), FINGERPRINT, bytes(16)) for at in range(MOST_RANGES)]
    wide = [Range(bound(100 * (at + 1)), FINGERPRINT, bytes(16)) for at in range(MOST_RANGES)]
    for asked in (ranges, wide):
        answer = respond(index, asked)
        assert len(answer) <= MOST_RANGES
        assert sum(len(part.payload) // 32 for part in answer if part.mode == ANSWER) <= MOST_IDS
        assert load_ranges(dump_ranges(answer)) == answer
    many = KeyIndex(keys(300 * 70, width=70))
    answer = respond(many, [Range(bound(at + 1), FINGERPRINT, bytes(16)) for at in range(300)])
    assert len(answer) == MOST_RANGES
    assert load_ranges(dump_ranges(answer)) == answer
    first = respond(index, wide)[:10]
    assert [part.upper for part in first] == [bound(100 * (at + 1)) for at in range(10)]
    assert {part.mode for part in first} == {FINGERPRINT}


def test_a_short_list_against_much_is_cut() -> None:
    index = KeyIndex(ALL)
    answer = respond(index, [Range(END, LIST)])
    assert [part.mode for part in answer] == [FINGERPRINT] * 16
    assert answer[-1].upper == END


def test_a_list_is_answered_by_what_is_not_in_it() -> None:
    index = KeyIndex(ALL[:40])
    listed = b"".join(name[:16] for _, name in ALL[:30]) + fixed("unknown", 16)
    assert respond(index, [Range(END, LIST, listed)]) == [
        Range(END, ANSWER, b"".join(name for _, name in ALL[30:40])),
    ]
    assert respond(index, [Range(END, LIST, b"".join(index.elements(0, 40)))]) == []


def test_ids_are_answered_up_to_the_bound_of_a_frame() -> None:
    index = KeyIndex(keys(70 * 80, width=80))
    lists = [Range(bound(at + 1), LIST, b"".join(index.elements(80 * at, 80 * at + 20))) for at in range(70)]
    answer = respond(index, lists)
    assert [len(part.payload) for part in answer[:68]] == [60 * 32] * 68
    assert [part.mode for part in answer[68:]] == [FINGERPRINT] * 2
    prints = [Range(bound(at + 1), FINGERPRINT, bytes(16)) for at in range(70)]
    small = KeyIndex(keys(70 * 60, width=60))
    answered = [part for part in respond(small, prints) if part.mode == ANSWER]
    assert len(answered) == 68


def test_nothing_there() -> None:
    index = KeyIndex([(5, ALL[0][1])])
    empty = fingerprint(0, 0)
    assert respond(index, [Range(bound(3), FINGERPRINT, bytes(16)), Range(bound(5), FINGERPRINT, empty)]) == [
        Range(bound(3), NONE),
    ]
    assert respond(index, [Range(bound(5), NONE), Range(END, NONE)]) == [
        Range(bound(5), SKIP),
        Range(END, FINGERPRINT, index.fingerprint()),
    ]
    assert respond(KeyIndex(), [Range(END, LIST, bytes(32))]) == []


def test_an_answer_is_no_question() -> None:
    with pytest.raises(RemoteError) as caught:
        respond(KeyIndex(ALL), [Range(END, ANSWER, bytes(32))])
    assert caught.value.code == "bad_frame"


# --- hostile answers -------------------------------------------------------------------------------------------------


def asked() -> tuple[Reconciler, list[Range]]:
    """Return a run over a hundred keys and the frame it begins with."""
    reconciler = Reconciler(KeyIndex(keys(100)))
    (frame,) = reconciler.open()
    return reconciler, frame


@pytest.mark.parametrize(
    "answer",
    [
        [Range(END, FINGERPRINT, bytes(16))],
        [Range(bound(99), FINGERPRINT, bytes(16))],
        [Range(bound(1), LIST)],
        [Range(bound(1), LIST, bytes(16))],
        [Range(bound(100), SKIP), Range(END, NONE)],
        [Range(bound(100), SKIP), Range(END, ANSWER, bytes(32))],
        [Range(bound(90, b"\x01"), SKIP), Range(END, ANSWER, bytes(32))],
    ],
    ids=repr,
)
def test_refuses_answers_beside_the_question(answer: list[Range]) -> None:
    reconciler, frame = asked()
    assert frame[-1] == Range(END, NONE)
    with pytest.raises(RemoteError) as caught:
        reconciler.answer(answer)
    assert caught.value.code == "bad_frame"


def test_refuses_answers_about_what_was_skipped() -> None:
    mine = KeyIndex(keys(3_000))
    reconciler = Reconciler(mine)
    (frame,) = reconciler.open()
    upper = frame[4].upper
    answer = [Range(frame[3].upper, SKIP), Range(upper, FINGERPRINT, bytes(16))]
    (second,) = reconciler.answer(answer)
    assert second[0] == Range(frame[3].upper, SKIP)
    assert second[-1].upper == upper
    with pytest.raises(RemoteError):
        reconciler.answer([Range(bound(1), NONE)])


def test_refuses_nothing_to_a_list() -> None:
    reconciler = Reconciler(KeyIndex(keys(3)))
    (frame,) = reconciler.open()
    assert [part.mode for part in frame] == [LIST, NONE]
    with pytest.raises(RemoteError):
        reconciler.answer([Range(frame[0].upper, NONE)])


def test_refuses_an_answer_to_nothing() -> None:
    reconciler, _ = asked()
    reconciler.answer([])
    assert reconciler.is_done
    with pytest.raises(RemoteError) as caught:
        reconciler.answer([])
    assert caught.value.code == "out_of_turn"


def test_ids_that_are_held_or_repeated_are_ignored() -> None:
    mine = keys(100)
    reconciler, frame = asked()
    lower, upper = frame[0].upper, frame[1].upper
    held = [name for key, name in mine if lower <= bound(key) < upper]
    new = fixed("new")
    reconciler.answer([Range(lower, SKIP), Range(upper, ANSWER, b"".join([*held, new, new]))])
    assert reconciler.need == [new]
    assert reconciler.theirs_lack == []


@pytest.fixture
def _few_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recon, "_FRAMES", 20)


@pytest.mark.usefixtures("_few_frames")
def test_an_endless_answer_ends() -> None:
    mine = KeyIndex(keys(3_000))
    reconciler = Reconciler(mine)
    flight = reconciler.open()
    frames = 0
    with pytest.raises(RemoteError) as caught:
        while flight:
            frame = flight.pop(0)
            frames += 1
            flight += reconciler.answer(
                [part if part.mode == SKIP else Range(part.upper, FINGERPRINT, bytes(16)) for part in frame]
            )
    assert caught.value.code == "too_long"
    assert frames < 40


@pytest.mark.usefixtures("_few_frames")
def test_ever_finer_fingerprints_end() -> None:
    """Each range is cut in as many as fit: what is asked for grows, but never beyond one range a key."""
    mine = KeyIndex(keys(500))
    reconciler = Reconciler(mine)
    flight = reconciler.open()

    def hostile(frame: list[Range]) -> list[Range]:
        answer: list[Range] = []
        lower = START
        for part in frame:
            depth = int.from_bytes(lower[:6], "big") if lower else 0
            for byte in range(1, 200):
                place = Bound(depth.to_bytes(6, "big") + bytes((byte,)))
                if lower < place < part.upper and part.mode != SKIP and len(answer) < MOST_RANGES - 300:
                    answer.append(Range(place, FINGERPRINT, bytes(16)))
            answer.append(Range(part.upper, SKIP if part.mode == SKIP else FINGERPRINT, bytes(16)))
            lower = part.upper
        return answer

    with pytest.raises(RemoteError) as caught:
        while flight:
            flight += reconciler.answer(hostile(flight.pop(0)))
    assert caught.value.code == "too_long"
    assert len(reconciler._differing) <= 500


def test_more_ids_than_can_be_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recon, "MOST_NEEDED", 100)
    reconciler, frame = asked()
    offered = b"".join(fixed(f"claimed {at}") for at in range(101))
    with pytest.raises(RemoteError) as caught:
        reconciler.answer([Range(frame[0].upper, ANSWER, offered)])
    assert caught.value.code == "too_long"
