"""Which epoch keys a device comes to hold, and what it opens with them."""

from dataclasses import replace

import pytest

from crypto.epochs import CONTENT, CONTROL, EPHEMERAL, REGISTERS, commitment, derive, encrypt_body
from crypto.errors import SealError
from crypto.ids import ConversationId, OpId
from protocol.bodies.content import Message
from protocol.bodies.control import EpochNew, EpochWrap
from protocol.keyring import EpochKey, Keyring
from tests.builders import Person, Talk, content_op, fixed, fixed_wrap, new_epoch, person

ANA, BEN = person("ana"), person("ben")
PROOF = OpId(fixed("proof"))
IDS = [OpId(fixed(f"epoch {number}")) for number in range(4)]
KEYS = [fixed(f"key {number}") for number in range(4)]


def epoch(number: int, *people: Person, history: tuple[int, ...] = ()) -> EpochNew:
    return new_epoch(
        PROOF, KEYS[number], people, number=number, history=[(IDS[earlier], KEYS[earlier]) for earlier in history]
    )


def empty() -> Keyring:
    return Keyring(ConversationId(fixed("conversation")))


def test_derived_keys() -> None:
    key = EpochKey(KEYS[0])
    assert (key.content, key.control, key.ephemeral, key.registers) == tuple(
        derive(KEYS[0], purpose) for purpose in (CONTENT, CONTROL, EPHEMERAL, REGISTERS)
    )


def test_a_wrap_for_this_device() -> None:
    keyring = empty()
    epochs = {IDS[0]: epoch(0, BEN, ANA)}
    assert IDS[0] not in keyring
    assert keyring.learn(IDS[0], epochs[IDS[0]], epochs=epochs, device=ANA.device) == [IDS[0]]
    assert keyring.keys[IDS[0]].key == KEYS[0]
    assert keyring.learn(IDS[0], epochs[IDS[0]], epochs=epochs, device=ANA.device) == []


def test_no_wrap_for_this_device() -> None:
    keyring = empty()
    epochs = {IDS[0]: epoch(0, BEN)}
    assert keyring.learn(IDS[0], epochs[IDS[0]], epochs=epochs, device=ANA.device) == []
    assert IDS[0] not in keyring


def test_false_wraps_are_passed_over() -> None:
    true = fixed_wrap(KEYS[0], ANA.device.box_public)
    false = [
        bytes(80),
        fixed_wrap(KEYS[1], ANA.device.box_public),  # the key of another epoch
        fixed_wrap(KEYS[0], BEN.device.box_public),  # sealed to somebody else
    ]
    epochs = {IDS[0]: replace(epoch(0), wraps=tuple((ANA.device_id, wrap) for wrap in false))}
    keyring = empty()
    assert keyring.learn(IDS[0], epochs[IDS[0]], epochs=epochs, device=ANA.device) == []
    later = EpochWrap(PROOF, IDS[0], tuple((ANA.device_id, wrap) for wrap in (*false, true)))
    assert keyring.learn(IDS[0], later, epochs=epochs, device=ANA.device) == [IDS[0]]


def test_a_wrap_under_somebody_elses_name() -> None:
    """A wrap is looked up by device: one addressed to another device is not tried, even if it would open."""
    epochs = {IDS[0]: replace(epoch(0), wraps=((BEN.device_id, fixed_wrap(KEYS[0], ANA.device.box_public)),))}
    assert empty().learn(IDS[0], epochs[IDS[0]], epochs=epochs, device=ANA.device) == []


def test_one_key_opens_the_past() -> None:
    epochs = {
        IDS[0]: epoch(0, BEN),
        IDS[1]: epoch(1, BEN, history=(0,)),
        IDS[2]: epoch(2, BEN),
        IDS[3]: epoch(3, ANA, history=(2, 1)),
    }
    keyring = empty()
    learned = keyring.learn(IDS[3], epochs[IDS[3]], epochs=epochs, device=ANA.device)
    assert learned[0] == IDS[3]
    assert sorted(learned) == sorted(IDS)
    assert [keyring.keys[name].key for name in IDS] == KEYS


