"""A plane against brute force on random graphs: what is in the log as verdicts flip, and every question about pasts."""

from collections.abc import Collection, Iterable, Iterator
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.ids import DeviceKey, OpId
from protocol import dag
from protocol.dag import Entry, Key, Plane
from protocol.ops import Header
from protocol.sync.index import KeyIndex
from tests.builders import fixed

quick = settings(max_examples=60, deadline=None)
short = settings(max_examples=30, deadline=None)
long = settings(max_examples=1_500, deadline=None)
DEVICES = [DeviceKey(fixed(f"device {number}")) for number in range(4)]

Drawn = list[tuple[int, list[int], bool]]
nodes = st.lists(
    st.tuples(st.integers(0, 3), st.lists(st.integers(0, 40), max_size=4), st.booleans()), min_size=1, max_size=40
)
choices = st.lists(st.integers(0, 60), max_size=8)


def headers(drawn: Drawn) -> list[tuple[OpId, Header]]:
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
            ts_ms=number * 37 % 50,
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


def cited_by(rows: list[tuple[OpId, Header]]) -> dict[OpId, set[OpId]]:
    return {name: {*header.parents, *([header.prev] if header.prev else [])} for name, header in rows}


def closure(names: Iterable[OpId], rows: list[tuple[OpId, Header]]) -> set[OpId]:
    """Return `names` and all their ancestors, by asking again until nothing is new."""
    cited = cited_by(rows)
    found = set(names) & set(cited)
    while True:
        more = found | {each for name in found for each in cited[name]}
        if more == found:
            return found
        found = more


# --- questions about pasts -------------------------------------------------------------------------------------------


@quick
@given(nodes, choices)
def test_outside_is_the_difference(drawn: Drawn, chosen: list[int]) -> None:
    rows = headers(drawn)
    plane = plane_of(rows)
    heads = {rows[at][0] if at < len(rows) else OpId(fixed(f"unknown {at}")) for at in chosen}
    outside = [entry.id for entry in plane.outside(heads)]
    assert len(outside) == len(set(outside))
    assert set(outside) == {name for name, _ in rows} - closure(heads, rows)
    depths = [plane.entry(name).depth for name in outside]
    assert depths == sorted(depths, reverse=True)


@quick
@given(nodes, choices, choices)
def test_outside_speaks_of_the_log_only(drawn: Drawn, refused: list[int], chosen: list[int]) -> None:
    """Heads in quarantine cover their past like any other, and what lies in quarantine is never yielded."""
    rows = headers(drawn)
    invalid = {rows[at % len(rows)][0] for at in refused}
    plane = Plane()
    for name, header in rows:
        plane.add(plane.place(name, header), is_valid=name not in invalid)
    log = closure({name for name, _ in rows} - invalid, rows)
    heads = {rows[at % len(rows)][0] for at in chosen}
    assert {entry.id for entry in plane.outside(heads)} == log - closure(heads, rows)


@quick
@given(nodes, st.integers(0, 40), st.integers(0, 40))
def test_in_past_is_the_closure(drawn: Drawn, one: int, two: int) -> None:
    rows = headers(drawn)
    plane = plane_of(rows)
    ancestor, of = rows[one % len(rows)][0], rows[two % len(rows)][0]
    assert plane.in_past(ancestor, of) == (ancestor in closure({of}, rows) - {of})


@quick
@given(nodes)
def test_on_the_chain_is_a_walk_down_it(drawn: Drawn) -> None:
    rows = headers(drawn)
    plane, by_name = plane_of(rows), dict(rows)
    forked = {
        header.device
        for name, header in rows
        if any(other != name and (by.device, by.seq) == (header.device, header.seq) for other, by in rows)
    }
    assert plane.forked == forked
    for head, _ in rows:
        chain: list[OpId] = []
        at: OpId | None = head
        while at is not None:
            chain.append(at)
            at = by_name[at].prev
        for name, header in rows:
            assert plane.is_on_chain(name, header.device, header.seq, head) == (name in chain)


@quick
@given(nodes, choices, choices)
def test_equal_heads_are_equal_sets(drawn: Drawn, mine: list[int], theirs: list[int]) -> None:
    rows = headers(drawn)
    one, two = (
        plane_of([row for row in rows if row[0] in closure({rows[at % len(rows)][0] for at in chosen}, rows)])
        for chosen in (mine, theirs)
    )
    assert (one.heads_hash() == two.heads_hash()) == (set(one.log()) == set(two.log()))


# --- verdicts --------------------------------------------------------------------------------------------------------


class Shelf:
    """What a plane was told to store."""

    def __init__(self) -> None:
        self.stored: dict[OpId, Entry] = {}
        self.log: set[OpId] = set()

    def entries(self, names: Collection[OpId]) -> dict[OpId, Entry]:
        return {name: self.stored[name] for name in names if name in self.stored}

    def keys(self) -> Iterator[Key]:
        return (self.stored[name].key for name in self.log)


