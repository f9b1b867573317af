"""Topics, the channels behind them, and the sockets through which a channel speaks to its client.

A channel lives from one `phx_join` to its leave; it never sees a frame. Who may connect is `admission.py`, the wire is
`connection.py`.
"""

import logging
from collections.abc import Callable
from typing import Final, Protocol

from node.gateway.message_rate import Allowance, Rates
from node.gateway.refusal import Refusal
from protocol import channel as wire
from protocol.channel import Json

log = logging.getLogger("node.api")

__all__ = ["Channel", "Json", "Outbox", "Refusal", "Socket", "Topics", "short"]

Rewrite = Callable[[str, Json], Json | None]


class Channel(Protocol):
    """What answers on one topic of one connection.

    Pushes are handled one after the other, in order, except for those in `slow`, which run beside them. A handler may
    be cancelled at any checkpoint when its client has gone and the time to finish is up.
    """

    slow: frozenset[str]
    """Events that may take long (they wait for other people or for the network)."""

    async def join(self, payload: Json) -> Json:
        """Return the response to the join; raise `Refusal` to turn it down."""

    async def handle(self, event: str, payload: Json) -> Json | None:
        """Return the response to a push, None for no reply at all; raise `Refusal` to say no."""

    async def leave(self) -> None:
        """Let go of what the join took; called once, also after a refused join."""


class Outbox(Protocol):
    """The way out of one connection."""

    def offer(self, data: bytes) -> None:
        """Queue an encoded frame at once; a client too slow to take it is closed."""


class Socket:
    """One joined topic of one connection, as its channel sees it.

    Attributes:
        topic: the topic joined.
        join_ref: of the join.
        allowance: what the connection may still send, on all its topics together.
        rewrite: set by a channel to see each broadcast before its client does: it returns the payload unchanged,
            another payload for this client alone, or None to hold it back.
    """

    def __init__(self, outbox: Outbox, topic: str, join_ref: str | None, *, allowance: Allowance) -> None:
        self.topic = topic
        self.join_ref = join_ref
        self.allowance = allowance
        self.rewrite: Rewrite | None = None
        self._outbox = outbox
        self._held: list[bytes] | None = []

    def push(self, event: str, payload: Json) -> None:
        """Send an event to this client alone; before the join is answered it waits behind the answer."""
        data = _encode(wire.Frame(self.join_ref, None, self.topic, event, payload))
        if data is not None:
            self._send(data)

    def deliver(self, event: str, payload: Json, data: bytes) -> None:
        """Send a broadcast, `data` its encoded form, unless the channel wants it otherwise."""
        changed = payload if self.rewrite is None else self.rewrite(event, payload)
        if changed is payload:
            self._send(data)
        elif changed is not None:
            self.push(event, changed)

    def release(self) -> None:
        """Let events pass: the join is answered."""
        held, self._held = self._held or [], None
        for data in held:
            self._outbox.offer(data)

    def _send(self, data: bytes) -> None:
        if self._held is None:
            self._outbox.offer(data)
        else:
            self._held.append(data)


Factory = Callable[[str, Socket], Channel]
"""Makes the channel for the part of the topic after the route's prefix."""

UNMATCHED: Final = "unmatched topic"


class Topics:
    """The routes of the gateway, and who listens to which topic.

    Attributes:
        rates: how fast each connection may send.
    """

    def __init__(self, rates: Rates) -> None:
        self.rates = rates
        self._routes: dict[str, Factory] = {}
        self._listeners: dict[str, dict[Socket, None]] = {}

    def route(self, pattern: str, factory: Factory) -> None:
        """Serve the topic `pattern`, or with a `*` at its end every topic that starts so."""
        self._routes[pattern] = factory

    def open(self, socket: Socket) -> Channel:
        """Return a new channel for the socket's topic.

        Raises:
            Refusal: no route leads there.
        """
        exact = self._routes.get(socket.topic)
        if exact is not None:
            return exact("", socket)
        for pattern, factory in self._routes.items():
            if pattern.endswith("*") and socket.topic.startswith(pattern[:-1]):
                return factory(socket.topic[len(pattern) - 1 :], socket)
        raise Refusal("unmatched_topic", UNMATCHED)

    def listen(self, socket: Socket) -> None:
        """From now on the socket gets what is broadcast on its topic."""
        self._listeners.setdefault(socket.topic, {})[socket] = None

    def unlisten(self, socket: Socket) -> None:
        """The socket gets no more broadcasts."""
        listeners = self._listeners.get(socket.topic, {})
        listeners.pop(socket, None)
        if not listeners:
            self._listeners.pop(socket.topic, None)

    def broadcast(self, topic: str, event: str, payload: Json, *, except_socket: Socket | None = None) -> None:
        """Send an event to everyone on the topic, encoded once; never waits."""
        listeners = self._listeners.get(topic)
        if not listeners:
            return
        data = _encode(wire.Frame(None, None, topic, event, payload))
        if data is None:
            return
        for socket in tuple(listeners):
            if socket is not except_socket:
                socket.deliver(event, payload, data)


def short(topic: str) -> str:
    """Return the topic as it may stand in a log: an id is cut to 8 digits."""
    name, colon, rest = topic.partition(":")
    return f"{name[:32]}{colon}{rest[:8]}"


def _encode(frame: wire.Frame) -> bytes | None:
    try:
        return wire.encode(frame)
    except wire.ChannelError as error:
        log.error("event not sent topic=%s event=%s reason=%s", short(frame.topic), frame.event, error)
        return None
