"""The fold against the naive refold: forks, late operations, operations that fall and come back at another level."""

from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.codec import decode, encode
from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol.bodies.ai import AiLease, AiPause, AiReply, AiRetry, Provenance, reply_key
from protocol.bodies.content import (
    Archive,
    ContentBody,
    ContentKind,
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
    dump_content,
    kind_of,
)
from protocol.fold import NOT_A_HOST, Changes, Fold, Folded, Target
from tests.builders import fixed
from tests.props.naive_fold import Item, Story, refold

PEOPLE = [IdentityKey(fixed(name)) for name in ("ana", "ben", "cat")]
DEVICES = [DeviceKey(fixed(f"device {number}")) for number in range(4)]
OWNERS = [PEOPLE[0], PEOPLE[1], PEOPLE[2], PEOPLE[0]]
"""Whose each device is; the first person has two."""
RANKS = [0, 1, NOT_A_HOST, 2]
AIS = [fixed("ai one"), fixed("ai two")]
EMOJI = ["👍", "👎🏽"]
THEMES = {
    "marks": ["message"] * 3 + ["edit"] * 3 + ["delete"] * 2 + ["react"] * 2 + ["pin"] * 2,
    "settings": ["advance"] * 4 + ["progress"] * 2 + ["set"] * 2 + ["title", "description", "archive", "pause"],
    "answers": ["message"] + ["lease"] * 4 + ["reply"] * 6 + ["retry"],
}
"""What is drawn together, so that it meets; a fourth draws from all."""
ALL = [kind for kinds in THEMES.values() for kind in kinds]


@dataclass(frozen=True)
class Act:
    """One operation, as drawn: who writes it, on what, and three numbers that say what is in it."""

    device: int
    what: str
    on: int
    """What it is written on: all heads (0), the author's own last (1), one earlier operation (2), or a fork (3)."""
    a: int
    b: int
    c: int


def scripts(most: int) -> st.SearchStrategy[list[Act]]:
    def of(kinds: list[str]) -> st.SearchStrategy[list[Act]]:
        number = st.integers(0, 7)
        on = st.sampled_from([0, 0, 1, 1, 2, 3])
        return st.lists(
            st.builds(Act, st.integers(0, 3), st.sampled_from(kinds), on, number, number, number),
            min_size=most // 3,
            max_size=most,
        )

    return st.one_of(*(of(kinds) for kinds in (*THEMES.values(), ALL)))


