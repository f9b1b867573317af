"""Phoenix Channels frames, serializer V2: bytes to `Frame` and back, in both directions.

Text frames are JSON arrays `[join_ref, ref, topic, event, payload]`; binary frames carry a payload of raw bytes behind
one-byte lengths. Nothing here reads a socket or knows what a topic means; `docs/channel.md` says what travels inside.
"""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from protocol.errors import RemoteError

Json = dict[str, Any]

HEARTBEAT_TOPIC: Final = "phoenix"
HEARTBEAT: Final = "heartbeat"
JOIN: Final = "phx_join"
LEAVE: Final = "phx_leave"
REPLY: Final = "phx_reply"
ERROR: Final = "phx_error"
CLOSE: Final = "phx_close"

MAX_NAME_BYTES: Final = 255
"""A ref, topic or event takes at most this many bytes of UTF-8: what the binary form can carry."""

PUSH_KIND: Final = 0
REPLY_KIND: Final = 1
BROADCAST_KIND: Final = 2


class ChannelError(RemoteError):
    """The frame is not a Phoenix V2 frame; send `[join_ref, ref, topic, event, {…}]`.

    Attributes:
        join_ref: of the frame, where it could be read; so that an answer can find its asker.
        ref: likewise.
        topic: likewise.
    """

    def __init__(
        self, reason: str, *, join_ref: str | None = None, ref: str | None = None, topic: str | None = None
    ) -> None:
        super().__init__("bad_request", reason)
        self.join_ref = join_ref
        self.ref = ref
        self.topic = topic


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a channel.

    Attributes:
        join_ref: names the join this frame belongs to; opaque, echoed unchanged; None for a broadcast.
        ref: names the push that a reply answers; None where no reply is wanted.
        topic: for example `node` or `conversation:<id>`.
        event: for example `phx_join` or `message`.
        payload: an object, or the raw bytes of a binary frame.
    """

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: Json | bytes


def encode(frame: Frame) -> bytes:
    """Return the text frame, as UTF-8.

    Raises:
        ChannelError: the payload is not JSON (a lone surrogate, an integer beyond 64 bits, a foreign type, bytes).
    """
    try:
        return orjson.dumps([frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload])
    except TypeError as error:
        raise ChannelError(f"the payload of {frame.event!r} cannot be written as JSON") from error


def reply(frame: Frame, response: Json, *, ok: bool = True) -> Frame:
    """Return the reply to a push or join."""
    status = "ok" if ok else "error"
    return Frame(frame.join_ref, frame.ref, frame.topic, REPLY, {"status": status, "response": response})


def parse_client(data: str | bytes) -> Frame:
    """Return the frame that a client sent: text (`str`) or binary (`bytes`).

    Raises:
        ChannelError: it is not a frame of serializer V2.
    """
    if isinstance(data, str):
        return _parse_text(data)
    if not data or data[0] != PUSH_KIND:
        raise ChannelError("a binary frame of a client starts with 0")
    (join_ref, ref, topic, event), payload = _split_binary(data, 4)
    return Frame(join_ref or None, ref or None, topic, event, payload)


def parse_server(data: str | bytes) -> Frame:
    """Return the frame that a server sent: text (`str`) or binary (`bytes`).

    A binary reply becomes a `phx_reply` whose response is the raw bytes.

    Raises:
        ChannelError: it is not a frame of serializer V2.
    """
    if isinstance(data, str):
        return _parse_text(data)
    kind = data[0] if data else None
    if kind == PUSH_KIND:
        (join_ref, topic, event), payload = _split_binary(data, 3)
        return Frame(join_ref or None, None, topic, event, payload)
    if kind == REPLY_KIND:
        (join_ref, ref, topic, status), payload = _split_binary(data, 4)
        return Frame(join_ref or None, ref or None, topic, REPLY, {"status": status, "response": payload})
    if kind == BROADCAST_KIND:
        (topic, event), payload = _split_binary(data, 2)
        return Frame(None, None, topic, event, payload)
    raise ChannelError("a binary frame of a server starts with 0, 1 or 2")


def encode_client_binary(frame: Frame) -> bytes:
    """Return the binary push of a client; its payload must be bytes.

    Raises:
        ChannelError: a name is longer than 255 bytes, or the payload is not bytes.
    """
    return _join_binary(PUSH_KIND, (frame.join_ref or "", frame.ref or "", frame.topic, frame.event), frame.payload)


def encode_server_binary(frame: Frame) -> bytes:
    """Return the binary push, or for a frame without join_ref the broadcast, of a server; its payload must be bytes.

    Raises:
        ChannelError: a name is longer than 255 bytes, or the payload is not bytes.
    """
    if frame.join_ref is None:
        return _join_binary(BROADCAST_KIND, (frame.topic, frame.event), frame.payload)
    return _join_binary(PUSH_KIND, (frame.join_ref, frame.topic, frame.event), frame.payload)


def encode_server_binary_reply(frame: Frame, payload: bytes, *, ok: bool = True) -> bytes:
    """Return the binary reply to a push.

    Raises:
        ChannelError: a name is longer than 255 bytes.
    """
    names = (frame.join_ref or "", frame.ref or "", frame.topic, "ok" if ok else "error")
    return _join_binary(REPLY_KIND, names, payload)


def _parse_text(data: str) -> Frame:
    try:
        parts = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ChannelError("the frame is not JSON") from error
    if not isinstance(parts, list) or len(parts) != 5:
        raise ChannelError("a frame is a list of five: join_ref, ref, topic, event, payload")
    join_ref, ref, topic, event, payload = parts
    known = {
        "join_ref": join_ref if _is_name(join_ref) else None,
        "ref": ref if _is_name(ref) else None,
        "topic": topic if _is_name(topic) else None,
    }
    if not (join_ref is None or _is_name(join_ref)) or not (ref is None or _is_name(ref)):
        raise ChannelError("join_ref and ref are strings of at most 255 bytes, or null", **known)
    if not _is_name(topic) or not _is_name(event):
        raise ChannelError("topic and event are strings of at most 255 bytes", **known)
    if not isinstance(payload, dict):
        raise ChannelError("the payload is an object", **known)
    return Frame(join_ref, ref, topic, event, payload)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and (len(value) <= 63 or len(value.encode()) <= MAX_NAME_BYTES)


def _split_binary(data: bytes, count: int) -> tuple[list[str], bytes]:
    at = 1 + count
    if len(data) < at:
        raise ChannelError("the binary frame is cut short")
    names = []
    for length in data[1 : 1 + count]:
        if len(data) < at + length:
            raise ChannelError("the binary frame is cut short")
        try:
            names.append(data[at : at + length].decode())
        except UnicodeDecodeError as error:
            raise ChannelError("the names of a binary frame are UTF-8") from error
        at += length
    return names, data[at:]


def _join_binary(kind: int, names: tuple[str, ...], payload: Json | bytes) -> bytes:
    if not isinstance(payload, bytes):
        raise ChannelError("the payload of a binary frame is bytes")
    try:
        encoded = [name.encode() for name in names]
    except UnicodeEncodeError as error:
        raise ChannelError("the names of a binary frame are UTF-8") from error
    if any(len(name) > MAX_NAME_BYTES for name in encoded):
        raise ChannelError("a name in a binary frame takes at most 255 bytes")
    return bytes([kind, *map(len, encoded)]) + b"".join(encoded) + payload
