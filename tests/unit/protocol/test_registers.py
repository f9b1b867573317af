"""Registers: the newest wins, whatever the order, and only members of the conversation can read them."""

from dataclasses import replace
from itertools import permutations
from random import Random

import pytest

from crypto.codec import Value, encode
from crypto.ids import ConversationId, OpId
from protocol import limits
from protocol.errors import RemoteError
from protocol.keyring import Keyring
from protocol.registers import (
    ADDRESSES,
    NAMES,
    PROFILE,
    Register,
    Registers,
    parse_register,
    slot_of,
    verify_register,
    write_register,
)
from tests.builders import Person, fixed, person

ANA, BEN = person("ana"), person("ben")
HERE = ConversationId(fixed("conversation"))
EPOCHS = [OpId(fixed(f"epoch {number}")) for number in range(20)]


def keyring(*numbers: int) -> Keyring:
    made = Keyring(HERE)
    for number in numbers or (0,):
        made.hold(EPOCHS[number], fixed(f"key {number}"))
    return made


def write(value: str, sequence: int, *, who: Person = ANA, name: bytes = PROFILE, epoch: int = 0) -> Register:
    return write_register(
        keyring(epoch),
        who.device,
        name=name,
        value=value.encode(),
        sequence=sequence,
        epoch=EPOCHS[epoch],
        nonce=fixed(f"{value} {sequence}", 24),
    )


def test_there_and_back() -> None:
    register = write("Ana", 3)
    assert parse_register(register.encoded) == register
    verify_register(register, conversation=HERE)
    assert (register.device, register.sequence, register.epoch) == (ANA.device_id, 3, EPOCHS[0])
    assert b"Ana" not in register.encoded
    assert register.slot == slot_of(PROFILE, keyring().keys[EPOCHS[0]].registers)
    assert register.slot != slot_of(ADDRESSES, keyring().keys[EPOCHS[0]].registers)


def test_order_of_arrival_changes_nothing() -> None:
    registers = [
        write("Ana", 1),
        write("Anna", 2),
        write("Anne", 2),
        write("Ben", 1, who=BEN),
        write("a", 5, name=ADDRESSES),
    ]
    ends = set()
    for order in permutations(registers):
        held = Registers(keyring())
        for register in order:
            held.merge(register)
            assert not held.merge(register), "a replay is no news"
        ends.add((held.value(ANA.device_id, PROFILE), held.value(BEN.device_id, PROFILE), str(held.digest())))
    assert len(ends) == 1
    higher = b"Anna" if registers[1].rank > registers[2].rank else b"Anne"
    assert next(iter(ends))[:2] == (higher, b"Ben")


def test_older_ones_are_no_news() -> None:
    held = Registers(keyring())
    assert held.merge(write("new", 7))
    assert not held.merge(write("old", 6))
    assert held.value(ANA.device_id, PROFILE) == b"new"
    assert held.next_sequence(ANA.device_id) == 8
    assert held.next_sequence(BEN.device_id) == 0
    assert held.value(BEN.device_id, PROFILE) is None


def test_new_epochs_never_shut_a_device_out() -> None:
    """Each epoch blinds the slots anew; only the newest few are kept, on every node the same."""
    registers = [write(f"name {epoch}", epoch, epoch=epoch) for epoch in range(20)]
    registers.append(write("home", 30, name=ADDRESSES, epoch=19))
    ends = set()
    for seed in range(30):
        held = Registers(keyring(*range(20)))
        for register in Random(seed).sample(registers, len(registers)):
            held.merge(register)
        assert held.value(ANA.device_id, PROFILE) == b"name 19"
        assert held.value(ANA.device_id, ADDRESSES) == b"home"
        ends.add(str(held.digest()))
    assert len(ends) == 1
    assert len(held.digest()) == limits.REGISTERS_PER_DEVICE


def test_devices_have_room_of_their_own() -> None:
    held = Registers(keyring(0, 1, 2, 3, 4))
    for epoch in range(5):
        held.merge(write("ana", epoch + 50, epoch=epoch))
    assert held.merge(write("Ben", 0, who=BEN))
    assert held.value(BEN.device_id, PROFILE) == b"Ben"


def test_value_needs_the_key() -> None:
    held = Registers(keyring(1))
    held.merge(write("Ana", 1))
    assert held.value(ANA.device_id, PROFILE) is None
    later = keyring(0, 1)
    held = Registers(later)
    held.merge(write("Ana", 1))
    held.merge(write("Anna", 2, epoch=1))
    assert held.value(ANA.device_id, PROFILE) == b"Anna"
    del later.keys[EPOCHS[1]]
    assert held.value(ANA.device_id, PROFILE) == b"Ana"


def test_a_value_is_bound_to_its_device_and_slot() -> None:
    mine = write("Ana", 1)
    for stolen in (replace(mine, device=BEN.device_id), replace(mine, slot=write("", 0, name=ADDRESSES).slot)):
        held = Registers(keyring())
        held.merge(stolen)
        assert held.value(BEN.device_id, PROFILE) is None
        assert held.value(ANA.device_id, ADDRESSES) is None


