"""Scenes that would be circular under a simpler rule.

Each is checked against the oracle and in twenty orders of arrival (`Board.check`).
"""

from crypto.certificates import issue
from crypto.ids import OpId
from protocol.bodies.control import Admit, ControlKind, EpochWrap, Grant, InviteCreate
from protocol.ops import CONTROL
from tests.props.logs import admitted, certificate, link
from tests.unit.protocol.authority.board import Board, who

INVITES = (CONTROL, int(ControlKind.INVITE_CREATE))


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
