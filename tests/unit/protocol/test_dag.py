"""One plane: positions, heads, what lies outside a past, and what leaves the log with a verdict."""

from dataclasses import replace
from itertools import permutations

import pytest

from crypto.ids import DeviceKey, OpId
from protocol import dag
from protocol.dag import Entry, Key, Plane
from protocol.errors import RemoteError
from protocol.ops import Header
from tests.builders import fixed

DEVICE, OTHER = DeviceKey(fixed("device")), DeviceKey(fixed("other"))


def name(label: str) -> OpId:
    return OpId(fixed(label))


def header(
    parents: str = "", *, depth: int = 0, seq: int = 0, prev: str = "", device: DeviceKey = DEVICE, ts: int = 0
) -> Header:
    return Header(
        plane=1,
        device=device,
        seq=seq,
        prev=name(prev) if prev else None,
        parents=tuple(sorted(name(each) for each in parents)),
        auth=(),
        depth=depth,
        ts_ms=ts,
        epoch=None,
        body_bytes=0,
        body_hash=b"",
    )


GRAPH = {
    "a": header(ts=50),
    "b": header("a", depth=1, seq=1, prev="a", ts=10),
    "c": header("a", depth=1, device=OTHER, ts=90),
    "d": header("bc", depth=2, seq=2, prev="b", ts=70),
    "e": header("c", depth=2, device=OTHER, seq=1, prev="c", ts=95),
}


def put(made: Plane, label: str, *, is_valid: bool = True) -> list[OpId]:
    return made.add(made.place(name(label), GRAPH[label]), is_valid=is_valid)


def plane(labels: str, *, invalid: str = "") -> Plane:
    made = Plane()
    for label in labels:
        put(made, label, is_valid=label not in invalid)
    return made


def labels_of(names: object) -> str:
    """Return the labels of operations, sorted."""
    by_name = {name(label): label for label in GRAPH}
    return "".join(sorted(by_name[each] for each in names))  # type: ignore[attr-defined]


def test_display_time_never_falls() -> None:
    made = plane("abcde")
    assert {label: made.entry(name(label)).vts_ms for label in GRAPH} == {"a": 50, "b": 50, "c": 90, "d": 90, "e": 95}


@pytest.mark.parametrize("order", [order for order in permutations("abcde") if order[0] == "a"])
def test_order_of_arrival_changes_nothing(order: tuple[str, ...]) -> None:
    made = Plane()
    left = list(order)
    while left:
        label = next(each for each in left if not made.missing(GRAPH[each]))
        left.remove(label)
        entry = made.place(name(label), GRAPH[label])
        made.add(entry)
        made.add(entry)
    whole = plane("abcde")
    assert made.log() == whole.log() == [key[1] for key in sorted((GRAPH[each].depth, name(each)) for each in GRAPH)]
    assert made.heads == whole.heads == {name("d"): 2, name("e"): 2}
    assert made.head_keys() == sorted([(2, name("d")), (2, name("e"))])
    assert made.heads_hash() == whole.heads_hash()
    assert made.tips == whole.tips == {DEVICE: (2, name("d")), OTHER: (1, name("e"))}
    assert len(made) == 5
    assert made.forked == set()


def test_missing_names_parents_and_predecessor() -> None:
    assert plane("").missing(GRAPH["d"]) == [*GRAPH["d"].parents], "each once"
    assert plane("abc").missing(GRAPH["d"]) == []
    assert plane("a").missing(header("a", depth=1, seq=1, prev="z")) == [name("z")]
    assert plane("a", invalid="a").missing(GRAPH["b"]) == [], "what lies in quarantine is here"


@pytest.mark.parametrize(
    "bad",
    [
        header("bc", depth=1, seq=2, prev="b"),  # not above its parents
        header("bc", depth=3, seq=2, prev="b"),  # too far above
        header(depth=1),
        header("bc", depth=2, seq=3, prev="b"),  # a number left out
        header("bc", depth=2, seq=1, prev="b"),  # the same number again
        header("bc", depth=2, seq=2, prev="b", device=OTHER),  # somebody else's chain
        header("a", depth=1, seq=2, prev="b"),  # not after its own predecessor
        header(depth=0, seq=1, prev="a"),
    ],
)
def test_false_positions(bad: Header) -> None:
    made = plane("abc")
    with pytest.raises(RemoteError) as caught:
        made.place(name("x"), bad)
    assert caught.value.code == "bad_position"
    assert name("x") not in made


def test_a_predecessor_that_is_no_parent_is_cited_all_the_same() -> None:
    made = plane("abc")
    made.add(made.place(name("x"), header("c", depth=2, seq=2, prev="b")))
    assert set(made.heads) == {name("x")}
    assert made.in_past(name("b"), name("x"))
    assert [entry.id for entry in made.outside([name("c")])] == [name("x"), name("b")]


