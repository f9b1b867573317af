import logging

import pytest
import trio

from node.ai.providers.errors import ProviderError
from node.ai.providers.openai import OFFICIAL_URL, OpenAI, OpenAISettings
from node.ai.providers.request import Chunk, Finish, Request, Turn
from tests.fakes.openai_server import DONE, USAGE, Reply, delta, event, openai_server, refusing, saying

KEY = "sk-verysecret-1234567890"
PROMPT = "the secret plan of Ana"
REQUEST = Request("fake-1", (Turn("user", PROMPT),), temperature=0.5, max_tokens=20)

pytestmark = pytest.mark.trio


class Unhurried:
    """Chance for the jitter: all waits are as short as they can be."""

    def uniform(self, _low, high):
        return high


@pytest.fixture
def no_waiting(monkeypatch):
    """Retries wait for nothing but a checkpoint; what they would have waited is recorded."""
    waits = []

    async def sleep(seconds):
        if seconds:
            waits.append(seconds)
        await trio.lowlevel.checkpoint()

    monkeypatch.setattr("node.ai.providers.openai.trio.sleep", sleep)
    return waits


def provider(server, **settings):
    return OpenAI(OpenAISettings(server.url, KEY, **settings), chance=Unhurried())


async def collect(openai, request=REQUEST):
    items = []
    async with openai.stream(request) as pieces:
        async for piece in pieces:
            items.append(piece)
    return items


async def failure(openai, request=REQUEST):
    """Return what was shown before the failure, and the error; it never tells a secret."""
    items = []
    try:
        async with openai.stream(request) as pieces:
            async for piece in pieces:
                items.append(piece)
        pytest.fail("the answer did not fail")
    except ProviderError as caught:
        error = caught
    for text in (str(error), repr(error), error.message):
        assert KEY not in text
        assert "verysecret" not in text
        assert PROMPT not in text
        assert "127.0.0.1" not in text
    assert error.message.endswith(".")
    return items, error


async def test_an_answer_streams():
    async with openai_server(saying("Hello", " Ana")) as server:
        items = await collect(provider(server))
    assert items == [Chunk("Hello"), Chunk(" Ana"), Finish("stop", 7, 2, "fake-1")]
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json["messages"] == [{"role": "user", "content": PROMPT}]
    assert request.json["max_tokens"] == 20


async def test_the_official_server_is_known_by_its_host():
    assert OpenAISettings().official
    assert not OpenAISettings().configured
    assert OpenAISettings(api_key="k").configured
    assert not OpenAISettings("http://127.0.0.1:1/api.openai.com").official
    assert OpenAI(OpenAISettings())._first_dialect().limit == "max_completion_tokens"
    _, error = await failure(OpenAI(OpenAISettings()))
    assert error.code == "no_key"
    availability = await OpenAI(OpenAISettings()).availability()
    assert not availability.available
    assert "OPENAI_API_KEY" in availability.reason


async def test_settings_come_from_the_environment():
    settings = OpenAISettings.from_environment({"OPENAI_API_KEY": f" {KEY}\n", "OPENAI_BASE_URL": "http://[::1]:1/v1"})
    assert (settings.base_url, settings.api_key) == ("http://[::1]:1/v1", KEY)
    assert OpenAISettings.from_environment({}).base_url == OFFICIAL_URL
    assert KEY not in repr(settings)


async def test_an_address_that_is_none_is_refused():
    with pytest.raises(ValueError, match="base URL"):
        OpenAI(OpenAISettings("file:///etc/passwd"))


async def test_a_bad_key(no_waiting):
    reply = refusing(401, message=f"Incorrect API key provided: {KEY}", code="invalid_api_key")
    async with openai_server(reply) as server:
        items, error = await failure(provider(server))
    assert (items, error.code, len(server.requests), no_waiting) == ([], "unauthorized", 1, [])


async def test_too_many_requests_then_an_answer(no_waiting):
    busy = refusing(429, ("Retry-After", "3"), message="Rate limit", type="rate_limit_error")
    async with openai_server(busy, saying("ok")) as server:
        items = await collect(provider(server))
    assert items[0] == Chunk("ok")
    assert no_waiting == [3.0]


async def test_too_many_requests_for_long(no_waiting):
    async with openai_server(refusing(429, ("retry-after", "90"), message=PROMPT)) as server:
        _, error = await failure(provider(server))
    assert (error.code, error.retry_after_s, no_waiting, len(server.requests)) == ("rate_limited", 90.0, [], 1)
    assert "90 s" in error.message