class Log:
    """A graph of operations with their pasts, nothing of it opened."""

    def __init__(self, script: list[Act]) -> None:
        self.ops: list[Folded] = []
        self.pasts: dict[OpId, frozenset[OpId]] = {}
        for number, act in enumerate(script):
            self._write(number, act)

    def in_past(self, one: bytes, other: bytes) -> bool:
        return one in self.pasts[OpId(other)]

    def _write(self, number: int, act: Act) -> None:
        own = [op.id for op in self.ops if op.device == DEVICES[act.device]]
        parents = set(own[-1:])
        if act.on == 0:
            cited = frozenset().union(*self.pasts.values())
            parents |= {op.id for op in self.ops} - cited
        elif act.on == 2 and self.ops:
            parents.add(self.ops[act.b * 5 % len(self.ops)].id)
        elif act.on == 3:
            parents = set(own[-2:-1])
        depths = {op.id: op.depth for op in self.ops}
        body = self._body(act, number)
        op = Folded(
            OpId(fixed(f"op {number}")),
            1 + max((depths[name] for name in parents), default=-1),
            OWNERS[act.device],
            DEVICES[act.device],
            body,
            RANKS[act.device] if isinstance(body, AiReply | AiLease) else NOT_A_HOST,
            needed=2 if act.what in ("delete", "pin", "set") else 1,
            first_term=act.c // 6 if isinstance(body, AiReply | AiLease) else 0,
        )
        self.pasts[op.id] = frozenset(parents).union(*(self.pasts[name] for name in parents))
        self.ops.append(op)

    def _named(self, number: int, *kinds: type) -> OpId:
        """Return one of the operations of these kinds; a name of nothing where there is none."""
        names = [op.id for op in self.ops if isinstance(op.body, kinds)]
        return names[number % len(names)] if names else OpId(fixed(f"nothing {number}"))

    def _body(self, act: Act, number: int) -> ContentBody:
        message = self._named(act.a, Message, AiReply)
        if act.a == 7:
            message = self._named(act.b, Title, PhaseAdvance, Edit)  # what no mark belongs to
        match act.what:
            case "edit":
                own = [op for op in self.ops if op.author == OWNERS[act.device] and isinstance(op.body, Message)]
                target = own[act.b % len(own)].id if own and act.c else message
                return Edit(target, f"edit {number}", (PEOPLE[act.a % 3],) if act.b % 2 else ())
            case "delete":
                return Delete(message)
            case "react":
                return React(message, EMOJI[act.b % 2], on=act.c % 3 > 0)
            case "pin":
                return Pin(self._named(act.a % 3, Message, AiReply), on=act.c % 3 > 0)
            case "title":
                return Title(f"title {act.a}")
            case "description":
                return Description(f"description {act.a}")
            case "archive":
                return Archive(act.a % 2 == 0)
            case "pause":
                return AiPause(act.a % 2 == 0)
            case "advance":
                return PhaseAdvance(act.a % 4)
            case "progress":
                return PhaseProgress(act.a % 3, act.b)
            case "set":
                return PhaseSet(act.a % 4, 1 + act.b % 2)
            case "lease":
                host = PEOPLE[2] if act.c == 7 else OWNERS[act.device]
                return AiLease(AIS[act.a // 6], host, 1 + act.b % 3, 6_000)
            case "retry":
                return AiRetry(self._named(act.a % 2, Message), AIS[act.b // 6])
            case "reply":
                return self._reply(act, number)
            case _:
                return Message(f"message {number}")

    def _reply(self, act: Act, number: int) -> AiReply:
        ai, term, lease = AIS[act.a // 6], act.b % 3, b""
        leases = [op for op in self.ops if isinstance(op.body, AiLease)]
        own = [op for op in leases if op.device == DEVICES[act.device] and isinstance(op.body, AiLease)]
        if leases and act.c > 2:
            cited = own[act.b % len(own)] if own and act.c > 3 else leases[act.b % len(leases)]
            assert isinstance(cited.body, AiLease)
            lease, term = bytes(cited.id), cited.body.term if act.c < 7 else term
        trigger = asked = self._named(act.a % 2, Message)
        retries = [op for op in self.ops if isinstance(op.body, AiRetry)]
        if retries and act.b > 4:
            retry = retries[act.a % len(retries)]
            assert isinstance(retry.body, AiRetry)
            asked = retry.id
            if act.c:  # else one that the retry does not ask for
                trigger, ai = retry.body.trigger, retry.body.ai
        key = reply_key(ai, asked) if act.b != 4 else bytes(32)
        return AiReply(ai, key, term, bytes(8), trigger, f"answer {number}", Provenance("fake", "model", 1), lease)


@cache
def opened(body: ContentBody) -> tuple[int, dict[int, Any]]:
    kind, table = decode(dump_content(body))
    return kind, table


def item(op: Folded) -> Item:
    """Return an operation as the oracle reads it: from its bytes."""
    kind, table = opened(op.body)
    return Item(
        op.id, op.depth, op.author, op.device, kind, table, op.host_rank, op.first_term, int(op.level), int(op.needed)
    )


class Twins:
    """A fold, and beside it the operations that are in it, from which the oracle works it out each time."""

    def __init__(self, log: Log, random: Random) -> None:
        self.log = log
        self.fold = Fold(log.in_past, self.target)
        self.here: dict[OpId, Folded] = {}
        self.shown: set[OpId] = set()
        self.story = refold([], log.in_past)
        self._targets: dict[OpId, Target] = {}
        self._random = random
        self._states: dict[str, bytes] = {}
        self._digests: dict[bytes, str] = {}

    def target(self, name: OpId) -> Target | None:
        return self._targets.get(name)

    def apply(self, op: Folded) -> None:
        self._change(op, is_here=True)

    def drop(self, op: Folded) -> None:
        self._change(op, is_here=False)

    def _change(self, op: Folded, *, is_here: bool) -> None:
        is_early = self._random.random() < 0.5  # when a caller's own table changes is its own affair
        if is_early:
            self._note_target(op, is_here=is_here)
        changes = self.fold.apply(op) if is_here else self.fold.drop(op)
        if not is_early:
            self._note_target(op, is_here=is_here)
        if is_here:
            self.here[op.id] = op
        else:
            self.here.pop(op.id, None)
        before, self.story = self.story, refold(map(item, self.here.values()), self.log.in_past)
        for name, is_shown in changes.shown.items():
            (self.shown.add if is_shown else self.shown.discard)(name)
        assert self.shown == self.story.shown
        check_changes(before, self.story, changes, op)
        self._check_queries()
        self._check_digest()

    def _note_target(self, op: Folded, *, is_here: bool) -> None:
        if is_here and op.level >= op.needed:
            self._targets[op.id] = Target(op.author, kind_of(op.body))
        else:
            self._targets.pop(op.id, None)

    def _check_queries(self) -> None:
        fold, story = self.fold, self.story
        assert (fold.title.key[1] if fold.title else b"") == story.title
        assert (fold.description.key[1] if fold.description else b"") == story.description
        assert (fold.archived, fold.ai_paused) == (story.archive[1], story.pause[1])
        state = fold.phase.state
        assert (state.step, state.progress, state.generation) == (story.step, story.progress, story.generation)
        moves = {op.id for op in self.here.values() if isinstance(op.body, PhaseAdvance | PhaseSet)}
        assert fold.phase.effective == moves & story.shown
        assert fold.pins == story.listed
        for ai in AIS:
            lease = fold.lease(ai)
            assert (lease and (lease.op, lease.term)) == story.leases.get(ai)
        for op in self.log.ops:
            edited = fold.edited(op.id)
            told = (edited.op, edited.text, list(edited.mentions)) if edited else None
            assert told == story.edits.get(op.id)
            assert fold.deletion(op.id) == story.deletions.get(op.id)
            assert fold.is_deleted(op.id) == (op.id in story.deletions)
            assert fold.is_pinned(op.id) == (op.id in story.pins)
            people = {emoji: [who for who, _ in rows] for emoji, rows in story.reactions.get(op.id, {}).items()}
            assert list(fold.reactions(op.id).items()) == list(people.items())
        keys = {reply_key(ai, op.id): (ai, op.id) for ai in AIS for op in self.log.ops}
        answers = {op.id: op.body.reply_key for op in self.here.values() if isinstance(op.body, AiReply)}
        won = {answers[OpId(name)] for name in story.winners}
        assert {key for key, asked in keys.items() if fold.answered(*asked)} == won & set(keys)

    def _check_digest(self) -> None:
        digest, state = encode(self.fold.digest()), self.story.state()
        assert self._states.setdefault(state, digest) == digest, "one state, two digests"
        assert self._digests.setdefault(digest, state) == state, "two states, one digest"


def marks(story: Story, name: bytes) -> list[Any]:
    return [each.get(name) for each in (story.edits, story.deletions, story.reactions, story.pins)]


def check_changes(before: Story, after: Story, changes: Changes, op: Folded) -> None:
    """What changed is told; what is told has to do with the operation."""
    names = {*before.edits, *before.deletions, *before.reactions, *before.pins}
    names |= {*after.edits, *after.deletions, *after.reactions, *after.pins}
    changed = {name for name in names if marks(before, name) != marks(after, name)}
    assert changed <= changes.touched
    assert changes.touched <= changed | {op.id}, "a message was told again for nothing"

    def texts(story: Story) -> list[Any]:
        return [
            story.title,
            story.description,
            story.archive[1],
            story.pause[1],
            story.step,
            story.progress,
            story.generation,
            story.listed,
        ]

    if texts(before) != texts(after):
        assert changes.settings
    elif changes.settings:
        assert before.pins != after.pins or op.id in after.pins or before.deletions != after.deletions
    assert changes.leases == {ai for ai in AIS if before.leases.get(ai) != after.leases.get(ai)}
    assert set(changes.shown) == {op.id} | (before.shown ^ after.shown)


def play(script: list[Act], random: Random, *, flips: int = 2) -> Twins:
    """Apply a log in any order, now and then dropping something or changing its level; return both folds."""
    log = Log(script)
    twins = Twins(log, random)
    order = [replace(op, level=random.choice([3, 3, 3, 2, 1, 1, 0])) for op in log.ops]
    random.shuffle(order)
    for op in order:
        twins.apply(op)
        for _ in range(random.randint(0, flips)):
            other = random.choice(order)
            if other.id in twins.here:
                twins.drop(replace(twins.here[other.id], level=random.randrange(4), host_rank=random.choice(RANKS)))
                if random.random() < 0.6:
                    rank = random.choice(RANKS) if random.random() < 0.2 else other.host_rank
                    twins.apply(replace(other, level=random.randrange(4), host_rank=rank))
            elif random.random() < 0.2:
                twins.drop(other)
    return twins


@settings(max_examples=60, deadline=None)
@given(scripts(36), st.randoms(use_true_random=False))
def test_fast_is_naive_after_every_step(script: list[Act], random: Random) -> None:
    play(script, random)


@pytest.mark.soak
@settings(max_examples=2_000, deadline=None)
@given(scripts(70), st.randoms(use_true_random=False))
def test_fast_is_naive_after_every_step_for_long(script: list[Act], random: Random) -> None:
    play(script, random)


@settings(max_examples=25, deadline=None)
@given(scripts(36), st.randoms(use_true_random=False))
def test_what_fell_and_came_back_leaves_no_trace(script: list[Act], random: Random) -> None:
    """However it got there, a fold is the one that had its operations in order; empty again, it is as at first."""
    twins = play(script, random)
    plain = Fold(twins.log.in_past, twins.target)
    for op in sorted(twins.here.values(), key=lambda each: each.key):
        plain.apply(op)
    assert plain.digest() == twins.fold.digest()
    rest = list(twins.here.values())
    random.shuffle(rest)
    for op in rest:
        twins.drop(op)
    assert twins.fold.digest() == Fold(twins.log.in_past).digest()
    assert twins.shown == set()


@settings(max_examples=25, deadline=None)
@given(scripts(36), st.randoms(use_true_random=False))
def test_twice_is_once(script: list[Act], random: Random) -> None:
    twins = play(script, random, flips=0)
    ops = list(twins.here.values())
    digest = twins.fold.digest()
    for op in random.choices(ops, k=len(ops)):
        changes = twins.fold.apply(op)
        assert changes.shown == {op.id: op.id in twins.shown}
        assert not changes.leases
        assert changes.touched <= {op.id}
    assert twins.fold.digest() == digest
    for op in ops:
        twins.fold.drop(op)
    assert twins.fold.digest() == Fold(twins.log.in_past).digest()


def test_every_kind_is_played() -> None:
    """The generator reaches every kind that can be folded, and every way for one of them to win."""
    random = Random(7)
    kinds, seen = set(), set()
    for _ in range(60):
        script = [
            Act(
                random.randrange(4),
                random.choice(ALL),
                random.choice([0, 0, 0, 1, 1, 2, 3]),
                *random.choices(range(8), k=3),
            )
            for _ in range(36)
        ]
        log = Log(script)
        kinds |= {kind_of(op.body) for op in log.ops}
        story = refold((item(op) for op in log.ops), log.in_past)
        seen |= {name for name, value in vars(story).items() if value}
        terms = {op.id: op.body.term for op in log.ops if isinstance(op.body, AiReply) and op.body.lease}
        seen |= {"leased answer" for name in story.winners if terms.get(OpId(name))}
        retried = {reply_key(op.body.ai, op.id) for op in log.ops if isinstance(op.body, AiRetry)}
        keys = {op.id: op.body.reply_key for op in log.ops if isinstance(op.body, AiReply)}
        seen |= {"retried" for name in story.winners if keys[OpId(name)] in retried}
    assert kinds == set(ContentKind) - {ContentKind.CARRY, ContentKind.REOPEN}
    assert seen == {*vars(story), "leased answer", "retried"}
