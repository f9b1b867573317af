"""The gateway over real sockets: who gets in, what each frame does, and what nobody can break."""

import logging
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
import trio
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.trio.client import ClientConnection
from websockets.trio.client import connect as open_websocket

from node.client import CallRefused, Client, ClientError, NoNode, connect_to
from node.gateway.limits import Limits
from node.gateway.server import Gateway, PortInUse
from tests.unit.node.gateway.fake_backend import API_KEY, FIRST, ME, SECOND, FakeBackend, message, serving

pytestmark = pytest.mark.trio

TOPIC = f"conversation:{FIRST}"


@asynccontextmanager
async def raw(gateway: Gateway, **options: Any) -> AsyncIterator[ClientConnection]:
    """A bare WebSocket, let in."""
    options = {"close_timeout": 1, "max_size": None, "proxy": None, **options}
    with trio.fail_after(20):
        async with open_websocket(f"{gateway.url}?api_key={API_KEY}&vsn=2.0.0", **options) as websocket:
            yield websocket


async def ask(websocket: ClientConnection, *frame: Any) -> list[Any]:
    """Send a frame; return the next one that comes."""
    await websocket.send(orjson.dumps(frame).decode())
    return await answer(websocket)


async def answer(websocket: ClientConnection) -> list[Any]:
    with trio.fail_after(5):
        frame: list[Any] = orjson.loads(await websocket.recv())
        return frame


async def close_code(websocket: ClientConnection) -> int | None:
    """Read to the end; return the code that the gateway closed with."""
    try:
        with trio.fail_after(10):
            while True:
                await websocket.recv()
    except ConnectionClosed as closed:
        return None if closed.rcvd is None else closed.rcvd.code


async def alive(websocket: ClientConnection) -> None:
    assert await ask(websocket, None, "99", "phoenix", "heartbeat", {}) == [
        None,
        "99",
        "phoenix",
        "phx_reply",
        {"status": "ok", "response": {}},
    ]


@asynccontextmanager
async def client(gateway: Gateway, *, events: bool = False) -> AsyncIterator[Client]:
    with trio.fail_after(20):
        async with connect_to(gateway.url, API_KEY, events=events) as connected:
            yield connected


async def refused(awaitable: Any) -> str:
    with pytest.raises(CallRefused) as caught:
        await awaitable
    assert caught.value.reason
    return caught.value.code


# Who gets in


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


# Joins, leaves, refs


async def test_join_refs() -> None:
    async with serving(FakeBackend()) as gateway, raw(gateway) as websocket:
        joined = await ask(websocket, "1", "1", "node", "phx_join", {})
        assert joined[:4] == ["1", "1", "node", "phx_reply"]
        assert joined[4] == {"status": "ok", "response": FakeBackend().identity()}
        # a stale join_ref is ignored, null is allowed
        await websocket.send('["0","2","node","status",{}]')
        assert (await ask(websocket, None, "3", "node", "phase", {"conversation": "c1"}))[:4] == [
            "1",
            "3",
            "node",
            "phx_reply",
        ]
        # a stale leave is ignored too
        await websocket.send('["0","4","node","phx_leave",{}]')
        # joined again: the old one closes with the old join_ref, then the new one is answered
        closed = await ask(websocket, "5", "5", "node", "phx_join", {})
        assert closed == ["1", "1", "node", "phx_close", {}]
        assert (await answer(websocket))[:4] == ["5", "5", "node", "phx_reply"]
        # leave: a reply, then phx_close
        left = await ask(websocket, "5", "6", "node", "phx_leave", {})
        assert left == ["5", "6", "node", "phx_reply", {"status": "ok", "response": {}}]
        assert await answer(websocket) == ["5", "5", "node", "phx_close", {}]
        # leaving again is fine, pushing is not
        assert (await ask(websocket, "5", "7", "node", "phx_leave", {}))[4]["status"] == "ok"
        unmatched = await ask(websocket, "5", "8", "node", "status", {})
        assert unmatched[:4] == [None, "8", "node", "phx_reply"]
        assert unmatched[4]["response"]["reason"] == "unmatched topic"
        assert (await ask(websocket, "9", "9", "nowhere", "phx_join", {}))[4]["status"] == "error"
        assert (await ask(websocket, None, "10", "phoenix", "other", {}))[4]["status"] == "error"


