"""What a peer lacks, against brute force on random graphs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.ids import DeviceKey, OpId
from protocol.dag import Plane
from protocol.ops import Header
from tests.builders import fixed

quick = settings(max_examples=100, deadline=None)
DEVICES = [DeviceKey(fixed(f"device {number}")) for number in range(4)]

nodes = st.lists(
    st.tuples(st.integers(0, 3), st.lists(st.integers(0, 40), max_size=4), st.booleans()), min_size=1, max_size=40
)
choices = st.lists(st.integers(0, 60), max_size=8)


def headers(drawn: list[tuple[int, list[int], bool]]) -> list[tuple[OpId, Header]]:
    """Return operations in an order in which each follows what it cites; some fork, some cite their own chain only."""
    made: list[tuple[OpId, Header]] = []
    depths: dict[OpId, int] = {}
    chains: dict[DeviceKey, list[tuple[OpId, int]]] = {device: [] for device in DEVICES}
    for number, (device_number, links, forks) in enumerate(drawn):
        device = DEVICES[device_number]
        parents = {made[link % len(made)][0] for link in links} if made else set()
        depth = 1 + max((depths[parent] for parent in parents), default=-1)
        below = [link for link in chains[device] if depths[link[0]] < depth]
        prev = (below[len(below) // 2] if forks else below[-1]) if below else None
        name = OpId(fixed(f"op {number}"))
        header = Header(
            plane=1,
            device=device,
            seq=prev[1] + 1 if prev else 0,
            prev=prev[0] if prev else None,
            parents=tuple(sorted(parents)),
            auth=(),
            depth=depth,
            ts_ms=number,
            epoch=None,
            body_bytes=0,
            body_hash=b"",
        )
        made.append((name, header))
        depths[name] = depth
        chains[device].append((name, header.seq))
    return made


def plane_of(rows: list[tuple[OpId, Header]]) -> Plane:
    plane = Plane()
    for name, header in rows:
        assert plane.missing(header) == []
        plane.add(plane.place(name, header))
    return plane


def closure(names: set[OpId], rows: list[tuple[OpId, Header]]) -> set[OpId]:
    """Return `names` and all their ancestors, by asking again until nothing is new."""
    cited = {name: {*header.parents, *([header.prev] if header.prev else [])} for name, header in rows}
    found = names & set(cited)
    while True:
        more = found | {each for name in found for each in cited[name]}
        if more == found:
            return found
        found = more


@quick
@given(nodes, choices)
def test_lacking_is_the_difference(drawn: list[tuple[int, list[int], bool]], chosen: list[int]) -> None:
    rows = headers(drawn)
    plane = plane_of(rows)
    haves = {rows[at][0] if at < len(rows) else OpId(fixed(f"unknown {at}")) for at in chosen}
    lacking = plane.lacking(haves)
    assert len(lacking) == len(set(lacking))
    assert set(lacking) == set(plane.entries) - closure(haves, rows)
    keys = [plane.entries[name].key for name in lacking]
    assert keys == sorted(keys)


@quick
@given(nodes, choices, choices, st.integers(1, 70))
def test_a_sample_is_enough(
    drawn: list[tuple[int, list[int], bool]], mine: list[int], theirs: list[int], most: int
) -> None:
    """However small the sample, what a peer sends for it completes the set, and in an order that can be added."""
    rows = headers(drawn)
    ours, peers = (
        plane_of([row for row in rows if row[0] in closure({rows[at % len(rows)][0] for at in chosen}, rows)])
        for chosen in (mine, theirs)
    )
    sample = ours.sample(most)
    assert len(sample) <= max(most, 1)
    assert len(sample) == len(set(sample))
    assert all(name in ours for name in sample)
    by_name = dict(rows)
    sent = peers.lacking(sample)
    assert set(peers.entries) - set(ours.entries) <= set(sent)
    union = set(peers.entries) | set(ours.entries)
    for name in sent:
        if name not in ours:
            assert ours.missing(by_name[name]) == []
            ours.add(ours.place(name, by_name[name]))
    assert set(ours.entries) == union
    both = plane_of([row for row in rows if row[0] in union])
    assert ours.heads == both.heads
    assert ours.keys == both.keys
    assert ours.tips == both.tips


@quick
@given(nodes, st.integers(0, 40), st.integers(0, 40))
def test_in_past_is_the_closure(drawn: list[tuple[int, list[int], bool]], one: int, two: int) -> None:
    rows = headers(drawn)
    plane = plane_of(rows)
    ancestor, of = rows[one % len(rows)][0], rows[two % len(rows)][0]
    assert plane.in_past(ancestor, of) == (ancestor in closure({of}, rows) - {of})


@quick
@given(nodes, choices, choices)
def test_equal_heads_are_equal_sets(
    drawn: list[tuple[int, list[int], bool]], mine: list[int], theirs: list[int]
) -> None:
    rows = headers(drawn)
    one, two = (
        plane_of([row for row in rows if row[0] in closure({rows[at % len(rows)][0] for at in chosen}, rows)])
        for chosen in (mine, theirs)
    )
    assert (one.heads_hash() == two.heads_hash()) == (set(one.entries) == set(two.entries))
