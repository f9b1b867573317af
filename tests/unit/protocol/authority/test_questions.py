"""What somebody is told before they change who belongs, and that it is true: what nothing objects to has its effect."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from crypto.ids import DeviceKey, OpId
from protocol.authority import (
    Action,
    brought_in,
    cut_for,
    device_revocation,
    objection,
    revocation,
)
from protocol.bodies.control import ControlKind
from protocol.errors import UsageError
from protocol.ops import CONTROL
from tests.unit.protocol.authority.board import Board, who

NAMES = ("ana", "fay", "ben", "dan", "cat", "eve")


@pytest.fixture
def board() -> Iterator[Board]:
    """Two owners, two admins, a member and a keeper; Gus is outside."""
    board = Board(ana=3, fay=3, ben=2, dan=2, cat=1, eve=0)
    yield board
    board.check()


def asked(board: Board, name: str, action: Action, target: str | None = None, level: int | None = None) -> str | None:
    subject = who(target).id if target else None
    return objection(board.copy.authority, who(name).id, action, target=subject, level=level)


def allowed(board: Board, action: Action, target: str | None = None, level: int | None = None) -> set[str]:
    return {name for name in (*NAMES, "gus") if asked(board, name, action, target, level) is None}


def tips(board: Board) -> dict[DeviceKey, Sequence[OpId]]:
    followed = {said.prev for said in board.log.said.values()}
    found: dict[DeviceKey, list[OpId]] = {}
    for said in board.log.said.values():
        if said.id not in followed:
            found.setdefault(DeviceKey(said.device), []).append(OpId(said.id))
    return dict(found)


def test_by_level(board: Board) -> None:
    admins = {"ana", "fay", "ben", "dan"}
    assert allowed(board, Action.INVITE) == admins
    assert allowed(board, Action.SET_AI) == admins
    assert allowed(board, Action.ROTATE) == admins
    assert allowed(board, Action.REVOKE_INVITE) == admins
    assert allowed(board, Action.SET_POLICY) == {"ana", "fay"}
    assert allowed(board, Action.LEAVE) == {*NAMES}


def test_by_policy(board: Board) -> None:
    board.policy("ana", (CONTROL, int(ControlKind.INVITE_CREATE), 1), (CONTROL, int(ControlKind.AI_SET), 3))
    assert allowed(board, Action.INVITE) == {"ana", "fay", "ben", "dan", "cat"}
    assert allowed(board, Action.SET_AI) == {"ana", "fay"}


REMOVERS = {
    "ana": set(),
    "fay": {"ana"},
    "ben": {"ana", "fay"},
    "dan": {"ana", "fay"},
    "cat": {"ana", "fay", "ben", "dan"},
    "eve": {"ana", "fay", "ben", "dan"},
    "gus": set(),
}


@pytest.mark.parametrize("target", REMOVERS)
def test_who_may_remove_whom(board: Board, target: str) -> None:
    assert allowed(board, Action.REMOVE, target) == REMOVERS[target]


@pytest.mark.parametrize("target", [name for name in REMOVERS if REMOVERS[name]])
@pytest.mark.parametrize("by", ["ana", "fay", "ben", "dan", "cat"])
def test_what_nothing_objects_to_has_its_effect(target: str, by: str) -> None:
    board = Board(ana=3, fay=3, ben=2, dan=2, cat=1, eve=0)
    kept = board.say(target) if target != "eve" else None
    levels = {who(target).id: -1}
    if by not in REMOVERS[target]:
        with pytest.raises(UsageError) as caught:
            revocation(board.copy.authority, who(by).id, levels, tips(board))
        assert caught.value.code == "not_allowed"
        return
    board.rule(by, revocation(board.copy.authority, who(by).id, levels, tips(board)))
    assert target not in board.levels()
    assert kept is None or board.verdict(kept) >= 1
    board.check()


@pytest.mark.parametrize(
    ("target", "level", "expected"),
    [
        ("gus", 1, {"ana", "fay", "ben", "dan"}),
        ("gus", 0, {"ana", "fay", "ben", "dan"}),
        ("gus", 2, {"ana", "fay"}),
        ("eve", 1, {"ana", "fay", "ben", "dan"}),
        ("cat", 2, {"ana", "fay"}),
        ("cat", 3, {"ana", "fay"}),
        ("ben", 3, {"ana", "fay"}),
        ("ben", 1, {"ana", "fay", "ben"}),  # he may step down himself
        ("fay", 2, {"ana", "fay"}),
        ("ana", 2, {"ana"}),
        ("cat", 0, {"ana", "fay", "ben", "dan", "cat"}),
    ],
)
def test_who_may_give_whom_which_level(board: Board, target: str, level: int, expected: set[str]) -> None:
    assert allowed(board, Action.SET_LEVEL, target, level) == expected


def test_lowering_by_the_body_it_needs(board: Board) -> None:
    board.rule(
        "ana", revocation(board.copy.authority, who("ana").id, {who("fay").id: 1, who("ben").id: 0}, tips(board))
    )
    assert board.levels() == {"ana": 3, "fay": 1, "ben": 0, "dan": 2, "cat": 1, "eve": 0}


def test_several_standings_all_must_be_within_reach(board: Board) -> None:
    """Cat was made an admin: an admin's removal would take her membership and leave her an admin."""
    board.grant("ana", "cat", 2)
    assert allowed(board, Action.REMOVE, "cat") == {"ana", "fay"}


