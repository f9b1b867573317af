"""Gossip frames: packing keeps order and bounds, reading refuses what is malformed."""

import pytest

from crypto.codec import Value, encode
from crypto.ids import ConversationId, OpId
from protocol import gossip, limits
from protocol.bodies.ai import AiReply, Provenance, reply_key
from protocol.errors import RemoteError
from protocol.ops import Op
from protocol.registers import PROFILE, write_register
from tests.builders import Talk, fixed


@pytest.fixture(scope="module")
def talk() -> Talk:
    return Talk("ana", "ben")


def unpack(talk: Talk, frames: list[bytes]) -> tuple[list[Op], list[OpId]]:
    ops: list[Op] = []
    announced: list[OpId] = []
    for data in frames:
        assert len(data) <= limits.GOSSIP_FRAME_BYTES + 4096
        assert gossip.looks_sound(data)
        match gossip.load(data, conversation=talk.id):
            case gossip.Ops(found):
                ops += found
            case gossip.Announce(names):
                announced += names
            case gossip.Registers():
                pytest.fail("no registers were packed")
    return ops, announced


def test_one_and_none(talk: Talk) -> None:
    op = talk.ana.say("hello")
    assert gossip.pack_ops([]) == []
    assert unpack(talk, gossip.pack_ops([op])) == ([op], [])


def test_a_burst_is_packed(talk: Talk) -> None:
    ops = [talk.ana.say("x" * (1 + 50 * number)) for number in range(70)]
    frames = gossip.pack_ops(ops)
    assert 1 < len(frames) < 10
    assert unpack(talk, frames) == (ops, [])


def test_large_ones_are_announced(talk: Talk) -> None:
    ai, trigger = fixed("ai"), OpId(fixed("trigger"))
    body = AiReply(ai, reply_key(ai, trigger), 0, bytes(8), trigger, "x" * 16_000, Provenance("p", "m", 0))
    large = [talk.ana.write(body) for _ in range(2)]
    small = [talk.ana.say("a"), talk.ana.say("b")]
    ops = [small[0], large[0], small[1], large[1]]
    assert unpack(talk, gossip.pack_ops(ops)) == (small, [op.id for op in large])
    assert unpack(talk, gossip.pack_ops(large)) == ([], [op.id for op in large])
    many = gossip.pack_ops(large * 600)
    assert len(many) == 2
    assert len(unpack(talk, many)[1]) == 1_200


def test_registers(talk: Talk) -> None:
    register = write_register(
        talk.ana.replica.keyring,
        talk.ana.person.device,
        name=PROFILE,
        value=b"Ana",
        sequence=0,
        epoch=talk.epoch,
        nonce=bytes(24),
    )
    data = gossip.pack_registers([register])[0]
    assert gossip.looks_sound(data)
    assert gossip.load(data, conversation=talk.id) == gossip.Registers((register,))


@pytest.mark.parametrize(
    "value",
    [7, [], [0, []], [4, []], [1], [1, [], 0], [1, b""], [2, b""], ["1", []], [1, {}]],
    ids=str,
)
def test_other_forms(talk: Talk, value: Value) -> None:
    assert not gossip.looks_sound(encode(value))
    with pytest.raises(RemoteError) as caught:
        gossip.load(encode(value), conversation=talk.id)
    assert caught.value.code == "bad_frame"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([1, [[b"", b"", b""]]], "bad_op"),
        ([1, [7]], "bad_op"),
        ([2, [b"short"]], "bad_frame"),
        ([2, ["x" * 32]], "bad_frame"),
        ([3, [b"no register"]], "bad_register"),
        ([3, [7]], "bad_register"),
    ],
    ids=str,
)
def test_one_bad_item_spoils_its_frame(talk: Talk, value: Value, code: str) -> None:
    with pytest.raises(RemoteError) as caught:
        gossip.load(encode(value), conversation=talk.id)
    assert caught.value.code == code


def test_bounds(talk: Talk) -> None:
    too_many: list[Value] = [2, [b"x"] * 1_025]
    too_long: list[Value] = [2, [bytes(limits.GOSSIP_FRAME_BYTES + 4096)]]
    for data in (b"", b"\xc1", encode(too_many), encode(too_long)):
        assert not gossip.looks_sound(data)
        with pytest.raises(RemoteError):
            gossip.load(data, conversation=talk.id)
    assert not gossip.looks_sound(encode([1, []]))


def test_topics_tell_nothing_and_differ(talk: Talk) -> None:
    other = ConversationId(fixed("another"))
    topics = {make(name) for make in (gossip.ops_topic, gossip.ephemeral_topic) for name in (talk.id, other)}
    assert len(topics) == 4
    assert all(len(topic) == 40 and talk.id.hex()[:8] not in topic for topic in topics)
