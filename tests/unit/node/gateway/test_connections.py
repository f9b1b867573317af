"""Connections of the gateway over real sockets: what each frame does, and what nobody can break."""

import logging
from typing import Any

import orjson
import pytest
import trio

from node.client import CallRefused
from node.gateway.limits import Limits
from node.gateway.server import Gateway
from tests.unit.node.gateway.clients import TOPIC, alive, answer, ask, client, close_code, raw, refused
from tests.unit.node.gateway.fake_backend import API_KEY, FIRST, FakeBackend, serving

pytestmark = pytest.mark.trio


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
            while len(backend.stored[FIRST]) < 35:
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
