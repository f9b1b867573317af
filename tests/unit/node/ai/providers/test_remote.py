"""What holds for every provider over HTTP, each against a server in its vendor's format."""

import logging
import traceback
import tracemalloc

import pytest
import trio

from node.ai.providers import remote
from node.ai.providers.errors import ProviderError
from node.ai.providers.lines import MAX_LINE_BYTES
from node.ai.providers.request import Chunk, Finish
from tests.fakes.ai_server import Reply, as_json
from tests.unit.node.ai.providers.vendors import KEY, PROMPT, VENDORS, collect

pytestmark = pytest.mark.trio


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.name)
def vendor(request):
    return request.param


@pytest.fixture
def no_waiting(monkeypatch):
    """Retries wait for nothing but a checkpoint; what they would have waited is recorded."""
    waits = []

    async def sleep(seconds):
        if seconds:
            waits.append(seconds)
        await trio.lowlevel.checkpoint()

    monkeypatch.setattr("node.ai.providers.remote.trio.sleep", sleep)
    return waits


async def failure(provider, request):
    """Return the texts before the failure, and the error; nothing about it tells a secret."""
    texts = []
    with pytest.raises(ProviderError) as caught:
        async with provider.stream(request) as pieces:
            async for piece in pieces:
                texts.append(piece.text)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.message
    for secret in (KEY, "verysecret", PROMPT, "127.0.0.1"):
        assert secret not in told
    assert caught.value.message.endswith(".")
    return texts, caught.value


async def test_an_answer_streams(vendor):
    async with vendor.server(vendor.saying("Hello", " Ana")) as server:
        items = await collect(vendor.make(server), vendor.request())
    assert items[:2] == [Chunk("Hello"), Chunk(" Ana")]
    [finish] = items[2:]
    assert (finish.reason, finish.prompt_tokens, finish.completion_tokens) == ("stop", 7, 2)
    [request] = vendor.asked(server)
    assert request.json["messages"] == [{"role": "user", "content": PROMPT}]
    assert request.json["stream"] is True


async def test_the_key_is_in_one_header_and_nowhere_else(vendor, caplog, no_waiting):
    caplog.set_level(logging.DEBUG)
    name, value = vendor.key_header
    replies = [vendor.saying("ok"), vendor.refusing(400, f"key {KEY} and {PROMPT}"), vendor.refusing(401, KEY)]
    async with vendor.server(*replies, vendor.refusing(500, KEY)) as server:
        provider = vendor.make(server)
        await collect(provider, vendor.request())
        for _ in range(3):
            await failure(provider, vendor.request())
        await provider.availability()
        await provider.window(vendor.model, ("a text",))
    assert len(vendor.asked(server)) == 5
    for request in server.requests:
        assert request.headers[name] == value
        others = {each: held for each, held in request.headers.items() if each != name}
        assert KEY not in f"{request.path} {others} {request.body!r}"
    assert "code=unauthorized" in caplog.text
    for secret in ("verysecret", PROMPT):
        assert secret not in caplog.text
    assert KEY not in repr(provider) + repr(provider._settings) + repr(provider._api)


async def test_a_key_that_no_header_can_hold_is_refused_without_quoting_it(vendor):
    async with vendor.server(vendor.saying("never")) as server:
        for key in (f"{KEY}ě", f"{KEY}\nx: y"):
            _, error = await failure(vendor.make(server, key=key), vendor.request())
            assert error.code == "unauthorized"
        assert not (await vendor.make(server, key=f"{KEY}ě").availability()).available
    assert server.requests == []


async def test_a_bad_key(vendor, no_waiting):
    async with vendor.server(vendor.refusing(401, f"bad key {KEY}")) as server:
        texts, error = await failure(vendor.make(server), vendor.request())
    assert (texts, error.code, len(vendor.asked(server)), no_waiting) == ([], "unauthorized", 1, [])


