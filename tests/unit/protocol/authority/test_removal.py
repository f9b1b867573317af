"""Who is removed, and what of theirs stays: cuts, back-dating, forks, restorations.

Each is checked against the oracle and in twenty orders of arrival (`Board.check`).
"""

from tests.unit.protocol.authority.board import ALL, Board, who, without


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