async def test_no_credit_is_not_tried_again(no_waiting):
    async with openai_server(refusing(429, message="You exceeded", code="insufficient_quota")) as server:
        _, error = await failure(provider(server))
    assert (error.code, len(server.requests)) == ("rate_limited", 1)
    assert "billing" in error.message


async def test_a_broken_server_gets_two_more_chances(no_waiting):
    async with openai_server(refusing(500), refusing(503), saying("ok")) as server:
        assert (await collect(provider(server)))[0] == Chunk("ok")
    async with openai_server(refusing(500, message=PROMPT)) as server:
        _, error = await failure(provider(server))
    assert (error.code, len(server.requests)) == ("unavailable", 3)
    assert no_waiting == [0.375, 0.75, 0.375, 0.75]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (refusing(400, message="request (9 tokens) exceeds", type="exceed_context_size_error"), "context_too_long"),
        (refusing(400, message="maximum context length is 8", code=None), "context_too_long"),
        (refusing(404, message="The model `x` does not exist", code="model_not_found"), "model_missing"),
        (refusing(404, message='model "x" not found, try pulling it first'), "model_missing"),
        (Reply(404, body=(b"<html>nothing here</html>",), kind="text/html"), "refused_request"),
        (Reply(302, (("location", "http://127.0.0.1:1/"),)), "refused_request"),
        (refusing(400, message=PROMPT + KEY), "refused_request"),
        (Reply(422, body=(b'"' + PROMPT.encode() + b'"',), kind="application/json"), "refused_request"),
        (Reply(body=(b"<html>hotel wifi</html>",), kind="text/html"), "malformed"),
        (Reply(body=(b"data: {oops\n\n",)), "malformed"),
        (Reply(body=(b"data: []\n\n",)), "malformed"),
        (Reply(body=(event({"choices": [7]}),)), "malformed"),
        (Reply(body=(event({"choices": [{"index": 0, "delta": "x"}]}),)), "malformed"),
        (Reply(body=()), "malformed"),
        (Reply(body=(b"x" * 70_000,) * 16), "malformed"),
    ],
)
async def test_refusals_have_a_code(reply, code, no_waiting):
    async with openai_server(reply) as server:
        items, error = await failure(provider(server))
    assert (items, error.code) == ([], code)


async def test_a_stream_without_its_end_is_an_error_and_not_repeated_once_text_was_shown(no_waiting):
    async with openai_server(Reply(body=(delta("Half"),)), saying("never")) as server:
        items, error = await failure(provider(server))
    assert (items, error.code, len(server.requests)) == ([Chunk("Half")], "malformed", 1)


async def test_a_cut_connection(no_waiting):
    async with openai_server(Reply(body=(delta("Half"),), then="cut")) as server:
        items, error = await failure(provider(server))
    assert (items, error.code) == ([Chunk("Half")], "unavailable")


async def test_a_stream_that_fails_before_its_first_text_is_tried_again(no_waiting):
    async with openai_server(Reply(body=(delta(None, role="assistant"),), then="cut"), saying("ok")) as server:
        assert (await collect(provider(server)))[0] == Chunk("ok")


async def test_an_error_inside_the_stream(no_waiting):
    broken = (delta("Half"), event({"error": {"message": PROMPT, "type": "server_error"}}))
    async with openai_server(Reply(body=broken)) as server:
        items, error = await failure(provider(server))
    assert (items, error.code) == ([Chunk("Half")], "unavailable")
    limited = event({"error": {"code": 429, "message": KEY}})
    async with openai_server(Reply(body=(limited,)), saying("ok")) as server:
        assert (await collect(provider(server)))[0] == Chunk("ok")


async def test_the_reason_is_end_enough():
    async with openai_server(Reply(body=(delta("a", finish_reason="length"),))) as server:
        assert await collect(provider(server)) == [Chunk("a"), Finish("length", None, None, "fake-1")]


async def test_after_the_reason_a_stall_or_a_cut_does_no_harm(autojump_clock):
    for then in ("stall", "cut"):
        async with openai_server(Reply(body=(delta("a", finish_reason="stop"), USAGE), then=then)) as server:
            assert await collect(provider(server)) == [Chunk("a"), Finish("stop", 7, 2, "fake-1")]


