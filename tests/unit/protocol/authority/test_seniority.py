"""Who beats whom where people take power from each other; demotion, and coming back.

Each is checked against the oracle and in twenty orders of arrival (`Board.check`).
"""

import pytest

from protocol.bodies.control import EpochWrap
from protocol.errors import RemoteError
from tests.unit.protocol.authority.board import ALL, Board, who, without

# --- who beats whom --------------------------------------------------------------------------------------------------


def test_removal_beats_a_concurrent_return(board: Board) -> None:
    at = [board.epoch]
    gone = board.revoke("ben", "cat", after=at)
    for by in ("dan", "ana"):
        board.grant(by, "cat", 1, after=at)
    assert board.levels() == without("cat")
    back = board.grant("ana", "cat", 1)
    assert board.levels() == ALL
    assert board.copy.authority.removed() == {}
    assert board.verdict(board.say("cat", knowing=[gone])) == -1, "written without her new membership"
    assert board.verdict(board.say("cat")) == 1
    assert board.is_valid(back)


def test_an_owners_concurrent_grant_of_admin_beats_an_admins_removal(board: Board) -> None:
    gone = board.revoke("ben", "cat", after=[board.epoch])
    board.grant("ana", "cat", 2, after=[board.epoch])
    assert board.levels() == without(cat=2)
    assert board.is_valid(gone)


def test_two_admins_cannot_remove_each_other(board: Board) -> None:
    one = board.revoke("ben", "dan", after=[board.epoch])
    two = board.revoke("dan", "ben", after=[board.epoch])
    assert board.levels() == ALL
    assert board.is_valid(one)
    assert board.is_valid(two)
    assert board.added[one].concerned == board.added[two].concerned == frozenset()


def test_of_two_owners_the_senior_wins(board: Board) -> None:
    board.revoke("fay", "ana", after=[board.epoch])
    assert board.levels() == ALL
    senior = board.revoke("ana", "fay", after=[board.epoch])
    assert board.levels() == without("fay")
    assert board.is_valid(senior)


def test_a_made_owner_is_junior_to_the_one_who_made_him(board: Board) -> None:
    made = board.grant("fay", "ben", 3)
    board.revoke("ben", "fay", after=[made], proof=made)
    assert board.levels() == without(ben=3)
    board.revoke("fay", "ben", after=[made])
    assert board.levels() == without("ben")


def test_an_earlier_grant_is_senior(board: Board) -> None:
    """By depth, then id; both came from the same owner."""
    first = board.grant("ana", "ben", 3)
    second = board.grant("ana", "dan", 3)
    board.revoke("dan", "ben", proof=second, after=[second])
    board.revoke("ben", "dan", proof=first, after=[second])
    assert board.levels() == without("dan", ben=3)


def test_a_member_removes_nobody(board: Board) -> None:
    with pytest.raises(RemoteError) as caught:
        board.revoke("cat", "dan")
    assert caught.value.code == "not_allowed"


def test_nobody_revokes_themselves(board: Board) -> None:
    promoted = board.grant("ana", "cat", 2)
    with pytest.raises(RemoteError) as caught:
        board.revoke("cat", "cat", proof=promoted)
    assert caught.value.code == "not_allowed"


def test_a_removal_by_somebody_removed_is_void(board: Board) -> None:
    word = board.say("cat")
    gone = board.revoke("ben", "cat", after=[board.epoch])
    assert board.verdict(word) == -1
    counter = board.revoke("ana", "ben", after=[board.epoch])
    assert not board.is_valid(gone)
    assert board.added[counter].flipped == {gone}
    assert board.added[counter].concerned >= {who("cat").id, who("ben").id}
    assert board.verdict(word) == 1
    assert board.levels() == without("ben")


def test_a_removal_stays_when_its_author_is_removed_in_its_knowledge(board: Board) -> None:
    board.revoke("ben", "cat")
    board.revoke("ana", "ben")
    assert board.levels() == without("ben", "cat")


