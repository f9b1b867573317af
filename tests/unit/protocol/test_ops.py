"""The envelope: every static rule by a case that breaks just it."""

from collections.abc import Callable
from typing import Any

import pytest

from crypto.codec import encode
from crypto.ids import ConversationId, OpId
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import (
    CONTENT,
    NO_CONVERSATION,
    Header,
    body_hash,
    highest,
    op_id,
    parse_header,
    parse_op,
    sign_op,
    verify_op,
)
from tests.builders import Talk, fixed, person

ANA = person("ana")
A, B, C = sorted(fixed(name) for name in "abc")
HERE = ConversationId(fixed("conversation"))
BODY = b"a body"
NAMES = [
    "rules",
    "plane",
    "device",
    "seq",
    "prev",
    "parents",
    "auth",
    "depth",
    "ts",
    "epoch",
    "body_bytes",
    "body_hash",
]

CONTENT_FIELDS: dict[str, Any] = {
    "rules": 1,
    "plane": 1,
    "device": ANA.device_id,
    "seq": 3,
    "prev": A,
    "parents": [A, B],
    "auth": [C],
    "depth": 5,
    "ts": 1_750_000_000_000,
    "epoch": B,
    "body_bytes": len(BODY),
    "body_hash": body_hash(BODY),
}
CONTROL_FIELDS = {**CONTENT_FIELDS, "plane": 0, "auth": [], "epoch": b""}
GENESIS_FIELDS = {**CONTROL_FIELDS, "seq": 0, "prev": b"", "parents": [], "depth": 0}


def header_bytes(base: dict[str, Any] | None = None, /, **changes: Any) -> bytes:
    fields = {**(base or CONTENT_FIELDS), **changes}
    return encode([fields[name] for name in NAMES])


def wire(data: bytes, body: bytes = BODY, conversation: ConversationId = HERE) -> list[bytes]:
    signature = ANA.device.signing.sign(op_id(conversation, data), context=b"p2p.op.1\0")
    return [data, signature, body]


@pytest.mark.parametrize("base", [CONTENT_FIELDS, CONTROL_FIELDS, GENESIS_FIELDS])
def test_sound_headers_keep_their_bytes(base: dict[str, Any]) -> None:
    data = header_bytes(base)
    header = parse_header(data)
    assert header.encode() == data
    assert (header.plane, header.seq, header.depth, header.ts_ms) == (
        base["plane"],
        base["seq"],
        base["depth"],
        base["ts"],
    )
    assert (header.prev or b"", header.epoch or b"") == (base["prev"], base["epoch"])
    assert (list(header.parents), list(header.auth)) == (base["parents"], base["auth"])


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": limits.MAX_DEPTH, "depth": limits.MAX_DEPTH, "ts": limits.MAX_TIME_MS},
        {"ts": 0},
        {"body_bytes": limits.CONTENT_BODY_BYTES},
        {"body_bytes": 0},
        {"plane": 0, "auth": [], "epoch": b"", "body_bytes": limits.CONTROL_BODY_BYTES},
        {"parents": sorted(fixed(str(n)) for n in range(8))},
        {"auth": sorted(fixed(str(n)) for n in range(4))},
        {"seq": 0, "prev": b""},
        {"seq": 0, "prev": b"", "parents": [], "depth": 0},
    ],
    ids=str,
)
def test_edges_that_are_allowed(changes: dict[str, Any]) -> None:
    assert parse_header(header_bytes(**changes)).encode() == header_bytes(**changes)