def test_a_fork_keeps_both_has_one_tip_and_is_noted() -> None:
    one, two = Plane(), Plane()
    forks = {label: header("a", depth=1, seq=1, prev="a", ts=ts) for ts, label in enumerate("xy")}
    for made, order in ((one, "xy"), (two, "yx")):
        put(made, "a")
        for label in order:
            made.add(made.place(name(label), forks[label]))
    assert one.tips == two.tips
    assert one.tips[DEVICE][1] == max(name("x"), name("y"))
    assert set(one.heads) == {name("x"), name("y")}
    assert one.forked == two.forked == {DEVICE}


def test_in_past() -> None:
    made = plane("abcde")
    past = {"a": "", "b": "a", "c": "a", "d": "abc", "e": "ac"}
    for of, ancestors in past.items():
        for label in GRAPH:
            assert made.in_past(name(label), name(of)) == (label in ancestors)


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ("", "abcde"),
        ("a", "bcde"),
        ("b", "cde"),
        ("c", "bde"),
        ("bc", "de"),
        ("d", "e"),
        ("e", "bd"),
        ("de", ""),
        ("abcde", ""),
        ("z", "abcde"),
        ("ez", "bd"),
    ],
)
def test_outside_a_past(heads: str, expected: str) -> None:
    made = plane("abcde")
    outside = list(made.outside(name(label) for label in heads))
    assert labels_of(entry.id for entry in outside) == expected
    depths = [entry.depth for entry in outside]
    assert depths == sorted(depths, reverse=True)


def test_outside_in_an_empty_plane() -> None:
    assert list(plane("").outside([name("a")])) == []


def test_outside_looks_no_deeper_than_where_the_two_sides_meet() -> None:
    """What a member has read is asked for often: it must not cost the length of the log."""
    made, shelf = Plane(), Looked()
    grow(made, 1_000)
    counted = Plane(shelf)
    counted.heads, counted.count = dict(made.heads), made.count
    shelf.stored = {each: made.entry(each) for each in made.log()}
    assert len(list(counted.outside([name("n989")]))) == 10
    assert len(shelf.asked) < 20


class Looked:
    """A shelf that notes what is looked at."""

    def __init__(self) -> None:
        self.stored: dict[OpId, Entry] = {}
        self.asked: list[OpId] = []

    def entries(self, names: object) -> dict[OpId, Entry]:
        listed = list(names)  # type: ignore[call-overload]
        self.asked += listed
        return {each: self.stored[each] for each in listed if each in self.stored}

    def keys(self) -> list[Key]:
        return [entry.key for entry in self.stored.values()]


def grow(made: Plane, count: int) -> None:
    """Add one chain of `count` operations."""
    before = ""
    for depth in range(count):
        made.add(made.place(name(f"n{depth}"), chain(depth, before)))
        before = f"n{depth}"


def chain(depth: int, before: str) -> Header:
    if not before:
        return header()
    return replace(header("", depth=depth, seq=depth, prev=before), parents=(name(before),))


def test_heads_hash_tells_sets_apart() -> None:
    assert len({plane(labels).heads_hash() for labels in ("", "a", "ab", "ac", "abc", "abcd", "abce", "abcde")}) == 8


# --- chains ----------------------------------------------------------------------------------------------------------


def test_on_the_chain_of_a_device_that_did_not_fork() -> None:
    made = plane("abcde")
    for label, head, expected in (
        ("a", "d", True),
        ("b", "d", True),
        ("d", "d", True),
        ("d", "b", False),
        ("c", "d", False),
        ("c", "e", True),
        ("a", "z", False),
    ):
        op = GRAPH[label]
        assert made.is_on_chain(name(label), op.device, op.seq, name(head)) == expected, (label, head)


def test_on_the_chain_of_a_device_that_forked() -> None:
    """Of two operations with one number only the one that the head follows is kept by a cut."""
    made = plane("a")
    for label in "xy":
        made.add(made.place(name(label), header("a", depth=1, seq=1, prev="a")))
    made.add(made.place(name("z"), header("x", depth=2, seq=2, prev="x")))
    assert made.is_on_chain(name("x"), DEVICE, 1, name("z"))
    assert not made.is_on_chain(name("y"), DEVICE, 1, name("z"))
    assert made.is_on_chain(name("a"), DEVICE, 0, name("z"))
    assert made.is_on_chain(name("y"), DEVICE, 1, name("y"))
    assert not made.is_on_chain(name("z"), DEVICE, 2, name("y"))


# --- what is not valid -----------------------------------------------------------------------------------------------


def test_what_is_not_valid_is_kept_aside_and_counts_for_nothing() -> None:
    made = plane("abc", invalid="c")
    assert name("c") in made
    assert made.entry(name("c")).depth == 1
    assert len(made) == 2
    assert labels_of(made.log()) == "ab"
    assert set(made.heads) == {name("b")}
    assert made.invalid == made.quarantine == {name("c")}
    assert made.tips[OTHER] == (0, name("c")), "its device's chain goes on behind it"
    assert made.heads_hash() == plane("ab").heads_hash()
    assert labels_of(entry.id for entry in made.outside([])) == "ab"


