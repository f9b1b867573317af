"""The short form of operations: what it costs, and every way in which a frame can be wrong."""

from dataclasses import replace
from typing import Any

import msgpack
import pytest

from crypto.epochs import padded_length
from crypto.ids import ConversationId, DeviceKey, OpId
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL, NO_CONVERSATION, Header, Op, body_hash, op_id, parse_op
from protocol.sync.compact import MOST_OPS, OpsDecoder, OpsEncoder, Stored, shape
from tests.builders import Talk, fixed

HERE = ConversationId(fixed("conversation"))
DEVICE, OTHER = DeviceKey(fixed("device")), DeviceKey(fixed("other"))
EPOCH, AUTH = OpId(fixed("epoch")), (OpId(fixed("auth")),)


def stored(op: Op) -> Stored:
    return (op.id, op.header_bytes, op.signature, op.body)


def made(header: Header, body: bytes, *, conversation: ConversationId = HERE) -> Op:
    header = replace(header, body_bytes=len(body), body_hash=body_hash(body))
    data = header.encode()
    return Op(op_id(conversation, data), header, data, fixed(f"signature {data.hex()}", 64), body)


FIRST = made(Header(CONTENT, DEVICE, 0, None, (), AUTH, 0, 1_750_000_000_000, EPOCH, 0, b""), fixed("body", 120))


def following(*parents: Op, device: DeviceKey = DEVICE, own: Op | None = None, size: int = 100, **changes: Any) -> Op:
    """Return a content operation on top of `parents`; `own` is the device's last, and the last of them unless given."""
    before = own or parents[-1]
    header = Header(
        CONTENT,
        device,
        before.header.seq + 1,
        before.id,
        tuple(sorted(parent.id for parent in parents)),
        AUTH,
        1 + max(parent.header.depth for parent in parents),
        before.header.ts_ms + 4_000,
        EPOCH,
        0,
        b"",
    )
    return made(replace(header, **changes), fixed(f"body {before.id.hex()}", size))


def chain(count: int, *, size: int = 100) -> list[Op]:
    ops = [FIRST]
    while len(ops) < count:
        ops.append(following(ops[-1], size=size))
    return ops


def frames_of(ops: list[Op], *, encoder: OpsEncoder | None = None, at_a_time: int = 2048) -> list[bytes]:
    encoder = encoder or OpsEncoder()
    frames, rest = [], [stored(op) for op in ops]
    while rest:
        frame, count = encoder.encode(rest[:at_a_time])
        assert count
        frames.append(frame)
        del rest[:count]
    return frames


def check(ops: list[Op], *, conversation: ConversationId = HERE, at_a_time: int = 2048) -> list[bytes]:
    """Send `ops` through a stream, which must bring them back the same, and as `parse_op` gives them."""
    frames = frames_of(ops, at_a_time=at_a_time)
    decoder = OpsDecoder(conversation)
    back = [op for frame in frames for op in decoder.decode(frame)]
    assert back == ops
    assert [parse_op(op.wire(), conversation=conversation) for op in ops] == ops
    return frames


def test_a_conversation_as_it_is_written() -> None:
    talk = Talk("ana", "ben", "cat")
    for at in range(30):
        (talk.ana, talk.ben, talk.cat)[at % 3].say(f"message {at}")
        if at % 4 == 0:
            talk.meet()
    talk.meet()
    ops = sorted(talk.ops(), key=lambda op: (op.header.plane, op.key))
    for at_a_time in (1, 7, 2048):
        check(ops, conversation=talk.id, at_a_time=at_a_time)
    check(ops[::-1], conversation=talk.id)


def test_what_a_message_costs() -> None:
    """A message of 300 bytes, on top of the operation before and next of its device: 432 bytes."""
    body = padded_length(301) + 56
    ops = chain(1_001, size=body)
    frames = check(ops[:1], at_a_time=1)
    rest = check(ops)
    each = (sum(map(len, rest)) - len(frames[0])) / 1_000
    assert body == 360
    assert each <= 64 + body + 12
    assert each <= 432.1


