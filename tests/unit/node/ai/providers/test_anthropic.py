import pytest

from node.ai.providers.anthropic import BEFORE, DEFAULT_MAX_TOKENS, NEWEST, Anthropic
from node.ai.providers.errors import ProviderError
from node.ai.providers.request import Chunk, Finish, Request, Turn
from node.ai.providers.settings import ServerSettings
from tests.fakes.ai_server import Reply, as_json
from tests.fakes.anthropic_server import (
    BLOCK,
    START,
    STOP,
    anthropic_server,
    delta,
    ending,
    error,
    event,
    refusing,
    saying,
)
from tests.unit.node.ai.providers.vendors import KEY, PROMPT, Unhurried, collect

MODEL = "claude-sonnet-5"
TURNS = (Turn("system", "Be brief."), Turn("user", "Ana: hi"))
EVERYTHING = Request(MODEL, TURNS, 0.5, 20, 0.9, ("\nAna:",))

pytestmark = pytest.mark.trio


def provider(server, **more):
    return Anthropic(ServerSettings(server.url, KEY, retries=0), chance=Unhurried(), **more)


async def refused(server, request=EVERYTHING, **more):
    with pytest.raises(ProviderError) as caught:
        await collect(provider(server, **more), request)
    return caught.value


async def test_the_newest_version_is_asked_without_what_it_does_not_take():
    async with anthropic_server(saying("Hello")) as server:
        items = await collect(provider(server), EVERYTHING)
    assert items == [
        Chunk("Hello"),
        Finish("stop", 7, 2, "claude-sonnet-5-20260901", ("temperature", "top_p")),
    ]
    [request] = server.requests
    assert request.headers["anthropic-version"] == NEWEST
    assert request.json == {
        "model": MODEL,
        "max_tokens": 20,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Ana: hi"}],
        "stop_sequences": ["\nAna:"],
        "stream": True,
    }


async def test_the_version_before_takes_them():
    async with anthropic_server(saying("Hello")) as server:
        anthropic = provider(server, version=BEFORE)
        assert (await collect(anthropic, EVERYTHING))[-1].ignored == ()
        wild = Request(MODEL, TURNS, 1.7)
        assert (await collect(anthropic, wild))[-1].ignored == ("temperature",)
    assert (server.requests[0].json["temperature"], server.requests[0].json["top_p"]) == (0.5, 0.9)
    assert server.requests[1].json["temperature"] == 1.0


async def test_a_model_that_refuses_them_all_the_same_is_asked_once_more():
    both = refusing(400, "invalid_request_error", "`temperature` and `top_p` cannot both be specified for this model.")
    none = refusing(400, "invalid_request_error", "`temperature` is deprecated for this model.")
    async with anthropic_server(both, none, saying("ok")) as server:
        anthropic = provider(server, version=BEFORE)
        for _ in range(2):
            assert (await collect(anthropic, EVERYTHING))[-1].ignored == ("temperature", "top_p")
    assert len(server.requests) == 4


async def test_a_server_that_does_not_know_the_newest_version_is_asked_in_the_one_before():
    async with anthropic_server(saying("ok"), versions=(BEFORE,)) as server:
        anthropic = provider(server)
        for _ in range(2):
            assert (await collect(anthropic, EVERYTHING))[-1].ignored == ()
    versions = [request.headers["anthropic-version"] for request in server.requests]
    assert versions == [NEWEST, BEFORE, BEFORE]
    async with anthropic_server(saying("never"), versions=()) as server:
        assert (await refused(server)).code == "refused_request"
    assert len(server.requests) == 2


async def test_a_limit_is_always_sent_and_one_that_is_too_large_made_smaller():
    async with anthropic_server(saying("ok")) as server:
        anthropic = provider(server)
        await collect(anthropic, Request(MODEL, TURNS))
        assert server.requests[0].json["max_tokens"] == DEFAULT_MAX_TOKENS
    large = "max_tokens: 32768 > 8192, which is the maximum allowed number of output tokens for claude-old"
    async with anthropic_server(refusing(400, "invalid_request_error", large), saying("ok")) as server:
        anthropic = provider(server)
        assert (await collect(anthropic, Request(MODEL, TURNS, max_tokens=32_768)))[-1].ignored == ("max_tokens",)
        assert server.requests[1].json["max_tokens"] == DEFAULT_MAX_TOKENS
        assert (await collect(anthropic, Request(MODEL, TURNS, max_tokens=100)))[-1].ignored == ()


