import pytest

from node.ai.providers.errors import ProviderError
from node.ai.providers.openai import ChatCompletions, OpenAI
from node.ai.providers.request import Chunk, Finish, Request, Turn
from node.ai.providers.settings import ServerSettings
from tests.fakes.ai_server import Reply, as_json
from tests.fakes.openai_server import DONE, USAGE, delta, event, models, openai_server, refusing, saying
from tests.unit.node.ai.providers.vendors import KEY, PROMPT, Unhurried, collect

TURNS = (Turn("user", "hi"),)
REQUEST = Request("fake-1", TURNS, temperature=0.5, max_tokens=20)
EVERYTHING = Request("m", TURNS, 0.5, 20, 0.9, ("\nAna:",))

pytestmark = pytest.mark.trio


def provider(server, **settings):
    return OpenAI(ServerSettings(server.url, KEY, **{"retries": 0, **settings}), chance=Unhurried())


def call(request=EVERYTHING, *refused, official=False):
    return ChatCompletions("X", official=official).call(
        request, model=request.model, context_tokens=0, refused=frozenset(refused)
    )


async def code_of(server, request=REQUEST):
    with pytest.raises(ProviderError) as caught:
        await collect(provider(server), request)
    return caught.value.code


async def test_everything_is_sent_to_a_server_that_takes_everything():
    sent = call()
    assert sent.ignored == ()
    assert sent.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["\nAna:"],
        "max_tokens": 20,
        "stream_options": {"include_usage": True},
    }


async def test_the_official_server_gets_the_new_name_of_the_limit():
    sent = call(official=True).body
    assert sent["max_completion_tokens"] == 20
    assert "max_tokens" not in sent


async def test_what_was_not_asked_for_is_not_sent():
    sent = call(Request("m", TURNS))
    assert sorted(sent.body) == ["messages", "model", "stream", "stream_options"]
    assert sent.ignored == ()


async def test_what_is_left_out_is_told():
    sent = call(EVERYTHING, "temperature", "max_tokens", "max_completion_tokens", "stream_options", "stop")
    assert sorted(sent.body) == ["messages", "model", "stream", "top_p"]
    assert sent.ignored == ("max_tokens", "stop", "temperature")


async def test_at_most_four_stops_are_sent():
    sent = call(Request("m", TURNS, stop=tuple("abcde")))
    assert sent.body["stop"] == ["a", "b", "c", "d"]
    assert sent.ignored == ("stop",)


async def test_further_parameters_are_sent_but_replace_nothing():
    async with openai_server(saying("ok")) as server:
        await collect(provider(server, extra={"repeat_penalty": 1.1, "stream": False}), REQUEST)
    assert server.requests[0].json["repeat_penalty"] == 1.1
    assert server.requests[0].json["stream"] is True


async def test_the_key_is_needed_at_the_official_server():
    with pytest.raises(ProviderError) as caught:
        await collect(OpenAI(ServerSettings()), REQUEST)
    assert caught.value.code == "no_key"
    availability = await OpenAI(ServerSettings()).availability()
    assert not availability.available
    assert "OPENAI_API_KEY" in availability.reason
    assert "peer2peer ai key openai" in availability.reason
    async with openai_server(saying("ok")) as server:
        await collect(OpenAI(ServerSettings(server.url)), REQUEST)
    assert "authorization" not in server.requests[0].headers


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
        (refusing(403, message=KEY), "unauthorized"),
        (Reply(422, body=(b'"' + PROMPT.encode() + b'"',), kind="application/json"), "refused_request"),
        (refusing(429, message="You exceeded", code="insufficient_quota"), "rate_limited"),
        (Reply(body=(event({"choices": [7]}),)), "malformed"),
        (Reply(body=(event({"choices": [{"index": 0, "delta": "x"}]}),)), "malformed"),
    ],
)
async def test_refusals_have_a_code(reply, code):
    async with openai_server(reply) as server:
        assert await code_of(server) == code
    assert len(server.requests) == 1


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter", "tool_calls"])
async def test_the_reason_is_told_and_is_end_enough(reason):
    async with openai_server(Reply(body=(delta("a", finish_reason=reason),))) as server:
        assert await collect(provider(server), REQUEST) == [Chunk("a"), Finish(reason, None, None, "fake-1")]


async def test_after_the_reason_a_stall_or_a_cut_does_no_harm(monkeypatch):
    monkeypatch.setattr("node.ai.providers.remote._AFTER_END_S", 0.1)
    for then in ("stall", "cut"):
        async with openai_server(Reply(body=(delta("a", finish_reason="stop"), USAGE), then=then)) as server:
            assert await collect(provider(server), REQUEST) == [Chunk("a"), Finish("stop", 7, 2, "fake-1")]


async def test_only_what_is_said_is_text():
    body = (
        delta(reasoning_content="hm"),
        delta(None, refusal="I can't."),
        event({"choices": [{"index": 1, "delta": {"content": "other"}}], "obfuscation": "xx"}),
        delta(finish_reason="content_filter"),
        DONE,
    )
    async with openai_server(Reply(body=body)) as server:
        items = await collect(provider(server), REQUEST)
    assert items == [Chunk("I can't."), Finish("content_filter", None, None, "fake-1")]


