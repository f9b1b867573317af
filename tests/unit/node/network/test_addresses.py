"""Addresses: parsing, wildcards, taken ports."""

import socket
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multiaddr.multiaddr import Multiaddr

from node.network import ListenError, PortInUse
from node.network.addresses import (
    check_ports,
    expand,
    interface_addresses,
    is_circuit,
    is_local,
    split_circuit,
    split_peer,
)

PEER = "12D3KooWMbbPVGsZYh3ChQjue712NHHGNybRRXwnuSpezYjGbCDS"


def test_the_peer_id_is_split_off() -> None:
    assert split_peer(f"/ip4/10.0.0.1/tcp/9/p2p/{PEER}") == (Multiaddr("/ip4/10.0.0.1/tcp/9"), PEER)
    assert split_peer("/dns4/example.org/tcp/9") == (Multiaddr("/dns4/example.org/tcp/9"), None)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "/ip4/1.2.3.4/udp/9/quic-v1",
        "/ip4/1.2.3.4/tcp/9/ws",
        f"/ip4/1.2.3.4/tcp/9/p2p/{PEER}/p2p-circuit",
    ],
)
def test_what_cannot_be_dialled_is_a_value_error(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        split_peer(address)


@given(st.text())
def test_foreign_text_raises_nothing_else(text: str) -> None:
    with suppress(ValueError):
        split_peer(text)


def test_a_wildcard_becomes_the_interfaces() -> None:
    found = expand([Multiaddr("/ip4/0.0.0.0/tcp/4001")])
    assert found == [Multiaddr(f"/ip4/{ip}/tcp/4001") for ip in interface_addresses()]
    assert "0.0.0.0" not in str(found)


def test_loopback_stays_when_it_was_asked_for() -> None:
    assert expand([Multiaddr("/ip4/127.0.0.1/tcp/5")] * 2) == [Multiaddr("/ip4/127.0.0.1/tcp/5")]


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("192.168.1.2", True), ("8.8.8.8", False), ("::ffff:10.0.0.1", True), ("2a00::1", False)],
)
def test_local_hosts(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_a_taken_port_is_found_even_if_its_owner_shares_it() -> None:
    with socket.socket() as owner:
        owner.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        owner.bind(("127.0.0.1", 0))
        owner.listen()
        port = owner.getsockname()[1]
        with pytest.raises(PortInUse, match=f"Port {port} is already in use"):
            check_ports([Multiaddr(f"/ip4/127.0.0.1/tcp/{port}")])
    check_ports([Multiaddr(f"/ip4/127.0.0.1/tcp/{port}"), Multiaddr("/ip4/127.0.0.1/tcp/0")])


def test_a_foreign_address_cannot_be_listened_on() -> None:
    with pytest.raises(ListenError, match="Cannot listen on"):
        check_ports([Multiaddr("/ip4/192.0.2.1/tcp/4001")])


def test_an_address_through_a_relay_is_taken_apart_and_put_together() -> None:
    text = f"/ip4/192.0.2.1/tcp/4001/p2p/{PEER}/p2p-circuit/p2p/{PEER[:-1]}X"
    circuit = split_circuit(text)
    assert circuit is not None
    assert (str(circuit.relay_address), circuit.relay, circuit.peer) == (
        "/ip4/192.0.2.1/tcp/4001",
        PEER,
        f"{PEER[:-1]}X",
    )
    assert str(circuit) == text
    assert is_circuit(text)
    assert split_circuit(f"/ip4/192.0.2.1/tcp/4001/p2p/{PEER}") is None


@pytest.mark.parametrize(
    "address",
    [
        "/p2p-circuit",
        f"/p2p-circuit/p2p/{PEER}",
        f"/ip4/192.0.2.1/tcp/1/p2p-circuit/p2p/{PEER}",
        f"/ip4/192.0.2.1/udp/1/quic-v1/p2p/{PEER}/p2p-circuit/p2p/{PEER}",
        f"/ip4/192.0.2.1/tcp/1/p2p/{PEER}/p2p-circuit",
        f"/ip4/192.0.2.1/tcp/1/p2p/{PEER}/p2p-circuit/p2p/",
        f"/ip4/192.0.2.1/tcp/1/p2p/{PEER}/p2p-circuit/p2p/{PEER}/p2p-circuit/p2p/{PEER}",
        f"/ip4/192.0.2.1/tcp/1/p2p/{PEER}/p2p-circuit/tcp/9",
        f"/ip4/192.0.2.1/tcp/1/p2p/{PEER}/p2p-circuitous",
    ],
)
def test_an_address_that_leads_to_no_relay_or_through_several_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        split_circuit(address)


@given(st.text(max_size=80))
def test_rubbish_before_and_after_a_relay_is_refused_or_taken_apart(text: str) -> None:
    for address in (f"{text}/p2p-circuit/p2p/{PEER}", f"/ip4/192.0.2.1/tcp/1/p2p/{PEER}/p2p-circuit{text}"):
        with suppress(ValueError):
            circuit = split_circuit(address)
            assert circuit is not None
            assert split_circuit(str(circuit)) == circuit