def test_a_link_to_an_epoch_that_comes_later() -> None:
    """Two nodes that learn of the same epochs in another order hold the same keys."""
    epochs = {IDS[1]: epoch(1, ANA, history=(0,))}
    keyring = empty()
    assert keyring.learn(IDS[1], epochs[IDS[1]], epochs=epochs, device=ANA.device) == [IDS[1]]
    epochs[IDS[0]] = epoch(0, BEN)
    assert keyring.learn(IDS[0], epochs[IDS[0]], epochs=epochs, device=ANA.device) == [IDS[0]]


def test_false_links_are_passed_over() -> None:
    good = epoch(1, ANA, history=(0,))
    wrong_key = new_epoch(PROOF, KEYS[1], [ANA], history=[(IDS[0], KEYS[2])])
    garbage = replace(good, history=((IDS[0], bytes(72)), (IDS[0], b"")))
    other = replace(good, history=((IDS[2], good.history[0][1]),))
    for false in (wrong_key, garbage, other):
        epochs = {IDS[0]: epoch(0, BEN), IDS[1]: false, IDS[2]: epoch(2, BEN)}
        keyring = empty()
        assert keyring.learn(IDS[1], false, epochs=epochs, device=ANA.device) == [IDS[1]]
        assert list(keyring.keys) == [IDS[1]]


def test_a_circle_of_links_ends() -> None:
    epochs = {IDS[0]: epoch(0, ANA, history=(1,)), IDS[1]: epoch(1, BEN, history=(0, 1))}
    assert sorted(empty().learn(IDS[0], epochs[IDS[0]], epochs=epochs, device=ANA.device)) == sorted(IDS[:2])


def test_a_long_past_opens() -> None:
    """Years of rotations: more links in a row than Python allows calls."""
    count = 1_500
    names = [OpId(fixed(f"e{number}")) for number in range(count)]
    keys = [fixed(f"k{number}") for number in range(count)]
    epochs = {
        name: new_epoch(
            PROOF, keys[at], [ANA] if at == count - 1 else [], history=[(names[at - 1], keys[at - 1])] * (at > 0)
        )
        for at, name in enumerate(names)
    }
    keyring = empty()
    assert len(keyring.learn(names[-1], epochs[names[-1]], epochs=epochs, device=ANA.device)) == count
    assert keyring.keys[names[0]].key == keys[0]


def test_control_texts() -> None:
    keyring, other = empty(), Keyring(ConversationId(fixed("another conversation")))
    for each in (keyring, other):
        each.hold(IDS[0], KEYS[0])
        each.hold(IDS[1], KEYS[1])
    closed = keyring.close_control(b"text", epoch=IDS[0], nonce=bytes(24))
    assert keyring.open_control(closed, epoch=IDS[0]) == b"text"
    assert keyring.open_control(closed, epoch=IDS[1]) is None
    assert keyring.open_control(closed, epoch=IDS[2]) is None
    assert keyring.open_control(closed[:-1], epoch=IDS[0]) is None
    assert other.open_control(closed, epoch=IDS[0]) is None, "it is bound to its conversation"


def test_bodies_are_bound_to_their_headers() -> None:
    talk = Talk("ana", "ben")
    op = talk.ana.say("hello")
    keyring = talk.ana.replica.keyring
    assert b"hello" in keyring.decrypt(op.header, op.body)
    for changes in ({"seq": 9}, {"device": BEN.device_id}, {"prev": PROOF}):
        with pytest.raises(SealError):
            keyring.decrypt(replace(op.header, **changes), op.body)


def test_a_key_that_does_not_match_its_epoch() -> None:
    talk = Talk("ana", "ben")
    op = content_op(talk.ana, Message("x"))
    position = talk.ana.replica.keyring.position(op.header)
    other = encrypt_body(derive(KEYS[0], CONTENT), b"x", position=position, nonce=bytes(24))
    with pytest.raises(SealError):
        talk.ana.replica.keyring.decrypt(op.header, other)
    assert commitment(talk.epoch_key) != commitment(KEYS[0])
