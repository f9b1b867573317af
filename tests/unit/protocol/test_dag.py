"""One plane: positions, heads, and exactly what a peer lacks."""

from dataclasses import replace
from itertools import permutations

import pytest

from crypto.ids import DeviceKey, OpId
from protocol.dag import Plane
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


def plane(labels: str) -> Plane:
    made = Plane()
    for label in labels:
        made.add(made.place(name(label), GRAPH[label]))
    return made


def test_display_time_never_falls() -> None:
    entries = plane("abcde").entries
    assert {label: entries[name(label)].vts_ms for label in GRAPH} == {"a": 50, "b": 50, "c": 90, "d": 90, "e": 95}


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
    assert made.keys == whole.keys == sorted(whole.keys)
    assert made.heads == whole.heads == {name("d"): 2, name("e"): 2}
    assert made.head_keys() == sorted([(2, name("d")), (2, name("e"))])
    assert made.heads_hash() == whole.heads_hash()
    assert made.tips == whole.tips
    assert made.tips[DEVICE].id == name("d")
    assert len(made) == 5


def test_missing_names_parents_and_predecessor() -> None:
    assert plane("").missing(GRAPH["d"]) == [*GRAPH["d"].parents, name("b")]
    assert plane("abc").missing(GRAPH["d"]) == []
    assert plane("a").missing(header("a", depth=1, seq=1, prev="z")) == [name("z")]


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
    assert made.lacking([name("c")]) == [*sorted([name("b")]), name("x")]


def test_a_fork_keeps_both_and_has_one_tip() -> None:
    one, two = Plane(), Plane()
    forks = {label: header("a", depth=1, seq=1, prev="a", ts=ts) for ts, label in enumerate("xy")}
    for made, order in ((one, "xy"), (two, "yx")):
        made.add(made.place(name("a"), GRAPH["a"]))
        for label in order:
            made.add(made.place(name(label), forks[label]))
    assert one.tips == two.tips
    assert one.tips[DEVICE].id == max(name("x"), name("y"))
    assert set(one.heads) == {name("x"), name("y")}


def test_in_past() -> None:
    made = plane("abcde")
    past = {"a": "", "b": "a", "c": "a", "d": "abc", "e": "ac"}
    for of, ancestors in past.items():
        for label in GRAPH:
            assert made.in_past(name(label), name(of)) == (label in ancestors)


@pytest.mark.parametrize(
    ("haves", "expected"),
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
def test_lacking(haves: str, expected: str) -> None:
    made = plane("abcde")
    lacking = made.lacking(name(label) for label in haves)
    assert set(lacking) == {name(label) for label in expected}
    keys = [made.entries[each].key for each in lacking]
    assert keys == sorted(keys)


def test_lacking_of_an_empty_plane() -> None:
    assert plane("").lacking([name("a")]) == []
    assert plane("").sample(64) == []


def test_sample_is_short_and_ends_with_old_operations() -> None:
    made = Plane()
    before = ""
    for depth in range(1_000):
        made.add(made.place(name(f"n{depth}"), chain(depth, before)))
        before = f"n{depth}"
    sample = made.sample(64)
    assert sample[0] == name("n999")
    assert len(sample) == len(set(sample)) <= 12
    assert min(made.entries[each].depth for each in sample) < 500
    assert len(made.sample(4)) == 4


def chain(depth: int, before: str) -> Header:
    if not before:
        return header()
    return replace(header("", depth=depth, seq=depth, prev=before), parents=(name(before),))


def test_sample_of_many_heads_takes_half_of_them() -> None:
    made = plane("a")
    for at in range(100):
        made.add(made.place(name(f"h{at}"), header("a", depth=1, device=DeviceKey(fixed(f"device {at}")))))
    sample = made.sample(64)
    assert len(sample) == len(set(sample)) <= 64
    assert set(sample[:32]) == {each for _, each in made.head_keys()[-32:]}


def test_heads_hash_tells_sets_apart() -> None:
    assert len({plane(labels).heads_hash() for labels in ("", "a", "ab", "ac", "abc", "abcd", "abce", "abcde")}) == 8