@pytest.mark.parametrize(
    ("headers", "waited_s"),
    [
        ((("Retry-After", "3"),), 3.0),
        ((("retry-after", "Sun, 22 Nov 2026 02:00:09 GMT"),), 9.0),
        ((("retry-after-ms", "250"), ("retry-after", "9")), 0.25),
        ((), 0.375),
    ],
)
async def test_too_many_requests_then_an_answer(vendor, headers, waited_s, no_waiting):
    async with vendor.server(vendor.refusing(429, "slow", *headers), vendor.saying("ok")) as server:
        items = await collect(vendor.make(server), vendor.request())
    assert items[0] == Chunk("ok")
    assert no_waiting == [waited_s]


async def test_a_date_is_understood_without_the_servers_own(vendor, no_waiting, monkeypatch):
    monkeypatch.setattr("node.clock.Clock.now_ms", lambda _: 1_795_312_800_000)
    headers = (("retry-after", "Sun, 22 Nov 2026 02:00:04 GMT"), ("date", ""))
    async with vendor.server(vendor.refusing(429, "slow", *headers), vendor.saying("ok")) as server:
        await collect(vendor.make(server), vendor.request())
    assert no_waiting == [4.0]


async def test_too_many_requests_for_long(vendor, no_waiting):
    async with vendor.server(vendor.refusing(429, PROMPT, ("retry-after", "90"))) as server:
        _, error = await failure(vendor.make(server), vendor.request())
    assert (error.code, error.retry_after_s, no_waiting, len(vendor.asked(server))) == ("rate_limited", 90.0, [], 1)
    assert "90 s" in error.message


async def test_the_server_may_say_whether_to_try_again(vendor, no_waiting):
    async with vendor.server(vendor.refusing(500, "", ("x-should-retry", "false"))) as server:
        await failure(vendor.make(server), vendor.request())
        assert len(vendor.asked(server)) == 1
    strange = vendor.refusing(400, "", ("x-should-retry", "true"))
    async with vendor.server(strange, vendor.saying("ok")) as server:
        assert (await collect(vendor.make(server), vendor.request()))[0] == Chunk("ok")


@pytest.mark.parametrize("status", [500, 503, 529])
async def test_a_broken_server_gets_one_more_chance(vendor, status, no_waiting):
    async with vendor.server(vendor.refusing(status, PROMPT), vendor.saying("ok")) as server:
        assert (await collect(vendor.make(server), vendor.request()))[0] == Chunk("ok")
    async with vendor.server(vendor.refusing(status, PROMPT)) as server:
        _, error = await failure(vendor.make(server), vendor.request())
    assert (error.code, len(vendor.asked(server))) == ("unavailable", 2)
    assert no_waiting == [0.375, 0.375]
    assert ("overloaded" in error.message) is (status == 529)


async def test_a_slow_first_byte_is_waited_for(vendor):
    gate = trio.Event()
    answer = vendor.saying("late")
    items = []
    async with vendor.server(Reply(body=answer.body, kind=answer.kind, gate=gate)) as server:
        provider = vendor.make(server)
        async with trio.open_nursery() as nursery:

            async def ask():
                items.extend(await collect(provider, vendor.request()))

            nursery.start_soon(ask)
            with trio.fail_after(5):
                await server.asked.wait()
            assert items == []
            gate.set()
    assert items[0] == Chunk("late")


async def test_a_first_byte_that_never_comes_ends_with_timeout(vendor):
    async with vendor.server(Reply(gate=trio.Event())) as server:
        texts, error = await failure(vendor.make(server, read_s=0.1), vendor.request())
    assert (texts, error.code, len(vendor.asked(server))) == ([], "timeout", 1)


async def test_a_stall_ends_with_timeout(vendor):
    async with vendor.server(vendor.reply("Half", then="stall")) as server:
        texts, error = await failure(vendor.make(server, read_s=0.1), vendor.request())
        assert (texts, error.code) == (["Half"], "timeout")
        with trio.fail_after(1):
            await server.left.wait()


async def test_an_answer_that_takes_too_long_ends_with_timeout(vendor):
    async with vendor.server(vendor.reply("Half", then="stall")) as server:
        texts, error = await failure(vendor.make(server, total_s=0.3), vendor.request())
        assert (texts, error.code) == (["Half"], "timeout")
        with trio.fail_after(1):
            await server.left.wait()


