"""The errors of the network, one small family under `NetworkError`.

The text of each error is one sentence for a person; it names peers and protocols, never a message's content.
"""

# ruff: noqa: N818 - the names say what happened


class NetworkError(Exception):
    """Something on the network did not work."""


class LibraryMismatch(NetworkError):
    """The installed libp2p is not the one that our repairs were written for."""


class ListenError(NetworkError):
    """An address to listen on could not be used."""


class PortInUse(ListenError):
    """Another program already listens on the port."""


class DialError(NetworkError):
    """No address of a peer led to that peer."""


class NotConnected(NetworkError):
    """There is no connection to the peer."""


class UnknownProtocol(NetworkError):
    """The peer is connected but does not speak the protocol."""


class StreamClosed(NetworkError):
    """The stream ended, or the peer is gone; bytes of an unfinished frame are lost."""


class FrameTooLarge(NetworkError):
    """A frame is longer than MAX_FRAME; when it came from the peer, the stream has been reset."""


class Timeout(NetworkError):
    """Nothing came in time; a stream on which this happened has been reset."""


class RelayRefused(NetworkError):
    """A relay does not do what it was asked, or what it says makes no sense."""
