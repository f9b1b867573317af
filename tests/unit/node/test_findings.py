"""What the doctor says of a running node follows from how it stands, and always says what to do."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from node.findings import Doctor
from node.profile import DATABASE, peer_id_of
from tests.unit.node.conversations.people import Person, person

ME = peer_id_of(bytes(32))
RELAY = peer_id_of(bytes([1]) * 32)
HOME_NETWORK = f"/ip4/192.168.1.7/tcp/4001/p2p/{ME}"
INTERNET = f"/ip4/8.8.8.8/tcp/4001/p2p/{ME}"
RELAYED = f"/ip4/8.8.4.4/tcp/4001/p2p/{RELAY}/p2p-circuit/p2p/{ME}"


def doctor(one: Person, *addresses: str, peers: int = 0, behind_ms: int = 0, works: bool = True, **more: Any) -> Doctor:
    async def availabilities() -> dict[str, Any]:
        return {"local": SimpleNamespace(available=works, reason="The model file is missing.")}

    services: Any = SimpleNamespace(
        addresses=lambda: list(addresses),
        network=SimpleNamespace(links=lambda: [object()] * peers),
        syncer=SimpleNamespace(offsets=SimpleNamespace(middle_ms=behind_ms)),
    )
    registry: Any = SimpleNamespace(availabilities=availabilities)
    return Doctor(one.home, one.home / DATABASE, services, one.library, registry, seeks=more.get("seeks", True))


async def said(examined: Doctor, state: str) -> str:
    findings = await examined.findings()
    assert all(finding["remedy"] for finding in findings if finding["state"] != "ok")
    return "\n".join(finding["what"] for finding in findings if finding["state"] == state)


@pytest.mark.trio
async def test_how_others_reach_this_node(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        assert "Nobody can dial" in await said(doctor(anna), "problem")
        assert "Only machines on your own network" in await said(doctor(anna, HOME_NETWORK), "warning")
        assert "through a relay" in await said(doctor(anna, HOME_NETWORK, RELAYED), "ok")
        assert "over the internet" in await said(doctor(anna, HOME_NETWORK, INTERNET), "ok")
        assert "not looked for" in await said(doctor(anna, INTERNET, seeks=False), "warning")
        assert await said(doctor(anna, INTERNET, peers=1), "warning") == ""
        assert "Connected with one peer." in await said(doctor(anna, INTERNET, peers=1), "ok")


@pytest.mark.trio
async def test_a_wrong_clock_and_a_full_disk_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with person(tmp_path / "anna") as anna:
        assert "5 min behind" in await said(doctor(anna, INTERNET, behind_ms=300_000), "warning")
        assert "clock" not in await said(doctor(anna, INTERNET, behind_ms=-2_000), "warning")
        monkeypatch.setattr("node.findings.probe", lambda _home, _database: ["The disk is nearly full."])
        findings = await doctor(anna, HOME_NETWORK).findings()
        assert (findings[0]["what"], findings[0]["state"]) == ("The disk is nearly full.", "problem")


@pytest.mark.trio
async def test_being_alone_is_told_only_where_there_are_others(tmp_path: Path) -> None:
    from tests.unit.node.conversations.test_people import circle

    with person(tmp_path / "carl") as carl:
        carl.library.create(title="Mine", description="")
        assert "nobody" not in await said(doctor(carl, INTERNET), "warning")
    async with circle(tmp_path, "anna", "ben") as made:
        assert "Connected with nobody" in await said(doctor(made.people["anna"], INTERNET), "warning")


@pytest.mark.trio
async def test_a_provider_that_an_ai_here_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with person(tmp_path / "anna") as anna:
        conversation = anna.library.create(title="Garden", description="")
        ai = {"here": True, "provider": "local", "name": "Leaf"}
        monkeypatch.setattr(conversation.view, "ais", lambda: [ai])
        assert "Leaf can answer: local works." in await said(doctor(anna, INTERNET), "ok")
        broken = await said(doctor(anna, INTERNET, works=False), "problem")
        assert broken == "Leaf cannot answer: local does not work here. The model file is missing."
        monkeypatch.setattr(conversation.view, "ais", lambda: [{**ai, "here": False}])
        assert await said(doctor(anna, INTERNET, works=False), "problem") == ""