class Checked:
    """A plane beside the plainest account of what it should hold."""

    def __init__(self, rows: list[tuple[OpId, Header]], *, shelf: Shelf | None = None) -> None:
        self.rows = rows
        self.shelf = shelf
        self.pins: set[OpId] = set()
        self.valid: set[OpId] = set()
        self.here: list[tuple[OpId, Header]] = []
        self.plane = Plane(shelf, pinned=self.pins.intersection)

    def expected(self) -> set[OpId]:
        return closure(self.valid | self.pins, self.here)

    def add(self, at: int, *, is_valid: bool) -> None:
        name, header = self.rows[at]
        before = self.expected()
        self.here.append(self.rows[at])
        if is_valid:
            self.valid.add(name)
        assert self.plane.missing(header) == []
        entry = self.plane.place(name, header)
        assert entry.cited == tuple(dict.fromkeys((*header.parents, *([header.prev] if header.prev else []))))
        released = self.plane.add(entry, is_valid=is_valid)
        assert set(released) == self.expected() - before - {name}
        self._store(entry)

    def judge(self, flipped: set[int]) -> None:
        before = self.expected()
        names = {self.here[at % len(self.here)][0] for at in flipped}
        self.valid ^= names
        entered, left = self.plane.judge([(name, name in self.valid) for name in sorted(names)])
        assert (set(entered), set(left)) == (self.expected() - before, before - self.expected())
        assert len(entered) + len(left) == len({*entered, *left})
        self._store()

    def pin(self, at: int) -> None:
        """Let content of the other plane come or go that cites an operation."""
        name = self.here[at % len(self.here)][0]
        before = self.expected()
        if name in self.pins:
            self.pins.discard(name)
            assert set(self.plane.judge([])[1]) == before - self.expected()
        else:
            self.pins.add(name)
            if name in self.plane.quarantine:
                assert set(self.plane.release(name)) == self.expected() - before
        self._store()

    def _store(self, entry: Entry | None = None) -> None:
        if self.shelf is not None:
            if entry is not None:
                self.shelf.stored[entry.id] = entry
            self.shelf.log = self.expected()
            self.plane.trim()

    def restart(self) -> None:
        """Load the plane anew from what is stored beside its entries, as `Replica.restore` does."""
        old, self.plane = self.plane, Plane(self.shelf, pinned=self.pins.intersection)
        new = self.plane
        new.heads, new.tips, new.forked, new.count = dict(old.heads), dict(old.tips), set(old.forked), old.count
        new.invalid, new.quarantine = set(old.invalid), set(old.quarantine)

    def check(self) -> None:
        plane, log, cited = self.plane, self.expected(), cited_by(self.here)
        everything = {name for name, _ in self.here}
        assert plane.invalid == everything - self.valid
        assert plane.quarantine == everything - log
        assert len(plane) == len(log)
        hung_on = {each for name in log for each in cited[name]}
        assert set(plane.heads) == log - hung_on
        headers = dict(self.here)
        assert all(depth == headers[name].depth for name, depth in plane.heads.items())
        tips: dict[DeviceKey, tuple[int, OpId]] = {}
        for name, header in self.here:
            tips[header.device] = max(tips.get(header.device, (-1, name)), (header.seq, name))
        assert plane.tips == tips

    def check_index(self) -> None:
        """Compare the sums too: they must be those of an index that was built from nothing."""
        log = self.expected()
        depths = {name: header.depth for name, header in self.here}
        fresh = KeyIndex((depths[name], name) for name in log)
        assert self.plane.log() == [name for _, name in sorted((depths[name], name) for name in log)]
        assert self.plane.index.fingerprint() == fresh.fingerprint()
        for name, header in self.rows:
            entry = self.plane.get(name)
            assert (entry is not None) == (name in depths)
            assert entry is None or (entry.parents, entry.prev) == (header.parents, header.prev)


moves = st.lists(
    st.tuples(
        st.booleans(), st.sets(st.integers(0, 40), max_size=4), st.none() | st.integers(0, 40), st.integers(0, 9)
    ),
    min_size=40,
    max_size=40,
)
"""For each operation: whether it is valid when it comes, which verdicts flip after it, which pin moves, and a dice."""


def play(checked: Checked, drawn: list[tuple[bool, set[int], int | None, int]]) -> None:
    for at, (is_valid, flipped, pinned, dice) in enumerate(drawn[: len(checked.rows)]):
        checked.add(at, is_valid=is_valid or dice > 5)
        if flipped:
            checked.judge(flipped)
        if pinned is not None:
            checked.pin(pinned)
        if dice == 9 and checked.shelf is not None:
            checked.restart()
        checked.check()
        if dice % 3 == 0:
            checked.check_index()
    checked.check_index()


@short
@given(nodes, moves)
def test_the_log_is_what_is_valid_and_its_ancestors(
    drawn: Drawn, moved: list[tuple[bool, set[int], int | None, int]]
) -> None:
    play(Checked(headers(drawn)), moved)


@short
@given(nodes, moves)
def test_a_plane_with_a_shelf_is_the_same(drawn: Drawn, moved: list[tuple[bool, set[int], int | None, int]]) -> None:
    """However little of it stays in memory, and wherever it is loaded anew."""
    with patch.object(dag, "RECENT", 1), patch.object(dag, "_BULK", 3):
        play(Checked(headers(drawn), shelf=Shelf()), moved)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("shelved", [False, True])
def test_a_long_campaign_of_verdicts(shelved: bool) -> None:
    @long
    @given(nodes, moves)
    def check(drawn: Drawn, moved: list[tuple[bool, set[int], int | None, int]]) -> None:
        with patch.object(dag, "RECENT", 1), patch.object(dag, "_BULK", 3):
            play(Checked(headers(drawn), shelf=Shelf() if shelved else None), moved)

    check()
