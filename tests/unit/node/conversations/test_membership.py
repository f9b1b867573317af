"""Who belongs, who once did, and which words say so; on the authority of a small conversation."""

import pytest

from node.conversations.membership import (
    ACTIVE,
    JOINING,
    LEFT,
    REMOVED,
    followed,
    is_confirmed_leave,
    is_former_peer,
    readmission_objection,
    refusal,
)
from node.conversations.notices import people_notice
from protocol.bodies.control import Grant, Leave, Level, Revoke
from protocol.ops import Op
from tests.builders import Member, Talk, give, person


@pytest.fixture
def talk() -> Talk:
    return Talk("ana", "ben", "cat", "dan", levels=(Level.OWNER, Level.ADMIN, Level.MEMBER, Level.MEMBER))


def revoke(by: Member, *whom: str, left: int = 0) -> Op:
    return by.rule(Revoke(by.proof, tuple((person(name).id, left) for name in whom)))


def said(talk: Talk, op: Op) -> str:
    rule = talk.ana.replica.authority.rules[op.id]
    names = {person(name).id: name.capitalize() for name in ("ana", "ben", "cat", "dan")}
    authority = talk.ana.replica.authority
    return people_notice(op.id, rule.body, rule.author, authority=authority, person=names.__getitem__)


def test_the_status_follows_who_belongs_but_not_what_a_person_decided(talk: Talk) -> None:
    authority, ben = talk.ana.replica.authority, person("ben").device_id
    stranger = person("eve").device_id
    assert [followed(status, authority, ben) for status in (ACTIVE, REMOVED, LEFT, JOINING)] == [
        ACTIVE,
        ACTIVE,
        LEFT,
        JOINING,
    ]
    revoke(talk.ana, "ben")
    assert [followed(status, authority, ben) for status in (ACTIVE, REMOVED, LEFT, JOINING, "creating")] == [
        REMOVED,
        REMOVED,
        LEFT,
        JOINING,
        "creating",
    ]
    assert followed(ACTIVE, authority, stranger) == ACTIVE  # nothing is known of it yet


def test_who_left_has_left_whoever_confirms_it(talk: Talk) -> None:
    authority, cat, dan = talk.ana.replica.authority, person("cat").device_id, person("dan").device_id
    talk.cat.rule(Leave(talk.cat.proof))
    give(talk.cat, talk.ana)
    assert followed(ACTIVE, authority, cat) == LEFT  # the node may have ended before it kept that
    revoke(talk.ana, "cat", "dan")
    assert [followed(ACTIVE, authority, device) for device in (cat, dan)] == [LEFT, REMOVED]


def test_who_cannot_write_is_told_why(talk: Talk) -> None:
    authority = talk.ana.replica.authority

    def told(status: str, name: str) -> tuple[str, str] | None:
        error = refusal(status, authority, person(name).device_id, name=lambda identity: identity.hex()[:4])
        return (error.code, error.reason) if error else None

    assert told(ACTIVE, "ben") is None
    assert (told(LEFT, "ben") or ("",))[0] == "left"
    assert (told(JOINING, "ben") or ("",))[0] == "locked"
    revoke(talk.ana, "ben")
    code, why = told(ACTIVE, "ben") or ("", "")
    assert code == "removed"
    assert f"by {person('ana').id.hex()[:4]}" in why
    revoke(talk.ana, "cat", left=Level.KEEPER + 1)
    assert (told(ACTIVE, "cat") or ("",))[0] == "not_allowed"


def test_only_those_who_were_here_are_former_peers(talk: Talk) -> None:
    authority = talk.ana.replica.authority
    peers = {name: person(name).certificate.peer_id for name in ("ana", "ben", "cat", "dan", "eve")}
    assert not any(is_former_peer(authority, peer) for peer in peers.values())
    revoke(talk.ana, "ben")
    assert [name for name, peer in peers.items() if is_former_peer(authority, peer)] == ["ben"]
    assert not is_former_peer(authority, peers["ben"][:-1])  # a part of one is none
    assert not is_former_peer(authority, b"")
    talk.ana.rule(Grant(talk.ana.proof, person("ben").id, Level.MEMBER))
    assert not is_former_peer(authority, peers["ben"])


