"""Frames of Phoenix V2: what is written can be read, and nothing that is read raises anything but ChannelError."""

import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol import channel
from protocol.channel import ChannelError, Frame
from protocol.errors import RemoteError

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
names = st.none() | words.filter(bool)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
payloads = st.dictionaries(words, json_values, max_size=4)


@settings(deadline=None)  # the machine is shared
@given(names, names, words, words, payloads)
def test_text_round_trip(
    join_ref: str | None, ref: str | None, topic: str, event: str, payload: dict[str, Any]
) -> None:
    frame = Frame(join_ref, ref, topic, event, payload)
    text = channel.encode(frame).decode()
    assert channel.parse_client(text) == frame
    assert channel.parse_server(text) == frame


@settings(deadline=None)  # the machine is shared
@given(names, names, words, words, st.binary(max_size=100))
def test_binary_push_round_trip(join_ref: str | None, ref: str | None, topic: str, event: str, payload: bytes) -> None:
    frame = Frame(join_ref, ref, topic, event, payload)
    assert channel.parse_client(channel.encode_client_binary(frame)) == frame


@settings(deadline=None)  # the machine is shared
@given(names, words, words, st.binary(max_size=100))
def test_binary_event_round_trip(join_ref: str | None, topic: str, event: str, payload: bytes) -> None:
    frame = Frame(join_ref, None, topic, event, payload)
    assert channel.parse_server(channel.encode_server_binary(frame)) == frame


def test_binary_reply() -> None:
    push = Frame("1", "2", "node", "status", b"")
    data = channel.encode_server_binary_reply(push, b"\x00\xff")
    assert data == b"\x01\x01\x01\x04\x0212nodeok\x00\xff"
    expected = {"status": "ok", "response": b"\x00\xff"}
    assert channel.parse_server(data) == Frame("1", "2", "node", "phx_reply", expected)
    assert b"error" in channel.encode_server_binary_reply(push, b"", ok=False)


@settings(deadline=None)  # the machine is shared
@given(st.binary() | st.text())
@example(b"")
@example(b"\x00")
@example(b"\x00\x01\x01\x01\x01abc")
@example(b"\x00\x01\x00\x00\x00\xff")
@example(b"\x01\xff\xff\xff\xff")
@example(b"\x02\x01\x01ab")
@example(b"\x03")
@example("[" * 100_000)
@example('["1","2","node","e",{"x":NaN}]')
@example('["1","2","node","e",{"x":1e400}]')
@example('["1","2","node","e",{"x":"\\ud800"}]')
@example('["1","2","node","e",' + "9" * 5000 + "]")
@example("\ud800")
def test_anything_is_a_frame_or_an_error(data: str | bytes) -> None:
    for parse in (channel.parse_client, channel.parse_server):
        with contextlib.suppress(ChannelError):
            assert isinstance(parse(data), Frame)


@settings(deadline=None)  # the machine is shared
@given(st.lists(json_values, max_size=6))
def test_any_json_is_a_frame_or_an_error(parts: list[Any]) -> None:
    try:
        channel.parse_client(orjson.dumps(parts).decode())
    except ChannelError:
        return
    assert len(parts) == 5


@pytest.mark.parametrize(
    ("text", "ref", "topic"),
    [
        ('["1","2","node","status",null]', "2", "node"),
        ('["1","2","node","status",[]]', "2", "node"),
        ('["1","2","node",7,{}]', "2", "node"),
        ('["1",2,"node","status",{}]', None, "node"),
        ('["1","2",null,"status",{}]', "2", None),
        ('[1,"2","node","status",{}]', "2", "node"),
        (f'["1","2","{"x" * 256}","status",{{}}]', "2", None),
        ('["1","2","node","status"]', None, None),
        ("{}", None, None),
    ],
)
def test_error_names_what_could_be_read(text: str, ref: str | None, topic: str | None) -> None:
    with pytest.raises(ChannelError) as caught:
        channel.parse_client(text)
    assert isinstance(caught.value, RemoteError)
    assert caught.value.code == "bad_request"
    assert (caught.value.ref, caught.value.topic) == (ref, topic)
    assert caught.value.reason


@pytest.mark.parametrize("payload", [{"x": "\ud800"}, {"x": 2**64}, {"x": object()}, {1: 2}, b"raw"])
def test_what_is_not_json_is_not_sent(payload: dict[str, Any]) -> None:
    with pytest.raises(ChannelError, match="cannot be written"):
        channel.encode(Frame(None, None, "node", "e", payload))


@pytest.mark.parametrize("topic", ["x" * 256, "\ud800"])
def test_binary_names_are_limited(topic: str) -> None:
    with pytest.raises(ChannelError):
        channel.encode_client_binary(Frame(None, None, topic, "e", b""))


def test_binary_payload_is_bytes() -> None:
    with pytest.raises(ChannelError):
        channel.encode_server_binary(Frame(None, None, "node", "e", {}))


def test_reply_goes_to_its_push() -> None:
    push = Frame("1", "7", "node", "status", {})
    assert channel.encode(channel.reply(push, {"a": 1})) == (
        b'["1","7","node","phx_reply",{"status":"ok","response":{"a":1}}]'
    )
    assert channel.reply(push, {}, ok=False).payload == {"status": "error", "response": {}}