async def test_too_many_channels() -> None:
    async with serving(FakeBackend(), limits=Limits(channels=1)) as gateway, client(gateway) as connected:
        await connected.join("node")
        with pytest.raises(CallRefused, match="too many channels joined"):
            await connected.join(TOPIC)
        await connected.leave("node")
        await connected.join(TOPIC)


async def test_channels_do_not_wait_for_each_other() -> None:
    backend = FakeBackend()
    backend.join_gate = trio.Event()
    async with serving(backend) as gateway, client(gateway) as connected, trio.open_nursery() as nursery:
        await connected.join("node")
        joined: list[Any] = []

        async def join() -> None:
            joined.append(await connected.call("node", "join", {"link": "peer2peer://invite/x"}))

        nursery.start_soon(join)
        await connected.call("node", "status")
        await connected.join(TOPIC)
        assert joined == []
        backend.join_gate.set()
    assert joined == [{"id": FIRST, "title": "Bridges"}]


async def test_many_slow_calls_take_turns() -> None:
    backend = FakeBackend()
    backend.join_gate = trio.Event()
    async with serving(backend) as gateway, client(gateway) as connected, trio.open_nursery() as nursery:
        await connected.join("node")
        for _ in range(100):
            nursery.start_soon(connected.call, "node", "join", {"link": "peer2peer://invite/x"})
        await connected.join(TOPIC)
        backend.join_gate.set()


async def test_what_was_sent_before_the_end_is_done() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway:
        async with raw(gateway) as websocket:
            await websocket.send(orjson.dumps(["1", "1", TOPIC, "phx_join", {}]).decode())
            for number in range(5):
                await websocket.send(orjson.dumps(["1", None, TOPIC, "message", {"content": f"m{number}"}]).decode())
        with trio.fail_after(5):
            while len(backend.messages[FIRST]) < 35:
                await trio.lowlevel.checkpoint()


# Garbage


GARBAGE: list[str | bytes] = [
    "",
    "null",
    "[]",
    "{}",
    "[" * 50_000,
    '["1","1","node","phx_join"]',
    '["1","1","node","phx_join",{"x":NaN}]',
    '["1","1","node","phx_join",{"x":1e999}]',
    '["1","1","node","phx_join",{"x":"\\ud800"}]',
    "[" + "9" * 5000 + "]",
    '[[],{},7,true,"x"]',
    b"",
    b"\x00",
    b"\x00\xff\xff\xff\xff",
    b"\x00\x01\x01\x04\x0111node" + b"e" * 10,
    b"\x01\x02\x03",
    b"\xff" * 1000,
    '["1","1","node","phx_reply",{}]',
    '["1","1","node","phx_close",{}]',
]


async def test_garbage_kills_nothing() -> None:
    async with serving(FakeBackend()) as gateway, raw(gateway) as websocket, client(gateway) as other:
        for data in GARBAGE:
            await websocket.send(data)
        # what has a ref gets an answer
        with trio.fail_after(5):
            await websocket.send('[null,"99","phoenix","heartbeat",{}]')
            while orjson.loads(await websocket.recv())[1] != "99":
                pass
        for payload in ("null", "[]", "7", '"x"', "true"):
            await websocket.send(f'["1","5","node","status",{payload}]')
            reply = await answer(websocket)
            assert reply[:4] == ["1", "5", "node", "phx_reply"]
            assert reply[4]["response"]["code"] == "bad_request"
        await alive(websocket)
        await other.join("node")


async def test_a_huge_frame_ends_its_own_connection_only() -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as other, raw(gateway) as websocket:
        await websocket.send("x" * (256 * 1024 + 1))
        assert await close_code(websocket) == 1009
        await other.join("node")


async def test_invalid_utf8_ends_its_own_connection_only() -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as other, raw(gateway) as websocket:
        await websocket.send(b"\xff\xfe", text=True)
        assert await close_code(websocket) == 1007
        await other.join("node")


