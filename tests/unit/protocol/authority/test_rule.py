"""Scenes in which people take power from each other: who wins, and what of theirs stays.

Each is checked against the oracle and in twenty orders of arrival (`Board.check`).
"""

from collections.abc import Iterator

import pytest

from crypto.certificates import issue
from crypto.ids import OpId
from crypto.keys import Device
from protocol.bodies.content import ContentKind
from protocol.bodies.control import Admit, AiSet, ControlKind, DeviceAdd, EpochNew, EpochWrap, Grant, InviteCreate
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL
from tests.builders import fixed
from tests.props.logs import admitted, certificate, link
from tests.unit.protocol.authority.board import Board, who


@pytest.fixture
def board() -> Iterator[Board]:
    """Ana is the first owner, Fay the second, Ben and Dan are admins, Cat is a member."""
    board = Board(ana=3, fay=3, ben=2, dan=2, cat=1)
    yield board
    board.check()


ALL = {"ana": 3, "fay": 3, "ben": 2, "dan": 2, "cat": 1}


def without(*names: str, **changed: int) -> dict[str, int]:
    return {name: level for name, level in {**ALL, **changed}.items() if name not in names}


# --- removal and back-dating -----------------------------------------------------------------------------------------


def test_what_the_cut_names_stays_and_the_rest_goes(board: Board) -> None:
    first, second, third = (board.say("cat") for _ in range(3))
    gone = board.revoke("ben", "cat", cut={"cat": [second]})
    assert board.added[gone].concerned == {who("cat").id}
    assert [board.verdict(word) for word in (first, second, third)] == [1, 1, -1]
    assert board.levels() == without("cat")
    assert board.copy.authority.removed()[who("cat").id].id == gone


def test_an_empty_cut_hides_everything(board: Board) -> None:
    word = board.say("cat")
    board.revoke("ben", "cat")
    assert board.verdict(word) == -1


def test_back_dating_helps_nobody(board: Board) -> None:
    """Whatever parents a removed admin claims afterwards: only what the remover had seen counts."""
    seen = board.grant("ben", "eve", 1)
    board.revoke("ana", "ben")
    friend = board.grant("ben", "gus", 1, after=[board.epoch])
    duel = board.revoke("ben", "cat", after=[board.epoch])
    word = board.say("ben", knowing=[board.epoch])
    assert board.is_valid(seen)
    assert not board.is_valid(friend)
    assert not board.is_valid(duel)
    assert board.verdict(word) == -1
    assert board.levels() == without("ben", eve=1)
    assert board.added[friend].concerned == board.added[duel].concerned == frozenset()


def test_a_fork_beside_the_cut_is_outside(board: Board) -> None:
    first = board.say("cat")
    kept = board.say("cat")
    fork = board.say("cat", after=first)
    board.revoke("ben", "cat", cut={"cat": [kept]})
    assert [board.verdict(word) for word in (first, kept, fork)] == [1, 1, -1]


def test_several_heads_keep_both_branches_of_a_fork(board: Board) -> None:
    first = board.say("cat")
    one, two = board.say("cat", after=first), board.say("cat", after=first)
    board.revoke("ben", "cat", cut={"cat": [one, two]})
    assert [board.verdict(word) for word in (first, one, two)] == [1, 1, 1]


def test_a_head_that_comes_later(board: Board) -> None:
    first = board.say("cat")
    later = board.say("cat", is_held=False)
    board.revoke("ben", "cat", cut={"cat": [later]})
    assert board.verdict(first) == -1, "it cannot be known yet that the head comes after it"
    assert board.copy.authority.cut_heads[later] == {who("cat").id}
    board.hear(later)
    assert board.verdict(first) == board.verdict(later) == 1


def test_a_head_under_another_devices_name_keeps_nothing(board: Board) -> None:
    word = board.say("cat")
    board.revoke("ben", "cat", cut={"dan": [word]})
    assert board.verdict(word) == -1
    assert who("cat").id in board.copy.authority.cut_heads[word]


