"""Discovery: finds nodes on the local network by multicast DNS, and lets them find us.

`zeroconf` runs in threads of its own, so that neither its start nor its stop holds up the event loop. What it finds is
a hint: the dialer proves who is there.
"""

import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

import trio
from zeroconf import (
    Error,
    ServiceBrowser,
    ServiceInfo,
    ServiceStateChange,
    Zeroconf,
)

from node.network.addresses import interface_addresses, split_peer
from node.network.found import Found

logger = logging.getLogger("node.network")

MULTICAST = "224.0.0.251"
SERVICE = "_peer2peer._udp.local."
RESOLVE_MS = 2000
REFRESH_S = 15.0
STOP_S = 0.4
FOUND = 256
ADDRESSES = 8
TXT_BYTES = 200


@asynccontextmanager
async def discover(
    peer_id: str, addresses: Callable[[], Sequence[str]], *, interfaces: Sequence[str] | None = None
) -> AsyncIterator[trio.MemoryReceiveChannel[Found]]:
    """Announce ourselves and yield a channel of the nodes that are found, until the block is left.

    A node comes again when its addresses change or it returns. Without a usable interface the channel stays empty;
    a new attempt is made every REFRESH_S.

    Args:
        peer_id: our own; what we hear from ourselves is left out.
        addresses: gives our addresses now; asked every REFRESH_S and announced anew when they changed.
        interfaces: IP addresses of the interfaces to use; None for all.
    """
    sender, receiver = trio.open_memory_channel[Found](FOUND)
    beacon = Beacon(
        peer_id, list(interfaces) if interfaces is not None else None, sender, trio.lowlevel.current_trio_token()
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_announcing, beacon, addresses)
        try:
            yield receiver
        finally:
            nursery.cancel_scope.cancel()
            with trio.move_on_after(STOP_S, shield=True):
                await trio.to_thread.run_sync(beacon.stop, abandon_on_cancel=True)
            receiver.close()


async def keep_announcing(beacon: "Beacon", addresses: Callable[[], Sequence[str]]) -> None:
    """Start the beacon, and start it anew whenever our addresses changed or the last start failed."""
    announced: list[str] | None = None
    while True:
        current = list(addresses())
        if current != announced:
            started = await trio.to_thread.run_sync(partial(beacon.start, current), abandon_on_cancel=True)
            announced = current if started else None
        await trio.sleep(REFRESH_S)


class Beacon:
    """Our zeroconf service and browser. Its methods block and run in worker threads."""

    def __init__(
        self,
        peer_id: str,
        interfaces: list[str] | None,
        sender: trio.MemorySendChannel[Found],
        token: trio.lowlevel.TrioToken,
    ) -> None:
        self._peer_id = peer_id
        self._interfaces = interfaces
        self._sender = sender
        self._token = token
        self._lock = threading.Lock()
        self._stopped = False
        self._zeroconf: Zeroconf | None = None

    def start(self, addresses: Sequence[str]) -> bool:
        """Announce these addresses instead of any earlier ones; return whether that worked."""
        with self._lock:
            self._close()
            interfaces = usable(self._interfaces or interface_addresses())
            if self._stopped or not interfaces:
                return False
            try:
                self._zeroconf = Zeroconf(interfaces=interfaces)
                self._zeroconf.register_service(describe(self._peer_id, addresses), cooperating_responders=True)
                ServiceBrowser(self._zeroconf, SERVICE, handlers=[self._changed])
            except (OSError, Error, RuntimeError) as error:
                logger.debug("no local discovery now error=%r", error)
                self._close()
                return False
        return True

    def stop(self) -> None:
        """Say goodbye and end all threads; `start` does nothing afterwards."""
        self._stopped = True
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._zeroconf is not None:
            with suppress(OSError, Error, RuntimeError):
                self._zeroconf.close()
            self._zeroconf = None

    def _changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        """Look a service up and tell the event loop. Called in a thread of zeroconf."""
        if state_change is ServiceStateChange.Removed or self._stopped:
            return
        threading.Thread(target=self._resolve, args=(zeroconf, name), daemon=True).start()

    def _resolve(self, zeroconf: Zeroconf, name: str) -> None:
        info = ServiceInfo(SERVICE, name)
        try:
            if not info.request(zeroconf, RESOLVE_MS):
                return
        except (OSError, Error, RuntimeError):
            return
        found = parse(info)
        if found is not None and found.peer_id != self._peer_id:
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(self._offer, found)

    def _offer(self, found: Found) -> None:
        with suppress(trio.WouldBlock, trio.BrokenResourceError):
            self._sender.send_nowait(found)


def usable(interfaces: Sequence[str]) -> list[str]:
    """Return those interfaces, IPv4 addresses, on which multicast can be received."""
    found = []
    for interface in interfaces:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
            membership = socket.inet_aton(MULTICAST) + socket.inet_aton(interface)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
            found.append(interface)
    return found


def describe(peer_id: str, addresses: Sequence[str]) -> ServiceInfo:
    """Return the service that announces us: the peer id, and the addresses that fit, each in a TXT entry."""
    properties: dict[str | bytes, str | bytes | None] = {"id": peer_id}
    ips: list[str] = []
    port = 0
    for address in addresses[:ADDRESSES]:
        bare, _ = split_peer(address)
        text = str(bare)
        if len(text) > TXT_BYTES:
            continue
        properties[f"a{len(ips)}"] = text
        values = {protocol.name: value for protocol, value in bare.items()}
        ips.append(str(values.get("ip4") or values.get("ip6")))
        port = port or int(values["tcp"])
    label = peer_id[-32:]
    return ServiceInfo(
        SERVICE, f"{label}.{SERVICE}", port=port, properties=properties, server=f"{label}.local.", parsed_addresses=ips
    )


def parse(info: ServiceInfo) -> Found | None:
    """Return what a service says of a node, or None if it makes no sense."""
    properties = {key.decode("ascii", "replace"): value for key, value in info.properties.items()}
    try:
        peer_id = (properties.get("id") or b"").decode("ascii")
        texts = [(properties.get(f"a{index}") or b"").decode("ascii") for index in range(ADDRESSES)]
    except UnicodeDecodeError:
        return None
    addresses = []
    for text in filter(None, texts):
        with suppress(ValueError):
            addresses.append(str(split_peer(text)[0]))
    if not peer_id or not addresses:
        return None
    return Found(peer_id, tuple(addresses))