def test_signatures_bind_the_conversation() -> None:
    register = write("Ana", 1)
    with pytest.raises(RemoteError) as caught:
        verify_register(register, conversation=ConversationId(fixed("another")))
    assert caught.value.code == "bad_signature"
    for false in (
        replace(register, signature=bytes(64)),
        replace(register, signature=b""),
        replace(register, device=BEN.device_id),
    ):
        with pytest.raises(RemoteError):
            verify_register(false, conversation=HERE)


def test_what_a_peer_lacks() -> None:
    held, other = Registers(keyring()), Registers(keyring())
    for register in (write("Ana", 1), write("Ben", 4, who=BEN)):
        held.merge(register)
    other.merge(write("Ben", 3, who=BEN))
    newer = held.newer_than(other.digest())
    assert [register.sequence for register in newer] == sorted(
        (1, 4), key=lambda n: ANA.device_id if n == 1 else BEN.device_id
    )
    for register in newer:
        other.merge(register)
    assert other.digest() == held.digest()
    assert held.newer_than(other.digest()) == []


def test_two_values_with_one_sequence_are_told_apart() -> None:
    """A device that was set back writes a sequence again: everybody must still end with the same value."""
    held, other = Registers(keyring()), Registers(keyring())
    held.merge(write("one", 7))
    other.merge(write("two", 7))
    assert held.digest() != other.digest()
    for source, target in ((held, other), (other, held)):
        for register in source.newer_than(target.digest()):
            target.merge(register)
    assert held.digest() == other.digest()
    assert held.value(ANA.device_id, PROFILE) == other.value(ANA.device_id, PROFILE) is not None
    assert held.newer_than(other.digest()) == []


def test_which_of_several_a_register_is_for() -> None:
    held = Registers(keyring(0, 1))
    for epoch in (0, 1):
        for name in NAMES:
            assert held.name_of(write("x", 0, name=name, epoch=epoch)) == name
    assert held.name_of(write("x", 0, name=b"another")) is None
    assert held.name_of(write("x", 0, epoch=2)) is None
    held.merge(write("older", 3))
    held.merge(write("newer", 2, epoch=1))
    newest = held.newest(ANA.device_id, PROFILE)
    assert newest is not None
    assert (newest.sequence, newest.epoch) == (3, EPOCHS[0])
    assert held.newest(BEN.device_id, PROFILE) is None


def test_a_digest_in_parts_is_the_whole() -> None:
    held, lacking = Registers(keyring()), Registers(keyring())
    for number in range(25):
        register = write(f"{number}", number, who=Person.make(f"p{number}"))
        held.merge(register)
        if number % 3:
            lacking.merge(register)
    rows, after = [], b""
    given = []
    while True:
        part, upto = lacking.digest_after(after, most=4)
        assert len(part) <= 4
        rows += part
        given += held.newer_than(part, after=after, upto=upto)
        if not upto:
            break
        assert upto > after
        after = upto
    assert rows == lacking.digest()
    assert given == held.newer_than(lacking.digest())
    assert len(given) == 9


@pytest.mark.parametrize("name", [b"", b"slot", bytes(16), bytes(40)])
def test_a_digest_may_name_anything(name: bytes) -> None:
    held = Registers(keyring())
    held.merge(write("Ana", 1))
    assert len(held.newer_than([(ANA.device_id, name, 1 << 70), (b"", name, -5)])) == 1


GOOD: list[Value] = [ANA.device_id, bytes(8), 1, EPOCHS[0], b"closed"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        [],
        b"",
        b"\xc1",
        encode([]),
        encode([encode(GOOD)]),
        encode([encode(GOOD), bytes(64), 0]),
        encode([GOOD, bytes(64)]),
        encode([encode(GOOD[:4]), bytes(64)]),
        encode([encode([ANA.device_id[1:], *GOOD[1:]]), bytes(64)]),
        encode([encode([GOOD[0], bytes(7), *GOOD[2:]]), bytes(64)]),
        encode([encode([*GOOD[:2], -1, *GOOD[3:]]), bytes(64)]),
        encode([encode([*GOOD[:2], 1 << 63, *GOOD[3:]]), bytes(64)]),
        encode([encode([*GOOD[:2], b"", *GOOD[3:]]), bytes(64)]),
        encode([encode([*GOOD[:3], b"", GOOD[4]]), bytes(64)]),
        encode([encode([*GOOD[:4], 7]), bytes(64)]),
        encode([encode(GOOD) + b"\0", bytes(64)]),
        encode([encode([*GOOD[:4], bytes(limits.REGISTER_BYTES)]), bytes(64)]),
    ],
)
def test_other_forms(data: object) -> None:
    with pytest.raises(RemoteError) as caught:
        parse_register(data)
    assert caught.value.code == "bad_register"
