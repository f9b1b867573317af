"""Signals: which frames count, and which are dropped for what reason."""

from dataclasses import replace
from typing import Any

import pytest

from crypto.codec import Value, decode, encode
from crypto.ids import OpId
from crypto.sealed import close
from crypto.signatures import EPHEMERAL_CONTEXT
from protocol import limits
from protocol.bodies.signals import (
    AiDelta,
    AiOffer,
    AiWantsOffer,
    DeltaState,
    Heartbeat,
    Offered,
    Signal,
    SignalKind,
    State,
    Typing,
)
from protocol.ephemeral import Ear, Heard, Mouth, looks_sound
from protocol.errors import RemoteError
from protocol.sentence import Sentence
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


def hear(heard_by: Ear, data: bytes, *, now_ms: int = NOW, by: Person = BEN, now_s: float = 0.0) -> Heard:
    """Hear a frame that somebody's own node published."""
    return heard_by.hear(data, origin=by.certificate.peer_id, now_ms=now_ms, now_s=now_s)


def refusal(heard_by: Ear, data: bytes, *, now_ms: int = NOW, by: Person = BEN, now_s: float = 0.0) -> str:
    with pytest.raises(RemoteError) as caught:
        hear(heard_by, data, now_ms=now_ms, by=by, now_s=now_s)
    return caught.value.code


@pytest.mark.parametrize(
    "signal",
    [
        AiWantsOffer(fixed("ai")),
        AiOffer(
            fixed("ai"), (Offered("openai", True, "", "m", ("m", "n")), Offered("local", False, "no file", "", ()))
        ),
        Heartbeat(State.ONLINE),
        Heartbeat(State.AWAY, 7_250),
        Heartbeat(State.GOODBYE, 60_000),
        Typing(True),
        Typing(False),
        DELTA,
        AiDelta(DELTA.ai, DELTA.stream, DELTA.reply_to, 3, "a sentence", "offline"),
    ],
)
def test_said_and_heard(talk: Talk, signal: Signal) -> None:
    data = mouth(talk.ben).say(signal, epoch=talk.epoch, now_ms=NOW, nonce=bytes(24))
    assert looks_sound(data)
    heard = hear(ear(talk.ana), data, now_ms=NOW + 40)
    assert (heard.author, heard.device, heard.signal) == (BEN.id, BEN.device_id, signal)
    assert b"so far" not in data


def test_a_sentence_goes_out_as_its_text(talk: Talk) -> None:
    sentence = Sentence("{name} is not there", name="Leaf")
    offer = AiOffer(fixed("ai"), (Offered("ollama", False, sentence, "", ()),))
    for signal in (replace(DELTA, state=DeltaState.FAILED, text=sentence), offer):
        heard = hear(ear(talk.ana), mouth(talk.ben).say(signal, epoch=talk.epoch, now_ms=NOW, nonce=bytes(24)))
        assert heard.signal == signal
        assert "form" not in repr(heard.signal)


def test_the_longest_text_fits(talk: Talk) -> None:
    delta = AiDelta(DELTA.ai, DELTA.stream, DELTA.reply_to, 1, "\U0001f600" * limits.AI_TEXT_CHARACTERS)
    data = mouth(talk.ben).say(delta, epoch=talk.epoch, now_ms=NOW, nonce=bytes(24))
    assert hear(ear(talk.ana), data, now_ms=NOW).signal == delta


def test_replays(talk: Talk) -> None:
    hears, says = ear(talk.ana), mouth(talk.ben)
    first, second, third = (says.say(Typing(True), epoch=talk.epoch, now_ms=NOW, nonce=bytes(24)) for _ in range(3))
    hear(hears, first, now_ms=NOW)
    assert refusal(hears, first) == "replayed"
    hear(hears, third, now_ms=NOW)
    assert refusal(hears, second) == "replayed", "out of order is too late"
    hear(ear(talk.ana), first, now_ms=NOW)


def test_a_new_start_of_the_program(talk: Talk) -> None:
    hears, before, after = ear(talk.ana), mouth(talk.ben), mouth(talk.ben, "another boot")
    old = [before.say(Typing(True), epoch=talk.epoch, now_ms=NOW + at, nonce=bytes(24)) for at in (5, 6)]
    hear(hears, old[0], now_ms=NOW)
    assert refusal(hears, after.say(Typing(True), epoch=talk.epoch, now_ms=NOW + 5, nonce=bytes(24))) == "replayed"
    hear(hears, after.say(Typing(True), epoch=talk.epoch, now_ms=NOW + 9, nonce=bytes(24)), now_ms=NOW)
    assert refusal(hears, old[1]) == "replayed", "the old start does not come back"


@pytest.mark.parametrize(("off_ms", "counts"), [(-60_001, False), (-60_000, True), (60_000, True), (60_001, False)])
def test_stale(talk: Talk, off_ms: int, counts: bool) -> None:
    data = frame(talk, ts=NOW + off_ms)
    if counts:
        hear(ear(talk.ana), data, now_ms=NOW)
    else:
        assert refusal(ear(talk.ana), data) == "stale"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"by": EVE}, "foreign"),
        ({"device": EVE.device_id}, "foreign"),
        ({"device": person("ana").device_id}, "misplaced"),
        ({"context": b"p2p.op.1\0"}, "bad_signature"),
        ({"epoch": fixed("unknown")}, "locked"),
        ({"key": fixed("another key")}, "cannot_open"),
        ({"associated": EVE.device_id}, "cannot_open"),
        ({"closed": b""}, "cannot_open"),
        ({"kind": 5}, "unknown_kind"),
        ({"kind": 1}, "bad_body"),
        ({"kind": 1, "plain": encode({1: 4})}, "bad_body"),
        ({"kind": 1, "plain": encode({1: -1})}, "bad_body"),
        ({"kind": 1, "plain": encode({1: 3, 2: 4_999})}, "bad_body"),
        ({"kind": 1, "plain": encode({1: 3, 2: 60_001})}, "bad_body"),
        ({"kind": 1, "plain": encode({1: True})}, "bad_body"),
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
    hear(hears, frame(talk, count=1), now_ms=NOW)


