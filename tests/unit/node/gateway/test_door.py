"""Who gets into the gateway, over real sockets."""

import logging
from typing import Any

import pytest
import trio
from websockets.exceptions import InvalidStatus
from websockets.trio.client import connect as open_websocket

from node.client import ClientError, NoNode, connect_to
from node.gateway.limits import Limits
from node.gateway.server import PortInUse
from tests.unit.node.gateway.clients import alive, client, raw
from tests.unit.node.gateway.fake_backend import API_KEY, FakeBackend, serving

pytestmark = pytest.mark.trio


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/socket/websocket?vsn=2.0.0", {}, 403),
        ("/socket/websocket?api_key=wrong&vsn=2.0.0", {}, 403),
        ("/socket/websocket?api_key=&vsn=2.0.0", {}, 403),
        (f"/socket/websocket?api_key={API_KEY}", {}, 403),
        (f"/socket/websocket?api_key={API_KEY}&vsn=1.0.0", {}, 403),
        (f"/socket/websocket?api_key={API_KEY}&api_key=x&vsn=2.0.0", {}, 403),
        (f"/socket/longpoll?api_key={API_KEY}&vsn=2.0.0", {}, 404),
        (f"/socket/websocket?api_key={API_KEY}&vsn=2.0.0", {"origin": "https://evil.example"}, 403),
        (f"/socket/websocket?api_key={API_KEY}&vsn=2.0.0", {"origin": "null"}, 403),
        (f"/socket/websocket?api_key={API_KEY}&vsn=2.0.0", {"origin": "http://localhost.evil.example"}, 403),
        (f"/socket/websocket?api_key={API_KEY}&vsn=2.0.0", {"additional_headers": {"Host": "evil.example"}}, 403),
        (f"/socket/websocket?api_key={API_KEY}&vsn=2.0.0", {"additional_headers": {"Host": "[::1"}}, 403),
        ("/socket/websocket?vsn=2.0.0", {"subprotocols": ["phoenix", "base64url.bearer.phx.d3Jvbmc"]}, 403),
        ("/socket/websocket?vsn=2.0.0", {"subprotocols": ["phoenix", "base64url.bearer.phx.x"]}, 403),
    ],
)
async def test_refused_at_the_door(path: str, options: dict[str, Any], status: int) -> None:
    async with serving(FakeBackend()) as gateway:
        base = gateway.url.removesuffix("/socket/websocket")
        with pytest.raises(InvalidStatus) as caught, trio.fail_after(5):
            async with open_websocket(base + path, proxy=None, **options):
                pass
        assert caught.value.response.status_code == status


@pytest.mark.parametrize("origin", [None, "http://localhost:3000", "http://127.0.0.1", "https://app.example"])
async def test_own_pages_get_in(origin: str | None) -> None:
    async with (
        serving(FakeBackend(), origins=("https://app.example",)) as gateway,
        raw(gateway, origin=origin) as websocket,
    ):
        await alive(websocket)


async def test_wrong_keys_wait_longer_and_right_ones_never() -> None:
    async with serving(FakeBackend(), limits=Limits(refusal_delay_s=0.05)) as gateway:
        times = []
        for _ in range(3):
            start = trio.current_time()
            with pytest.raises(ClientError, match="refused this profile's key"):
                async with connect_to(gateway.url, "wrong"):
                    pass
            times.append(trio.current_time() - start)
        assert times[2] >= 0.2
        start = trio.current_time()
        async with client(gateway) as connected:
            await connected.join("node")
        assert trio.current_time() - start < 2


async def test_key_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(FakeBackend()) as gateway, raw(gateway, logger=logging.getLogger("quiet.client")) as websocket:
        logging.getLogger("quiet.client").setLevel(logging.WARNING)
        caplog.clear()
        await alive(websocket)
        with pytest.raises(ClientError):
            async with connect_to(gateway.url, "secret-wrong-key"):
                pass
    assert API_KEY not in caplog.text
    assert "secret-wrong-key" not in caplog.text


async def test_port_in_use_says_so() -> None:
    async with serving(FakeBackend()) as gateway:
        with pytest.raises(ExceptionGroup) as caught:
            async with serving(FakeBackend(), port=gateway.port):
                pass
        error = caught.value.exceptions[0]
        assert isinstance(error, PortInUse)
        assert error.code == "port_in_use"
        assert str(gateway.port) in error.reason


async def test_nobody_there() -> None:
    async with serving(FakeBackend()) as gateway:
        url = gateway.url
    with pytest.raises(NoNode, match="no node is running"):
        async with connect_to(url, API_KEY):
            pass