async def test_a_connection_cut_in_the_middle_is_not_tried_again(vendor, no_waiting):
    async with vendor.server(vendor.reply("Half", then="cut"), vendor.saying("never")) as server:
        texts, error = await failure(vendor.make(server), vendor.request())
    assert (texts, error.code, len(vendor.asked(server))) == (["Half"], "unavailable", 1)


async def test_a_connection_cut_before_the_first_text_is_tried_again(vendor, no_waiting):
    async with vendor.server(vendor.reply(then="cut"), vendor.saying("ok")) as server:
        assert (await collect(vendor.make(server), vendor.request()))[0] == Chunk("ok")
    assert no_waiting == [0.375]


async def test_a_stream_without_its_end_is_an_error(vendor, no_waiting):
    unfinished = Reply(body=(*vendor.head, vendor.delta("Half"), *vendor.end), kind=vendor.kind)
    async with vendor.server(unfinished, vendor.saying("never")) as server:
        texts, error = await failure(vendor.make(server), vendor.request())
    assert (texts, error.code, len(vendor.asked(server))) == (["Half"], "malformed", 1)


async def test_an_error_inside_the_stream(vendor, no_waiting):
    body = (*vendor.head, vendor.delta("Half"), vendor.failing(f"{PROMPT} {KEY}"))
    async with vendor.server(Reply(body=body, kind=vendor.kind)) as server:
        texts, error = await failure(vendor.make(server), vendor.request())
    assert (texts, error.code, len(vendor.asked(server))) == (["Half"], "unavailable", 1)
    limited = Reply(body=(*vendor.head, vendor.limiting), kind=vendor.kind)
    async with vendor.server(limited, vendor.saying("ok")) as server:
        assert (await collect(vendor.make(server), vendor.request()))[0] == Chunk("ok")


@pytest.mark.parametrize("junk", [b"{oops", b"[]", b"7", b"null", b"\xff\xfe", b'{"message": 3, "choices": 3}'])
async def test_a_malformed_chunk_ends_the_answer(vendor, junk, no_waiting):
    prefix = b"" if vendor.name == "ollama" else b"data: "
    if vendor.name == "anthropic" and junk.startswith(b'{"m'):
        junk = b'{"type": "content_block_delta", "delta": 3}'
    body = (*vendor.head, vendor.delta("Half"), prefix + junk + b"\n\n", vendor.delta("never"))
    async with vendor.server(Reply(body=body, kind=vendor.kind)) as server:
        texts, error = await failure(vendor.make(server), vendor.request())
    assert (texts, error.code) == (["Half"], "malformed")


async def test_another_kind_of_answer_is_malformed(vendor, no_waiting):
    page = Reply(body=(b"<html>hotel wifi</html>",), kind="text/html")
    for reply in (page, as_json([]), Reply(body=(), kind=vendor.kind)):
        async with vendor.server(reply) as server:
            texts, error = await failure(vendor.make(server), vendor.request())
        assert (texts, error.code) == ([], "malformed")


async def test_a_huge_line_takes_little_memory(vendor, no_waiting):
    portion = b"x" * 65_536
    beginning = b'{"message": {"content": "' if vendor.name == "ollama" else b'data: {"x": "'
    huge = Reply(body=(*vendor.head, beginning, *[portion] * 1024), kind=vendor.kind)
    async with vendor.server(huge) as server:
        tracemalloc.start()
        texts, error = await failure(vendor.make(server, retries=0), vendor.request())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        with trio.fail_after(5):
            await server.left.wait()
    assert (texts, error.code) == ([], "malformed")
    assert peak < 6 * MAX_LINE_BYTES
    assert server.sent_bytes < 24 << 20  # what lies in the buffers of the sockets, of 64 MiB


async def test_an_endless_answer_is_ended(vendor, no_waiting):
    body = (*vendor.head, *[vendor.delta("word " * 1000)] * 100)
    async with vendor.server(Reply(body=body, kind=vendor.kind)) as server:
        texts, error = await failure(vendor.make(server), vendor.request())
    assert error.code == "malformed"
    assert sum(map(len, texts)) <= 200_000