def test_what_several_devices_and_merges_cost() -> None:
    one = FIRST
    two = made(replace(FIRST.header, device=OTHER), fixed("two", 360))
    ops = [one, two]
    for _ in range(300):
        first, second = ops[-2:]
        ops.append(following(first, second, own=first, device=first.header.device, size=360))
        ops.append(following(first, second, own=second, device=second.header.device, size=360))
    (few,) = frames_of(ops[:2])
    each = (sum(map(len, check(ops))) - len(few)) / 600
    assert each <= 64 + 360 + 14


def test_golden_bytes() -> None:
    second = following(FIRST, size=3)
    frame, count = OpsEncoder().encode([stored(FIRST), stored(second)])
    assert count == 2
    first = [[1, DEVICE, EPOCH, *AUTH], 1_750_000_000_000, FIRST.signature + FIRST.body, [], b"", 0]
    assert frame == msgpack.packb([1, first, [0, 4_000, second.signature + second.body]])


def test_new_contexts_name_what_came_before() -> None:
    other_auth = following(FIRST, auth=(OpId(fixed("later")),), size=3)
    control = made(Header(CONTROL, DEVICE, 4, AUTH[0], AUTH, (), 9, 1_750_000_000_000, None, 0, b""), b"control")
    check([FIRST, other_auth, control])
    (frame,) = frames_of([FIRST, other_auth, control])
    _, _, second, third = msgpack.unpackb(frame)
    assert second[0] == [1, 0, 1, fixed("later")]
    assert third == [
        [0, 0, b""],
        control.header.ts_ms - other_auth.header.ts_ms,
        control.signature + control.body,
        [AUTH[0]],
        AUTH[0],
        4,
        9,
    ]


WEIRD: dict[str, dict[str, Any]] = {
    "seq jumps": {"seq": 900},
    "seq falls": {"seq": 1},
    "seq at its most": {"seq": limits.MAX_DEPTH},
    "depth too high": {"depth": 400},
    "depth too low": {"depth": 1},
    "depth at its most": {"depth": limits.MAX_DEPTH},
    "clock at zero": {"ts_ms": 0},
    "clock at its most": {"ts_ms": limits.MAX_TIME_MS},
    "another prev": {"prev": OpId(fixed("unknown"))},
    "itself for prev and parent": {"prev": FIRST.id, "parents": (FIRST.id,)},
    "unknown parents": {"parents": tuple(sorted(OpId(fixed(f"parent {at}")) for at in range(8)))},
    "no parents": {"parents": (), "depth": 0},
    "four control heads": {"auth": tuple(sorted(OpId(fixed(f"head {at}")) for at in range(4)))},
    "another epoch": {"epoch": OpId(fixed("another epoch"))},
    "device, epoch and auth the same": {"device": DeviceKey(EPOCH), "auth": (EPOCH,)},
    "other device": {"device": OTHER},
    "first of a device": {"device": OTHER, "seq": 0, "prev": None},
}


@pytest.mark.parametrize("changes", WEIRD.values(), ids=WEIRD)
def test_weird_headers_come_back_to_the_byte(changes: dict[str, Any]) -> None:
    ops = chain(4)
    odd = following(ops[-1], **changes)
    ops += [odd, following(ops[-1])]
    if max(odd.header.depth, odd.header.seq) < limits.MAX_DEPTH:
        ops.append(following(ops[-1], odd, ts_ms=5))
    check(ops)
    check(ops, at_a_time=1)


def test_the_same_operation_twice() -> None:
    ops = chain(5)
    check([*ops, *ops, ops[2], following(ops[-1])])


def test_bodies_of_every_size() -> None:
    check([made(FIRST.header, bytes(size)) for size in (0, 1, 191, 192, 255, 256, limits.CONTENT_BODY_BYTES)])


