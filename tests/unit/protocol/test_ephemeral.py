"""Signals: which frames count, and which are dropped for what reason."""

from typing import Any

import pytest

from crypto.codec import Value, decode, encode
from crypto.ids import OpId
from crypto.sealed import close
from crypto.signatures import EPHEMERAL_CONTEXT
from protocol import limits
from protocol.ephemeral import AiDelta, DeltaState, Ear, Mouth, Signal, SignalKind, Typing, looks_sound
from protocol.errors import RemoteError
from tests.builders import START_MS, Member, Person, Talk, fixed, person

BEN, EVE = person("ben"), person("eve")
NOW = START_MS
DELTA = AiDelta(fixed("ai"), fixed("stream", 8), OpId(fixed("question")), DeltaState.GROWING, "so far")


@pytest.fixture
def talk() -> Talk:
    return Talk("ana", "ben")


def ear(member: Member) -> Ear:
    return Ear(member.replica.authority, member.replica.keyring)


def mouth(member: Member, boot: str = "boot") -> Mouth:
    return Mouth(member.replica.keyring, member.person.device, boot=fixed(boot, 8))


def frame(talk: Talk, *, by: Person = BEN, context: bytes = EPHEMERAL_CONTEXT, **changes: Any) -> bytes:
    """Return a signed frame with some of its fields changed."""
    keyring = talk.ben.replica.keyring
    plain = changes.pop("plain", encode({1: True}))
    key = changes.pop("key", keyring.keys[talk.epoch].ephemeral)
    associated = changes.pop("associated", by.device_id)
    closed = close(key, plain, nonce=bytes(24), associated=associated)
    fields: dict[str, Any] = {
        "version": 1,
        "kind": 2,
        "device": by.device_id,
        "boot": fixed("boot", 8),
        "count": 1,
        "ts": NOW,
        "epoch": talk.epoch,
        "closed": closed,
    }
    payload = encode(list({**fields, **changes}.values()))
    return encode([payload, by.device.signing.sign(talk.id + payload, context=context)])


def refusal(heard_by: Ear, data: bytes, now_ms: int = NOW) -> str:
    with pytest.raises(RemoteError) as caught:
        heard_by.hear(data, now_ms=now_ms)
    return caught.value.code


@pytest.mark.parametrize(
    "signal",
    [
        Typing(True),
        Typing(False),
        DELTA,
        AiDelta(DELTA.ai, DELTA.stream, DELTA.reply_to, 3, "a sentence", "offline"),
    ],
)
def test_said_and_heard(talk: Talk, signal: Signal) -> None:
    data = mouth(talk.ben).say(signal, epoch=talk.epoch, now_ms=NOW, nonce=bytes(24))
    assert looks_sound(data)
    heard = ear(talk.ana).hear(data, now_ms=NOW + 40)
    assert (heard.author, heard.device, heard.signal) == (BEN.id, BEN.device_id, signal)
    assert b"so far" not in data


def test_the_longest_text_fits(talk: Talk) -> None:
    delta = AiDelta(DELTA.ai, DELTA.stream, DELTA.reply_to, 1, "\U0001f600" * limits.AI_TEXT_CHARACTERS)
    data = mouth(talk.ben).say(delta, epoch=talk.epoch, now_ms=NOW, nonce=bytes(24))
    assert ear(talk.ana).hear(data, now_ms=NOW).signal == delta


def test_replays(talk: Talk) -> None:
    hears, says = ear(talk.ana), mouth(talk.ben)
    first, second, third = (says.say(Typing(True), epoch=talk.epoch, now_ms=NOW, nonce=bytes(24)) for _ in range(3))
    hears.hear(first, now_ms=NOW)
    assert refusal(hears, first) == "replayed"
    hears.hear(third, now_ms=NOW)
    assert refusal(hears, second) == "replayed", "out of order is too late"
    ear(talk.ana).hear(first, now_ms=NOW)


def test_a_new_start_of_the_program(talk: Talk) -> None:
    hears, before, after = ear(talk.ana), mouth(talk.ben), mouth(talk.ben, "another boot")
    old = [before.say(Typing(True), epoch=talk.epoch, now_ms=NOW + at, nonce=bytes(24)) for at in (5, 6)]
    hears.hear(old[0], now_ms=NOW)
    assert refusal(hears, after.say(Typing(True), epoch=talk.epoch, now_ms=NOW + 5, nonce=bytes(24))) == "replayed"
    hears.hear(after.say(Typing(True), epoch=talk.epoch, now_ms=NOW + 9, nonce=bytes(24)), now_ms=NOW)
    assert refusal(hears, old[1]) == "replayed", "the old start does not come back"