def test_the_last_owner_hands_over_first(board: Board) -> None:
    board.leave("fay")
    assert asked(board, "ana", Action.LEAVE) is not None
    assert asked(board, "ana", Action.SET_LEVEL, "ana", 1) is not None
    board.grant("ana", "cat", 3)
    assert asked(board, "ana", Action.LEAVE) is None


def test_whoever_is_alone_may_go() -> None:
    board = Board(ana=3, eve=0)
    assert asked(board, "ana", Action.LEAVE) is None


def test_objections_are_sentences(board: Board) -> None:
    found = {
        asked(board, name, action, target, level)
        for name in (*NAMES, "gus")
        for action in Action
        for target in (*NAMES, "gus")
        for level in range(4)
    }
    assert None in found
    sentences = found - {None}
    assert len(sentences) >= 12
    assert all(each is not None and each[0].isupper() and each.endswith(".") for each in sentences)


def test_cuts(board: Board) -> None:
    authority = board.copy.authority
    board.add_device("cat", "lap")
    first = board.say("cat")
    fork = [board.say("cat", after=first) for _ in range(6)]
    lap = board.say("cat", device="lap")
    other = board.say("ben")
    cut = cut_for(authority, [who("cat").id, who("dan").id], tips(board))
    assert [device for device, _ in cut] == sorted([board.device("cat"), board.device("cat", "lap")])
    named: Mapping[DeviceKey, tuple[OpId, ...]] = dict(cut)
    assert named[board.device("cat", "lap")] == (lap,)
    assert named[board.device("cat")] == tuple(sorted(fork[:4])), "a cut has room for four"
    assert other not in {head for heads in named.values() for head in heads}


def test_devices(board: Board) -> None:
    authority = board.copy.authority
    board.add_device("cat", "lap")
    word = board.say("cat", device="lap")
    young, old = board.device("cat", "lap"), board.device("cat")
    me = who("cat").id
    for by, device in ((young, old), (board.device("dan"), young)):
        with pytest.raises(UsageError):
            device_revocation(authority, me, device, tips(board), by=by)
    for actor, device in (("gus", young), ("ana", board.device("gus")), ("ben", board.device("dan"))):
        with pytest.raises(UsageError):
            device_revocation(authority, who(actor).id, device, tips(board), by=board.device(actor))
    board.rule("cat", device_revocation(authority, me, young, tips(board), by=old))
    assert board.verdict(word) == 1
    assert authority.owner(young) is None
    board.rule("ben", device_revocation(authority, who("ben").id, old, {}, by=board.device("ben")))
    assert authority.owner(old) is None


def test_whom_somebody_brought_in(board: Board) -> None:
    invite = board.invite("ben")
    assert brought_in(board.copy.authority, who("ben").id) == set()
    board.admit("cat", "gus", invite)
    for name in ("ben", "cat"):
        assert brought_in(board.copy.authority, who(name).id) == {who("gus").id}
    board.grant("fay", "eve", 1)
    assert brought_in(board.copy.authority, who("fay").id) == {who("eve").id}
    assert brought_in(board.copy.authority, who("ana").id) == set()
