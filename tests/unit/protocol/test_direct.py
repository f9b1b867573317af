"""Direct conversations: what begins one, and the frames that tell of it."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.codec import encode
from crypto.ids import ConversationId
from protocol.bodies.control import Genesis, Level
from protocol.compose import write_control
from protocol.direct import (
    CERTIFICATES,
    FRAME_BYTES,
    Answer,
    Offer,
    direct_genesis,
    direct_nonce,
    direct_pair,
    dump,
    load,
)
from protocol.errors import RemoteError
from protocol.ops import NO_CONVERSATION, RULES, Op
from protocol.replica import Replica
from tests.builders import START_MS, Person, person

ANA, BEN, CAT = person("ana"), person("ben"), person("cat")


def begun(body: Genesis) -> Op:
    return write_control(Replica(NO_CONVERSATION, device=ANA.device), body, now_ms=START_MS)


def offer(body: Genesis) -> Offer:
    genesis = begun(body)
    return Offer(ConversationId(bytes(genesis.id)), genesis, body)


def test_a_direct_conversation_is_known_by_its_two_owners_and_their_nonce() -> None:
    body = direct_genesis(ANA.certificate, [BEN.certificate])
    assert direct_pair(body) == (ANA.id, BEN.id)
    assert body.nonce == direct_nonce(BEN.id, ANA.id) == direct_nonce(ANA.id, BEN.id)
    assert direct_pair(direct_genesis(BEN.certificate, [ANA.certificate])) == (BEN.id, ANA.id)
    for other in (
        replace(body, nonce=bytes(16)),
        replace(body, nonce=direct_nonce(ANA.id, CAT.id)),
        replace(body, slots=body.slots[:1]),
        replace(body, slots=(*body.slots, (CAT.id, int(Level.MEMBER), (CAT.certificate.encoded,)))),
        replace(body, slots=(body.slots[0], (BEN.id, int(Level.MEMBER), body.slots[1][2]))),
        replace(body, parent=bytes(32)),
    ):
        assert direct_pair(other) is None, other


def test_it_is_with_the_devices_of_one_other_person() -> None:
    for wrong in ([], [ANA.certificate], [BEN.certificate, CAT.certificate]):
        with pytest.raises(ValueError, match="one other person"):
            direct_genesis(ANA.certificate, wrong)
    many = [Person.make("ben", device=f"{n}").certificate for n in range(CERTIFICATES + 3)]
    assert len(direct_genesis(ANA.certificate, many).slots[1][2]) == CERTIFICATES
    assert len(dump(offer(direct_genesis(ANA.certificate, many)))) < FRAME_BYTES


def test_frames_come_back_as_they_were() -> None:
    sent = offer(direct_genesis(ANA.certificate, [BEN.certificate]))
    assert load(dump(sent)) == sent
    assert load(dump(Answer(True))) == Answer(True)
    assert load(dump(Answer(False))) == Answer(False)


def test_only_the_signed_beginning_of_a_direct_conversation_is_an_offer() -> None:
    sent = offer(direct_genesis(ANA.certificate, [BEN.certificate]))
    header, signature, body = sent.genesis.wire()
    alone = begun(Genesis(bytes(16), RULES, ((ANA.id, int(Level.OWNER), (ANA.certificate.encoded,)),)))
    for wrong, code in (
        ([1, sent.conversation, [header, bytes(64), body]], "bad_signature"),
        ([1, bytes(32), [header, signature, body]], "bad_op"),
        ([1, bytes(alone.id), alone.wire()], "bad_body"),
        ([1, sent.conversation, [header, signature]], "bad_op"),
        ([1, sent.conversation], "bad_frame"),
        ([2, 1], "bad_frame"),
        ([3], "bad_frame"),
    ):
        with pytest.raises(RemoteError) as refused:
            load(encode(wrong))
        assert refused.value.code == code, wrong


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(RemoteError):
        load(data)