def test_a_valid_operation_brings_what_it_cites_back_into_the_log() -> None:
    made = plane("abc", invalid="bc")
    assert labels_of(put(made, "d")) == "bc"
    assert labels_of(made.log()) == "abcd"
    assert (made.quarantine, made.invalid) == (set(), {name("b"), name("c")})
    assert set(made.heads) == {name("d")}


def test_a_verdict_that_falls_and_comes_back() -> None:
    made = plane("abcde")
    assert made.judge([(name("e"), False)]) == ([], [name("e")])
    assert set(made.heads) == {name("d")}
    assert len(made) == 4
    assert made.judge([(name("c"), False)]) == ([], []), "a valid operation hangs on it"
    assert labels_of(made.judge([(name("d"), False)])[1]) == "cd"
    assert labels_of(made.log()) == "ab"
    assert set(made.heads) == {name("b")}
    assert labels_of(made.judge([(name("e"), True)])[0]) == "ce"
    assert labels_of(made.log()) == "abce"
    assert set(made.heads) == {name("b"), name("e")}
    assert made.quarantine == {name("d")}
    assert labels_of(made.judge([(name("c"), True), (name("d"), True)])[0]) == "d"
    assert made.heads_hash() == plane("abcde").heads_hash()
    assert made.invalid == set()


def test_one_verdict_told_both_ways_changes_nothing() -> None:
    made = plane("abcde", invalid="e")
    assert made.judge([(name("e"), True), (name("e"), False)]) == ([], [])
    assert labels_of(made.log()) == "abcd"
    assert made.judge([(name("d"), False), (name("d"), True)]) == ([], [])
    assert labels_of(made.log()) == "abcd"


def test_what_the_other_plane_needs_stays_in_the_log() -> None:
    pins: set[OpId] = set()
    made = Plane(pinned=lambda candidates: candidates & pins)
    for label in "abcde":
        put(made, label)
    pins.add(name("e"))
    assert made.judge([(name("e"), False), (name("d"), False)]) == ([], [name("d")])
    assert labels_of(made.log()) == "abce"
    pins.clear()
    assert made.judge([]) == ([], [name("e")])
    assert labels_of(made.release(name("e"))) == "e"
    assert labels_of(made.log()) == "abce"
    assert made.invalid == {name("d"), name("e")}


def test_release_brings_out_what_it_hangs_on() -> None:
    made = plane("ace", invalid="ce")
    assert labels_of(made.release(name("e"))) == "ce"
    assert labels_of(made.log()) == "ace"
    assert set(made.heads) == {name("e")}


def test_forgotten_operations_may_come_again() -> None:
    made = plane("ab", invalid="b")
    made.forget([name("b")])
    assert name("b") not in made
    assert made.invalid == made.quarantine == set()
    put(made, "b")
    assert labels_of(made.log()) == "ab"


# --- with a shelf ----------------------------------------------------------------------------------------------------


def test_a_long_plane_keeps_only_its_newest_entries_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dag, "RECENT", 8)
    shelf = Looked()
    made = Plane(shelf)
    before = ""
    for depth in range(100):
        op = chain(depth, before)
        assert made.missing(op) == []
        entry = made.place(name(f"n{depth}"), op)
        made.add(entry)
        shelf.stored[entry.id] = entry
        made.trim()
        before = f"n{depth}"
    assert len(made._entries) <= 16
    assert shelf.asked == [], "an append looks at what is in memory only"
    assert made.entry(name("n3")).depth == 3
    assert made.log() == [name(f"n{depth}") for depth in range(100)]
    assert made.in_past(name("n2"), name("n99"))


def test_what_is_not_there_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dag, "RECENT", 1)
    shelf = Looked()
    made = Plane(shelf)
    names = [name("x"), name("y")]
    assert made.fetch(names) == set()
    assert made.fetch(names) == set()
    assert name("x") not in made
    assert shelf.asked == names
    shelf.stored[name("y")] = made.place(name("y"), header())
    made.add(shelf.stored[name("y")])
    assert made.fetch(names) == {name("y")}
    for label in "ab":
        shelf.stored[name(label)] = made.place(name(label), GRAPH[label])
        made.add(shelf.stored[name(label)])
    made.trim()
    assert name("y") not in made._entries
    assert made.fetch(names) == {name("y")}, "it was added since"


def test_entries_are_asked_for_in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dag, "_BULK", 3)
    shelf = Looked()
    for label in "abcde":
        entry = plane("abcde").entry(name(label))
        shelf.stored[entry.id] = entry
    made = Plane(shelf)
    assert made.fetch([name(label) for label in "abcdez"]) == {name(label) for label in "abcde"}
    assert len(shelf.asked) == 6