BAD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "rules 0": (CONTENT_FIELDS, {"rules": 0}),
    "rules 2": (CONTENT_FIELDS, {"rules": 2}),
    "rules true": (CONTENT_FIELDS, {"rules": True}),
    "plane 2": (CONTENT_FIELDS, {"plane": 2}),
    "plane -1": (CONTENT_FIELDS, {"plane": -1}),
    "plane true": (CONTENT_FIELDS, {"plane": True}),
    "plane bytes": (CONTENT_FIELDS, {"plane": b""}),
    "device short": (CONTENT_FIELDS, {"device": bytes(31)}),
    "device long": (CONTENT_FIELDS, {"device": bytes(33)}),
    "device empty": (CONTENT_FIELDS, {"device": b""}),
    "device text": (CONTENT_FIELDS, {"device": "x" * 32}),
    "seq negative": (CONTENT_FIELDS, {"seq": -1}),
    "seq too high": (CONTENT_FIELDS, {"seq": limits.MAX_DEPTH + 1}),
    "seq true": (CONTENT_FIELDS, {"seq": True}),
    "seq bytes": (CONTENT_FIELDS, {"seq": b""}),
    "seq 0 with prev": (CONTENT_FIELDS, {"seq": 0}),
    "seq 1 without prev": (CONTENT_FIELDS, {"seq": 1, "prev": b""}),
    "prev short": (CONTENT_FIELDS, {"prev": bytes(31)}),
    "prev text": (CONTENT_FIELDS, {"prev": "x" * 32}),
    "parents descending": (CONTENT_FIELDS, {"parents": [B, A]}),
    "parents twice": (CONTENT_FIELDS, {"parents": [A, A]}),
    "parents 9": (CONTENT_FIELDS, {"parents": sorted(fixed(str(n)) for n in range(9))}),
    "parents short": (CONTENT_FIELDS, {"parents": [A[:31]]}),
    "parents text": (CONTENT_FIELDS, {"parents": ["x" * 32]}),
    "parents bytes": (CONTENT_FIELDS, {"parents": A}),
    "parents number": (CONTENT_FIELDS, {"parents": 0}),
    "auth descending": (CONTENT_FIELDS, {"auth": [C, A]}),
    "auth twice": (CONTENT_FIELDS, {"auth": [C, C]}),
    "auth 5": (CONTENT_FIELDS, {"auth": sorted(fixed(str(n)) for n in range(5))}),
    "auth short": (CONTENT_FIELDS, {"auth": [b""]}),
    "auth none": (CONTENT_FIELDS, {"auth": []}),
    "auth map": (CONTENT_FIELDS, {"auth": {}}),
    "depth 0 with parents": (CONTENT_FIELDS, {"depth": 0}),
    "depth 1 without parents": (CONTENT_FIELDS, {"seq": 0, "prev": b"", "parents": [], "depth": 1}),
    "depth negative": (CONTENT_FIELDS, {"depth": -1}),
    "depth too high": (CONTENT_FIELDS, {"depth": limits.MAX_DEPTH + 1}),
    "depth true": (CONTENT_FIELDS, {"depth": True}),
    "ts negative": (CONTENT_FIELDS, {"ts": -1}),
    "ts too high": (CONTENT_FIELDS, {"ts": 1 << 48}),
    "ts false": (CONTENT_FIELDS, {"ts": False}),
    "epoch none": (CONTENT_FIELDS, {"epoch": b""}),
    "epoch short": (CONTENT_FIELDS, {"epoch": bytes(16)}),
    "epoch text": (CONTENT_FIELDS, {"epoch": "x" * 32}),
    "content body too long": (CONTENT_FIELDS, {"body_bytes": limits.CONTENT_BODY_BYTES + 1}),
    "control body too long": (CONTROL_FIELDS, {"body_bytes": limits.CONTROL_BODY_BYTES + 1}),
    "body negative": (CONTENT_FIELDS, {"body_bytes": -1}),
    "body true": (CONTENT_FIELDS, {"body_bytes": True}),
    "hash short": (CONTENT_FIELDS, {"body_hash": bytes(31)}),
    "hash empty": (CONTENT_FIELDS, {"body_hash": b""}),
    "hash text": (CONTENT_FIELDS, {"body_hash": "x" * 32}),
    "control with auth": (CONTROL_FIELDS, {"auth": [C]}),
    "control with epoch": (CONTROL_FIELDS, {"epoch": C}),
    "genesis with prev": (GENESIS_FIELDS, {"seq": 1, "prev": A}),
    "genesis with depth": (GENESIS_FIELDS, {"depth": 1}),
}


@pytest.mark.parametrize("case", BAD)
def test_each_rule_of_the_header(case: str) -> None:
    base, changes = BAD[case]
    with pytest.raises(RemoteError) as caught:
        parse_header(header_bytes(base, **changes))
    assert caught.value.code == "bad_op"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        encode(1),
        encode([]),
        encode({0: 1}),
        encode([CONTENT_FIELDS[name] for name in NAMES[:-1]]),
        encode([*[CONTENT_FIELDS[name] for name in NAMES], 0]),
        header_bytes() + b"\0",
        header_bytes()[:-1],
        header_bytes().replace(b"\x9c\x01", b"\x9c\xcc\x01", 1),  # not the shortest integer
        header_bytes(prev=A + bytes(limits.HEADER_BYTES)),
    ],
)
def test_headers_of_another_form(data: bytes) -> None:
    with pytest.raises(RemoteError) as caught:
        parse_header(data)
    assert caught.value.code == "bad_op"