def test_a_head_that_several_removals_name(board: Board) -> None:
    word = board.say("cat", is_held=False)
    for name in ("dan", "cat", "ben"):
        board.revoke("ana", name, cut={"cat": [word]})
    assert board.copy.authority.cut_heads[word] == {who(name).id for name in ("dan", "cat", "ben")}
    board.hear(word)
    assert board.verdict(word) == 1


def test_what_one_standing_loses_another_may_hold(board: Board) -> None:
    first = board.say("cat")
    board.grant("ana", "cat", 2)
    second = board.say("cat")
    board.revoke("ben", "cat", cut={"cat": [first]})
    assert [board.verdict(first), board.verdict(second)] == [1, 2]


def test_what_is_kept_is_kept_however_often_it_is_asked(board: Board) -> None:
    """Other operations make it be asked again: one that takes nothing, and one that closes an invite."""
    granted = board.grant("ben", "gus", 1)
    invite = board.invite("ben", after=[granted])
    admit = board.admit("ben", "eve", invite)
    word = board.say("ben")
    board.revoke("ana", "ben", cut={"ben": [word]})
    board.revoke("fay", {"ben": 2}, cut={"ben": [word]}, after=[board.epoch])
    board.close("dan", invite)
    board.revoke("dan", {"gus": 2, "eve": 2}, cut={"ben": [word]}, after=[board.epoch])
    assert all(board.is_valid(name) for name in (granted, invite, admit))
    assert board.levels() == {**without("ben"), "gus": 1, "eve": 1}


def test_a_larger_cut_later_restores(board: Board) -> None:
    first, second = board.say("cat"), board.say("cat")
    gone = board.revoke("ben", "cat", cut={"cat": [first]})
    assert board.verdict(second) == -1
    again = board.revoke("ben", "cat", cut={"cat": [second]}, after=[gone])
    assert [board.verdict(first), board.verdict(second)] == [1, 1]
    assert board.added[again].concerned == {who("cat").id}


def test_only_whoever_ranks_no_lower_restores(board: Board) -> None:
    word = board.say("cat")
    gone = board.revoke("ben", "cat")
    board.revoke("dan", "cat", cut={"cat": [word]}, after=[gone])
    assert board.verdict(word) == -1, "an admin of lower rank"
    board.revoke("ana", "cat", cut={"cat": [word]}, after=[gone])
    assert board.verdict(word) == 1


def test_a_larger_cut_beside_the_removal_restores_nothing(board: Board) -> None:
    word = board.say("cat")
    board.revoke("ben", "cat", after=[board.epoch])
    board.revoke("ana", "cat", cut={"cat": [word]}, after=[board.epoch])
    assert board.verdict(word) == -1


def test_a_restoration_does_not_remove_who_is_back(board: Board) -> None:
    """What is left is so much that nothing is taken: the revocation only carries the cut."""
    word = board.say("cat")
    board.revoke("ben", "cat")
    board.grant("ben", "cat", 1)
    board.revoke("ben", {"cat": 2}, cut={"cat": [word]})
    assert board.levels() == ALL
    assert board.verdict(word) == 1


def test_several_subjects(board: Board) -> None:
    words = {name: board.say(name) for name in ("cat", "dan")}
    gone = board.revoke("ana", {"cat": -1, "dan": 1}, cut={"cat": [words["cat"]]})
    assert board.levels() == without("cat", dan=1)
    assert {name: board.verdict(word) for name, word in words.items()} == {"cat": 1, "dan": 1}
    assert set(board.added[gone].concerned) == {who("cat").id, who("dan").id}


def test_the_past_of_the_removal_keeps_control_operations(board: Board) -> None:
    before = board.grant("ben", "eve", 1)
    beside = board.invite("ben", after=[before])
    board.revoke("ana", "ben", after=[before])
    assert board.is_valid(before)
    assert not board.is_valid(beside)


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