def test_a_genesis() -> None:
    header = Header(CONTROL, DEVICE, 0, None, (), (), 0, 5, None, 0, b"")
    genesis = made(header, b"rules", conversation=NO_CONVERSATION)
    here = ConversationId(genesis.id)
    check([genesis], conversation=here)
    with pytest.raises(RemoteError) as caught:
        OpsDecoder(HERE).decode(frames_of([genesis])[0])
    assert caught.value.code == "bad_op"


def test_frames_are_filled_to_the_bound() -> None:
    ops = [stored(op) for op in chain(60, size=1_000)]
    encoder, decoder = OpsEncoder(), OpsDecoder(HERE)
    sizes = []
    while ops:
        frame, count = encoder.encode(ops, most_bytes=10_000)
        sizes.append((len(frame), count))
        assert len(decoder.decode(frame)) == count
        del ops[:count]
    assert all(size <= 10_000 for size, _ in sizes)
    assert {count for _, count in sizes[:-1]} == {7}, "as many as surely fit, whatever the short form saves"
    large, count = OpsEncoder().encode([stored(made(FIRST.header, bytes(60_000)))], most_bytes=1_000)
    assert (len(large) > 60_000, count) == (True, 1)
    assert OpsEncoder().encode([]) == (msgpack.packb([1]), 0)
    assert OpsDecoder(HERE).decode(msgpack.packb([1])) == []


def test_the_largest_operation_fits_into_a_frame() -> None:
    names = tuple(sorted(OpId(fixed(f"name {at}")) for at in range(8)))
    header = Header(CONTROL, DEVICE, 1 << 40, names[0], names, (), 1 << 47, limits.MAX_TIME_MS, None, 0, b"")
    frames = check([made(header, bytes(limits.CONTROL_BODY_BYTES))])
    assert len(frames[0]) < limits.SYNC_FRAME_BYTES


def test_no_more_operations_in_a_frame_than_are_allowed() -> None:
    ops = [stored(made(FIRST.header, b""))] * (MOST_OPS + 1)
    frame, count = OpsEncoder().encode(ops, most_bytes=1 << 20)
    assert count == MOST_OPS
    value = msgpack.unpackb(frame)
    with pytest.raises(RemoteError):
        OpsDecoder(HERE).decode(msgpack.packb([*value, value[-1]]))


def test_both_sides_forget_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape, "WINDOW", 10)
    monkeypatch.setattr(shape, "MOST_CONTEXTS", 3)
    ops = chain(30)
    for at in range(12):
        device = DeviceKey(fixed(f"device {at % 5}"))
        ops.append(following(ops[-1], ops[at], device=device, auth=(OpId(fixed(f"auth {at}")),)))
        ops.append(following(ops[-1], ops[2 * at], ops[-2], own=ops[at]))
    for at_a_time in (1, 3, 11, 40):
        check([*ops, *ops[::-1], *ops[::3]], at_a_time=at_a_time)
    encoder, decoder = OpsEncoder(), OpsDecoder(HERE)
    for frame in frames_of(ops * 20, encoder=encoder, at_a_time=5):
        decoder.decode(frame)
    assert len(decoder._came) == len(decoder._depths) == len(encoder._sent) == len(encoder._depths) <= 15
    assert len(encoder._ordinals) <= 15
    assert len(decoder._contexts) == len(encoder._contexts) <= 8
    assert len(decoder._names) == len(encoder._names) <= 8 * 6
    assert decoder._chains.keys() == encoder._chains.keys()


def test_what_cannot_be_said_shortly_goes_whole() -> None:
    later_rules = bytes([0x9C, 2]) + FIRST.header_bytes[2:]
    too_short = FIRST.body[:-1]
    for header_bytes, body in ((later_rules, FIRST.body), (FIRST.header_bytes, too_short), (b"\x90", b"")):
        frame, _ = OpsEncoder().encode([(FIRST.id, header_bytes, FIRST.signature, body)])
        assert msgpack.unpackb(frame) == [1, [header_bytes, FIRST.signature + body]]
        with pytest.raises(RemoteError) as caught:
            OpsDecoder(HERE).decode(frame)
        assert caught.value.code == "bad_op"
    whole = [FIRST.header_bytes, FIRST.signature + FIRST.body]
    decoder = OpsDecoder(HERE)
    assert decoder.decode(msgpack.packb([1, whole, whole])) == [FIRST, FIRST]
    assert decoder._came == []


