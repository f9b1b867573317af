"""Compact frames: any sound operations come back to the byte, and nothing unsound comes out of any frame."""

import contextlib
import random
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.codec import encode
from crypto.ids import ConversationId, DeviceKey, OpId
from protocol import limits
from protocol.errors import RemoteError
from protocol.ops import CONTENT, CONTROL, RULES, Header, Op, body_hash, op_id, parse_op
from protocol.sync.compact import OpsDecoder, OpsEncoder, Stored
from tests.builders import fixed
from tests.props.mutation import mutated

HERE = ConversationId(fixed("conversation"))
NAMES = [fixed(f"name {at}") for at in range(6)]
quick = settings(max_examples=80, deadline=None)


@st.composite
def histories(draw: st.DrawFn) -> list[Op]:
    """Draw sound operations: usual ones, and ones that only an odd program would write, in any order, some twice."""
    source = random.Random(draw(st.integers(0, 1 << 32)))
    oddness = draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))
    devices = [DeviceKey(name) for name in NAMES[: draw(st.integers(1, 3))]]
    ops: list[Op] = []
    tips: dict[tuple[int, bytes], Op] = {}
    for _ in range(draw(st.integers(0, 40))):
        plane, device = source.choice([CONTENT, CONTENT, CONTENT, CONTROL]), source.choice(devices)
        tip = tips.get((plane, device))
        parents = {op.id: op for op in source.sample(ops[-4:], min(len(ops), source.choice([1, 1, 1, 2, 4])))}
        names = set(parents)
        depth = 1 + max((op.header.depth for op in parents.values()), default=-1)
        seq, prev = (tip.header.seq + 1, tip.id) if tip else (0, None)
        ts_ms = (ops[-1].header.ts_ms if ops else 1_750_000_000_000) + source.choice([0, 3, 900, 70_000, -5])
        if source.random() < oddness:
            names |= {OpId(source.choice(NAMES)) for _ in range(source.randint(0, 4))}
            depth = source.choice([depth, 1, 200, limits.MAX_DEPTH - source.randrange(2)]) if names else 0
            seq = source.choice([seq, 1, 70_000, limits.MAX_DEPTH - source.randrange(2)])
            prev = OpId(source.choice([*NAMES, *(op.id for op in ops)]))
            ts_ms = source.choice([ts_ms, 0, limits.MAX_TIME_MS])
        if not names and plane == CONTROL:  # only a genesis has no parents
            names, depth = {OpId(NAMES[0])}, 5
        if names and not depth:
            depth = 1
        if seq > limits.MAX_DEPTH or depth > limits.MAX_DEPTH or ts_ms > limits.MAX_TIME_MS or ts_ms < 0:
            continue
        if (seq == 0) != (prev is None):
            seq, prev = 0, None
        body = source.randbytes(source.choice([0, 1, 60, 200, 300]))
        auth = tuple(sorted({OpId(source.choice(NAMES[:4])) for _ in range(source.choice([1, 1, 2, 4]))}))
        header = Header(
            plane,
            device,
            seq,
            prev,
            tuple(sorted(names)),
            auth if plane == CONTENT else (),
            depth,
            ts_ms,
            OpId(source.choice(NAMES[:2])) if plane == CONTENT else None,
            len(body),
            body_hash(body),
        )
        data = header.encode()
        op = Op(op_id(HERE, data), header, data, source.randbytes(64), body)
        tips[plane, device] = op
        ops.append(op)
    match draw(st.sampled_from(["as written", "shuffled", "some twice", "reversed"])):
        case "shuffled":
            source.shuffle(ops)
        case "some twice":
            ops += source.sample(ops, len(ops) // 2)
        case "reversed":
            ops.reverse()
    return ops


def stored(op: Op) -> Stored:
    return (op.id, op.header_bytes, op.signature, op.body)


def frames_of(ops: Sequence[Op], sizes: Sequence[int] = (2048,)) -> list[bytes]:
    """Return the frames of one stream, so many operations each, again and again."""
    encoder, at = OpsEncoder(), 0
    frames: list[bytes] = []
    while at < len(ops):
        frame, count = encoder.encode([stored(op) for op in ops[at : at + sizes[len(frames) % len(sizes)]]])
        frames.append(frame)
        at += count
    return frames


def there_and_back(ops: list[Op], sizes: list[int]) -> None:
    frames = frames_of(ops, sizes)
    decoder = OpsDecoder(HERE)
    back = [op for frame in frames for op in decoder.decode(frame)]
    assert back == ops
    for op in back:
        assert parse_op(op.wire(), conversation=HERE) == op
        assert op.header.encode() == op.header_bytes
        for name in (op.id, op.signature, op.body, op.header_bytes, op.header.device, *op.header.parents):
            assert type(name) is bytes
    whole = sum(len(op.header_bytes) + len(op.body) + 80 for op in ops)
    assert sum(map(len, frames)) <= whole + 4 * len(frames)


@quick
@given(ops=histories(), sizes=st.lists(st.integers(1, 50), min_size=1, max_size=4))
def test_there_and_back(ops: list[Op], sizes: list[int]) -> None:
    there_and_back(ops, sizes)


@pytest.mark.soak
@settings(quick, max_examples=20_000)
@given(ops=histories(), sizes=st.lists(st.integers(1, 50), min_size=1, max_size=4))
def test_there_and_back_at_length(ops: list[Op], sizes: list[int]) -> None:
    there_and_back(ops, sizes)


@quick
@given(
    numbers=st.tuples(*[st.integers(0, limits.MAX_DEPTH) | st.integers(0, 300)] * 4),
    parents=st.lists(st.binary(min_size=32, max_size=32), max_size=8),
    auth=st.lists(st.binary(min_size=32, max_size=32), max_size=4),
    epoch=st.sampled_from([b"", bytes(32)]),
)
def test_the_packer_is_the_codec(
    numbers: tuple[int, ...], parents: list[bytes], auth: list[bytes], epoch: bytes
) -> None:
    """The decoder rebuilds headers with msgpack alone: for what a header holds, that is the canonical form."""
    seq, depth, ts_ms, size = numbers
    fields = (RULES, 1, bytes(32), seq, epoch, tuple(parents), tuple(auth), depth, ts_ms, epoch, size, bytes(32))
    assert msgpack.Packer(use_bin_type=True).pack(fields) == encode(fields)


# --- hostile frames --------------------------------------------------------------------------------------------------


@cache
def sound_frames() -> tuple[bytes, ...]:
    """Return first frames of streams, short and varied."""
    first = Header(
        CONTENT, DeviceKey(NAMES[0]), 0, None, (), (OpId(NAMES[1]),), 0, 9, OpId(NAMES[2]), 0, body_hash(b"")
    )
    ops: list[Op] = []
    for at in range(8):
        parents = tuple(sorted(op.id for op in ops[-1 - at % 2 :]))
        header = first
        if ops:
            header = Header(
                CONTENT,
                first.device,
                at,
                ops[-1].id,
                parents,
                first.auth,
                1 + max(op.header.depth for op in ops[-1 - at % 2 :]),
                9 + at,
                first.epoch,
                0,
                body_hash(b""),
            )
        data = header.encode()
        ops.append(Op(op_id(HERE, data), header, data, bytes(64), b""))
    return (*(frames_of(ops[:count])[0] for count in (1, 2, 3, 5, 8)), frames_of(ops[::-1])[0])


def feed(data: bytes) -> int:
    """Decode `data` twice on one stream: a RemoteError, or operations that `parse_op` would let pass, each the same."""
    decoder = OpsDecoder(HERE, dropped_bodies=True)
    sound = 0
    with contextlib.suppress(RemoteError):
        for _ in range(2):
            for op in decoder.decode(data):
                if op.body or not op.header.body_bytes:
                    assert parse_op(op.wire(), conversation=HERE) == op
                assert op.header.encode() == op.header_bytes
                sound += 1
    assert len(decoder._came) == len(decoder._depths)
    return sound


values = st.deferred(
    lambda: (
        st.none()
        | st.integers(-3, 12)
        | st.sampled_from([NAMES[0], NAMES[1], b"", bytes(64), bytes(70), b"\x90", 1.5, True, 1 << 47, 1 << 63])
    )
)
entries = st.lists(values | st.lists(values, max_size=5), max_size=8)


@settings(max_examples=150, deadline=None)
@given(data=st.deferred(lambda: mutated(sound_frames())) | st.binary(max_size=60))
def test_mutated_frames(data: bytes) -> None:
    feed(data)


@settings(max_examples=120, deadline=None)
@given(value=st.lists(entries, max_size=4))
def test_frames_of_any_shape(value: list[Any]) -> None:
    good = msgpack.unpackb(sound_frames()[1])
    feed(msgpack.packb([1, *value]))
    feed(msgpack.packb([*good, *value]))


@settings(max_examples=120, deadline=None)
@given(at=st.integers(0, 7), field=st.integers(0, 6), value=values | st.lists(values, max_size=5))
def test_one_field_changed(at: int, field: int, value: Any) -> None:
    good = msgpack.unpackb(sound_frames()[4])
    entry = good[1 + at]
    entry[field : field + 1] = [value]
    feed(msgpack.packb(good))


def campaign(count: int, seed: int) -> int:
    source = random.Random(seed)
    good = sound_frames()
    sound = 0
    for _ in range(count):
        data = bytearray(source.choice(good))
        for _ in range(source.choice([1, 1, 2, 3])):
            at = source.randrange(len(data) + 1)
            match source.randrange(4):
                case 0 if at < len(data):
                    data[at] = source.randrange(256)
                case 1 if at < len(data):
                    data[at] ^= 1 << source.randrange(8)
                case 2:
                    del data[at : at + source.randint(1, 20)]
                case _:
                    data[at:at] = source.randbytes(source.randint(1, 3))
        sound += bool(feed(bytes(data)))
    return sound


def test_four_thousand_mutations() -> None:
    assert campaign(4_000, 1) > 200, "hardly any frame came through: the mutations test too little"


@pytest.mark.soak
def test_two_hundred_thousand_mutations() -> None:
    assert campaign(200_000, 2) > 10_000