async def test_vanishing_clients_leave_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(FakeBackend()) as gateway:
        for _ in range(5):
            async with raw(gateway) as websocket:
                await websocket.send(f'["1","1","{TOPIC}","phx_join",{{}}]')
                await trio.aclose_forcefully(websocket.stream)
        stream = await trio.open_tcp_stream("127.0.0.1", gateway.port)
        await stream.send_all(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
        await stream.aclose()
        async with raw(gateway) as websocket:
            await alive(websocket)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


# Crashes, slow readers, the end


async def test_a_crash_ends_one_channel(caplog: pytest.LogCaptureFixture) -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, raw(gateway) as websocket:
        await ask(websocket, "1", "1", "node", "phx_join", {})
        await ask(websocket, "2", "2", TOPIC, "phx_join", {})
        assert (await answer(websocket))[3] == "presence_state"
        reply = await ask(websocket, "2", "3", TOPIC, "message", {"content": "crash"})
        assert reply[:4] == ["2", "3", TOPIC, "phx_reply"]
        assert reply[4]["response"]["code"] == "internal"
        assert await answer(websocket) == ["2", "2", TOPIC, "phx_error", {"reason": "channel_crash"}]
        assert (await ask(websocket, "1", "4", "node", "conversations", {}))[4]["status"] == "ok"
        assert (await ask(websocket, "5", "5", TOPIC, "phx_join", {}))[4]["status"] == "ok"
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert FIRST not in errors[0].getMessage()


async def test_a_crashing_join_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    backend = FakeBackend()
    del backend.titles[FIRST]
    async with serving(backend) as gateway, client(gateway) as connected:
        assert await refused(connected.join(TOPIC)) == "internal"
        await connected.join("node")
    assert "join crashed" in caplog.text


async def test_an_event_that_is_no_json_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as connected:
        await connected.join("node")
        backend.emit(None, "status", {"peers": object()})
        backend.emit(None, "status", {"peers": 2})
        async for event in connected.events():
            assert event.payload == {"peers": 2}
            break
    assert "event not sent" in caplog.text


async def test_slow_reader_is_closed_and_the_others_get_everything() -> None:
    backend = FakeBackend()
    big = {"text": "x" * 20_000}
    async with (
        serving(backend, limits=Limits(queue_frames=64)) as gateway,
        client(gateway, events=True) as other,
        raw(gateway, max_queue=1) as slow,
    ):
        await other.join("node")
        await ask(slow, "1", "1", "node", "phx_join", {})
        for number in range(2000):
            backend.emit(None, "status", {"peers": number, **big})
            async for event in other.events():
                assert event.payload["peers"] == number
                break
        assert await close_code(slow) == 1013
        await other.call("node", "status")


async def test_who_asks_and_does_not_read_is_slowed_down_not_closed() -> None:
    async with serving(FakeBackend(), limits=Limits(queue_frames=64)) as gateway, raw(gateway) as websocket:
        await ask(websocket, "1", "1", TOPIC, "phx_join", {})
        async with trio.open_nursery() as nursery:

            async def send() -> None:
                for number in range(1000):
                    content = {"content": f"m{number}"}
                    await websocket.send(orjson.dumps(["1", str(number), TOPIC, "message", content]).decode())

            nursery.start_soon(send)
            replies = events = 0
            while replies < 1000 or events < 1000:
                frame = await answer(websocket)
                if frame[3] == "phx_reply":
                    assert frame[4]["status"] == "ok"
                    replies += 1
                else:
                    events += 1


async def test_both_ends_may_write_more_than_the_network_holds() -> None:
    long = {"limit": 200, "passed over": "x" * 20_000}
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        async with trio.open_nursery() as nursery:
            for _ in range(1500):
                nursery.start_soon(c.call, TOPIC, "history", long)


async def test_idle_connection_is_closed() -> None:
    async with serving(FakeBackend(), limits=Limits(idle_s=0.2)) as gateway, raw(gateway) as websocket:
        assert await close_code(websocket) == 1000


async def test_shutdown_is_quick_and_says_1001() -> None:
    codes = []
    backend = FakeBackend()
    async with trio.open_nursery() as nursery:

        async def listen(gateway: Gateway, *, task_status: trio.TaskStatus[None]) -> None:
            async with raw(gateway) as websocket:
                await ask(websocket, "1", "1", "node", "phx_join", {})
                task_status.started()
                codes.append(await close_code(websocket))

        async with serving(backend) as gateway:
            for _ in range(3):
                await nursery.start(listen, gateway)
            # one that never answers the close
            deaf = await trio.open_tcp_stream("127.0.0.1", gateway.port)
            await deaf.send_all(
                b"GET /socket/websocket?vsn=2.0.0&api_key=%b HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % API_KEY.encode()
            )
            assert b"101" in await deaf.receive_some()
            start = trio.current_time()
        assert trio.current_time() - start < 1.5
        await deaf.aclose()
    assert codes == [1001, 1001, 1001]
    assert backend.callbacks == {}


# The two topics


async def test_node_topic() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as c:
        assert (await c.join("node"))["identity"] == ME
        assert (await c.call("node", "status"))["conversations"] == 2
        assert (await c.call("node", "peers"))["peers"][0]["path"] == "lan"
        assert (await c.call("node", "providers"))["providers"][1]["name"] == "local"
        assert len((await c.call("node", "conversations"))["conversations"]) == 2
        made = await c.call("node", "create", {"title": "  Tides ", "description": None, "ai": False, "other": 1})
        assert made["title"] == "Tides"
        assert backend.calls[-1] == ("create", "Tides", "", False)
        async for event in c.events():
            assert (event.topic, event.event, event.payload["title"]) == ("node", "conversation", "Tides")
            break
        assert await c.call("node", "resolve", {"conversation": "C1"}) == {"id": FIRST, "title": "Bridges"}
        assert (await c.call("node", "show", {"conversation": FIRST}))["ops"] == 31
        await c.call("node", "invite", {"conversation": "c1"})
        assert backend.calls[-1] == ("invite", FIRST, 1, 604800)
        await c.call("node", "ai_add", {"conversation": "c1", "name": "Bot", "model": "m", "temperature": 1})
        assert backend.calls[-1] == ("ai_add", FIRST, {"name": "Bot", "model": "m", "temperature": 1.0})
        assert await c.call("node", "ai_remove", {"conversation": "c1", "ai": "Bot"}) == {}
        assert (await c.call("node", "advance", {"conversation": "c1", "from": "prophase"}))["phase"] == "prometaphase"
        assert (await c.call("node", "progress", {"conversation": "c1", "value": 1}))["progress"] == 1.0
        sent = await c.call("node", "send", {"conversation": "c1", "content": "hi", "reply_to": f"{0xE0:064x}"})
        assert sent == {"id": backend.messages[FIRST][-1]["id"], "state": "stored"}


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("nonsense", {}, "bad_request"),
        ("nonsense", {"conversation": "c1"}, "bad_request"),
        ("show", {}, "bad_request"),
        ("show", {"conversation": 7}, "bad_request"),
        ("show", {"conversation": "zz"}, "unknown_conversation"),
        ("show", {"conversation": ""}, "unknown_conversation"),
        ("show", {"conversation": "f"}, "unknown_conversation"),
        ("show", {"conversation": "c"}, "ambiguous"),
        ("show", {"conversation": "c" * 65}, "unknown_conversation"),
        ("create", {}, "bad_request"),
        ("create", {"title": ""}, "blank"),
        ("create", {"title": " \u2003 "}, "blank"),
        ("create", {"title": "x" * 201}, "too_long"),
        ("create", {"title": "x", "description": "x" * 2001}, "too_long"),
        ("create", {"title": "x", "ai": 1}, "bad_request"),
        ("join", {"link": "https://x"}, "bad_invite"),
        ("join", {"link": "x" * 9000}, "too_long"),
        ("invite", {"conversation": "c1", "uses": True}, "bad_request"),
        ("invite", {"conversation": "c1", "uses": -1}, "bad_request"),
        ("invite", {"conversation": "c1", "expires_s": 0}, "bad_request"),
        ("invite", {"conversation": "c1", "expires_s": 1.5}, "bad_request"),
        ("ai_add", {"conversation": "c1"}, "bad_request"),
        ("ai_add", {"conversation": "c1", "name": "x", "temperature": 2.1}, "bad_request"),
        ("ai_add", {"conversation": "c1", "name": "x", "temperature": True}, "bad_request"),
        ("ai_add", {"conversation": "c1", "name": "x", "policy": "often"}, "bad_request"),
        ("ai_add", {"conversation": "c1", "name": "x", "provider": "nope"}, "unknown_provider"),
        ("advance", {"conversation": "c1"}, "bad_request"),
        ("advance", {"conversation": "c1", "from": "interphase"}, "bad_request"),
        ("progress", {"conversation": "c1"}, "bad_request"),
        ("progress", {"conversation": "c1", "value": 1.01}, "bad_request"),
        ("progress", {"conversation": "c1", "value": "0.5"}, "bad_request"),
        ("send", {"conversation": "c1", "content": None}, "bad_request"),
        ("send", {"conversation": "c1", "content": ["x"]}, "bad_request"),
        ("send", {"conversation": "c1", "content": "\n\t "}, "blank"),
        ("send", {"conversation": "c1", "content": "\U0001f600" * 4001}, "too_long"),
        ("send", {"conversation": "c1", "content": "x", "reply_to": "no hex"}, "unknown_message"),
        ("send", {"conversation": "c1", "content": "x", "reply_to": 5}, "bad_request"),
    ],
)
async def test_node_topic_refuses(event: str, payload: dict[str, Any], code: str) -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join("node")
        assert await refused(c.call("node", event, payload)) == code