# --- dropped bodies --------------------------------------------------------------------------------------------------


def test_a_dropped_body_is_said_so() -> None:
    ops = chain(3)
    rows = [stored(op) for op in ops]
    rows[1] = (*rows[1][:3], b"")
    frame, _ = OpsEncoder().encode(rows)
    assert len(frame) < sum(len(op.body) + 70 for op in (ops[0], ops[2])) + 260
    back = OpsDecoder(HERE, dropped_bodies=True).decode(frame)
    assert back == [ops[0], replace(ops[1], body=b""), ops[2]]
    with pytest.raises(RemoteError) as caught:
        OpsDecoder(HERE).decode(frame)
    assert caught.value.code == "bad_op"


def test_what_must_have_its_body_has_it() -> None:
    control = made(Header(CONTROL, DEVICE, 4, AUTH[0], AUTH, (), 9, 7, None, 0, b""), b"control")
    empty = made(FIRST.header, b"")
    sealed = [empty.signature, 0, empty.header.body_hash]
    for frame in (
        OpsEncoder().encode([(*stored(control)[:3], b"")])[0],
        msgpack.packb([1, [[1, DEVICE, EPOCH, *AUTH], 5, sealed, [], b"", 0]]),
    ):
        with pytest.raises(RemoteError) as caught:
            OpsDecoder(HERE, dropped_bodies=True).decode(frame)
        assert caught.value.code == "bad_op"


# --- hostile frames --------------------------------------------------------------------------------------------------

SEALED = FIRST.signature + FIRST.body
CONTEXT = [1, DEVICE, EPOCH, *AUTH]
GOOD = [CONTEXT, 1_750_000_000_000, SEALED, [], b"", 0]
NEXT = [0, 1, SEALED]


def changed(entry: list[Any], at: int, value: Any) -> list[Any]:
    return [*entry[:at], value, *entry[at + 1 :]]


MALFORMED: dict[str, Any] = {
    "no entries": 1,
    "another version": [2],
    "a flag for version": [True],
    "nothing": [],
    "an entry that is a number": [1, 5],
    "an entry that is bytes": [1, b"abc"],
    "an empty entry": [1, []],
    "one field": [1, [CONTEXT]],
    "five fields": [1, GOOD[:5]],
    "eight fields": [1, [*GOOD, 0, 0]],
    "whole, sealed is no bytes": [1, [FIRST.header_bytes, 7]],
    "whole, sealed is a list": [1, [FIRST.header_bytes, [FIRST.signature, 1, b""]]],
    "an unknown context": [1, changed(GOOD, 0, 0)],
    "a negative context": [1, GOOD, changed(NEXT, 0, -1)],
    "a context beyond": [1, GOOD, changed(NEXT, 0, 1)],
    "a context that is true": [1, GOOD, GOOD, changed(NEXT, 0, True)],
    "a context of bytes": [1, changed(GOOD, 0, DEVICE)],
    "a context too short": [1, changed(GOOD, 0, [1, DEVICE])],
    "a context too long": [1, changed(GOOD, 0, [1, DEVICE, EPOCH, *[bytes(32)] * 5])],
    "a plane of bytes": [1, changed(GOOD, 0, [b"", *CONTEXT[1:]])],
    "an unknown name": [1, changed(GOOD, 0, [1, 0, EPOCH, *AUTH])],
    "a name too short": [1, changed(GOOD, 0, [1, DEVICE[:31], EPOCH, *AUTH])],
    "a name that is a list": [1, changed(GOOD, 0, [1, [], EPOCH, *AUTH])],
    "a clock of bytes": [1, changed(GOOD, 1, b"")],
    "a clock with a point": [1, GOOD, changed(NEXT, 1, 0.5)],
    "a clock beyond 64 bits": [1, GOOD, changed(NEXT, 1, (1 << 64) - 1)],
    "sealed is a number": [1, changed(GOOD, 2, 7)],
    "dropped, too few": [1, changed(GOOD, 2, [FIRST.signature, 5])],
    "dropped, signature too short": [1, changed(GOOD, 2, [bytes(63), 5, bytes(32)])],
    "dropped, a length with a point": [1, changed(GOOD, 2, [FIRST.signature, 5.0, bytes(32)])],
    "parents are a number": [1, changed(GOOD, 3, 1)],
    "nine parents": [1, [*changed(GOOD, 3, [bytes([at]) * 32 for at in range(9)]), 5]],
    "a parent that did not come": [1, changed(GOOD, 3, [1])],
    "a parent at no distance": [1, GOOD, [*NEXT, [0]]],
    "a parent that will come": [1, GOOD, [*NEXT, [-1]]],
    "a parent too far back": [1, GOOD, [*NEXT, [2]]],
    "a parent too short": [1, changed(GOOD, 3, [b"short"])],
    "unknown parents without a depth": [1, changed(GOOD, 3, [bytes(32)])],
    "prev that did not come": [1, changed(GOOD, 4, 1)],
    "prev that is a list": [1, changed(GOOD, 4, [])],
    "nothing before": [1, GOOD[:3]],
    "next of a device that did not come": [1, GOOD[:4]],
    "a seq of nothing": [1, [*GOOD[:5], None]],
    "a seq with a point": [1, [*GOOD[:5], 1.5]],
    "a depth with a point": [1, [*GOOD, 1.5]],
    "text": [1, "text"],
    "a map": [1, {1: 2}],
}


