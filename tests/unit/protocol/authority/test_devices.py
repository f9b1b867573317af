"""Devices of one person: brought in, lost, revoked by older ones.

Each is checked against the oracle and in twenty orders of arrival (`Board.check`).
"""

import pytest

from crypto.certificates import issue
from crypto.keys import Device
from protocol.bodies.control import DeviceAdd, EpochNew, Grant
from protocol.errors import RemoteError
from tests.builders import fixed
from tests.props.logs import certificate
from tests.unit.protocol.authority.board import ALL, Board, who, without


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
