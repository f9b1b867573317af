"""Addresses: parsing, expanding wildcards, telling a LAN from the internet, and finding a port that is taken.

Addresses are multiaddr strings everywhere outside this folder; only this module and the dialer take them apart.
"""

import errno
import ipaddress
import socket
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ifaddr
from multiaddr.multiaddr import Multiaddr

from node.network.errors import ListenError, PortInUse

CIRCUIT = "/p2p-circuit"
ID_PREFIX = bytes.fromhex("002408011220")  # an Ed25519 key in place of a hash, as every peer of ours has
ID_BYTES = len(ID_PREFIX) + 32


def is_peer_name(data: bytes) -> bool:
    """Return whether these are the bytes of a peer id."""
    return len(data) == ID_BYTES and data.startswith(ID_PREFIX)


def split_peer(address: str) -> tuple[Multiaddr, str | None]:
    """Return the address without its trailing `/p2p/ID`, and that ID or None.

    Raises:
        ValueError: the text is not an address of a kind that we can dial (TCP over an IP address or a DNS name).
    """
    try:
        parsed = Multiaddr(address)
        names = [protocol.name for protocol in parsed.protocols()]
    except Exception as error:
        raise ValueError("it is not an address") from error
    if "tcp" not in names or "ws" in names or "wss" in names:
        raise ValueError("only TCP addresses can be dialled")
    if "p2p-circuit" in names:
        raise ValueError("relayed addresses cannot be dialled directly")
    if "p2p" not in names:
        return parsed, None
    peer = parsed.value_for_protocol("p2p")
    return parsed.decapsulate(Multiaddr(f"/p2p/{peer}")), peer


@dataclass(frozen=True, slots=True)
class Circuit:
    """An address through a relay.

    Attributes:
        relay_address: where the relay itself is.
        relay: the relay's peer id.
        peer: whom it leads to.
    """

    relay_address: Multiaddr
    relay: str
    peer: str

    def __str__(self) -> str:
        return f"{self.relay_address}/p2p/{self.relay}{CIRCUIT}/p2p/{self.peer}"


def split_circuit(address: str) -> Circuit | None:
    """Return the parts of an address through a relay; None where it is an address of another kind.

    Raises:
        ValueError: the relay or its address is missing, or it leads through several.
    """
    before, mark, after = address.partition(CIRCUIT)
    if not mark:
        return None
    peer = after.removeprefix("/p2p/")
    if peer == after or not peer.isalnum():
        raise ValueError("it leads through more than one relay, or to nobody")
    relay_address, relay = split_peer(before)
    if relay is None:
        raise ValueError("it does not name its relay")
    return Circuit(relay_address, relay, peer)


def is_circuit(address: str) -> bool:
    """Return whether an address leads through a relay."""
    return CIRCUIT in address


def ip_and_port(address: Multiaddr) -> tuple[str, int]:
    """Return the IP address as text and the TCP port of an address to listen on.

    Raises:
        ListenError: the address has no IP address or no TCP port.
    """
    values = {protocol.name: value for protocol, value in address.items()}
    host = values.get("ip4") or values.get("ip6")
    if host is None or "tcp" not in values:
        raise ListenError(
            f"Cannot listen on {address}: give an IP address and a TCP port, as in /ip4/0.0.0.0/tcp/4001."
        )
    return str(host), int(values["tcp"])


def expand(listening: Iterable[Multiaddr]) -> list[Multiaddr]:
    """Return addresses that others can dial: a wildcard becomes one address for each interface.

    Loopback comes out only if it was listened on by name, or if the machine has nothing else.
    """
    found: dict[str, Multiaddr] = {}
    for address in listening:
        host, port = ip_and_port(address)
        for concrete in interface_addresses(host) if ipaddress.ip_address(host).is_unspecified else [host]:
            family = "ip6" if ":" in concrete else "ip4"
            found.setdefault(f"{concrete} {port}", Multiaddr(f"/{family}/{concrete}/tcp/{port}"))
    return list(found.values())


def interface_addresses(wildcard: str = "0.0.0.0") -> list[str]:
    """Return the machine's IP addresses that `wildcard` listens on, IPv4 first; loopback only if alone.

    `::` listens on both families; `0.0.0.0` on IPv4 only. Link-local IPv6 needs a zone and is left out.
    """
    usable: list[str] = []
    for adapter in ifaddr.get_adapters():
        for entry in adapter.ips:
            text = entry.ip if isinstance(entry.ip, str) else entry.ip[0]
            parsed = ipaddress.ip_address(text)
            if parsed.version == 6 and (wildcard != "::" or parsed.is_link_local):
                continue
            if not parsed.is_loopback and not parsed.is_unspecified:
                usable.append(text)
    return sorted(set(usable), key=lambda text: (":" in text, text)) or ["127.0.0.1"]


def is_local(host: str) -> bool:
    """Return whether an IP address is of this machine's own network: loopback, private or link-local."""
    parsed = ipaddress.ip_address(host)
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_private


def check_ports(addresses: Sequence[Multiaddr]) -> None:
    """Check that nobody listens on the fixed ports.

    libp2p listens with SO_REUSEPORT, so that a second listener would silently take half of the connections.

    Raises:
        PortInUse: another program listens there.
        ListenError: the address is not one of this machine, or the port is not allowed.
    """
    for address in addresses:
        host, port = ip_and_port(address)
        if port == 0:
            continue
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise PortInUse(
                        f"Port {port} is already in use; stop the other program or choose another port."
                    ) from error
                raise ListenError(f"Cannot listen on {address}: {error.strerror}.") from error
