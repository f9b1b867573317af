"""Sync frames there and back, and every bound."""

from typing import Any

import pytest

from crypto.codec import Value, encode
from crypto.ids import ConversationId, OpId
from protocol import limits
from protocol.errors import RemoteError
from protocol.sync.frames import (
    Ack,
    AskRegisters,
    Failed,
    Frame,
    Get,
    Hello,
    Ops,
    Pull,
    Summary,
    TellRegisters,
    dump,
    load,
    op_bytes,
    tag_of,
)
from tests.builders import Talk, fixed, person

NAME = OpId(fixed("name"))
SUMMARY = Summary(3, fixed("heads"), (NAME,))
FRAMES: list[Frame] = [
    Hello(fixed("tag", 16), 1_750_000_000_000, SUMMARY, Summary(0, fixed("none"), ())),
    Hello(fixed("tag", 16), 0, Summary(1, NAME, (NAME,) * limits.SYNC_HEADS), SUMMARY),
    Get(7, 1, (NAME,) * 512),
    Pull(0, 0, (NAME,) * limits.SYNC_HAVES, limits.SYNC_CREDIT_BYTES),
    Pull(1, 1, (), 1),
    Ops(1, (), True, 0),
    Ops(1, ([b"header", b"signature", b"body"],), False, 9),
    Ack(1, 1),
    Failed(0, "not_member"),
    AskRegisters(((NAME, bytes(8), 4),)),
    AskRegisters(()),
    TellRegisters((b"register",)),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_there_and_back(frame: Frame) -> None:
    assert load(dump(frame)) == frame


HELLO: list[Any] = [0, 1, bytes(16), 5, [0, bytes(32), []], [0, bytes(32), []]]


@pytest.mark.parametrize(
    "value",
    [
        7,
        [],
        [1, 0, 0],
        [6, 0, []],
        [9],
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
        [3, 0, 0, [], 0],
        [3, 0, 0, [], -1],
        [3, 0, 0, [], (1 << 40) + 1],
        [3, 0, 5, [], 1],
        [3, 0, 0, [NAME] * 65, 1],
        [3, 0, 0, ["x" * 32], 1],
        [4, 0, [], 0, 0],
        [4, 0, [0] * 2049, False, 0],
        [4, b"", [], True, 0],
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


def test_cost_of_an_operation() -> None:
    assert op_bytes([b"12", b"x" * 64, b"345"]) == 85
    for wire in (None, [], [b"", b""], [b"", b"", 7], [7, b"", b""]):
        with pytest.raises(RemoteError):
            op_bytes(wire)


def test_every_operation_fits_into_a_frame() -> None:
    largest = [bytes(limits.HEADER_BYTES), bytes(64), bytes(limits.CONTROL_BODY_BYTES)]
    assert len(dump(Ops(1 << 63, (largest,), True, 1 << 40))) <= limits.SYNC_FRAME_BYTES
    assert op_bytes(largest) <= limits.WIRE_OP_BYTES


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