@pytest.mark.parametrize("value", MALFORMED.values(), ids=MALFORMED)
def test_refuses_malformed_frames(value: Any) -> None:
    with pytest.raises(RemoteError) as caught:
        OpsDecoder(HERE).decode(msgpack.packb(value))
    assert caught.value.code == "bad_frame"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x91",
        b"\x91\x01\x01",
        b"\xc1",
        b"\x92\x01\xc7\x00\x05",
        b"\x92\x01\xd6\xff" + bytes(4),
        b"\x92\x01\xdd\xff\xff\xff\xff",
        b"\x92\x01\xc6\xff\xff\xff\xff",
        b"\x91" * 200_000,
        bytes(limits.SYNC_FRAME_BYTES + 1),
        "text",
        None,
        [1],
    ],
    ids=lambda data: repr(data)[:30],
)
def test_refuses_what_is_no_frame(data: object) -> None:
    with pytest.raises(RemoteError) as caught:
        OpsDecoder(HERE).decode(data)
    assert caught.value.code == "bad_frame"


BAD: dict[str, Any] = {
    "signature too short": [1, changed(GOOD, 2, bytes(63))],
    "signature too short, next": [1, GOOD, changed(NEXT, 2, bytes(63))],
    "body too long": [1, changed(GOOD, 2, bytes(65 + limits.CONTENT_BODY_BYTES))],
    "body too long, next": [1, GOOD, changed(NEXT, 2, bytes(65 + limits.CONTENT_BODY_BYTES))],
    "clock below zero": [1, changed(GOOD, 1, -1)],
    "clock below zero, next": [1, GOOD, changed(NEXT, 1, -1_750_000_000_001)],
    "clock too high, next": [1, GOOD, changed(NEXT, 1, limits.MAX_TIME_MS)],
    "another plane": [1, changed(GOOD, 0, [2, *CONTEXT[1:]])],
    "no device": [1, changed(GOOD, 0, [1, b"", EPOCH, *AUTH])],
    "no epoch": [1, changed(GOOD, 0, [1, DEVICE, b"", *AUTH])],
    "no control heads": [1, changed(GOOD, 0, [1, DEVICE, EPOCH])],
    "control with an epoch": [1, changed(GOOD, 0, [0, DEVICE, EPOCH])],
    "control heads not in order": [1, changed(GOOD, 0, [1, DEVICE, EPOCH, b"\2" * 32, b"\1" * 32])],
    "control heads twice": [1, changed(GOOD, 0, [1, DEVICE, EPOCH, b"\2" * 32, b"\2" * 32])],
    "parents not in order": [1, [*changed(GOOD, 3, [b"\2" * 32, b"\1" * 32]), 1]],
    "parents twice": [1, GOOD, [*NEXT, [1, 1]]],
    "a parent that is empty": [1, [*changed(GOOD, 3, [b""]), 1]],
    "no parents, next": [1, GOOD, [*NEXT, []], [*NEXT, [], b"", 5]],
    "depth without parents": [1, [*GOOD, 1]],
    "no depth with parents": [1, GOOD, [*NEXT, [1], 1, 1, 0]],
    "seq without prev": [1, [*GOOD[:5], 1]],
    "prev without seq": [1, changed(GOOD, 4, bytes(32))],
    "seq too high": [1, [*GOOD[:4], bytes(32), limits.MAX_DEPTH + 1]],
    "seq that is true": [1, [*GOOD[:5], False]],
    "seq runs over": [1, [*GOOD[:4], bytes(32), limits.MAX_DEPTH], NEXT],
    "depth runs over": [1, [*changed(GOOD, 3, [bytes(32)]), limits.MAX_DEPTH], NEXT],
    "depth runs over, parents named": [1, [*changed(GOOD, 3, [bytes(32)]), limits.MAX_DEPTH], [*NEXT, [1]]],
    "whole, but malformed": [1, [b"\x90", SEALED]],
    "whole, but no header": [1, [7, SEALED]],
    "dropped": [1, changed(GOOD, 2, [FIRST.signature, 5, bytes(32)])],
    "a false genesis": [1, [[0, DEVICE, b""], 5, SEALED, [], b"", 0]],
}


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_refuses_operations_that_break_a_rule(value: Any) -> None:
    with pytest.raises(RemoteError) as caught:
        OpsDecoder(HERE).decode(msgpack.packb(value))
    assert caught.value.code == "bad_op"


