"""Leaving, handing over, and invites that fall with those who made them.

Each is checked against the oracle and in twenty orders of arrival (`Board.check`).
"""

from tests.props.logs import link
from tests.unit.protocol.authority.board import ALL, Board, who, without

# --- leaving and handing over ----------------------------------------------------------------------------------------


def test_leaving_binds_what_comes_after(board: Board) -> None:
    before, aside = board.say("ben"), board.invite("ben", after=[board.epoch])
    left = board.leave("ben", after=[board.epoch])
    assert board.added[left].concerned == frozenset()
    assert board.levels() == without("ben")
    assert board.verdict(before) == 2
    assert board.is_valid(aside)
    late = board.invite("ben", after=[left])
    assert not board.is_valid(late)
    assert board.verdict(board.say("ben")) == -1
    assert board.verdict(board.say("ben", knowing=[board.epoch], after=before)) == 2, "a courtesy, not a lock"
    assert board.copy.authority.removed()[who("ben").id].id == left


def test_nobody_takes_back_what_they_said_by_leaving_as_of_before(board: Board) -> None:
    granted = board.grant("ben", "eve", 1)
    word = board.say("ben")
    left = board.leave("ben", after=[board.epoch])
    assert board.is_valid(granted)
    assert board.verdict(word) == 2
    assert board.added[left].flipped == frozenset()
    assert board.levels() == without("ben", eve=1)


def test_who_left_comes_back_by_a_grant(board: Board) -> None:
    board.leave("cat")
    board.grant("ben", "cat", 1)
    assert board.levels() == ALL
    assert board.verdict(board.say("cat")) == 1


def test_a_leave_leaves_a_greater_standing_alone(board: Board) -> None:
    """Cat puts down her membership, not what an owner gave her beside."""
    board.grant("ana", "cat", 2, after=[board.epoch])
    board.leave("cat")
    assert board.levels() == without(cat=2)


def test_handing_over(board: Board) -> None:
    board.grant("fay", "cat", 3)
    board.leave("fay", 1)
    assert board.levels() == without(fay=1, cat=3)
    assert board.verdict(board.say("fay")) == 1
    assert not board.is_valid(board.grant("fay", "eve", 2))


def test_a_dishonest_former_owner_still_wins_from_before(board: Board) -> None:
    """Written down, since no rule over sets of operations can prevent it: he signs as of before he handed over."""
    given = board.grant("fay", "cat", 3)
    board.leave("fay", 1)
    board.revoke("fay", "cat", after=[given])
    assert board.levels() == without("cat", fay=1)


def test_the_revocation_that_follows_a_leave_makes_it_binding(board: Board) -> None:
    first = board.say("cat")
    left = board.leave("cat")
    board.revoke("ana", "cat", cut={"cat": [first]}, after=[left])
    assert board.verdict(board.say("cat", knowing=[board.epoch], after=first)) == -1
    assert board.verdict(first) == 1
    assert board.levels() == without("cat")


# --- invites ---------------------------------------------------------------------------------------------------------


def test_guests_of_a_removed_admin(board: Board) -> None:
    invite = board.invite("ben")
    early = board.admit("ben", "eve", invite)
    board.admit("cat", "gus", invite, after=[invite])
    assert board.levels() == {**ALL, "eve": 1, "gus": 1}
    board.revoke("ana", "ben", after=[early])
    assert board.is_valid(early)
    assert board.levels() == {**without("ben"), "eve": 1, "gus": 1}, "the invite itself was seen"
    assert board.copy.authority.uses(invite) == 2


def test_an_invite_beside_the_removal_falls_with_its_guests(board: Board) -> None:
    at = [board.epoch]
    invite = board.invite("ben", after=at)
    admit = board.admit("cat", "eve", invite, after=[invite])
    assert board.levels() == {**ALL, "eve": 1}
    gone = board.revoke("ana", "ben", after=at)
    assert board.added[gone].flipped == {invite, admit}
    assert board.levels() == without("ben")
    assert board.copy.authority.invite(link(0).public) is None
    assert board.copy.authority.invites() == []
    assert board.copy.authority.removed()[who("eve").id].id == gone


def test_a_closed_invite(board: Board) -> None:
    invite = board.invite("ben")
    early = board.admit("cat", "eve", invite)
    closed = board.close("dan", invite, after=[early])
    assert board.is_valid(early)
    assert board.copy.authority.invite(link(0).public) is None
    aside = board.admit("cat", "gus", invite, after=[early])
    assert not board.is_valid(aside)
    late = board.admit("cat", "gus", invite, after=[closed])
    assert not board.is_valid(late)
    assert board.levels() == {**ALL, "eve": 1}
    assert board.copy.authority.uses(invite) == 1
    assert board.copy.authority.removed()[who("gus").id].id == closed


def test_closing_an_invite_flips_its_guests(board: Board) -> None:
    invite = board.invite("ben")
    admit = board.admit("cat", "eve", invite)
    word = board.say("eve")
    closed = board.close("dan", invite, after=[invite])
    assert board.added[closed].flipped == {admit}
    assert board.added[closed].concerned == {who("eve").id}
    assert board.verdict(word) == -1
    board.revoke("ana", "dan", after=[board.epoch])
    assert board.verdict(word) == 1, "who closed it had no right to"


def test_a_guest_of_somebody_removed(board: Board) -> None:
    invite = board.invite("ben")
    admit = board.admit("cat", "eve", invite)
    board.revoke("dan", "cat", after=[invite])
    assert not board.is_valid(admit)
    assert board.levels() == without("cat")


def test_two_invites_with_one_key(board: Board) -> None:
    """Somebody repeats an invite's public key: the first in order counts on every node."""
    at = [board.epoch]
    found = {board.invite("ben", after=at), board.invite("dan", after=at)}
    first = min(found)
    known = board.copy.authority.invite(link(0).public)
    assert known is not None
    assert known[0] == first
    assert [rule.id for rule in board.copy.authority.invites()] == sorted(found)