async def test_a_stall_ends_with_timeout():
    async with openai_server(Reply(body=(delta("Half"),), then="stall")) as server:
        items, error = await failure(provider(server, read_s=0.05))
    assert (items, error.code) == ([Chunk("Half")], "timeout")


async def test_an_answer_that_takes_too_long_ends_with_timeout():
    async with openai_server(Reply(body=(delta("Half"),), then="stall")) as server:
        items, error = await failure(provider(server, total_s=0.1))
    assert (items, error.code) == ([Chunk("Half")], "timeout")


async def test_nobody_listens(no_waiting):
    async with openai_server(saying()) as server:
        pass
    _, error = await failure(provider(server))
    assert (error.code, len(no_waiting)) == ("refused_connection", 2)
    assert not (await provider(server).availability()).available


async def test_separators_inside_json_stay():
    text = "one\u2028two\u2029three\u0085four"
    async with openai_server(saying(text)) as server:
        assert (await collect(provider(server)))[0] == Chunk(text)


async def test_only_what_is_said_is_text():
    body = (
        delta(reasoning_content="hm"),
        delta(None, refusal="I can't."),
        event({"choices": [{"index": 1, "delta": {"content": "other"}}], "obfuscation": "xx"}),
        delta(finish_reason="content_filter"),
        DONE,
    )
    async with openai_server(Reply(body=body)) as server:
        items = await collect(provider(server))
    assert items == [Chunk("I can't."), Finish("content_filter", None, None, "fake-1")]


async def test_a_server_that_does_not_stream():
    message = {"model": "m", "choices": [{"message": {"content": "all"}, "finish_reason": "stop"}], "usage": {}}
    body = event(message).removeprefix(b"data: ")
    async with openai_server(Reply(body=(body,), kind="application/json; charset=utf-8")) as server:
        assert await collect(provider(server)) == [Chunk("all"), Finish("stop", None, None, "m")]


async def test_a_parameter_the_model_refuses_is_left_out_from_then_on():
    first = refusing(400, message="Unsupported value: 'temperature'", param="temperature", code="unsupported_value")
    second = refusing(400, message="Unsupported parameter: 'max_tokens' is not supported. Use max_completion_tokens.")
    async with openai_server(first, second, saying("ok")) as server:
        openai = provider(server)
        assert (await collect(openai))[-1].ignored == ("temperature",)
        assert (await collect(openai))[-1].ignored == ("temperature",)
    assert len(server.requests) == 4
    assert "temperature" not in server.requests[3].json
    assert server.requests[3].json["max_completion_tokens"] == 20


async def test_a_cancel_closes_the_connection_at_once():
    async with openai_server(Reply(body=(delta("Half"),), then="stall")) as server:
        with trio.CancelScope() as scope:
            async with provider(server).stream(REQUEST) as pieces:
                async for piece in pieces:
                    assert piece == Chunk("Half")
                    scope.cancel()
        assert scope.cancelled_caught
        with trio.fail_after(1):
            await server.left.wait()


async def test_leaving_early_closes_the_connection_at_once():
    async with openai_server(Reply(body=(delta("Half"),), then="stall")) as server:
        async with provider(server).stream(REQUEST) as pieces:
            await anext(pieces)
        with trio.fail_after(1):
            await server.left.wait()


async def test_the_servers_models_are_listed_and_the_first_is_the_default():
    models = Reply(body=(event({"data": [{"id": "b"}, {"id": "a"}, {}, 3]})[6:],), kind="application/json")
    async with openai_server(models, models, saying("ok")) as server:
        openai = provider(server)
        availability = await openai.availability()
        assert (availability.available, availability.models, availability.default_model) == (True, ("a", "b"), "a")
        await collect(openai, Request("", REQUEST.turns))
    assert server.requests[2].json["model"] == "a"


async def test_a_slow_server_is_available_but_a_refusing_one_is_not():
    async with openai_server(Reply(then="stall")) as server:
        with trio.fail_after(1):
            assert (await provider(server).availability()).available
    async with openai_server(refusing(401)) as server:
        availability = await provider(server).availability()
    assert not availability.available
    assert KEY not in availability.reason


async def test_the_log_tells_no_secrets(caplog, no_waiting):
    caplog.set_level(logging.DEBUG, logger="node")
    async with openai_server(refusing(500, message=PROMPT)) as server:
        await failure(provider(server))
    assert "code=unavailable" in caplog.text
    assert KEY not in caplog.text
    assert PROMPT not in caplog.text