async def test_a_packed_answer_is_not_unpacked(vendor, no_waiting):
    packed = Reply(headers=(("content-encoding", "gzip"),), body=vendor.saying("never").body, kind=vendor.kind)
    async with vendor.server(packed) as server:
        _, error = await failure(vendor.make(server), vendor.request())
        assert error.code == "malformed"
    assert all(request.headers["accept-encoding"] == "identity" for request in server.requests)


async def test_a_cancel_closes_the_connection_at_once(vendor):
    async with vendor.server(vendor.reply("Half", then="stall")) as server:
        with trio.CancelScope() as scope:
            async with vendor.make(server).stream(vendor.request()) as pieces:
                async for piece in pieces:
                    assert piece == Chunk("Half")
                    scope.cancel()
        assert scope.cancelled_caught
        with trio.fail_after(1):
            await server.left.wait()


async def test_leaving_early_closes_the_connection_at_once(vendor):
    async with vendor.server(vendor.reply("Half", then="stall")) as server:
        async with vendor.make(server).stream(vendor.request()) as pieces:
            await anext(pieces)
        with trio.fail_after(1):
            await server.left.wait()


async def test_separators_inside_json_stay(vendor):
    text = "one\u2028two\u2029three\u0085four"
    async with vendor.server(vendor.saying(text)) as server:
        assert (await collect(vendor.make(server), vendor.request()))[0] == Chunk(text)


async def test_characters_may_be_cut_anywhere(vendor):
    whole = b"".join(vendor.saying("žluť 🌊", " ok").body)
    async with vendor.server(Reply(body=[bytes([byte]) for byte in whole], kind=vendor.kind)) as server:
        items = await collect(vendor.make(server), vendor.request())
    assert items[:2] == [Chunk("žluť 🌊"), Chunk(" ok")]
    assert isinstance(items[-1], Finish)


async def test_nobody_listens(vendor, no_waiting):
    async with vendor.server(vendor.saying()) as server:
        pass
    _, error = await failure(vendor.make(server), vendor.request())
    assert (error.code, len(no_waiting)) == ("refused_connection", 1)
    availability = await vendor.make(server).availability()
    assert not availability.available
    assert "127.0.0.1" not in availability.reason


async def test_a_slow_server_is_available_but_a_refusing_one_is_not(vendor, monkeypatch):
    monkeypatch.setattr(remote, "AVAILABILITY_S", 0.3)
    async with vendor.server(Reply(gate=trio.Event())) as server:
        server.judge = lambda _: None
        with trio.fail_after(2):
            assert (await vendor.make(server).availability()).available
    async with vendor.server(vendor.refusing(401, KEY)) as server:
        server.judge = lambda _: None
        availability = await vendor.make(server).availability()
    assert not availability.available
    assert KEY not in availability.reason


async def test_a_variable_that_is_no_address_is_named(vendor):
    provider = vendor.provider(vendor.make_settings(fault="THE_URL is no address."))
    _, error = await failure(provider, vendor.request())
    assert (error.code, error.message) == ("refused_request", "THE_URL is no address.")
    assert (await provider.availability()).reason == "THE_URL is no address."
    assert not (await provider.availability()).available


async def test_a_proxy_that_cannot_be_used_is_named(vendor, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    provider = vendor.provider(vendor.make_settings(base_url="http://192.0.2.1/v1", api_key="k"))
    _, error = await failure(provider, vendor.request())
    assert error.code == "refused_connection"
    assert "proxy" in error.message


async def test_the_window_is_a_guess_where_the_server_is_silent(vendor, monkeypatch):
    monkeypatch.setattr("node.ai.providers.remote._WINDOW_S", 0.1)
    async with vendor.server(Reply(gate=trio.Event())) as server:
        server.judge = lambda _: None
        with trio.fail_after(5):
            window = await vendor.make(server).window("gpt-4", ("text",))
        assert (await vendor.make(server, context_tokens=1000).window("x")).prompt_tokens == 750
    assert window.prompt_tokens <= window.context_tokens * 3 // 4
    assert window.count("text") == 2
