"""The dialer: tries a peer's addresses side by side, the first that leads to the peer wins; relays come last.

libp2p's own dialer tries one address, waits out a timer of 250 ms, and shuns a peer for 60 s after a failure; this one
does none of that.
"""

from collections.abc import Awaitable, Callable, Sequence

import trio
from libp2p.abc import INetConn
from libp2p.connection_types import ConnectionType
from libp2p.network.exceptions import SwarmException
from libp2p.network.swarm import Swarm
from libp2p.peer.id import ID
from multiaddr.multiaddr import Multiaddr

from node.network.addresses import Circuit, is_peer_name, split_circuit, split_peer
from node.network.errors import DialError, NetworkError

Through = Callable[[Circuit, ID], Awaitable[INetConn]]

STAGGER_S = 0.25
TIMEOUT_S = 10.0
RELAYED_AFTER_S = 2.5
"""So long direct addresses are tried alone; most that work answer within half a second."""
ADDRESSES = 16
CIRCUITS = 4
ADDRESSES_SHOWN = 4


def parse_peer(peer_id: str) -> ID:
    """Return the libp2p form of a peer id.

    Raises:
        DialError: the text is not a peer id.
    """
    try:
        peer = ID.from_string(peer_id)
    except Exception as error:
        raise DialError(f"{peer_id[:60]!r} is not a peer id.") from error
    if not is_peer_name(peer.to_bytes()):
        raise DialError(f"{peer_id[:60]!r} is not a peer id.")
    return peer


async def dial(
    swarm: Swarm,
    peer: ID,
    addresses: Sequence[str],
    *,
    timeout_s: float = TIMEOUT_S,
    through: Through | None = None,
    is_direct: bool = False,
) -> INetConn:
    """Return a connection to `peer`: a living one, or a new one over the first address that works.

    Addresses start STAGGER_S apart; a failure starts the next at once. The others are cancelled when one wins.
    Those that lead through a relay are tried when all others have failed, or RELAYED_AFTER_S has passed.

    Args:
        swarm: dials one address at a time and proves the peer's identity.
        peer: whom to reach.
        addresses: multiaddrs with or without `/p2p/ID`, best first; at most ADDRESSES are tried.
        timeout_s: for everything together.
        through: dials through a relay; None leaves such addresses out.
        is_direct: be content with a direct connection only.

    Raises:
        DialError: nothing worked; the text says what was tried and why it failed.
    """
    if peer == swarm.get_peer_id():
        raise DialError("That peer id is our own.")
    living = [
        each for each in swarm.get_connections(peer) if not each.is_closed and not (is_direct and is_relayed(each))
    ]
    if living:
        return living[0]
    race = Race(swarm, peer, None if is_direct else through)
    targets, circuits = race.targets(addresses)
    with trio.move_on_after(timeout_s):
        async with trio.open_nursery() as nursery:
            all_failed = trio.Event()
            nursery.start_soon(race.run_direct, targets, all_failed, nursery.cancel_scope)
            if circuits:
                with trio.move_on_after(RELAYED_AFTER_S):
                    await all_failed.wait()
            for circuit in circuits:
                failed = trio.Event()
                nursery.start_soon(race.run_circuit, circuit, failed, nursery.cancel_scope)
                with trio.move_on_after(RELAYED_AFTER_S):
                    await failed.wait()
    if race.won is None:
        raise DialError(race.explain(timeout_s))
    return race.won


def is_relayed(connection: INetConn) -> bool:
    """Return whether a connection runs through a relay."""
    return connection.get_connection_type() == ConnectionType.RELAYED


class Race:
    """One attempt to reach a peer.

    Attributes:
        won: the first connection that was made.
        failures: address -> why it failed, in the order of trying.
    """

    def __init__(self, swarm: Swarm, peer: ID, through: Through | None = None) -> None:
        self._swarm = swarm
        self._peer = peer
        self._through = through
        self.won: INetConn | None = None
        self.failures: dict[str, str] = {}

    def targets(self, addresses: Sequence[str]) -> tuple[list[Multiaddr], list[Circuit]]:
        """Return what can be dialled, directly and through relays, without doubles; the rest goes to `failures`."""
        usable: dict[str, Multiaddr] = {}
        circuits: dict[str, Circuit] = {}
        for address in addresses:
            try:
                circuit = split_circuit(address)
                target, named = split_peer(address) if circuit is None else (circuit.relay_address, circuit.peer)
            except ValueError as error:
                self.failures[address] = str(error)
                continue
            if named is not None and named != self._peer.to_base58():
                self.failures[address] = "it names another peer"
            elif circuit is None:
                usable.setdefault(str(target), target)
            elif self._through is not None:
                circuits.setdefault(circuit.relay, circuit)
        return list(usable.values())[:ADDRESSES], list(circuits.values())[:CIRCUITS]

    async def run_direct(self, targets: Sequence[Multiaddr], all_failed: trio.Event, scope: trio.CancelScope) -> None:
        """Dial addresses STAGGER_S apart, or sooner where one fails."""
        async with trio.open_nursery() as nursery:
            for target in targets:
                failed = trio.Event()
                nursery.start_soon(self.run, target, failed, scope)
                with trio.move_on_after(STAGGER_S):
                    await failed.wait()
        all_failed.set()

    async def run(self, target: Multiaddr, failed: trio.Event, scope: trio.CancelScope) -> None:
        """Dial one address; the first success ends the race."""
        self.failures[str(target)] = "no answer"
        try:
            connection = await self._swarm.dial_addr(target, self._peer)
        except SwarmException as error:
            self.failures[str(target)] = reason(error)
            failed.set()
            return
        self.won = self.won or connection
        scope.cancel()

    async def run_circuit(self, circuit: Circuit, failed: trio.Event, scope: trio.CancelScope) -> None:
        """Dial through one relay; the first success ends the race."""
        assert self._through is not None
        name = f"relay …{circuit.relay[-8:]}"
        self.failures[name] = "no answer"
        try:
            connection = await self._through(circuit, self._peer)
        except NetworkError as error:
            self.failures[name] = str(error).rstrip(".")
            failed.set()
            return
        except SwarmException as error:
            self.failures[name] = reason(error)
            failed.set()
            return
        self.won = self.won or connection
        scope.cancel()

    def explain(self, timeout_s: float) -> str:
        """Return one sentence on what was tried."""
        name = self._peer.to_base58()[-8:]
        if not self.failures:
            return f"No address of peer …{name} is known."
        shown = [f"{address} ({why})" for address, why in list(self.failures.items())[:ADDRESSES_SHOWN]]
        more = len(self.failures) - len(shown)
        tried = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
        return f"Peer …{name} could not be reached within {timeout_s:g} s; tried {tried}."


def reason(error: BaseException) -> str:
    """Return in a few words why dialling an address failed."""
    story = " ".join(causes(error)).lower()
    if "mismatch" in story:
        return "another peer answered"
    if "connection refused" in story or "errno 111" in story:
        return "refused"
    if "maximum connections" in story:
        return "we have too many connections"
    if "unreachable" in story or "no route" in story:
        return "no way there"
    if "resolve" in story or "getaddrinfo" in story:
        return "unknown name"
    if "upgrade" in story:
        return "it does not speak our protocol"
    return "no answer"


def causes(error: BaseException | None) -> list[str]:
    """Return the text of an error and of everything that led to it."""
    if error is None:
        return []
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    told = [f"{type(error).__name__} {error}", *causes(error.__cause__ or error.__context__)]
    return told + [text for one in inner for text in causes(one)]