def test_a_leave_counts_as_the_cause_only_until_they_come_back(talk: Talk) -> None:
    authority, cat = talk.ana.replica.authority, person("cat").id
    unheard = talk.cat.rule(Leave(talk.cat.proof))
    removed = revoke(talk.ana, "cat")
    give(talk.cat, talk.ana)
    assert not authority.is_valid(unheard.id)
    assert not is_confirmed_leave(authority, removed.id, cat, 0)
    talk.ana.rule(Grant(talk.ana.proof, cat, Level.MEMBER))
    give(talk.ana, talk.cat)
    talk.cat.rule(Leave(talk.cat.proof))
    give(talk.cat, talk.ana)
    late = revoke(talk.ana, "cat")
    assert is_confirmed_leave(authority, late.id, cat, 0)
    talk.ana.rule(Grant(talk.ana.proof, cat, Level.MEMBER))
    again = revoke(talk.ana, "cat")
    assert not is_confirmed_leave(authority, again.id, cat, 0)
    assert is_confirmed_leave(authority, late.id, cat, 0)


def test_a_step_down_does_not_explain_a_removal(talk: Talk) -> None:
    authority, ben = talk.ana.replica.authority, person("ben").id
    talk.ben.rule(Leave(talk.ben.proof, Level.MEMBER + 1))
    give(talk.ben, talk.ana)
    confirmed = revoke(talk.ana, "ben", left=Level.MEMBER + 1)
    assert is_confirmed_leave(authority, confirmed.id, ben, Level.MEMBER + 1)
    removed = revoke(talk.ana, "ben")
    assert not is_confirmed_leave(authority, removed.id, ben, 0)
    assert said(talk, confirmed) == "Ana confirmed that Ben is only a member now"
    assert said(talk, removed) == "Ana removed Ben"


def test_only_a_link_that_knows_of_the_removal_undoes_it(talk: Talk) -> None:
    authority, cat, dan = talk.ana.replica.authority, person("cat").id, person("dan").id

    def invited(label: str) -> bytes:
        link = talk.ana.invite(label)
        found = authority.invite(link.signing.public)
        assert found is not None
        return found[0]

    old = invited("old")
    assert readmission_objection(authority, cat, old) is None  # type: ignore[arg-type]
    revoke(talk.ana, "cat")
    talk.dan.rule(Leave(talk.dan.proof))
    give(talk.dan, talk.ana)
    new = invited("new")
    assert "new link" in str(readmission_objection(authority, cat, old))  # type: ignore[arg-type]
    assert readmission_objection(authority, cat, new) is None  # type: ignore[arg-type]
    for _ in range(2):  # who left on their own comes back by any, also once that is confirmed
        assert readmission_objection(authority, dan, old) is None  # type: ignore[arg-type]
        revoke(talk.ana, "dan")
    assert readmission_objection(authority, person("eve").id, old) is None  # type: ignore[arg-type]


def test_notices_say_what_happened_and_what_had_no_effect(talk: Talk) -> None:
    several = revoke(talk.ana, "cat", "dan")
    assert said(talk, several) in ("Ana removed Cat and Dan", "Ana removed Dan and Cat")
    assert said(talk, talk.ana.rule(Grant(talk.ana.proof, person("cat").id, Level.OWNER))) == "Ana made Cat an owner"
    give(talk.ana, talk.ben)
    assert said(talk, talk.ana.rule(Grant(talk.ana.proof, person("dan").id, Level.MEMBER))) == "Ana made Dan a member"
    lowered = revoke(talk.ana, "ben", left=Level.MEMBER + 1)
    assert said(talk, lowered) == "Ana made Ben a member"
    inert = revoke(talk.ben, "cat")  # of an admin, who does not outrank an owner
    give(talk.ben, talk.ana)
    assert said(talk, inert) == "Ben tried to remove Cat, which has no effect"
    assert said(talk, talk.genesis) == ""