# --- devices ---------------------------------------------------------------------------------------------------------


def test_a_device_added_by_itself_and_by_another(board: Board) -> None:
    board.add_device("cat", "lap", at="lap")
    assert board.verdict(board.say("cat", device="lap")) == 1
    board.add_device("ben", "lap")
    assert board.verdict(board.say("ben", device="lap")) == 2
    authority = board.copy.authority
    assert authority.owner(board.device("cat", "lap")) == who("cat").id
    assert authority.devices(who("cat").id) == [board.device("cat"), board.device("cat", "lap")]


def test_a_device_comes_with_its_owners_certificate_only(board: Board) -> None:

    for device in ("desk", "lap"):
        with pytest.raises(RemoteError) as caught:
            board.rule("ben", DeviceAdd(board.genesis, certificate("cat", device)), device="desk")
        assert caught.value.code == "not_allowed"
    with pytest.raises(RemoteError):
        board.rule("cat", DeviceAdd(board.genesis, b"none"))


def test_who_shows_the_key_has_the_device(board: Board) -> None:
    """An admin claims Eve's machine for Gus before she comes; as soon as it speaks for itself, it is hers again."""
    at = [board.epoch]
    gus, eve = who("gus"), who("eve")
    stolen = issue(gus.identity, device=eve.device, peer_id=b"p", created_ms=0).encoded
    claim = board.rule("ben", Grant(board.genesis, gus.id, 1, (stolen,)), after=at)
    assert board.copy.authority.person(eve.device_id) == gus.id
    invite = board.invite("ana", after=[claim])
    board.admit("ana", "eve", invite)
    assert board.copy.authority.person(eve.device_id) == eve.id
    word = board.say("eve")
    assert board.copy.claims[word].author == eve.id
    assert board.verdict(word) == 1


def test_a_void_claim_on_a_device_counts_after_a_valid_one(board: Board) -> None:

    eve, gus = who("eve"), who("gus")
    granted = board.grant("ana", "eve", 1, after=[board.invite("ana")])
    board.revoke("ana", "ben", after=[granted])
    stolen = issue(gus.identity, device=eve.device, peer_id=b"p", created_ms=0).encoded
    void = board.rule("ben", Grant(board.genesis, gus.id, 1, (stolen,)), after=[board.epoch])
    assert not board.is_valid(void)
    assert board.copy.authority.owner(eve.device_id) == eve.id


def test_an_older_device_revokes_a_younger_one(board: Board) -> None:
    board.add_device("cat", "lap")
    first = board.say("cat", device="lap")
    second = board.say("cat", device="lap")
    other = board.say("cat")
    lost = board.lose("cat", "cat", "lap", cut=[first])
    assert board.added[lost].concerned == {who("cat").id}
    assert [board.verdict(word) for word in (first, second, other)] == [1, -1, 1]
    assert [each.device for each in board.copy.authority.members()[who("cat").id].certificates] == [board.device("cat")]
    assert board.copy.authority.owner(board.device("cat", "lap")) is None
    assert board.copy.authority.person(board.device("cat", "lap")) == who("cat").id
    assert board.levels() == ALL


def test_a_younger_device_does_not_revoke_an_older_one(board: Board) -> None:
    board.add_device("cat", "lap")
    word = board.say("cat")
    lost = board.lose("cat", "cat", "desk", at="lap")
    assert board.is_valid(lost)
    assert board.verdict(word) == 1
    assert len(board.copy.authority.members()[who("cat").id].certificates) == 2


def test_of_two_devices_that_revoke_each_other_the_older_wins(board: Board) -> None:
    added = board.add_device("cat", "lap")
    young = board.lose("cat", "cat", "desk", at="lap", after=[added])
    old = board.lose("cat", "cat", "lap", after=[added])
    assert board.is_valid(old)
    assert not board.is_valid(young)


