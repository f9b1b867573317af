"""What a policy asks for, and from when; what only counts where it is valid.

Each is checked against the oracle and in twenty orders of arrival (`Board.check`).
"""

import pytest

from protocol.bodies.content import ContentKind
from protocol.bodies.control import AiSet, ControlKind, EpochNew, Grant
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL
from tests.builders import fixed
from tests.props.logs import link
from tests.unit.protocol.authority.board import Board, who, without

# --- policies --------------------------------------------------------------------------------------------------------


PINS, INVITES = (CONTENT, int(ContentKind.PIN)), (CONTROL, int(ControlKind.INVITE_CREATE))


def test_needs_as_built_in(board: Board) -> None:
    needed = board.copy.authority.needed
    at = (board.epoch,)
    assert [needed(kind, at) for kind in (ContentKind.MESSAGE, ContentKind.TITLE, ContentKind.PIN)] == [1, 1, 2]
    assert needed(ControlKind.AI_SET, at, plane=CONTROL) == 2
    assert board.copy.authority.history() == 0


def test_a_policy_holds_for_what_comes_after(board: Board) -> None:
    new = board.policy("fay", (*PINS, 1), (*INVITES, 1), history=1)
    authority = board.copy.authority
    assert authority.needed(ContentKind.PIN, (board.epoch,)) == 2
    assert authority.needed(ContentKind.PIN, (new,)) == 1
    assert (authority.history([board.epoch]), authority.history()) == (0, 1)
    with pytest.raises(RemoteError):
        board.invite("cat", after=[board.epoch])
    invite = board.invite("cat")
    admit = board.admit("cat", "eve", invite)
    assert board.is_valid(invite)
    assert board.is_valid(admit)
    gone = board.revoke("ana", "fay", after=[board.epoch])
    assert board.added[gone].needs_changed
    assert board.added[gone].flipped == {new, invite, admit}
    assert authority.needed(ContentKind.PIN, (new,)) == 2
    assert board.levels() == without("fay")


def test_a_policy_that_asks_for_more(board: Board) -> None:
    strict = board.policy("fay", (*INVITES, 3))
    with pytest.raises(RemoteError):
        board.invite("cat")
    invite = board.invite("ben")
    assert not board.is_valid(invite)
    aside = board.invite("ben", 1, after=[board.epoch])
    assert board.is_valid(aside)
    board.revoke("ana", "fay", after=[board.epoch])
    assert board.is_valid(invite)
    assert not board.is_valid(strict)


def test_the_last_policy_counts_alone(board: Board) -> None:
    board.policy("ana", (*PINS, 1))
    board.policy("ana", (*INVITES, 1))
    table = board.copy.authority.policy()
    assert (table[PINS], table[INVITES]) == (2, 1)


def test_only_an_owner_makes_policy(board: Board) -> None:
    with pytest.raises(RemoteError) as caught:
        board.policy("ben", (*PINS, 1))
    assert caught.value.code == "not_allowed"


def test_a_policy_of_the_genesis() -> None:
    board = Board(table=((*PINS, 3), (*INVITES, 1)), ana=3, cat=1)
    assert board.copy.authority.needed(ContentKind.PIN, (board.epoch,)) == 3
    assert board.is_valid(board.invite("cat"))
    board.check()


def test_who_made_an_invite_may_close_it() -> None:
    board = Board(table=((*INVITES, 1),), ana=3, cat=1, ben=1)
    invite = board.invite("cat")
    with pytest.raises(RemoteError):
        board.close("ben", invite)
    assert board.is_valid(board.close("cat", invite))
    assert board.copy.authority.invite(link(0).public) is None
    board.check()


# --- what only counts where it is valid ------------------------------------------------------------------------------


def test_epochs_and_ais_of_somebody_removed_are_none(board: Board) -> None:
    at = [board.epoch]
    rotated = board.rule("ben", EpochNew(board.genesis, 1, fixed("new"), ()), after=at)
    ai = board.rule("ben", AiSet(board.genesis, b"", (), 0, 0, board.epoch, b""), after=at)
    authority = board.copy.authority
    assert [rule.id for rule in authority.epochs()] == [board.epoch, rotated]
    assert set(authority.ais()) == {ai}
    gone = board.revoke("ana", "ben", after=at)
    assert [rule.id for rule in authority.epochs()] == [board.epoch]
    assert authority.ais() == authority.ais(within=[ai]) == {}
    assert board.added[gone].flipped == {rotated, ai}


def test_a_beginning_is_valid(board: Board) -> None:
    authority = board.copy.authority
    assert authority.is_valid(board.genesis)
    assert not authority.is_valid(link(0).public)  # type: ignore[arg-type]
    assert authority.person(board.device("gus")) is None


def test_a_chain_of_grants_has_an_end() -> None:
    board = Board(ana=3, ben=3)
    name, proof = "ana", board.genesis
    with pytest.raises(RemoteError) as caught:
        for step in range(300):
            other = ("ana", "ben")[name == "ana"]
            proof = board.rule(name, Grant(proof, who(other).id, 3), after=[proof if step else board.epoch])
            name = other
    assert caught.value.code == "not_allowed"
    assert len(board.log.steps) == 256
