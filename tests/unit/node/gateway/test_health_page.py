"""The page `/health`, over real HTTP: who is told what, and what a node that is not well says."""

from typing import Any

import httpx
import pytest

from node.gateway import health_page
from node.gateway.limits import Limits
from node.gateway.server import Gateway
from tests.unit.node.gateway.fake_backend import API_KEY, FakeBackend, FakeHealth, serving

pytestmark = pytest.mark.trio

BRIEF = {"status": "ok", "ready": True, "version": "9.9", "uptime_s": 1.5}
FULL = {**BRIEF, "faults": [], "peers": 3, "conversations": 2, "ai_lines": [], "free_bytes": 1000}


async def get(gateway: Gateway, query: str = "", *, method: str = "GET", **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        return await client.request(
            method, f"http://127.0.0.1:{gateway.port}/health{query}", headers={**headers, "Connection": "close"}
        )


async def test_anybody_is_told_that_it_works_and_nothing_more() -> None:
    async with serving(FakeBackend()) as gateway:
        answer = await get(gateway)
        assert (answer.status_code, answer.json()) == (200, BRIEF)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("shown", ["query", "header"])
async def test_who_shows_the_key_is_told_counts(shown: str) -> None:
    async with serving(FakeBackend()) as gateway:
        query, headers = (
            (f"?api_key={API_KEY}", {}) if shown == "query" else ("", {"Authorization": f"Bearer {API_KEY}"})
        )
        answer = await get(gateway, query, **headers)
        assert (answer.status_code, answer.json()) == (200, FULL)


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?api_key=wrong", {}),
        ("?api_key=", {}),
        (f"?api_key={API_KEY}&api_key={API_KEY}", {}),
        (f"?api_key={API_KEY}", {"Authorization": "Bearer wrong"}),
        ("", {"Authorization": "Bearer wrong"}),
        ("", {"Authorization": API_KEY}),
        ("", {"Authorization": ""}),
        ("", {"Host": "evil.example"}),
        (f"?api_key={API_KEY}", {"Host": "evil.example"}),
        ("", {"Origin": "https://evil.example"}),
        (f"?api_key={API_KEY}", {"Origin": "null"}),
    ],
)
async def test_a_wrong_key_a_foreign_page_and_a_foreign_name_are_refused(query: str, headers: dict[str, str]) -> None:
    async with serving(FakeBackend()) as gateway:
        answer = await get(gateway, query, **headers)
        assert (answer.status_code, answer.text) == (403, "forbidden\n")


async def test_an_address_is_as_good_as_localhost() -> None:
    async with serving(FakeBackend()) as gateway:
        for host in ("localhost", "192.0.2.7:4002", "[::1]:4002"):
            assert (await get(gateway, Host=host)).status_code == 200


async def test_a_fault_is_not_ok_and_named_to_who_shows_the_key() -> None:
    health = FakeHealth()
    async with serving(FakeBackend(), health=health) as gateway:
        health.found = ["The disk is nearly full."]
        answer = await get(gateway)
        assert (answer.status_code, answer.json()) == (503, {**BRIEF, "status": "not ok", "ready": False})
        told = (await get(gateway, f"?api_key={API_KEY}")).json()
        assert told["faults"] == ["The disk is nearly full."]
        health.found = []
        assert (await get(gateway)).status_code == 200


async def test_a_node_that_is_stuck_is_not_ok_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_page, "PATIENCE_S", 0.05)
    health = FakeHealth()
    health.is_stuck = True
    async with serving(FakeBackend(), health=health) as gateway:
        answer = await get(gateway)
        assert (answer.status_code, answer.json()["status"]) == (503, "not ok")


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE"])
async def test_only_get_is_answered(method: str) -> None:
    async with serving(FakeBackend()) as gateway:
        assert (await get(gateway, method=method)).status_code == 405
        assert (await get(gateway)).status_code == 200


async def test_wrong_keys_wait_longer_and_no_key_never() -> None:
    async with serving(FakeBackend(), limits=Limits(refusal_delay_s=0.05)) as gateway:
        waits: list[Any] = []
        for _ in range(3):
            waits.append((await get(gateway, "?api_key=wrong")).elapsed.total_seconds())
        assert waits[2] >= 0.2
        assert (await get(gateway)).elapsed.total_seconds() < waits[2]
