"""Sync frames there and back, and every bound."""

from typing import Any

import pytest

from crypto.codec import Value, encode
from crypto.ids import ConversationId, DeviceKey, OpId
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import Header
from protocol.sync.compact import OpsEncoder
from protocol.sync.frames import (
    Ack,
    AskRegisters,
    Failed,
    Follow,
    Frame,
    Get,
    Hello,
    Ops,
    Pull,
    Recon,
    Summary,
    TellRegisters,
    dump,
    load,
    op_bytes,
    tag_of,
)
from protocol.sync.index import END, START, bound
from protocol.sync.ranges import ANSWER, FINGERPRINT, LIST, MOST_IDS, MOST_RANGES, NONE, SKIP, Range, dump_ranges
from tests.builders import Talk, fixed, person

NAME = OpId(fixed("name"))
SUMMARY = Summary(3, fixed("heads"), (NAME,))
RANGES = (
    Range(bound(3, b"ab"), FINGERPRINT, fixed("sum", 16)),
    Range(bound(5), SKIP),
    Range(bound(5, NAME), LIST, fixed("elements", 48)),
    Range(bound(9), ANSWER, NAME),
    Range(END, NONE),
)
FRAMES: list[Frame] = [
    Hello(fixed("tag", 16), 1_750_000_000_000, SUMMARY, Summary(0, fixed("none"), ())),
    Hello(fixed("tag", 16), 0, Summary(1, NAME, (NAME,) * limits.SYNC_HEADS), SUMMARY),
    Recon(1, 1, b"", RANGES),
    Recon(1 << 63, 0, fixed("salt", 16), ()),
    Get(7, 1, (NAME,) * 512),
    Pull(0, 0, START, END, 0, limits.SYNC_CREDIT_BYTES),
    Pull(1, 1, bound(1 << 40), bound((1 << 48) - 1, NAME), 200, 1),
    Ops(1, b"", True, 0),
    Ops(1, b"whatever it is", False, 9),
    Ack(1, 1),
    Follow(limits.SYNC_CREDIT_BYTES),
    Failed(0, "not_member"),
    AskRegisters(((NAME, bytes(8), 4),)),
    AskRegisters(()),
    TellRegisters((b"register",)),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_there_and_back(frame: Frame) -> None:
    again = load(dump(frame))
    if isinstance(again, Recon):
        again = Recon(again.rid, again.plane, again.salt, tuple(again.ranges))
    assert again == frame
    assert dump(again) == dump(frame)


HELLO: list[Any] = [0, 1, bytes(16), 5, [0, bytes(32), []], [0, bytes(32), []]]


@pytest.mark.parametrize(
    "value",
    [
        7,
        [],
        [1, 0, 0],
        [6, 0, []],
        [9],
        [9, 0],
        [9, (1 << 40) + 1],
        [9, b""],
        [1, 0, 2, b"", b""],
        [1, 0, 0, bytes(15), b""],
        [1, 0, 0, bytes(17), b""],
        [1, 0, 0, b"", []],
        [1, 0, 0, b"", b"\xff"],
        [1, b"", 0, b"", b""],
        HELLO[:-1],
        [*HELLO, 0],
        [0, 2, *HELLO[2:]],
        [*HELLO[:2], bytes(15), *HELLO[3:]],
        [*HELLO[:3], b"", *HELLO[4:]],
        [*HELLO[:4], [0, bytes(32)], HELLO[5]],
        [*HELLO[:4], [-1, bytes(32), []], HELLO[5]],
        [*HELLO[:4], [0, bytes(31), []], HELLO[5]],
        [*HELLO[:4], [0, bytes(32), [b""]], HELLO[5]],
        [*HELLO[:4], HELLO[5], [0, bytes(32), [NAME] * 33]],
        [2, 0, 2, []],
        [2, 0, 0, [NAME] * 513],
        [2, 0, 0, [NAME[1:]]],
        [3, 0, 0, b"", END, 0, 0],
        [3, 0, 0, b"", END, 0, -1],
        [3, 0, 0, b"", END, 0, (1 << 40) + 1],
        [3, 0, 0, b"", END, -1, 1],
        [3, 0, 5, b"", END, 0, 1],
        [3, 0, 0, b"short", END, 0, 1],
        [3, 0, 0, b"", END + b"x", 0, 1],
        [3, 0, 0, b"", "end", 0, 1],
        [3, 0, 0, [], END, 0, 1],
        [3, 0, 0, b"", END, 0],
        [4, 0, b"", 0, 0],
        [4, 0, [], True, 0],
        [4, 0, b"", False, -1],
        [4, b"", b"", True, 0],
        [5, 0, 0],
        [5, 0, -1],
        [5, b"", 1],
        [7, 0, b"code"],
        [7, 0, "c" * 65],
        [8, 0, [[b"", b""]]],
        [8, 0, [[b"", b"", b""]]],
        [8, 0, [[b"", b"", 1]] * 1025],
        [8, 1, [7]],
        [8, 1, [b""] * 1025],
        [8, 2, []],
    ],
    ids=lambda value: str(value)[:40],
)
def test_other_forms(value: Value) -> None:
    with pytest.raises(RemoteError) as caught:
        load(encode(value))
    assert caught.value.code == "bad_frame"


@pytest.mark.parametrize("data", [b"", b"\xc1", dump(FRAMES[0])[:-1], dump(FRAMES[0]) + b"\0", bytes(1 << 19)])
def test_other_bytes(data: bytes) -> None:
    with pytest.raises(RemoteError):
        load(data)


@pytest.mark.parametrize(("plane", "body_bytes"), [(0, limits.CONTROL_BODY_BYTES), (1, limits.CONTENT_BODY_BYTES)])
def test_every_operation_fits_into_a_frame(plane: int, body_bytes: int) -> None:
    names = tuple(sorted(OpId(fixed(f"parent {number}")) for number in range(limits.MAX_PARENTS)))
    header = Header(
        plane=plane,
        device=DeviceKey(NAME),
        seq=limits.MAX_DEPTH,
        prev=NAME,
        parents=names,
        auth=names[: limits.MAX_AUTH] if plane else (),
        depth=limits.MAX_DEPTH,
        ts_ms=limits.MAX_TIME_MS,
        epoch=NAME if plane else None,
        body_bytes=body_bytes,
        body_hash=bytes(32),
    )
    data = header.encode()
    assert len(data) <= limits.HEADER_BYTES
    blob, count = OpsEncoder().encode([(NAME, data, bytes(64), bytes(body_bytes))])
    assert count == 1
    assert len(dump(Ops((1 << 64) - 1, blob, True, 1 << 40))) <= limits.SYNC_FRAME_BYTES
    assert op_bytes(len(data), body_bytes) <= limits.WIRE_OP_BYTES


def test_the_fullest_reconciliation_fits_into_a_frame() -> None:
    """As many ranges and ids as are allowed, each bound and payload as long as it can be."""
    uppers = [bound((1 << 47) + number, fixed(f"{number}")) for number in range(MOST_RANGES)]
    fingerprints = [Range(upper, FINGERPRINT, bytes(16)) for upper in uppers]
    answers = [Range(upper, ANSWER, bytes(32 * (MOST_IDS // MOST_RANGES))) for upper in uppers]
    for ranges in (fingerprints, answers):
        frame = Recon((1 << 64) - 1, 1, bytes(16), ranges)
        assert len(dump(frame)) <= limits.SYNC_FRAME_BYTES
        assert load(dump(frame)) == frame
    for too_many in ([*fingerprints, Range(END, NONE)], [*answers[:-1], answers[-1]._replace(payload=bytes(32 * 5))]):
        with pytest.raises(RemoteError):
            load(encode([1, 0, 1, b"", dump_ranges(too_many)]))


def test_tags_tell_conversations_apart() -> None:
    one, two = tag_of(ConversationId(fixed("one"))), tag_of(ConversationId(fixed("two")))
    assert one != two
    assert len(one) == 16


def test_summaries() -> None:
    talk = Talk("ana", "ben")
    before = Summary.of(talk.ben.replica.content)
    op = talk.ana.say("news")
    after = Summary.of(talk.ana.replica.content)
    assert (after.count, after.heads) == (2, (op.id,))
    assert after.heads_hash == talk.ana.replica.content.heads_hash() != before.heads_hash
    assert after.shows_unknown(talk.ben.replica.content)
    assert not before.shows_unknown(talk.ana.replica.content)
    assert not after.shows_unknown(talk.ana.replica.content)


def test_heads_that_a_summary_leaves_out() -> None:
    """With more heads than it names, only the hash tells that something is missing."""
    names = [f"p{number}" for number in range(limits.SYNC_HEADS + 3)]
    talk = Talk("ana", *names)
    low = talk.members["p0"].say("low")
    for name in names[1:]:
        talk.members[name].say("first")
        talk.members[name].say("high")
    for name in names[1:]:
        talk.ana.receive(list(talk.members[name].ops.values()))
    full = talk.copy_for(person("p0"))
    full.receive([*talk.ana.ops.values(), low])
    summary = Summary.of(full.replica.content)
    assert len(summary.heads) == limits.SYNC_HEADS
    assert low.id not in summary.heads
    assert all(head in talk.ana.replica.content for head in summary.heads)
    assert summary.shows_unknown(talk.ana.replica.content)
    assert not summary.shows_unknown(full.replica.content)
