"""The messages of Circuit Relay v2 on a stream: protocol buffers, each with its length in front.

`HOP` is spoken with a relay (keep a place for me; connect me to X), `STOP` by a relay (Y wants to reach you).
"""

from typing import Final, TypeVar

import trio
from libp2p.abc import INetStream
from libp2p.custom_types import TProtocol
from libp2p.peer.id import ID
from libp2p.relay.circuit_v2.pb.circuit_pb2 import HopMessage, Status, StopMessage
from libp2p.relay.circuit_v2.protocol import PROTOCOL_ID, STOP_PROTOCOL_ID
from libp2p.utils.varint import encode_varint_prefixed, read_varint_prefixed_bytes_limited

from node.network.addresses import is_peer_name
from node.network.errors import RelayRefused
from node.network.repairs.host import ORDINARY_ENDS
from node.network.repairs.muxer import LiveYamux

HOP: Final[TProtocol] = PROTOCOL_ID
STOP: Final[TProtocol] = STOP_PROTOCOL_ID
MESSAGE_BYTES: Final = 8 * 1024
ANSWER_S: Final = 10.0
RESET_S: Final = 2.0

Message = TypeVar("Message", HopMessage, StopMessage)


async def send(stream: INetStream, message: HopMessage | StopMessage) -> None:
    """Send one message.

    Raises:
        RelayRefused: the stream ended, or nobody reads it.
    """
    try:
        with trio.fail_after(ANSWER_S):
            await stream.write(encode_varint_prefixed(message.SerializeToString()))
    except (*ORDINARY_ENDS, trio.TooSlowError) as error:
        raise RelayRefused("The stream of a relay ended.") from error


async def receive(stream: INetStream, kind: type[Message], *, timeout_s: float = ANSWER_S) -> Message:
    """Return the next message, and read nothing beyond it: what follows belongs to the circuit.

    Raises:
        RelayRefused: none came in time, the stream ended, or it is no such message.
    """
    message = kind()
    try:
        with trio.fail_after(timeout_s):
            message.ParseFromString(await read_varint_prefixed_bytes_limited(stream, MESSAGE_BYTES))
    except trio.TooSlowError as error:
        raise RelayRefused(f"A relay did not answer within {timeout_s:g} s.") from error
    except ORDINARY_ENDS as error:
        raise RelayRefused("The stream of a relay ended.") from error
    except Exception as error:  # the peer chose the bytes; protobuf and libp2p have a dozen errors for them
        raise RelayRefused("A message about relaying was malformed.") from error
    return message


def status_name(message: HopMessage | StopMessage) -> str:
    """Return how the answer went, as the specification names it; `` where it says nothing of it."""
    try:
        return str(Status.Name(message.status)) if message.HasField("status") else ""
    except ValueError:
        return str(message.status)


def peer_of(message: HopMessage | StopMessage) -> ID:
    """Return the peer that a message is about.

    Raises:
        RelayRefused: it names none, or what is none of ours.
    """
    name = bytes(message.peer.id)
    if not is_peer_name(name):
        raise RelayRefused("A message about relaying names no peer.")
    return ID(name)


def is_direct(stream: INetStream) -> bool:
    """Return whether a stream runs over a connection that is not relayed itself: circuits are never stacked."""
    muxed = stream.muxed_conn
    return isinstance(muxed, LiveYamux) and muxed.carrier is None


async def give_up(*streams: INetStream | None) -> None:
    """Reset streams; a cancel does not stop it, and it never hangs."""
    with trio.CancelScope(shield=True), trio.move_on_after(RESET_S):
        for stream in streams:
            if stream is not None:
                try:
                    await stream.reset()
                except ORDINARY_ENDS:
                    continue