def test_a_chain_of_removals_turns_over_as_they_arrive(board: Board) -> None:
    """Dan and Ben are not each other's masters: Fay removes Ben, who removed Cat; Ana removes Fay."""
    at = [board.epoch]
    word = board.say("cat")
    for by, subject, expected in (("ben", "cat", -1), ("fay", "ben", 1), ("ana", "fay", -1)):
        board.revoke(by, subject, after=at)
        assert board.verdict(word) == expected


# --- demotion --------------------------------------------------------------------------------------------------------


def test_demotion_keeps_lesser_acts(board: Board) -> None:
    word = board.say("ben")
    at = [board.epoch]
    wrap = board.rule("ben", EpochWrap(board.genesis, board.epoch, ()), after=at)
    invite = board.invite("ben", after=at)
    board.revoke("ana", {"ben": 1}, after=at)
    assert board.is_valid(wrap)
    assert not board.is_valid(invite)
    assert board.verdict(word) == 1, "a message needs a member; what needs an admin does not count any more"
    assert board.levels() == without(ben=1)


def test_the_verdict_is_the_highest_level(board: Board) -> None:
    assert [board.verdict(board.say(name)) for name in ("ana", "ben", "cat")] == [3, 2, 1]
    keeper = board.grant("ana", "gus", 0)
    with pytest.raises(RemoteError):
        board.say("gus")
    board.log.steps.pop()
    assert board.is_valid(keeper)


def test_to_a_keeper(board: Board) -> None:
    word = board.say("cat")
    board.revoke("ben", {"cat": 0})
    assert board.verdict(word) == 0
    assert board.levels() == without(cat=0)


def test_a_demoted_owner_has_no_owners_power_left_outside(board: Board) -> None:
    """Fay is made an admin; what she signs aside may still do what an admin does, but removes no admin."""
    at = [board.epoch]
    board.revoke("ana", {"fay": 2}, after=at)
    against_admin = board.revoke("fay", "ben", after=at)
    against_member = board.revoke("fay", "cat", after=at)
    assert board.is_valid(against_admin)
    assert board.is_valid(against_member)
    assert board.levels() == without("cat", fay=2)


def test_a_demotion_restores_those_whom_the_demoted_removed_as_an_owner(board: Board) -> None:
    at = [board.epoch]
    word = board.say("ben")
    board.revoke("fay", "ben", after=at)
    assert board.verdict(word) == -1
    down = board.revoke("ana", {"fay": 2}, after=at)
    assert board.verdict(word) == 2
    assert board.added[down].flipped == frozenset()
    assert who("ben").id in board.added[down].concerned


def test_an_admin_makes_no_owner_a_member(board: Board) -> None:
    board.revoke("ben", {"fay": 1})
    assert board.levels() == ALL


# --- returning -------------------------------------------------------------------------------------------------------


def test_who_comes_back_comes_back_with_what_is_given(board: Board) -> None:
    old = board.say("dan")
    board.revoke("ana", "dan")
    board.grant("ben", "dan", 1)
    assert board.levels() == without(dan=1)
    assert board.verdict(old) == -1
    assert board.verdict(board.say("dan")) == 1


def test_a_grant_by_somebody_removed_falls_with_all_that_hangs_on_it(board: Board) -> None:
    at = [board.epoch]
    made = board.grant("fay", "eve", 2, after=at)
    child = board.grant("eve", "gus", 1, after=[made], proof=made)
    word = board.say("gus")
    assert board.levels() == {**ALL, "eve": 2, "gus": 1}
    gone = board.revoke("ana", "fay", after=at)
    assert board.added[gone].flipped == {made, child}
    assert board.levels() == without("fay")
    assert board.verdict(word) == -1
    assert {board.copy.authority.removed()[who(name).id].id for name in ("fay", "eve", "gus")} == {gone}