async def test_conversation_topic() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as c:
        joined = await c.join(TOPIC, {"user_id": "u1", "preferences": {"temperature": 0.5, "language": "en"}})
        assert set(joined) == {
            "conversation_id",
            "session_id",
            "user_id",
            "summary",
            "members",
            "ai",
            "messages",
            "more",
        }
        assert (joined["user_id"], joined["more"], len(joined["messages"])) == ("u1", True, 20)
        page = await c.call(TOPIC, "history", {"before": joined["messages"][0]["id"], "limit": 7})
        assert [m["text"] for m in page["messages"]] == [f"message {n}" for n in range(3, 10)]
        assert page["more"] is True
        assert len((await c.call(TOPIC, "history"))["messages"]) == 30
        assert await c.call(TOPIC, "typing", {"typing": True}) == {}
        assert backend.calls[-1] == ("typing", FIRST, True)
        assert await c.call(TOPIC, "read", {"id": f"{0xE5:064x}"}) == {}
        assert backend.calls[-1] == ("read", FIRST, f"{0xE5:064x}")
        longest = "\U0001f600" * 4000
        sent = await c.call(TOPIC, "message", {"content": longest})
        assert sent == {"id": backend.messages[FIRST][-1]["id"], "state": "stored", "client_id": None}
        backend.emit(SECOND, "message", message(1, "elsewhere"))
        backend.emit(FIRST, "gone", {"id": sent["id"]})
        seen = []
        async for event in c.events():
            seen.append((event.topic, event.event))
            if event.event == "gone":
                break
        assert seen == [(TOPIC, "presence_state"), (TOPIC, "message"), (TOPIC, "gone")]