def test_a_frame_counts_only_from_its_own_devices_node(talk: Talk) -> None:
    hears, data = ear(talk.ana), frame(talk)
    assert refusal(hears, data, by=person("ana")) == "misplaced", "a member repeats it"
    assert refusal(hears, data, by=EVE) == "misplaced"
    hear(hears, data)
    forged = frame(talk, by=person("ana"), device=BEN.device_id, count=2)
    assert refusal(hears, forged) == "bad_signature"


def test_each_frame_is_judged_by_its_own_nodes_clock(talk: Talk) -> None:
    asked: list[bytes] = []

    def offset_ms(peer_id: bytes) -> int:
        asked.append(peer_id)
        return 3_600_000

    hears = Ear(talk.ana.replica.authority, talk.ana.replica.keyring, offset_ms=offset_ms)
    assert refusal(hears, frame(talk, ts=NOW)) == "stale"
    assert refusal(hears, frame(talk, ts=NOW + 3_600_000 + 60_001)) == "stale"
    assert refusal(hears, frame(talk, ts=NOW + 3_600_000 - 60_001)) == "stale"
    hear(hears, frame(talk, ts=NOW + 3_600_000 - 60_000))
    assert set(asked) == {BEN.certificate.peer_id}


def test_a_talkative_device_is_heard_only_so_often_and_its_typing_the_least(talk: Talk) -> None:
    hears, says = ear(talk.ana), mouth(talk.ben)

    def heard(signal: Signal, *, at_s: float, often: int) -> int:
        frames = [says.say(signal, epoch=talk.epoch, now_ms=NOW, nonce=bytes(24)) for _ in range(often)]
        codes = []
        for data in frames:
            try:
                hear(hears, data, now_s=at_s)
            except RemoteError as error:
                codes.append(error.code)
        assert set(codes) <= {"too_much"}
        return often - len(codes)

    most = limits.EPHEMERAL_PER_S * 4
    assert heard(Typing(True), at_s=100.0, often=100) == most * 0.75
    assert heard(DELTA, at_s=100.0, often=100) == most * 0.25
    assert heard(DELTA, at_s=102.0, often=100) == limits.EPHEMERAL_PER_S * 2
    assert heard(Heartbeat(State.AWAY), at_s=102.5, often=10) == 0
    assert heard(Heartbeat(State.AWAY), at_s=200.0, often=10) == 10
    assert hear(ear(talk.ana), frame(talk, count=1 << 30)).device == BEN.device_id, "others are heard as before"


def test_large_frames_use_up_the_bytes(talk: Talk) -> None:
    hears, says = ear(talk.ana), mouth(talk.ben)
    large = AiDelta(DELTA.ai, DELTA.stream, DELTA.reply_to, 1, "x" * limits.AI_TEXT_CHARACTERS)
    frames = [says.say(large, epoch=talk.epoch, now_ms=NOW, nonce=bytes(24)) for _ in range(20)]
    count = 0
    for data in frames:
        try:
            hear(hears, data)
        except RemoteError:
            break
        count += 1
    assert count == -(-4 * limits.EPHEMERAL_BYTES_PER_S // len(frames[0]))


def test_a_flood_of_invented_devices_and_starts_leaves_nothing_behind(talk: Talk) -> None:
    hears = ear(talk.ana)
    for number in range(300):
        stranger = Person.make(f"stranger {number}")
        assert refusal(hears, frame(talk, by=stranger), by=stranger) == "foreign"
    assert (hears._last, hears._allowances) == ({}, {})
    for number in range(300):
        assert refusal(hears, frame(talk, boot=fixed(f"boot {number}", 8)), by=EVE) == "misplaced"
    assert (hears._last, hears._allowances) == ({}, {})
    for number in range(300):
        hear(hears, frame(talk, boot=fixed(f"boot {number}", 8), ts=NOW + number), now_s=float(number))
    assert (len(hears._last), len(hears._allowances)) == (1, 1)


def test_what_was_heard_is_not_forgotten_when_a_conversation_is_loaded_again(talk: Talk) -> None:
    hears, says = ear(talk.ana), mouth(talk.ben)
    first = says.say(Typing(True), epoch=talk.epoch, now_ms=NOW, nonce=bytes(24))
    hear(hears, first)
    hears.follow(talk.ben.replica.authority, talk.ben.replica.keyring)
    assert refusal(hears, first) == "replayed"
    says.follow(talk.ana.replica.keyring)
    hear(hears, says.say(Typing(True), epoch=talk.epoch, now_ms=NOW, nonce=bytes(24)))


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
    hear(ear(talk.ana), frame(talk, kind=SignalKind.AI_DELTA, plain=encode(good)), now_ms=NOW)
    assert refusal(ear(talk.ana), frame(talk, kind=3, plain=encode({**good, **fields}))) == "bad_body"


@pytest.mark.parametrize("data", [b"", b"\xc1", encode(1), encode([]), encode([b"", b"", b""]), encode([b"", b""])])
def test_other_bytes(talk: Talk, data: bytes) -> None:
    assert not looks_sound(data)
    assert refusal(ear(talk.ana), data) == "bad_frame"
    assert not looks_sound(encode([bytes(limits.EPHEMERAL_FRAME_BYTES * 4), b""]))