@pytest.mark.parametrize(("off_ms", "counts"), [(-60_001, False), (-60_000, True), (60_000, True), (60_001, False)])
def test_stale(talk: Talk, off_ms: int, counts: bool) -> None:
    data = frame(talk, ts=NOW + off_ms)
    if counts:
        ear(talk.ana).hear(data, now_ms=NOW)
    else:
        assert refusal(ear(talk.ana), data) == "stale"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"by": EVE}, "foreign"),
        ({"device": EVE.device_id}, "foreign"),
        ({"device": person("ana").device_id}, "bad_signature"),
        ({"context": b"p2p.op.1\0"}, "bad_signature"),
        ({"epoch": fixed("unknown")}, "locked"),
        ({"key": fixed("another key")}, "cannot_open"),
        ({"associated": EVE.device_id}, "cannot_open"),
        ({"closed": b""}, "cannot_open"),
        ({"kind": 1}, "unknown_kind"),
        ({"kind": 99}, "unknown_kind"),
        ({"plain": b"\xc1"}, "bad_body"),
        ({"plain": encode({1: 1})}, "bad_body"),
        ({"plain": encode({})}, "bad_body"),
        ({"plain": encode([True])}, "bad_body"),
        ({"kind": 3}, "bad_body"),
        ({"version": 2}, "bad_frame"),
        ({"version": 0}, "bad_frame"),
        ({"boot": bytes(7)}, "bad_frame"),
        ({"epoch": bytes(31)}, "bad_frame"),
        ({"device": bytes(33)}, "bad_frame"),
        ({"count": b""}, "bad_frame"),
        ({"ts": "now"}, "bad_frame"),
        ({"kind": b""}, "bad_frame"),
        ({"closed": "text"}, "bad_frame"),
    ],
    ids=str,
)
def test_each_reason_to_drop(talk: Talk, changes: dict[str, Any], code: str) -> None:
    data = frame(talk, **changes)
    assert refusal(ear(talk.ana), data) == code
    assert looks_sound(data) == (code != "bad_frame")


def test_a_forged_frame_does_not_silence_its_victim(talk: Talk) -> None:
    hears = ear(talk.ana)
    payload, signature = decode(frame(talk, count=1 << 40))
    assert refusal(hears, encode([payload, signature[:-1] + bytes((signature[-1] ^ 1,))])) == "bad_signature"
    hears.hear(frame(talk, count=1), now_ms=NOW)


def test_frames_are_bound_to_their_conversation(talk: Talk) -> None:
    other = Talk("ana", "ben", "cat")
    assert refusal(ear(other.ana), frame(talk)) == "bad_signature"


@pytest.mark.parametrize(
    "fields",
    [
        {1: b"short"},
        {2: bytes(9)},
        {3: b""},
        {4: 4},
        {5: b"bytes"},
        {5: "x" * (limits.AI_TEXT_CHARACTERS + 1)},
        {6: "x" * 65},
    ],
    ids=lambda fields: str(fields)[:12],
)
def test_each_field_of_a_delta(talk: Talk, fields: dict[int, Value]) -> None:
    good: dict[int, Value] = {1: DELTA.ai, 2: DELTA.stream, 3: DELTA.reply_to, 4: 0, 5: "", 6: ""}
    ear(talk.ana).hear(frame(talk, kind=SignalKind.AI_DELTA, plain=encode(good)), now_ms=NOW)
    assert refusal(ear(talk.ana), frame(talk, kind=3, plain=encode({**good, **fields}))) == "bad_body"


@pytest.mark.parametrize("data", [b"", b"\xc1", encode(1), encode([]), encode([b"", b"", b""]), encode([b"", b""])])
def test_other_bytes(talk: Talk, data: bytes) -> None:
    assert not looks_sound(data)
    assert refusal(ear(talk.ana), data) == "bad_frame"
    assert not looks_sound(encode([bytes(limits.EPHEMERAL_FRAME_BYTES * 4), b""]))