def test_the_largest_header_is_within_its_bound() -> None:
    data = header_bytes(
        seq=limits.MAX_DEPTH,
        depth=limits.MAX_DEPTH,
        ts=limits.MAX_TIME_MS,
        parents=sorted(fixed(str(n)) for n in range(limits.MAX_PARENTS)),
        auth=sorted(fixed(str(n)) for n in range(limits.MAX_AUTH)),
        body_bytes=limits.CONTENT_BODY_BYTES,
    )
    assert len(data) <= limits.HEADER_BYTES
    assert parse_header(data).encode() == data


def test_sound_op() -> None:
    data = header_bytes()
    op = parse_op(wire(data), conversation=HERE)
    verify_op(op)
    assert op.id == op_id(HERE, data)
    assert op.wire() == wire(data)
    assert op.key == (5, op.id)
    assert not op.is_genesis
    assert parse_op(tuple(wire(data)), conversation=HERE) == op


@pytest.mark.parametrize(
    "change",
    [
        lambda op: op[:2],
        lambda op: [*op, b""],
        lambda op: [op[0], op[1], 7],
        lambda op: [op[0], "x" * 64, op[2]],
        lambda op: [[], op[1], op[2]],
        lambda op: [op[0], op[1][:63], op[2]],
        lambda op: [op[0], op[1] + b"x", op[2]],
        lambda op: [op[0], op[1], op[2] + b"x"],  # another length
        lambda op: [op[0], op[1], b""],
        lambda op: [op[0], op[1], b"A body"],  # another hash
        lambda _: None,
        lambda _: b"abc",
        lambda _: {0: b"", 1: b"", 2: b""},
    ],
)
def test_each_rule_of_the_wire_form(change: Callable[[Any], Any]) -> None:
    with pytest.raises(RemoteError) as caught:
        parse_op(change(wire(header_bytes())), conversation=HERE)
    assert caught.value.code == "bad_op"


def test_id_binds_the_conversation() -> None:
    data = header_bytes()
    elsewhere = parse_op(wire(data), conversation=ConversationId(fixed("another")))
    assert elsewhere.id != op_id(HERE, data)
    with pytest.raises(RemoteError) as caught:
        verify_op(elsewhere)
    assert caught.value.code == "bad_signature"


def test_signature_is_the_devices_over_the_id() -> None:
    data = header_bytes()
    name = op_id(HERE, data)
    for signature in (
        person("ben").device.signing.sign(name, context=b"p2p.op.1\0"),
        ANA.device.signing.sign(name, context=b"p2p.eph.1\0"),
        ANA.identity.signing.sign(name, context=b"p2p.op.1\0"),
        bytes(64),
    ):
        op = parse_op([data, signature, BODY], conversation=HERE)
        with pytest.raises(RemoteError) as caught:
            verify_op(op)
        assert caught.value.code == "bad_signature"
        assert op.id == name, "the id does not depend on the signature"


def test_genesis_is_the_conversation_it_names() -> None:
    talk = Talk("ana")
    genesis = talk.genesis
    assert genesis.is_genesis
    assert parse_op(genesis.wire(), conversation=talk.id) == genesis
    with pytest.raises(RemoteError, match="begins another conversation"):
        parse_op(genesis.wire(), conversation=HERE)
    assert genesis.id == op_id(NO_CONVERSATION, genesis.header_bytes)


def test_content_without_parents_is_no_genesis() -> None:
    data = header_bytes(seq=0, prev=b"", parents=[], depth=0)
    assert not parse_op(wire(data), conversation=HERE).is_genesis


def test_sign_and_parse_agree() -> None:
    header = Header(CONTENT, ANA.device_id, 0, None, (OpId(A),), (OpId(B),), 1, 5, OpId(C), len(BODY), body_hash(BODY))
    op = sign_op(header, BODY, conversation=HERE, key=ANA.device.signing)
    assert parse_op(op.wire(), conversation=HERE) == op
    verify_op(op)


def test_highest_takes_the_deepest_and_cites_in_order() -> None:
    keys = [(1, OpId(A)), (3, OpId(B)), (3, OpId(C)), (2, OpId(fixed("d")))]
    assert highest(keys, most=2) == (B, C)
    assert highest(keys, most=3) == tuple(sorted((B, C, fixed("d"))))
    assert highest([], most=8) == ()