@pytest.mark.parametrize("count", [8, 9])
def test_no_more_parents_than_are_allowed(count: int) -> None:
    ops = [made(replace(FIRST.header, ts_ms=at), b"") for at in range(9)]
    links = sorted(range(1, 10), key=lambda back: ops[-back].id)[:count]
    frame = msgpack.packb([*msgpack.unpackb(frames_of(ops)[0]), [0, 1, bytes(64), links]])
    if count == limits.MAX_PARENTS:
        assert len(OpsDecoder(HERE).decode(frame)[-1].header.parents) == count
        return
    with pytest.raises(RemoteError) as caught:
        OpsDecoder(HERE).decode(frame)
    assert caught.value.code == "bad_frame"


def test_the_good_entries_of_these_tests_are_good() -> None:
    assert OpsDecoder(HERE).decode(msgpack.packb([1, GOOD]))[0] == FIRST
    assert len(OpsDecoder(HERE).decode(msgpack.packb([1, GOOD, NEXT, [*NEXT, [1]]]))) == 3


def test_memory_stays_in_proportion() -> None:
    """The most that short entries can grow into: eight parents each, no body."""
    count = 1_500
    ops = [FIRST]
    for _ in range(8):
        ops.append(made(replace(FIRST.header, ts_ms=len(ops)), b""))
    names = sorted(range(1, 10), key=lambda back: ops[-back].id)[:8]
    entries: list[Any] = msgpack.unpackb(frames_of(ops)[0])[1:]
    for at in range(count):
        entries.append([0, 0, bytes(64), [back + at for back in names]])
    frame = msgpack.packb([1, *entries])
    back = OpsDecoder(HERE).decode(frame)
    assert len(back) == 9 + count
    assert len(frame) > 78 * count
    assert sum(len(op.header_bytes) for op in back) < 8 * len(frame)
