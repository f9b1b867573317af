"""The providers against llama.cpp's own server, which speaks the formats of two vendors."""

import orjson
import pytest
import trio

from node.ai.context import Line, Scene, build, spoken
from node.ai.engines.contracts import FORM, schema_of
from node.ai.engines.growing import Growing
from node.ai.providers.anthropic import Anthropic
from node.ai.providers.errors import ProviderError
from node.ai.providers.local_model import LocalModel, bundled_weights
from node.ai.providers.openai import OpenAI
from node.ai.providers.request import Chunk, Finish, Form, Request, Turn
from node.ai.providers.settings import ServerSettings
from tests.unit.node.ai.providers.vendors import collect

pytestmark = pytest.mark.trio
STORY = (Turn("system", "Be brief."), Turn("user", "Tell me a long story about the sea."))
ANSWERED = Request("", STORY, 0.3, 16, 0.9, ("\nAna:",))
PROVIDERS = {"openai": OpenAI, "anthropic": Anthropic}


@pytest.fixture
async def endpoint():
    pytest.importorskip("xllamacpp")
    if bundled_weights() is None:
        pytest.skip("no weights are installed")
    model = LocalModel(bundled_weights())
    async with model.lease() as leased:
        yield leased
    await model.aclose()


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_real_server(endpoint, name):
    url = endpoint.base_url
    provider = PROVIDERS[name](ServerSettings(url, endpoint.api_key, retries=0, read_s=60.0))
    availability = await provider.availability()
    assert (availability.available, availability.models) == (True, (bundled_weights().stem,))

    *chunks, finish = await collect(provider, ANSWERED)
    assert chunks
    assert all(isinstance(chunk, Chunk) for chunk in chunks)
    assert isinstance(finish, Finish)
    assert finish.reason in {"stop", "length"}
    assert finish.completion_tokens <= 16
    assert finish.prompt_tokens > 10
    assert finish.ignored == (("temperature", "top_p") if name == "anthropic" else ())

    for _ in range(3):  # more than there are slots: each of them is freed
        with trio.CancelScope() as scope:
            async with provider.stream(Request("", STORY, max_tokens=1500)) as pieces:
                await anext(pieces)
                scope.cancel()
                await anext(pieces)
        assert scope.cancelled_caught
    with trio.fail_after(60):
        assert isinstance((await collect(provider, ANSWERED))[-1], Finish)

    with pytest.raises(ProviderError) as caught:
        await collect(provider, Request("", (Turn("user", "word " * 4000),)))
    assert caught.value.code == "context_too_long"
    stranger = PROVIDERS[name](ServerSettings(url, "wrong"))
    with pytest.raises(ProviderError) as caught:
        await collect(stranger, Request(bundled_weights().stem, STORY))
    assert caught.value.code == "unauthorized"


async def test_its_tokenizer_counts(endpoint):
    provider = OpenAI(ServerSettings(endpoint.base_url, endpoint.api_key))
    texts = ("Hello there!", "", "Ahoj světe <|im_end|>", "word " * 500, "🌊" * 50)
    window = await provider.window("", texts)
    assert window.context_tokens == 2048
    assert [window.count(text) for text in texts[:2]] == [3, 0]
    assert window.count(texts[3]) == 501
    assert 5 < window.count(texts[2]) < 20

    provider = OpenAI(ServerSettings(endpoint.base_url, endpoint.api_key, context_tokens=400))  # more would take long
    scene = Scene("Assistant", "Sea", ("Ana", "Ben"), persona="You are a sailor.")
    lines = [Line("Ana" if n % 2 else "Ben", f"Message {n}: the tide goes out, and comes in.") for n in range(60)]
    window = await provider.window("", spoken(scene, lines))
    turns = build(scene, lines, budget_tokens=window.prompt_tokens, count=window.count)
    finish = (await collect(provider, Request("", turns, max_tokens=1)))[-1]
    assert window.prompt_tokens == 300
    assert window.prompt_tokens * 0.7 < finish.prompt_tokens <= window.prompt_tokens


async def test_it_is_held_to_a_schema(endpoint):
    provider = OpenAI(ServerSettings(endpoint.base_url, endpoint.api_key, retries=0, read_s=60.0))
    assert await provider.constrains() is False, "135 million parameters are too few to hold to a schema unasked"
    schema = schema_of("complex")
    schema["properties"] |= {"response": {"type": "string", "maxLength": 60}}
    schema["properties"]["steps"] |= {"maxItems": 2, "items": {"type": "string", "maxLength": 30}}
    schema["required"] = ["response", "steps"]
    form = Form("complex_conversation", schema, (Turn("system", FORM), STORY[-1]))
    *chunks, finish = await collect(provider, Request("", STORY, 0.3, 400, form=form))
    assert all(chunk.constrained for chunk in chunks)
    assert (finish.reason, finish.ignored) == ("stop", ())
    said = orjson.loads("".join(chunk.text for chunk in chunks))
    assert list(said) == ["response", "steps"]
    assert (len(said["response"]) <= 60, len(said["steps"]) <= 2) == (True, True)
    growing = Growing()
    for chunk in chunks:
        growing.feed(chunk.text)
    assert growing.text == said["response"]

    wrong = Form("wrong", {"type": "nonsense"}, form.turns)
    *chunks, finish = await collect(provider, Request("", STORY, 0.3, 5, form=wrong))
    assert finish.ignored == ("constrained",)
    assert not any(chunk.constrained for chunk in chunks)
