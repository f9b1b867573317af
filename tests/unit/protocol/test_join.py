"""The frames of the join handshake, and what its signatures cover."""

from dataclasses import fields, replace
from typing import Any

import pytest

from crypto.codec import Value, decode, encode
from crypto.ids import ConversationId, DeviceKey, IdentityKey, OpId
from protocol.errors import RemoteError
from protocol.join import FRAME_BYTES, Admitted, Ask, Challenge, Frame, Proof, Refused, Transcript, dump, load
from tests.builders import fixed

NAME = fixed("name")
ASK = Ask(ConversationId(NAME), fixed("invite"), b"certificate", fixed("nonce", 16))
FRAMES: list[Frame] = [
    ASK,
    Ask(ConversationId(NAME), fixed("invite"), bytes(512), fixed("nonce", 16)),
    Challenge(fixed("nonce", 16)),
    Proof(fixed("one", 64), fixed("two", 64)),
    Admitted(OpId(NAME)),
    Refused("bad_invite", "that invite is not known here"),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_there_and_back(frame: Frame) -> None:
    assert load(dump(frame)) == frame
    assert len(dump(frame)) <= FRAME_BYTES


def test_refusals_are_cut_to_their_bounds() -> None:
    frame = load(dump(Refused("c" * 100, "r" * 400)))
    assert frame == Refused("c" * 64, "r" * 300)
    assert isinstance(frame, Refused)
    assert (frame.error().code, frame.error().reason) == ("c" * 64, "r" * 300)


@pytest.mark.parametrize(
    "value",
    [
        7,
        [],
        [0],
        [6, NAME],
        [1, NAME, NAME, b"c"],
        [1, NAME[1:], NAME, b"c", bytes(16)],
        [1, NAME, NAME[1:], b"c", bytes(16)],
        [1, NAME, NAME, bytes(513), bytes(16)],
        [1, NAME, NAME, b"c", bytes(15)],
        [1, NAME, NAME, "c", bytes(16)],
        [2, bytes(15)],
        [2, bytes(16), 0],
        [2, 5],
        [3, bytes(64)],
        [3, bytes(63), bytes(64)],
        [3, bytes(64), bytes(65)],
        [4, NAME[1:]],
        [4, "x" * 32],
        [5, "code"],
        [5, b"code", "reason"],
        [5, "c" * 65, "reason"],
        [5, "code", "r" * 301],
    ],
    ids=lambda value: str(value)[:24],
)
def test_other_forms(value: Value) -> None:
    with pytest.raises(RemoteError) as caught:
        load(encode(value))
    assert caught.value.code == "bad_frame"


@pytest.mark.parametrize("data", [b"", b"\xc1", dump(ASK)[:-1], dump(ASK) + b"\0", encode([2, bytes(FRAME_BYTES)])])
def test_other_bytes(data: bytes) -> None:
    with pytest.raises(RemoteError):
        load(data)


TRANSCRIPT = Transcript(
    conversation=ConversationId(fixed("c")),
    invite=fixed("i"),
    identity=IdentityKey(fixed("p")),
    device=DeviceKey(fixed("d")),
    admitter_peer_id=b"12D3Koo",
    joiner_nonce=fixed("n", 16),
    admitter_nonce=fixed("m", 16),
)


def test_the_transcript_covers_each_field() -> None:
    values: list[Any] = [getattr(TRANSCRIPT, field.name) for field in fields(TRANSCRIPT)]
    assert decode(TRANSCRIPT.encode()) == values
    values = [{field.name: b"other"} for field in fields(TRANSCRIPT)]
    changed = {replace(TRANSCRIPT, **value).encode() for value in values}
    assert len(changed | {TRANSCRIPT.encode()}) == 8


def test_neighbouring_fields_cannot_run_into_each_other() -> None:
    one = replace(TRANSCRIPT, joiner_nonce=b"ab", admitter_nonce=b"c")
    assert one.encode() != replace(TRANSCRIPT, joiner_nonce=b"a", admitter_nonce=b"bc").encode()