async def test_a_conversation_that_is_not_mine() -> None:
    async with serving(FakeBackend()) as gateway, raw(gateway) as websocket:
        reply = await ask(websocket, "1", "1", f"conversation:{'f' * 64}", "phx_join", {})
        expected = {"code": "unknown_conversation", "reason": "unknown conversation"}
        assert reply[4] == {"status": "error", "response": expected}


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("nonsense", {}, "bad_request"),
        ("message", {}, "bad_request"),
        ("message", {"content": " "}, "blank"),
        ("message", {"content": "x" * 4001}, "too_long"),
        ("message", {"content": "x", "client_id": 7}, "bad_request"),
        ("message", {"content": "x", "client_id": "x" * 201}, "too_long"),
        ("message", {"content": "x", "reply_to": "ff"}, "unknown_message"),
        ("history", {"limit": 0}, "bad_request"),
        ("history", {"limit": 201}, "bad_request"),
        ("history", {"limit": True}, "bad_request"),
        ("history", {"before": "x"}, "unknown_message"),
        ("typing", {}, "bad_request"),
        ("typing", {"typing": 1}, "bad_request"),
        ("read", {}, "bad_request"),
        ("read", {"id": {}}, "bad_request"),
    ],
)
async def test_conversation_topic_refuses(event: str, payload: dict[str, Any], code: str) -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join(TOPIC)
        assert await refused(c.call(TOPIC, event, payload)) == code


@pytest.mark.parametrize(
    "payload",
    [{"user_id": 7}, {"preferences": []}, {"preferences": {"temperature": 3}}, {"preferences": {"max_tokens": True}}],
)
async def test_join_parameters(payload: dict[str, Any]) -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        assert await refused(c.join(TOPIC, payload)) == "bad_request"
        await c.join(TOPIC)


