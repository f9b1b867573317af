"""A certificate is either whole or refused."""

from typing import Any

import pytest

from crypto.certificates import MAX_BYTES, issue, parse_certificate
from crypto.codec import Value, encode
from crypto.errors import CodecError, SignatureError
from crypto.signatures import CERTIFICATE_CONTEXT, OP_CONTEXT
from tests.builders import START_MS, person

ANA, BEN = person("ana"), person("ben")


def fields(**changes: Any) -> list[Value]:
    values: dict[str, Any] = {
        "version": 1,
        "identity": ANA.id,
        "device": ANA.device_id,
        "box": ANA.device.box_public,
        "peer_id": b"12D3Koo",
        "ranks": [],
        "capabilities": 1,
        "created_ms": START_MS,
    }
    return list({**values, **changes}.values())


def signed(payload: list[Value] | bytes, context: bytes = CERTIFICATE_CONTEXT) -> bytes:
    data = payload if isinstance(payload, bytes) else encode(payload)
    return encode([data, ANA.identity.signing.sign(data, context=context)])


def test_issued_certificate_is_read_back() -> None:
    made = issue(ANA.identity, device=ANA.device, peer_id=b"12D3Koo", created_ms=START_MS)
    assert parse_certificate(made.encoded) == made
    assert made.encoded == signed(fields())
    assert (made.identity, made.device, made.box) == (ANA.id, ANA.device_id, ANA.device.box_public)
    assert (made.peer_id, made.rank_path, made.capabilities, made.created_ms) == (b"12D3Koo", (), 1, START_MS)


def test_ranks_and_edges() -> None:
    parsed = parse_certificate(signed(fields(ranks=[0, 7], capabilities=255, created_ms=(1 << 48) - 1)))
    assert parsed.rank_path == (0, 7)
    edge = parse_certificate(signed(fields(peer_id=b"x" * 64, capabilities=0, created_ms=0, ranks=[1] * 8)))
    assert edge.rank_path == (1,) * 8


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 0},
        {"version": 2},
        {"version": True},
        {"identity": ANA.id[:31]},
        {"identity": ANA.id + b"x"},
        {"device": b""},
        {"device": ANA.device_id + b"x"},
        {"device": "text"},
        {"box": b"x" * 31},
        {"box": bytes(32)},  # nothing can be sealed to it
        {"box": b"\x01" + bytes(31)},
        {"peer_id": b""},
        {"peer_id": b"x" * 65},
        {"peer_id": "12D3Koo"},
        {"ranks": [0] * 9},
        {"ranks": [-1]},
        {"ranks": [True]},
        {"ranks": [b""]},
        {"ranks": 0},
        {"capabilities": -1},
        {"capabilities": 256},
        {"capabilities": True},
        {"created_ms": -1},
        {"created_ms": 1 << 48},
        {"created_ms": False},
        {"created_ms": b""},
    ],
    ids=str,
)
def test_each_field_is_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(CodecError):
        parse_certificate(signed(fields(**changes)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        encode(1),
        encode([]),
        encode([encode(fields())]),
        encode([encode(fields()), bytes(64), 0]),
        encode([fields(), bytes(64)]),
        signed(encode(fields()[:-1])),
        signed(encode([*fields(), 0])),
        signed(b"\x98\xcc\x01"),  # a payload that is not canonical
        signed(fields()) + b"\0",
        b"\0" * (MAX_BYTES + 1),
    ],
)
def test_other_forms(data: bytes) -> None:
    with pytest.raises(CodecError):
        parse_certificate(data)


def test_signature_must_be_the_identitys_and_for_certificates() -> None:
    with pytest.raises(SignatureError, match="not signed by its identity"):
        parse_certificate(signed(fields(identity=BEN.id)))
    with pytest.raises(SignatureError):
        parse_certificate(signed(fields(), context=OP_CONTEXT))
    with pytest.raises(SignatureError):
        parse_certificate(encode([encode(fields()), bytes(63)]))
    data = bytearray(signed(fields()))
    data[-1] ^= 1
    with pytest.raises(SignatureError):
        parse_certificate(bytes(data))
