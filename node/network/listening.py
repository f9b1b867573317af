"""Listening: where we listen, and which addresses that gives for others."""

from collections.abc import Sequence

import trio
from multiaddr.multiaddr import Multiaddr

from node.network.addresses import expand, split_peer
from node.network.errors import ListenError
from node.network.repairs.swarm import LastingSwarm

ADDRESSES_FRESH_S = 5.0
DIALLED = ("ip4", "ip6", "dns", "dns4", "dns6")
WILDCARDS = ("0.0.0.0", "::")


class Announced:
    """Our addresses for others: those that were asked for, else where we listen.

    The latter are looked up again every few seconds: interfaces come and go.
    """

    def __init__(self, instead: Sequence[Multiaddr]) -> None:
        self.swarm: LastingSwarm | None = None
        self._instead = list(instead)
        self._addresses: list[Multiaddr] = []
        self._until = 0.0

    def __call__(self) -> list[Multiaddr]:
        """Return them without `/p2p/ID`."""
        return self._instead or self.listening()

    def listening(self) -> list[Multiaddr]:
        """Return where we listen, without `/p2p/ID`."""
        if self.swarm is not None and (not self._addresses or trio.current_time() >= self._until):
            listening = [address for listener in self.swarm.listeners.values() for address in listener.get_addrs()]
            self._addresses = expand(listening)
            self._until = trio.current_time() + ADDRESSES_FRESH_S
        return self._addresses


def listen_address(text: str) -> Multiaddr:
    """Return an address to listen on.

    Raises:
        ListenError: the text is not one.
    """
    try:
        return split_peer(text)[0]
    except ValueError as error:
        raise ListenError(f"Cannot listen on {text[:80]!r}: {error}.") from error


def announced_address(text: str) -> Multiaddr:
    """Return an address to tell others.

    Raises:
        ListenError: the text is none that anybody could dial.
    """
    try:
        address, _ = split_peer(text)
    except ValueError as error:
        raise ListenError(f"Cannot announce {text[:80]!r}: {error}.") from error
    values = {protocol.name: value for protocol, value in address.items()}
    hosts = [values[name] for name in DIALLED if values.get(name)]
    if not hosts or hosts[0] in WILDCARDS or values.get("tcp") == "0":
        raise ListenError(
            f"Cannot announce {text[:80]!r}: give where others reach this node, as in /ip4/203.0.113.7/tcp/4001."
        )
    return address


async def start_listening(swarm: LastingSwarm, addresses: Sequence[Multiaddr]) -> None:
    """Listen on every address, or on none.

    Raises:
        ListenError: libp2p could not open one of them.
    """
    for address in addresses:
        if not await swarm.listen(address):
            raise ListenError(f"Cannot listen on {address}.")
