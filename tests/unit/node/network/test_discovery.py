"""Discovery over the loopback interface, and what it says of a node."""

import time

import pytest
import trio
from zeroconf import ServiceInfo

from node.network import Found, dial_delay_s, discovery
from node.network.discovery import SERVICE, Beacon, describe, discover, parse

ONE = "12D3KooWMbbPVGsZYh3ChQjue712NHHGNybRRXwnuSpezYjGbCDS"
TWO = "12D3KooWCugzopk9fYBy1pvYVi94Qr2y9PL4CjSpYZUaXir3YWb7"
ADDRESS = "/ip4/192.168.7.7/tcp/4001"


@pytest.mark.trio
async def test_two_nodes_find_each_other_and_stop_quickly() -> None:
    async with (
        discover(ONE, lambda: [f"{ADDRESS}/p2p/{ONE}"], interfaces=["127.0.0.1"]) as ours,
        discover(TWO, lambda: [ADDRESS, "/ip6/fd00::1/tcp/4002"], interfaces=["127.0.0.1"]) as theirs,
    ):
        with trio.fail_after(8):
            assert await ours.receive() == Found(TWO, (ADDRESS, "/ip6/fd00::1/tcp/4002"))
            assert await theirs.receive() == Found(ONE, (ADDRESS,))
        start = time.perf_counter()
    assert time.perf_counter() - start < 1.2  # both, one after the other


@pytest.mark.trio
async def test_new_addresses_are_announced(monkeypatch) -> None:
    monkeypatch.setattr(discovery, "REFRESH_S", 0.1)
    addresses = [ADDRESS]
    async with (
        discover(ONE, lambda: addresses, interfaces=["127.0.0.1"]),
        discover(TWO, lambda: [ADDRESS], interfaces=["127.0.0.1"]) as theirs,
    ):
        with trio.fail_after(15):
            assert (await theirs.receive()).addresses == (ADDRESS,)
            addresses = ["/ip4/10.0.0.1/tcp/7"]
            async for found in theirs:
                if found.addresses == ("/ip4/10.0.0.1/tcp/7",):
                    return


@pytest.mark.trio
async def test_without_a_usable_interface_nothing_fails(eventually, monkeypatch) -> None:
    monkeypatch.setattr(discovery, "REFRESH_S", 0.01)
    tries = []
    start = Beacon.start

    def counted(beacon: Beacon, addresses: list[str]) -> bool:
        tries.append(start(beacon, addresses))
        return tries[-1]

    monkeypatch.setattr(Beacon, "start", counted)
    async with discover(ONE, lambda: [ADDRESS], interfaces=["192.0.2.1"]):
        await eventually(lambda: len(tries) >= 3)
    assert not any(tries)


def test_the_announcement_says_what_it_was_given() -> None:
    assert parse(describe(ONE, [f"{ADDRESS}/p2p/{ONE}"])) == Found(ONE, (ADDRESS,))


@pytest.mark.parametrize(
    "properties",
    [{}, {"id": "x"}, {"a0": ADDRESS}, {"id": b"\xff", "a0": ADDRESS}, {"id": "x", "a0": "rubbish"}, {"id": None}],
)
def test_an_announcement_that_makes_no_sense_is_ignored(properties: dict) -> None:
    assert parse(ServiceInfo(SERVICE, f"x.{SERVICE}", properties=properties)) is None


def test_the_smaller_id_dials_at_once_and_the_other_waits() -> None:
    assert dial_delay_s(TWO, ONE) == 0
    assert dial_delay_s(ONE, TWO) == 2