@pytest.mark.parametrize("event_before_return", [True, False])
async def test_client_id_comes_back_to_its_sender_only(event_before_return: bool) -> None:
    backend = FakeBackend()
    backend.event_before_return = event_before_return
    async with (
        serving(backend) as gateway,
        client(gateway, events=True) as sender,
        client(gateway, events=True) as other,
    ):
        for connected in (sender, other):
            await connected.join(TOPIC)
            assert (await connected.next_event()).event == "presence_state"
        sent = await sender.call(TOPIC, "message", {"content": "x", "client_id": "mine-1"})
        assert sent["client_id"] == "mine-1"
        backend.emit(FIRST, "message", {**backend.messages[FIRST][-1], "state": "delivered"})
        for connected, client_id in ((sender, "mine-1"), (other, None)):
            states = []
            async for event in connected.events():
                assert event.payload["id"] == sent["id"]
                assert event.payload.get("client_id") == client_id
                states.append(event.payload["state"])
                if len(states) == 2:
                    break
            assert states == ["stored", "delivered"]


async def test_of_many_messages_each_client_gets_its_own_marked_and_reads_them_one_by_one() -> None:
    backend = FakeBackend()
    async with (
        serving(backend) as gateway,
        client(gateway, events=True) as sender,
        client(gateway, events=True) as other,
    ):
        for connected in (sender, other):
            await connected.join(TOPIC)
            assert (await connected.next_event()).event == "presence_state"
        sent = await sender.call(TOPIC, "message", {"content": "x", "client_id": "mine-1"})
        mine = backend.messages[FIRST][-1]
        backend.emit(FIRST, "messages", {"messages": [{**mine, "id": "1" * 64, "mine": False}, mine]})
        for connected, client_id in ((sender, "mine-1"), (other, None)):
            told = [await connected.next_event() for _ in range(3)]
            assert [event.event for event in told] == ["message"] * 3
            assert [event.payload["id"] for event in told] == [sent["id"], "1" * 64, sent["id"]]
            assert [event.payload.get("client_id") for event in told] == [client_id, None, client_id]


async def test_a_client_attends_while_it_is_on_a_conversation() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as c:
        await c.join("node")
        assert backend.clients == {}, "a command that only asks something is nobody's presence"
        await c.join(TOPIC)
        event = await c.next_event()
        assert (event.topic, event.event, event.payload) == (TOPIC, "presence_state", backend.presence(FIRST))
        assert list(backend.clients.values()) == ["online"]
        assert await c.call(TOPIC, "presence", {"status": "away"}) == {}
        assert list(backend.clients.values()) == ["away"]
        for topic in (TOPIC, "node"):
            for payload in ({}, {"status": "offline"}, {"status": 1}, {"status": None}):
                assert await refused(c.call(topic, "presence", payload)) == "bad_request"
        assert await c.call("node", "presence", {"status": "online"}) == {}
        assert sorted(backend.clients.values()) == ["away", "online"]
        await c.leave(TOPIC)
        assert list(backend.clients.values()) == ["online"]
    assert backend.clients == {}


async def test_a_diff_that_comes_while_a_client_joins_waits_behind_the_answer() -> None:
    backend = FakeBackend()
    diff = {"joins": {ME: {"metas": [{"phx_ref": "r.2"}]}}, "leaves": {}}
    attend = backend.attend

    def attend_and_tell(one: Hashable, status: str) -> None:
        attend(one, status)
        backend.emit(FIRST, "presence_diff", diff)

    backend.attend = attend_and_tell  # type: ignore[method-assign]
    async with serving(backend) as gateway, raw(gateway) as websocket:
        assert (await ask(websocket, "1", "1", TOPIC, "phx_join", {}))[3] == "phx_reply"
        told = [await answer(websocket) for _ in range(2)]
        assert {frame[3] for frame in told} == {"presence_diff", "presence_state"}


async def test_rate_limits() -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join(TOPIC)

        async def type_on() -> None:
            for _ in range(200):
                await c.call(TOPIC, "typing", {"typing": True})

        with pytest.raises(CallRefused, match="try again in") as caught:
            await type_on()
        assert caught.value.code == "rate_limited"
        await c.call(TOPIC, "message", {"content": "still fine"})
