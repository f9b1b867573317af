"""Who may do what: one case for each clause, none of which depends on the order of arrival."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest

from crypto.certificates import issue
from crypto.ids import IdentityKey, OpId
from protocol.bodies.content import Message
from protocol.bodies.control import (
    AiSet,
    ControlBody,
    EpochNew,
    EpochWrap,
    Genesis,
    Grant,
    InviteCreate,
    Level,
    dump_control,
)
from protocol.compose import write_control
from protocol.errors import RemoteError
from protocol.ops import CONTENT, NO_CONVERSATION, Op, sign_op
from protocol.replica import Replica
from tests.builders import (
    START_MS,
    Member,
    Person,
    Talk,
    admit_body,
    content_op,
    control_op,
    fixed,
    new_epoch,
    person,
    resigned,
)

ANA, BEN, CAT, DAN = (person(name) for name in ("ana", "ben", "cat", "dan"))


@pytest.fixture
def talk() -> Talk:
    """Ana is the owner, Ben an admin, Cat a member, Dan a keeper."""
    return Talk("ana", "ben", "cat", "dan", levels=[Level.OWNER, Level.ADMIN, Level.MEMBER, Level.KEEPER])


def refusal(member: Member, op: Op) -> str:
    """Return the code with which a copy refuses an operation."""
    before = len(member.ops)
    outcome = member.receive([op])
    assert len(member.ops) == before, "it was taken in"
    assert [name for name, _ in outcome.rejected] == [op.id]
    assert op.id not in member.replica
    return outcome.rejected[0][1].code


# --- genesis ---------------------------------------------------------------------------------------------------------


def begun(body: Genesis, by: Person = ANA) -> Op:
    made = write_control(Replica(NO_CONVERSATION, device=by.device), Genesis(bytes(16), 1, body.slots), now_ms=START_MS)
    return resigned(made, dump_control(body), conversation=NO_CONVERSATION, by=by)


def slot(who: Person, level: int, certificate: bytes = b"") -> tuple[IdentityKey, int, tuple[bytes, ...]]:
    return (who.id, level, (certificate or who.certificate.encoded,))


@pytest.mark.parametrize(
    ("slots", "by"),
    [
        ((slot(ANA, 2),), ANA),  # the first is no owner
        ((slot(ANA, 3), slot(ANA, 1)), ANA),  # somebody has two slots
        ((slot(ANA, 3),), BEN),  # written by somebody else
        ((slot(ANA, 3), slot(BEN, 1)), BEN),  # written by the second
        ((slot(ANA, 3, BEN.certificate.encoded),), ANA),  # a certificate of somebody else
        ((slot(ANA, 3), slot(BEN, 1, CAT.certificate.encoded)), ANA),
        ((slot(ANA, 3), slot(BEN, 1, b"no certificate")), ANA),
        ((slot(ANA, 3), slot(BEN, 1, BEN.certificate.encoded[:-1] + b"\0")), ANA),
    ],
)
def test_false_beginnings(slots: tuple[tuple[IdentityKey, int, tuple[bytes, ...]], ...], by: Person) -> None:
    op = begun(Genesis(bytes(16), 1, slots), by)
    assert refusal(Member(ANA, op.id), op) == "not_allowed"  # type: ignore[arg-type]


def test_beginning_under_other_rules() -> None:
    op = begun(Genesis(bytes(16), 2, (slot(ANA, 3),)))
    assert refusal(Member(ANA, op.id), op) == "not_allowed"  # type: ignore[arg-type]


def test_second_beginning(talk: Talk) -> None:
    """A genesis that cites what came before is none, whoever signs it."""
    body = Genesis(bytes(16), 1, (slot(ANA, 3),))
    op = control_op(talk.ana, Grant(talk.genesis.id, CAT.id, 1))
    assert refusal(talk.ana, resigned(op, dump_control(body), conversation=talk.id, by=ANA)) == "not_allowed"


def test_a_beginning_must_be_a_genesis() -> None:
    made = write_control(Replica(NO_CONVERSATION, device=ANA.device), Genesis(bytes(16), 1, (slot(ANA, 3),)), now_ms=1)
    op = resigned(made, dump_control(Grant(OpId(bytes(32)), ANA.id, 3)), conversation=NO_CONVERSATION, by=ANA)
    assert refusal(Member(ANA, op.id), op) == "not_allowed"  # type: ignore[arg-type]


# --- levels ----------------------------------------------------------------------------------------------------------

EVE = person("eve")
BODIES: dict[str, tuple[Callable[[Member, OpId], ControlBody], int]] = {
    "grant keeper": (lambda _m, proof: Grant(proof, EVE.id, 0), 2),
    "grant member": (lambda _m, proof: Grant(proof, EVE.id, 1, (EVE.certificate.encoded,)), 2),
    "grant admin": (lambda _m, proof: Grant(proof, EVE.id, 2), 3),
    "grant owner": (lambda _m, proof: Grant(proof, EVE.id, 3), 3),
    "invite": (lambda _m, proof: InviteCreate(proof, fixed("key"), 1, 1, 1), 2),
    "epoch": (lambda _m, proof: new_epoch(proof, fixed("new"), [ANA]), 2),
    "ai": (lambda m, proof: AiSet(proof, b"", (), 0, 0, m.epoch, b""), 2),
    "wrap": (lambda m, proof: EpochWrap(proof, m.epoch, ((EVE.device_id, bytes(80)),)), 1),
}


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize(("name", "level"), [("ana", 3), ("ben", 2), ("cat", 1), ("dan", 0)])
def test_levels(talk: Talk, kind: str, name: str, level: int) -> None:
    make, needed = BODIES[kind]
    member = talk.members[name]
    op = control_op(member, make(member, talk.genesis.id))
    if level >= needed:
        assert not talk.ana.receive([op]).rejected
        assert talk.ana.replica.authority.rules[op.id].author == member.person.id
    else:
        assert refusal(talk.ana, op) == "not_allowed"


@pytest.mark.parametrize("kind", BODIES)
def test_strangers_may_do_nothing(talk: Talk, kind: str) -> None:
    make, _ = BODIES[kind]
    op = control_op(talk.ana, make(talk.ana, talk.genesis.id), by=EVE, seq=0, prev=None)
    assert refusal(talk.ana, op) == "not_allowed"


# --- proofs ----------------------------------------------------------------------------------------------------------


def test_proof_must_be_the_authors(talk: Talk) -> None:
    granted = talk.ana.grant(EVE, Level.ADMIN)
    talk.meet()
    for proof in (granted.id, talk.epoch, OpId(fixed("nothing"))):
        op = control_op(talk.ben, InviteCreate(proof, fixed("key"), 1, 1, 1))
        assert refusal(talk.ana, op) == "not_allowed"


def test_proof_must_be_in_the_past(talk: Talk) -> None:
    """Cat was made an admin, but writes beside that grant: at that place she was none."""
    aside = control_op(talk.cat, InviteCreate(talk.genesis.id, fixed("key"), 1, 1, 1))
    granted = talk.ana.grant(CAT, Level.ADMIN)
    early = resigned(aside, dump_control(InviteCreate(granted.id, fixed("key"), 1, 1, 1)), conversation=talk.id, by=CAT)
    assert refusal(talk.ana, early) == "not_allowed"
    talk.meet()
    assert talk.cat.rule(InviteCreate(granted.id, fixed("key"), 1, 1, 1)).id in talk.cat.replica


def test_the_proof_counts_not_the_person(talk: Talk) -> None:
    """An admin who cites the membership she had before acts as a member."""
    granted = talk.ana.grant(CAT, Level.ADMIN)
    talk.meet()
    weak = control_op(talk.cat, InviteCreate(talk.genesis.id, fixed("key"), 1, 1, 1))
    assert refusal(talk.ana, weak) == "not_allowed"
    assert talk.cat.proof == granted.id


def test_a_grant_reaches_its_causal_future_only(talk: Talk) -> None:
    invite = control_op(talk.ben, Grant(talk.genesis.id, EVE.id, 1, (EVE.certificate.encoded,)))
    talk.ana.receive([invite])
    eve = talk.copy_for(EVE)
    eve.receive(list(talk.ana.ops.values()))
    wrap = EpochWrap(invite.id, talk.epoch, ())
    sound = control_op(eve, wrap)
    beside = replace(sound.header, parents=(talk.epoch,), depth=2)
    early = sign_op(beside, sound.body, conversation=talk.id, key=EVE.device.signing)
    assert refusal(talk.ana, early) == "not_allowed"
    assert not talk.ana.receive([sound]).rejected


# --- grants ----------------------------------------------------------------------------------------------------------


def test_a_grant_brings_only_the_subjects_devices(talk: Talk) -> None:
    op = control_op(talk.ana, Grant(talk.genesis.id, EVE.id, 1, (CAT.certificate.encoded,)))
    assert refusal(talk.ana, op) == "not_allowed"
    op = control_op(talk.ana, Grant(talk.genesis.id, EVE.id, 1, (b"none",)))
    assert refusal(talk.ana, op) == "not_allowed"


def test_members_have_their_highest_level(talk: Talk) -> None:
    authority = talk.ana.replica.authority
    assert {who.name: authority.members()[who.id].level for who in talk.people} == {
        "ana": 3,
        "ben": 2,
        "cat": 1,
        "dan": 0,
    }
    talk.ana.grant(CAT, Level.ADMIN)
    talk.ana.grant(CAT, Level.KEEPER)
    assert authority.members()[CAT.id].level is Level.ADMIN
    assert authority.member(EVE.id) is None
    assert authority.owner(CAT.device_id) == CAT.id
    assert authority.owner(EVE.device_id) is None
    assert authority.peers() == {who.certificate.peer_id: who.id for who in talk.people}


def test_a_device_claimed_by_two_has_one_owner_on_every_node(talk: Talk) -> None:
    """An admin who certifies somebody else's device as a friend's must not split the conversation."""
    claim = issue(EVE.identity, device=CAT.device, peer_id=b"eve", created_ms=0)
    first = control_op(talk.ana, Grant(talk.genesis.id, EVE.id, 1, (claim.encoded,)))
    frank = person("frank")
    other = issue(frank.identity, device=CAT.device, peer_id=b"frank", created_ms=0)
    second = control_op(talk.ben, Grant(talk.genesis.id, frank.id, 1, (other.encoded,)))
    owners = set()
    for order in ([first, second], [second, first]):
        copy = Member(DAN, talk.id)
        copy.receive(list(talk.ana.ops.values()))
        copy.receive(order)
        owners.add(copy.replica.authority.owner(CAT.device_id))
        op = content_op(talk.cat, Message("hello"), auth=tuple(sorted((first.id, second.id))))
        copy.receive([op])
        assert op.id in copy.replica.content
        assert copy.replica.authority.check_content(op.header, prev_auth=()) == CAT.id
    assert owners == {CAT.id}


def test_two_claims_on_a_new_device_come_to_the_same_on_every_node(talk: Talk) -> None:
    frank = person("frank")
    claims = [
        control_op(talk.ana, Grant(talk.genesis.id, EVE.id, 1, (issue_for(EVE, frank),))),
        control_op(talk.ben, Grant(talk.genesis.id, DAN.id, 1, (issue_for(DAN, frank),))),
    ]
    owners = set()
    for order in permutations(claims):
        copy = Member(CAT, talk.id)
        copy.receive(list(talk.ana.ops.values()))
        copy.receive(order)
        header = content_op(talk.cat, Message("x"), by=frank, seq=0, prev=None).header
        header = replace(header, auth=tuple(sorted(op.id for op in claims)))
        owners.add(
            (
                copy.replica.authority.owner(frank.device_id),
                copy.replica.authority.check_content(header, prev_auth=()),
            )
        )
    first = min(claims, key=lambda op: op.key)
    expected = EVE.id if first is claims[0] else DAN.id
    assert owners == {(expected, expected)}


def issue_for(who: Person, machine: Person) -> bytes:
    return issue(who.identity, device=machine.device, peer_id=b"p", created_ms=0).encoded


# --- invites and admits ----------------------------------------------------------------------------------------------


def test_admitted_by_a_link(talk: Talk) -> None:
    invite = talk.ben.invite()
    talk.meet()
    admit = talk.cat.admit(EVE, invite)
    talk.meet()
    authority = talk.ana.replica.authority
    member = authority.member(EVE.id)
    assert member is not None
    assert (member.level, member.proof) == (Level.MEMBER, admit.id)
    assert [each.device for each in member.certificates] == [EVE.device_id]
    found = authority.invite(invite.signing.public)
    assert found is not None
    assert authority.uses(found[0]) == 1
    assert authority.invite(fixed("unknown")) is None
    assert admit.id in talk.ana.shown, "somebody coming in is news"


def test_uses_count_people(talk: Talk) -> None:
    invite = talk.ana.invite(uses=1)
    talk.meet()
    talk.ana.admit(EVE, invite)
    talk.cat.admit(EVE, invite)
    talk.ben.admit(person("frank"), invite)
    talk.meet()
    found = talk.ana.replica.authority.invite(invite.signing.public)
    assert found is not None
    assert talk.dan.replica.authority.uses(found[0]) == 2, "over-use is visible, not refused"


@pytest.mark.parametrize(
    "changes",
    [
        {"invite_signature": bytes(64)},
        {"device_signature": bytes(64)},
        {"subject": DAN.id},
        {"certificate": DAN.certificate.encoded},
        {"certificate": b"none"},
        {"subject": DAN.id, "certificate": DAN.certificate.encoded},
        {"transcript": (b"another peer", fixed("joiner eve", 16), fixed("admitter eve", 16))},
        {"transcript": (ANA.certificate.peer_id, bytes(16), fixed("admitter eve", 16))},
        {"transcript": (ANA.certificate.peer_id, fixed("joiner eve", 16), bytes(16))},
        {"invite": OpId(fixed("unknown"))},
        {"proof": OpId(fixed("unknown"))},
    ],
    ids=lambda changes: "+".join(changes),
)
def test_an_admit_needs_what_the_link_signs(talk: Talk, changes: dict[str, object]) -> None:
    invite = talk.ana.invite()
    assert refusal(talk.ana, control_op(talk.ana, admit_body(talk.ana, EVE, invite, **changes))) == "not_allowed"
    assert not talk.ana.receive([control_op(talk.ana, admit_body(talk.ana, EVE, invite))]).rejected


def test_an_admit_by_another_link_or_by_none(talk: Talk) -> None:
    invite, other = talk.ana.invite("one"), talk.ana.invite("two")
    named = talk.ana.replica.authority.invite(other.signing.public)
    assert named is not None
    swapped = admit_body(talk.ana, EVE, invite, invite=named[0])
    assert refusal(talk.ana, control_op(talk.ana, swapped)) == "not_allowed"
    no_invite = admit_body(talk.ana, EVE, invite, invite=talk.epoch)
    assert refusal(talk.ana, control_op(talk.ana, no_invite)) == "not_allowed"


def test_an_invite_must_be_in_the_past_of_the_admit(talk: Talk) -> None:
    aside = control_op(talk.cat, EpochWrap(talk.genesis.id, talk.epoch, ()))
    invite = talk.ana.invite()
    body = admit_body(talk.ana, EVE, invite, proof=talk.genesis.id)
    early = resigned(aside, dump_control(body), conversation=talk.id, by=CAT)
    assert refusal(talk.ana, early) == "not_allowed"


def test_keepers_do_not_admit(talk: Talk) -> None:
    invite = talk.ana.invite()
    talk.meet()
    body = admit_body(talk.dan, EVE, invite)
    assert refusal(talk.ana, control_op(talk.dan, body)) == "not_allowed"


def test_an_invite_for_keepers_makes_keepers(talk: Talk) -> None:
    invite = talk.ana.invite(level=Level.KEEPER)
    talk.ana.admit(EVE, invite)
    member = talk.ana.replica.authority.member(EVE.id)
    assert member is not None
    assert member.level is Level.KEEPER


# --- epochs and AIs --------------------------------------------------------------------------------------------------


def test_a_wrap_needs_an_epoch_in_its_past(talk: Talk) -> None:
    for epoch in (talk.genesis.id, OpId(fixed("unknown"))):
        op = control_op(talk.cat, EpochWrap(talk.genesis.id, epoch, ()))
        assert refusal(talk.ana, op) == "not_allowed"
    later = talk.ana.rotate("later", talk.people)
    op = control_op(talk.cat, EpochWrap(talk.genesis.id, later.id, ()))
    assert refusal(talk.ana, op) == "not_allowed"


def test_epochs_in_order(talk: Talk) -> None:
    later = talk.ana.rotate("later", talk.people)
    beside = talk.ben.rotate("beside", talk.people)
    talk.meet()
    expected = [talk.epoch, *(name for _, name in sorted([later.key, beside.key]))]
    assert [rule.id for rule in talk.cat.replica.authority.epochs()] == expected
    assert talk.cat.epoch == expected[-1]


def test_ai_settings(talk: Talk) -> None:
    first = talk.ben.set_ai([BEN])
    talk.meet()
    one = talk.ana.set_ai([ANA], ai=first.id, name="Bo")
    two = talk.ben.set_ai([CAT], ai=first.id, name="Cy")
    talk.meet()
    winner = max((one, two), key=lambda op: op.key)
    for member in talk.members.values():
        authority = member.replica.authority
        assert {ai: rule.id for ai, rule in authority.ais().items()} == {first.id: winner.id}
        assert {ai: rule.id for ai, rule in authority.ais(within=[first.id]).items()} == {first.id: first.id}
        assert authority.ais(within=[talk.epoch]) == {}
        settings = member.replica.settings(authority.ais()[first.id])
        assert settings is not None
        assert settings.name == ("Bo" if winner is one else "Cy")


def test_an_ai_that_is_changed_must_be_there(talk: Talk) -> None:
    first = talk.ana.set_ai([ANA])
    second = talk.ana.set_ai([ANA], ai=first.id)

    def body(ai: bytes, epoch: OpId = talk.epoch) -> AiSet:
        return AiSet(talk.genesis.id, ai, (), 0, 0, epoch, b"")

    for ai in (fixed("unknown"), talk.epoch, second.id):  # a change does not name an AI
        assert refusal(talk.ana, control_op(talk.ana, body(ai))) == "not_allowed"
    aside = control_op(talk.ben, body(first.id))  # ben has not seen it
    assert refusal(talk.ana, aside) == "not_allowed"
    for epoch in (OpId(fixed("unknown")), talk.genesis.id):
        assert refusal(talk.ana, control_op(talk.ana, body(b"", epoch))) == "not_allowed"
    later = talk.ana.rotate("later", talk.people)
    assert refusal(talk.ana, control_op(talk.ben, body(b"", later.id))) == "not_allowed"


def test_settings_that_cannot_be_read(talk: Talk) -> None:
    false = talk.ana.rule(AiSet(talk.ana.proof, b"", (), 0, 0, talk.epoch, b"false"))
    closed = talk.ana.replica.keyring.close_control(b"no settings", epoch=talk.epoch, nonce=bytes(24))
    other = talk.ana.rule(AiSet(talk.ana.proof, b"", (), 0, 0, talk.epoch, closed))
    rules = talk.ana.replica.authority.rules
    assert talk.ana.replica.settings(rules[false.id]) is None
    assert talk.ana.replica.settings(rules[other.id]) is None


# --- content ---------------------------------------------------------------------------------------------------------


def test_content_of_a_member(talk: Talk) -> None:
    op = talk.cat.say("hello")
    talk.meet()
    assert talk.ana.replica.authority.check_content(op.header, prev_auth=()) == CAT.id
    assert talk.ana.replica.authority.check_content(op.header, prev_auth=op.header.auth) == CAT.id


def test_content_of_others_is_refused(talk: Talk) -> None:
    assert refusal(talk.ana, content_op(talk.ana, Message("x"), by=EVE, seq=0, prev=None)) == "not_allowed"
    assert refusal(talk.ana, content_op(talk.dan, Message("a keeper speaks"))) == "not_allowed"


def test_membership_must_be_in_the_cited_past(talk: Talk) -> None:
    before = talk.ana.replica.control.head_keys()[-1][1]
    granted = talk.ana.grant(EVE)
    early = content_op(talk.ana, Message("x"), by=EVE, seq=0, prev=None, auth=(before,))
    assert refusal(talk.ana, early) == "not_allowed"
    sound = content_op(talk.ana, Message("x"), by=EVE, seq=0, prev=None, auth=(granted.id,))
    assert not talk.ana.receive([sound]).rejected


def test_the_level_must_be_in_the_cited_past(talk: Talk) -> None:
    """Dan's device was known as a keeper's; what he writes counts from where he is a member."""
    before = talk.ana.replica.control.head_keys()[-1][1]
    granted = talk.ana.grant(DAN)
    assert refusal(talk.ana, content_op(talk.ana, Message("x"), by=DAN, seq=0, prev=None, auth=(before,))) == (
        "not_allowed"
    )
    sound = content_op(talk.ana, Message("x"), by=DAN, seq=0, prev=None, auth=(granted.id,))
    assert not talk.ana.receive([sound]).rejected


def test_the_device_must_be_in_the_cited_past(talk: Talk) -> None:
    """Cat belongs from the start; her second machine writes from where it was brought in."""
    second = Person.make("cat", device="laptop")
    before = talk.ana.replica.control.head_keys()[-1][1]
    granted = talk.ana.grant(second)
    early = content_op(talk.ana, Message("x"), by=second, seq=0, prev=None, auth=(before,))
    assert refusal(talk.ana, early) == "not_allowed"
    beside = control_op(talk.ben, EpochWrap(talk.genesis.id, talk.epoch, ()), by=second, seq=0, prev=None)
    assert refusal(talk.ana, beside) == "not_allowed"
    sound = content_op(talk.ana, Message("x"), by=second, seq=0, prev=None, auth=(granted.id,))
    assert not talk.ana.receive([sound]).rejected
    devices = talk.ana.replica.authority.members()[CAT.id].certificates
    assert {each.device for each in devices} == {CAT.device_id, second.device_id}


def test_epoch_must_be_in_the_cited_past(talk: Talk) -> None:
    before = talk.ana.replica.control.head_keys()[-1][1]
    later = talk.ana.rotate("later", talk.people)
    op = content_op(talk.ana, Message("x"), epoch=later.id, auth=(before,))
    assert refusal(talk.ana, op) == "not_allowed"
    for epoch in (talk.genesis.id, OpId(fixed("unknown"))):
        assert refusal(talk.ana, content_op(talk.ana, Message("x"), epoch=epoch)) == "not_allowed"


def test_a_device_does_not_step_back(talk: Talk) -> None:
    before = talk.ana.replica.control.head_keys()[-1][1]
    talk.ana.grant(EVE)
    talk.ana.say("knowing eve")
    assert refusal(talk.ana, content_op(talk.ana, Message("x"), auth=(before,))) == "not_allowed"
    assert not talk.ana.receive([content_op(talk.ana, Message("x"))]).rejected


def test_somebody_else_may_know_less(talk: Talk) -> None:
    """Only a device's own chain binds it; what its parents knew does not."""
    before = talk.cat.replica.control.head_keys()[-1][1]
    talk.ana.grant(EVE)
    talk.ana.say("knowing eve")
    talk.meet()
    assert not talk.cat.receive([content_op(talk.cat, Message("x"), auth=(before,))]).rejected


def test_the_plane_is_bound(talk: Talk) -> None:
    op = content_op(talk.cat, Message("x"))
    assert op.header.plane == CONTENT
    with pytest.raises(RemoteError):
        talk.ana.receive([resigned(op, op.body, conversation=talk.id, by=CAT, plane=0)])
    assert isinstance(talk.ana.replica.authority.rules[talk.epoch].body, EpochNew)