def test_a_device_that_retires_binds_what_comes_after(board: Board) -> None:
    added = board.add_device("cat", "lap")
    word = board.say("cat", device="lap")
    retired = board.lose("cat", "cat", "lap", at="lap", after=[added])
    assert board.added[retired].concerned == frozenset()
    assert board.verdict(word) == 1
    assert board.verdict(board.say("cat", device="lap")) == -1
    assert board.levels() == ALL
    assert board.copy.authority.owner(board.device("cat", "lap")) is None


def test_an_admin_revokes_a_members_device_and_no_admins(board: Board) -> None:
    words = {name: board.say(name) for name in ("cat", "dan")}
    board.lose("ben", "cat", "desk")
    board.lose("ben", "dan", "desk")
    assert board.verdict(words["cat"]) == -1
    assert board.verdict(words["dan"]) == 2
    assert board.levels() == ALL, "the person stays"
    board.lose("ana", "dan", "desk")
    assert board.verdict(words["dan"]) == -1


def test_control_operations_of_a_lost_device(board: Board) -> None:
    added = board.add_device("ben", "lap")
    seen = board.rule("ben", Grant(board.genesis, who("eve").id, 1), device="lap")
    lost = board.lose("ben", "ben", "lap")
    thief = board.rule("ben", Grant(board.genesis, who("gus").id, 1), device="lap", after=[added])
    assert board.is_valid(lost)
    assert board.is_valid(seen)
    assert not board.is_valid(thief)


def test_a_lost_device_has_nothing_of_what_its_owner_is_given_later(board: Board) -> None:
    board.add_device("cat", "lap")
    board.lose("cat", "cat", "lap")
    promoted = board.grant("ana", "cat", 2)
    with pytest.raises(RemoteError) as caught:
        board.rule("cat", EpochNew(promoted, 1, fixed("new"), ()), device="lap")
    assert caught.value.code == "not_allowed"
    assert board.verdict(board.say("cat", device="lap")) == -1, "by her old membership it is revoked"
    assert board.verdict(board.say("cat")) == 2


def test_a_lost_device_cannot_speak_where_its_owner_came_only_later(board: Board) -> None:
    """Eve's machine is known as a keeper's and revoked; as a member she has no use of it."""
    board.grant("ana", "eve", 0)
    board.lose("ana", "eve", "desk")
    board.grant("ana", "eve", 1)
    with pytest.raises(RemoteError):
        board.say("eve")
    board.log.steps.pop()


def test_a_stolen_device_that_leaves_is_undone_by_an_older_one(board: Board) -> None:
    added = board.add_device("cat", "lap")
    left = board.leave("cat", device="lap", after=[added])
    assert board.levels() == without("cat")
    assert board.verdict(board.say("cat")) == 1, "a younger device does not bind an older one"
    board.lose("cat", "cat", "lap", after=[added])
    assert not board.is_valid(left)
    assert board.levels() == ALL


def test_an_older_certificate_counts_for_what_knows_it(board: Board) -> None:
    """The identity itself says later that this machine is the older one; that changes nothing of what was before."""
    added = board.add_device("cat", "lap")
    word = board.say("cat", device="lap")
    board.lose("cat", "cat", "lap", after=[added])
    older = board.add_device("cat", "lap", at="lap", created=-10, after=[added])
    assert board.added[older].concerned == board.added[older].flipped == frozenset()
    assert board.verdict(word) == -1
    assert board.is_valid(older)
    assert board.verdict(board.say("cat", device="lap", knowing=[older])) == 1
    assert board.copy.authority.devices(who("cat").id) == [board.device("cat", "lap"), board.device("cat")]


def test_the_identity_itself_is_the_oldest_device(board: Board) -> None:

    ana = who("cat")
    root = Device(fixed("identity cat"), fixed("box cat root"))
    assert bytes(root.public) == bytes(ana.id)
    encoded = issue(ana.identity, device=root, peer_id=b"root", created_ms=1 << 41).encoded
    board.add_device("cat", "lap", created=-1_000)
    board.rule("cat", DeviceAdd(board.genesis, encoded))
    ranked = board.copy.authority.devices(ana.id)
    assert ranked == [root.public, board.device("cat", "lap"), board.device("cat")]


