"""The network: connections, streams of frames, gossip and local discovery, on top of libp2p with our repairs.

It moves bytes between peers whose ids the handshake proved, and knows nothing of conversations.
"""

from node.network.errors import (
    DialError,
    FrameTooLarge,
    LibraryMismatch,
    ListenError,
    NetworkError,
    NotConnected,
    PortInUse,
    RelayRefused,
    StreamClosed,
    Timeout,
    UnknownProtocol,
)
from node.network.found import Found, dial_delay_s
from node.network.frames import MAX_FRAME, Frames
from node.network.gossip import MAX_MESSAGE, Received, Subscription
from node.network.host import Network, open_network
from node.network.links import Link, LinkDown, LinkEvent, LinkUp
from node.network.relay.circuits import Place
from node.relay_limits import RelayLimits

__all__ = [
    "MAX_FRAME",
    "MAX_MESSAGE",
    "DialError",
    "Found",
    "FrameTooLarge",
    "Frames",
    "LibraryMismatch",
    "Link",
    "LinkDown",
    "LinkEvent",
    "LinkUp",
    "ListenError",
    "Network",
    "NetworkError",
    "NotConnected",
    "Place",
    "PortInUse",
    "Received",
    "RelayLimits",
    "RelayRefused",
    "StreamClosed",
    "Subscription",
    "Timeout",
    "UnknownProtocol",
    "dial_delay_s",
    "open_network",
]