async def test_a_server_that_does_not_stream():
    message = {"model": "m", "choices": [{"message": {"content": "all"}, "finish_reason": "stop"}], "usage": {}}
    async with openai_server(as_json(message)) as server:
        assert await collect(provider(server), REQUEST) == [Chunk("all"), Finish("stop", None, None, "m")]


async def test_a_parameter_the_model_refuses_is_left_out_from_then_on():
    first = refusing(400, message="Unsupported value: 'temperature'", param="temperature", code="unsupported_value")
    second = refusing(400, message="Unsupported parameter: 'max_tokens' is not supported. Use max_completion_tokens.")
    third = refusing(400, message="Unsupported parameter: 'stop' is not supported with this model.", param="stop")
    request = Request("o3", TURNS, 0.5, 20, stop=("x",))
    async with openai_server(first, second, third, saying("ok")) as server:
        openai = provider(server)
        assert (await collect(openai, request))[-1].ignored == ("stop", "temperature")
        assert len(server.requests) == 4
        assert (await collect(openai, request))[-1].ignored == ("stop", "temperature")
        assert len(server.requests) == 5
        assert (await collect(openai, REQUEST))[-1].ignored == ()
    assert server.requests[4].json["max_completion_tokens"] == 20
    assert not {"temperature", "stop", "max_tokens"} & set(server.requests[4].json)
    assert server.requests[5].json["temperature"] == 0.5


async def test_one_of_two_that_exclude_each_other_is_left_out():
    both = refusing(400, message="temperature and top_p cannot both be specified for this model")
    async with openai_server(both, saying("ok")) as server:
        assert (await collect(provider(server), EVERYTHING))[-1].ignored == ("top_p",)
    assert server.requests[1].json["temperature"] == 0.5


async def test_a_limit_that_is_too_large_once_is_not_left_out_for_ever():
    large = refusing(
        400, message="max_tokens is too large: 32768. This model supports at most 16384", param="max_tokens"
    )
    other = refusing(400, message="max_completion_tokens is too large: 32768", param="max_completion_tokens")
    async with openai_server(large, other, saying("ok")) as server:
        openai = provider(server)
        assert (await collect(openai, Request("m", TURNS, max_tokens=32_768)))[-1].ignored == ("max_tokens",)
        assert (await collect(openai, Request("m", TURNS, max_tokens=20)))[-1].ignored == ()
    assert server.requests[3].json["max_tokens"] == 20


async def test_asking_again_ends():
    never = refusing(400, message="Unsupported parameter: 'temperature'", param="temperature")
    async with openai_server(never) as server:
        assert await code_of(server) == "refused_request"
    assert len(server.requests) == 2


async def test_the_servers_models_are_listed_and_the_first_is_the_default():
    listed = models({"id": "b"}, {"id": "a"}, {"id": "Xembed"}, {}, 3)
    async with openai_server(listed, listed, saying("ok")) as server:
        openai = provider(server)
        availability = await openai.availability()
        assert (availability.available, availability.models) == (True, ("Xembed", "a", "b"))
        assert availability.default_model == "a"
        await collect(openai, Request("", TURNS))
    assert server.requests[2].json["model"] == "a"


async def test_a_server_without_a_model_is_not_available():
    async with openai_server(models()) as server:
        availability = await provider(server).availability()
        assert not availability.available
        assert "no model" in availability.reason
        assert await code_of(server, Request("", TURNS)) == "model_missing"
        assert (await provider(server, default_model="mine").availability()).default_model == "mine"


@pytest.mark.parametrize(
    ("entry", "tokens"),
    [
        ({"max_model_len": 32_000}, 32_000),
        ({"context_length": 8000}, 8000),
        ({"context_window": True}, 4096),
        ({}, 4096),
    ],
)
async def test_servers_tell_the_window_with_the_model(entry, tokens):
    async with openai_server(models({"id": "mine", **entry}), refusing(404)) as server:
        openai = provider(server)
        assert (await openai.window("mine")).context_tokens == tokens
        asked = len(server.requests)
        assert (await openai.window("mine", ("text",))).context_tokens == tokens
        assert len(server.requests) == asked


async def test_a_tokenizer_that_answers_nonsense_is_not_used():
    properties = as_json({"default_generation_settings": {"n_ctx": 1000}})
    for nonsense in ({"tokens": [1, 2, 3]}, {"tokens": 7}, [], {"tokens": [-1, -1, -1]}):
        async with openai_server(models({"id": "m"}), properties, as_json(nonsense)) as server:
            window = await provider(server).window("m", ("eleven letters", "two"))
        assert (window.context_tokens, window.count("eleven letters")) == (1000, 5)
        assert server.requests[1].path == "/props"
        assert server.requests[2].path == "/tokenize"


async def test_the_official_windows_are_known():
    openai = OpenAI(ServerSettings(api_key="k"))
    assert (await openai.window("gpt-4o-mini")).context_tokens == 128_000
    assert (await openai.window("never-heard-of")).context_tokens == 16_384