def test_revoking_an_unknown_device(board: Board) -> None:
    with pytest.raises(RemoteError) as caught:
        board.lose("ana", "gus", "desk")
    assert caught.value.code == "not_allowed"


def test_a_larger_cut_of_a_lost_device(board: Board) -> None:
    board.add_device("cat", "lap")
    first, second = board.say("cat", device="lap"), board.say("cat", device="lap")
    board.lose("cat", "cat", "lap", cut=[first])
    board.revoke("ben", {"cat": 2}, cut={"cat/lap": [second]})
    assert board.verdict(second) == -1, "another kind of removal amends nothing"
    board.lose("cat", "cat", "lap", cut=[second])
    assert board.verdict(first) == board.verdict(second) == 1


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


# --- what must not be circular ---------------------------------------------------------------------------------------


def test_guests_who_let_each_other_in_and_revoke_devices() -> None:
    """Cat's lost machine let Eve in, Eve's lost machine let Cat in: one of the two stories comes first, on every node.

    Were guests ranked by their invites alone, each revocation would hang on the other.
    """
    board = Board(ana=3, ben=2)
    good, poor = board.invite("ana", 0), board.invite("ben", 1)
    cat0 = board.admit("ana", "cat", poor, 1)
    eve0 = board.admit("ana", "eve", poor, 1, after=[poor, good])
    laps = [board.add_device(name, "lap", at="lap", created=9, after=[cat0, eve0]) for name in ("cat", "eve")]
    cat1, eve1 = (
        board.rule(by, admit_by(board, newcomer, good, proof), after=laps, device="lap")
        for by, newcomer, proof in (("eve", "cat", eve0), ("cat", "eve", cat0))
    )
    lost = [
        board.lose("cat", "cat", "lap", proof=cat1, after=[cat1]),
        board.lose("eve", "eve", "lap", proof=eve1, after=[eve1]),
    ]
    assert [board.is_valid(name) for name in lost].count(True) >= 1
    board.check()


def admit_by(board: Board, newcomer: str, invite: OpId, proof: OpId) -> Admit:
    signatures = admitted(board.log.conversation, 0, newcomer, "desk")
    transcript = (b"peer", bytes(16), bytes(16))
    return Admit(proof, who(newcomer).id, certificate(newcomer, "desk"), invite, transcript, *signatures)


def test_a_lesser_standing_does_not_revoke_what_a_device_does_with_a_greater(board: Board) -> None:
    """Who is promoted while a device is lost says so again, with what they were given."""
    added = board.add_device("cat", "lap")
    promoted = board.grant("ana", "cat", 2, after=[added])
    stolen = board.rule("cat", Grant(promoted, who("eve").id, 1), device="lap", after=[promoted])
    lost = board.lose("cat", "cat", "lap", after=[added])
    assert board.is_valid(stolen)
    assert not board.is_valid(
        board.rule("cat", EpochWrap(board.genesis, board.epoch, ()), device="lap", after=[promoted])
    )
    board.lose("cat", "cat", "lap", proof=promoted, after=[lost, promoted])
    assert not board.is_valid(stolen)


def test_leaving_with_less_keeps_what_one_does_with_more(board: Board) -> None:
    promoted = board.grant("ana", "cat", 2)
    left = board.leave("cat", proof=board.genesis)
    assert board.is_valid(board.rule("cat", Grant(promoted, who("eve").id, 1), after=[left]))
    assert not board.is_valid(board.rule("cat", EpochWrap(board.genesis, board.epoch, ()), after=[left]))