async def test_the_talk_is_put_as_the_api_insists():
    turns = (
        Turn("system", "One."),
        Turn("assistant", "Welcome"),
        Turn("user", "a"),
        Turn("system", "Two."),
        Turn("user", "b"),
        Turn("assistant", " \n"),
        Turn("user", "c"),
    )
    async with anthropic_server(saying("ok")) as server:
        finish = (await collect(provider(server), Request(MODEL, turns, stop=("\n", "x"))))[-1]
    sent = server.requests[0].json
    assert sent["system"] == "One.\n\nTwo."
    assert sent["messages"] == [
        {"role": "user", "content": "[…]"},
        {"role": "assistant", "content": "Welcome"},
        {"role": "user", "content": "a\n\nb\n\nc"},
    ]
    assert sent["stop_sequences"] == ["x"]
    assert finish.ignored == ("stop",)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("pause_turn", "pause_turn"),
        ("tool_use", "tool_use"),
        ("something_new", "something_new"),
    ],
)
async def test_the_reason_for_the_end_is_told(reason, expected):
    async with anthropic_server(saying("a", reason=reason)) as server:
        assert (await collect(provider(server), EVERYTHING))[-1].reason == expected


async def test_what_is_no_text_is_passed_over():
    body = (
        START,
        event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""}),
        event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hm"}),
        event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "xx"}),
        event("invented_tomorrow", index=0, text="no"),
        event("ping"),
        event("content_block_start", index=1, content_block={"type": "text", "text": "So"}),
        delta("!"),
        event("content_block_delta", index=1, delta={"type": "input_json_delta", "partial_json": "{"}),
        event("content_block_delta", index=1, delta={"type": "invented_delta", "text": "no"}),
        ending(),
        STOP,
    )
    async with anthropic_server(Reply(body=body)) as server:
        assert [piece.text for piece in (await collect(provider(server), EVERYTHING))[:-1]] == ["So", "!"]


async def test_the_end_of_a_block_is_not_the_end():
    async with anthropic_server(Reply(body=(START, BLOCK, delta("a"), ending()))) as server:
        assert (await refused(server)).code == "malformed"


async def test_a_server_that_does_not_stream():
    message = {
        "type": "message",
        "model": "m",
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "all"}],
        "stop_reason": "max_tokens",
        "usage": {"input_tokens": 3, "output_tokens": 1},
    }
    async with anthropic_server(as_json(message)) as server:
        ignored = ("temperature", "top_p")
        assert await collect(provider(server), EVERYTHING) == [Chunk("all"), Finish("length", 3, 1, "m", ignored)]
    async with anthropic_server(as_json(error("overloaded_error"))) as server:
        assert (await refused(server)).code == "unavailable"


@pytest.mark.parametrize(
    ("status", "kind", "message", "code"),
    [
        (400, "invalid_request_error", PROMPT, "refused_request"),
        (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", "context_too_long"),
        (400, "invalid_request_error", "Your credit balance is too low to access the API", "rate_limited"),
        (401, "authentication_error", "invalid x-api-key", "unauthorized"),
        (402, "billing_error", "", "rate_limited"),
        (403, "permission_error", KEY, "unauthorized"),
        (404, "not_found_error", "model: claude-none", "model_missing"),
        (404, "not_found_error", "Not Found", "refused_request"),
        (413, "request_too_large", "", "context_too_long"),
        (429, "rate_limit_error", "", "rate_limited"),
        (500, "api_error", PROMPT, "unavailable"),
        (504, "timeout_error", "", "unavailable"),
        (529, "overloaded_error", "", "unavailable"),
    ],
)
async def test_refusals_have_a_code_before_and_inside_a_stream(status, kind, message, code):
    async with anthropic_server(refusing(status, kind, message)) as server:
        assert (await refused(server)).code == code
    body = (START, event("error", error={"type": kind, "message": message}))
    async with anthropic_server(Reply(body=body)) as server:
        caught = await refused(server)
    assert caught.code == code
    assert message not in caught.message or not message


async def test_the_models_are_listed_and_one_of_the_middle_is_the_default():
    async with anthropic_server(saying("ok")) as server:
        anthropic = provider(server)
        availability = await anthropic.availability()
        assert availability.available
        assert (availability.models, availability.default_model) == (
            ("claude-haiku-5", "claude-middle-5", "claude-opus-5", "claude-other", "claude-sonnet-old"),
            "claude-middle-5",
        )
        await collect(anthropic, Request("", TURNS))
    assert server.requests[-1].json["model"] == "claude-middle-5"


async def test_servers_that_name_no_line_are_chosen_from_by_name():
    listed = as_json({"data": [{"id": "a"}, {"id": "b-sonnet-1"}, {"id": "c-sonnet-0"}, 7, {}]})
    async with anthropic_server(listed) as server:
        server.judge = lambda _: None
        assert (await provider(server).availability()).default_model == "b-sonnet-1"


async def test_without_a_key_it_is_not_available():
    availability = await Anthropic(ServerSettings()).availability()
    assert not availability.available
    assert "ANTHROPIC_API_KEY" in availability.reason


async def test_the_address_may_end_in_v1():
    async with anthropic_server(saying("ok")) as server:
        server.url += "/v1/"
        assert (await collect(provider(server), EVERYTHING))[0] == Chunk("ok")


async def test_the_window_is_that_of_the_family():
    window = await Anthropic(ServerSettings()).window(MODEL, ("some text",))
    assert (window.context_tokens, window.prompt_tokens) == (200_000, 32_768)
    assert window.count("some text") == 3
