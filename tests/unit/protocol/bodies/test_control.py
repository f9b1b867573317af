"""Control bodies: each kind there and back, and every bound."""

from dataclasses import replace
from typing import Any

import pytest

from crypto.codec import decode, encode
from crypto.ids import DeviceKey, IdentityKey, OpId
from protocol import limits
from protocol.bodies.control import (
    SCHEMAS,
    Admit,
    AiSet,
    ControlBody,
    ControlKind,
    DeviceAdd,
    DeviceRevoke,
    EpochNew,
    EpochWrap,
    Genesis,
    Grant,
    InviteCreate,
    InviteRevoke,
    Leave,
    Policy,
    Revoke,
    dump_control,
    load_control,
)
from protocol.errors import RemoteError
from protocol.replica import op_kind
from tests.builders import Talk, fixed, person

NAME = OpId(fixed("name"))
WHO, DEVICE = IdentityKey(fixed("who")), DeviceKey(fixed("device"))
CERTIFICATE = person("ana").certificate.encoded
WRAP = (DEVICE, bytes(80))
GENESIS = Genesis(bytes(16), 1, ((WHO, 3, (CERTIFICATE,)),))
ADMIT = Admit(NAME, WHO, CERTIFICATE, NAME, (b"peer", bytes(16), bytes(16)), bytes(64), bytes(64))
BODIES: list[ControlBody] = [
    GENESIS,
    replace(GENESIS, history=1, parent=NAME),
    replace(GENESIS, table=((0, 8, 1), (1, 8, 3))),
    Grant(NAME, WHO, 2, (CERTIFICATE,)),
    Grant(NAME, WHO, 0),
    ADMIT,
    InviteCreate(NAME, NAME, 1, 0, limits.MAX_TIME_MS, True, b"x" * 2048),
    EpochNew(NAME, 0, NAME, (WRAP,) * 1024, ((NAME, bytes(128)),)),
    EpochNew(NAME, 1 << 32, NAME, ()),
    EpochWrap(NAME, NAME, (WRAP,)),
    AiSet(NAME, b"", ((WHO, DEVICE),) * 8, 1 << 20, 1 << 32, NAME, b"x" * (32 << 10)),
    AiSet(NAME, NAME, (), 0, 0, NAME, b""),
    Revoke(NAME, ((WHO, 0),)),
    Revoke(NAME, tuple((IdentityKey(fixed(f"{at}")), at % 4) for at in range(64)), ((DEVICE, (NAME,) * 4),)),
    Revoke(NAME, ((WHO, 3),), tuple((DeviceKey(fixed(f"{at}")), (NAME,) * 4) for at in range(1024))),
    Leave(NAME),
    Leave(NAME, 3),
    DeviceAdd(NAME, CERTIFICATE),
    DeviceRevoke(NAME, DEVICE),
    DeviceRevoke(NAME, DEVICE, (NAME, NAME)),
    InviteRevoke(NAME, NAME),
    Policy(NAME, (), 0),
    Policy(NAME, tuple((1, kind, 1 + kind % 3) for kind in range(64)), 1),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_there_and_back(body: ControlBody) -> None:
    data = dump_control(body)
    assert load_control(data) == body
    assert len(data) <= limits.CONTROL_BODY_BYTES


def test_kinds_on_the_wire_never_change() -> None:
    assert {type(body).__name__: decode(dump_control(body))[0] for body in BODIES} == {
        "Genesis": 1,
        "Grant": 2,
        "Admit": 3,
        "Revoke": 4,
        "Leave": 5,
        "DeviceAdd": 6,
        "DeviceRevoke": 7,
        "InviteCreate": 8,
        "InviteRevoke": 9,
        "EpochNew": 10,
        "EpochWrap": 11,
        "AiSet": 12,
        "Policy": 13,
    }


def test_kind_is_read_off_the_bytes() -> None:
    talk = Talk("ana", "ben")
    talk.ana.grant(person("cat"))
    for op in talk.ana.ops.values():
        if op.header.plane == 0:
            assert op_kind(op) == decode(op.body)[0] == talk.ana.kinds[op.id]


@pytest.mark.parametrize(
    "body",
    [
        replace(GENESIS, nonce=bytes(15)),
        replace(GENESIS, rules=0),
        replace(GENESIS, rules=256),
        replace(GENESIS, slots=()),
        replace(GENESIS, slots=((WHO, 3, ()),)),
        replace(GENESIS, slots=((WHO, 4, (CERTIFICATE,)),)),
        replace(GENESIS, slots=((IdentityKey(WHO[:31]), 3, (CERTIFICATE,)),)),
        replace(GENESIS, slots=((WHO, 3, (CERTIFICATE,) * 9),)),
        replace(GENESIS, slots=((WHO, 3, (b"",)),)),
        replace(GENESIS, slots=((WHO, 3, (bytes(513),)),)),
        replace(GENESIS, slots=((WHO, 1, (b"c",)),) * 201),
        replace(GENESIS, history=2),
        replace(GENESIS, parent=b"x"),
        Grant(OpId(b""), WHO, 1),
        Grant(NAME, IdentityKey(b""), 1),
        Grant(NAME, WHO, 4),
        Grant(NAME, WHO, -1),
        Grant(NAME, WHO, 1, (CERTIFICATE,) * 9),
        replace(ADMIT, proof=OpId(b"")),
        replace(ADMIT, subject=IdentityKey(b"")),
        replace(ADMIT, certificate=b""),
        replace(ADMIT, invite=OpId(b"")),
        replace(ADMIT, transcript=(b"", bytes(16), bytes(16))),
        replace(ADMIT, transcript=(bytes(65), bytes(16), bytes(16))),
        replace(ADMIT, transcript=(b"p", bytes(15), bytes(16))),
        replace(ADMIT, transcript=(b"p", bytes(16), bytes(17))),
        replace(ADMIT, invite_signature=bytes(63)),
        replace(ADMIT, device_signature=bytes(65)),
        InviteCreate(NAME, b"", 1, 0, 0),
        InviteCreate(NAME, NAME, 2, 0, 0),  # an invite never confers more than a member's level
        InviteCreate(NAME, NAME, 1, (1 << 16) + 1, 0),
        InviteCreate(NAME, NAME, 1, 0, limits.MAX_TIME_MS + 1),
        InviteCreate(NAME, NAME, 1, 0, 0, preview=bytes(2049)),
        EpochNew(NAME, -1, NAME, ()),
        EpochNew(NAME, 0, b"", ()),
        EpochNew(NAME, 0, NAME, ((DEVICE, bytes(79)),)),
        EpochNew(NAME, 0, NAME, ((DeviceKey(b""), bytes(80)),)),
        EpochNew(NAME, 0, NAME, (WRAP,) * 1025),
        EpochNew(NAME, 0, NAME, (), ((NAME, bytes(129)),)),
        EpochNew(NAME, 0, NAME, (), ((NAME, b""),) * 65),
        EpochWrap(NAME, OpId(b""), ()),
        AiSet(NAME, b"x", (), 0, 0, NAME, b""),
        AiSet(NAME, b"", ((WHO, DEVICE),) * 9, 0, 0, NAME, b""),
        AiSet(NAME, b"", (), (1 << 20) + 1, 0, NAME, b""),
        AiSet(NAME, b"", (), 0, -1, NAME, b""),
        AiSet(NAME, b"", (), 0, 0, OpId(b""), b""),
        AiSet(NAME, b"", (), 0, 0, NAME, bytes((32 << 10) + 1)),
        replace(GENESIS, table=((0, 8, 0),)),
        replace(GENESIS, table=((0, 8, 1), (0, 8, 2))),
        Revoke(OpId(b""), ((WHO, 0),)),
        Revoke(NAME, ()),
        Revoke(NAME, ((WHO, 4),)),
        Revoke(NAME, ((WHO, 0), (WHO, 1))),
        Revoke(NAME, tuple((IdentityKey(fixed(f"{at}")), 0) for at in range(65))),
        Revoke(NAME, ((WHO, 0),), ((DEVICE, (NAME,) * 5),)),
        Revoke(NAME, ((WHO, 0),), ((DEVICE, ()), (DEVICE, (NAME,)))),
        Revoke(NAME, ((WHO, 0),), ((DEVICE, (OpId(b"x"),)),)),
        Revoke(NAME, ((WHO, 0),), tuple((DeviceKey(fixed(f"{at}")), ()) for at in range(1025))),
        Leave(NAME, 4),
        Leave(NAME, -1),
        DeviceAdd(NAME, b""),
        DeviceAdd(NAME, bytes(513)),
        DeviceRevoke(NAME, DeviceKey(b"")),
        DeviceRevoke(NAME, DEVICE, (NAME,) * 5),
        InviteRevoke(NAME, OpId(b"")),
        Policy(NAME, ((2, 1, 1),), 0),
        Policy(NAME, ((1, 256, 1),), 0),
        Policy(NAME, ((1, 1, 4),), 0),
        Policy(NAME, ((1, 1, 1),), 2),
        Policy(NAME, ((1, 1, 1), (1, 1, 2)), 0),
        Policy(NAME, tuple((1, kind, 1) for kind in range(65)), 0),
    ],
    ids=lambda body: type(body).__name__,
)
def test_bounds(body: ControlBody) -> None:
    with pytest.raises(ValueError, match=r"."):
        dump_control(body)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_each_field_is_needed_and_checked(body: ControlBody) -> None:
    kind, table = decode(dump_control(body))
    optional = {1: {4, 5, 6}, 2: {4}, 4: {3}, 5: {2}, 7: {3}, 8: {6, 7}, 10: {5}}.get(kind, set())
    for number in table:
        rest = {key: value for key, value in table.items() if key != number}
        if number in optional:
            assert load_control(encode([kind, rest])) != body
        else:
            with pytest.raises(RemoteError):
                load_control(encode([kind, rest]))
        with pytest.raises(RemoteError):
            load_control(encode([kind, {**table, number: "text is nowhere in the control plane"}]))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "bad_body"),
        (encode([]), "bad_body"),
        (encode([2, []]), "bad_body"),
        (encode([True, {}]), "bad_body"),
        (encode([b"", {}]), "bad_body"),
        (encode([2, {}, 0]), "bad_body"),
        (encode([2, {250: b"x" * limits.CONTROL_BODY_BYTES}]), "bad_body"),
        (encode([0, {}]), "unknown_kind"),
        (encode([17, {}]), "unknown_kind"),
        (encode([-1, {}]), "unknown_kind"),
    ],
)
def test_what_is_no_body(data: bytes, code: str) -> None:
    with pytest.raises(RemoteError) as caught:
        load_control(data)
    assert caught.value.code == code


def test_reserved_kinds_wait_for_their_rules() -> None:
    reserved: list[Any] = [kind for kind in ControlKind if kind not in SCHEMAS]
    assert reserved == [ControlKind.MITOSIS_COMMIT, ControlKind.SEAL, ControlKind.RULES_UPGRADE]
    for kind in reserved:
        with pytest.raises(RemoteError) as caught:
            load_control(encode([int(kind), {}]))
        assert caught.value.code == "unknown_kind"