def test_a_younger_device_restores_nothing_that_an_older_one_cut() -> None:
    board = Board(ana=3, cat=1)
    for device, created in (("lap", 50), ("pad", 90)):
        board.add_device("cat", device, created=created)
    word = board.say("cat", device="pad")
    lost = board.lose("cat", "cat", "pad")
    again = board.lose("cat", "cat", "pad", at="lap", cut=[word], after=[lost])
    assert board.is_valid(again)
    assert board.verdict(word) == -1
    board.lose("cat", "cat", "pad", cut=[word], after=[lost])
    assert board.verdict(word) == 1
    board.check()


def test_members_who_invite_each_other_and_revoke_devices() -> None:
    """The same, where the invites come from lost machines: a guest ranks below who made the invite, too."""
    board = Board(table=((*INVITES, 1),), ana=3, ben=2)
    poor = board.invite("ben", 1)
    cat0 = board.admit("ben", "cat", poor, 1)
    eve0 = board.admit("ben", "eve", poor, 1, after=[poor])
    laps = [board.add_device(name, "lap", at="lap", created=9, after=[cat0, eve0]) for name in ("cat", "eve")]
    by_eve = board.rule("eve", InviteCreate(eve0, link(0).public, 1, 0, 0), after=laps, device="lap")
    by_cat = board.rule("cat", InviteCreate(cat0, link(0).public, 1, 0, 0), after=laps, device="lap")
    cat1 = board.rule("ana", admit_by(board, "cat", by_eve, board.genesis), after=[by_eve])
    eve1 = board.rule("ana", admit_by(board, "eve", by_cat, board.genesis), after=[by_cat])
    lost = [
        board.lose("cat", "cat", "lap", proof=cat1, after=[cat1]),
        board.lose("eve", "eve", "lap", proof=eve1, after=[eve1]),
    ]
    assert [board.is_valid(name) for name in lost].count(True) >= 1
    board.check()


def test_a_revocation_of_the_inviter_and_of_the_admitter(board: Board) -> None:
    """One operation takes the invite and touches the admit: that must be asked after the invite."""
    invite = board.invite("dan", after=[board.epoch])
    admit = board.admit("ben", "eve", invite)
    assert board.is_valid(admit)
    board.revoke("fay", {"dan": -1, "ben": 1}, after=[board.epoch])
    assert not board.is_valid(admit)


def test_a_revocation_of_the_policys_author_and_of_the_inviter() -> None:
    """One operation takes the policy and lowers what it governs: that must be asked after the policy."""
    board = Board(ana=3, fay=3, ben=3)
    board.policy("ben", (*INVITES, 3))
    invite = board.invite("fay")
    assert board.is_valid(invite)
    board.revoke("ana", {"fay": 2, "ben": -1}, after=[board.epoch])
    assert board.is_valid(invite), "made by an admin, and no policy asks for more"
    board.check()


def test_one_machine_of_two_people(board: Board) -> None:
    """Where Gus has claimed Eve's machine it writes as his; that it is revoked as hers does not concern him."""
    stolen = issue(who("gus").identity, device=who("eve").device, peer_id=b"p", created_ms=0).encoded
    claim = board.rule("ben", Grant(board.genesis, who("gus").id, 1, (stolen,)), after=[board.epoch])
    granted = board.grant("ana", "eve", 1, after=[board.epoch])
    as_gus = board.rule("eve", EpochWrap(claim, board.epoch, ()), after=[claim])
    word = board.say("eve", knowing=[claim])
    assert board.copy.claims[word].author == who("gus").id
    board.lose("ana", "eve", "desk", after=[granted])
    assert board.is_valid(as_gus)
    assert board.verdict(word) == 1


def test_a_device_that_retired_does_not_take_that_back(board: Board) -> None:
    added = board.add_device("cat", "lap", at="lap")
    retired = board.lose("cat", "cat", "lap", at="lap", after=[added])
    promoted = board.grant("ana", "cat", 2, after=[added])
    word = board.say("cat", device="lap", knowing=[retired])
    assert board.verdict(word) == -1
    board.lose("cat", "cat", "lap", at="lap", cut=[word], proof=promoted, after=[retired, promoted])
    assert board.verdict(word) == -1
