"""Answers under a JSON schema: what each vendor is sent, and what happens where it does not take it."""

import pytest

from node.ai.engines.contracts import schema_of
from node.ai.providers.anthropic import Anthropic
from node.ai.providers.openai import ChatCompletions, OpenAI
from node.ai.providers.request import Chunk, Form, Request, Turn
from node.ai.providers.settings import ServerSettings
from tests.fakes.ai_server import Reply, as_json
from tests.fakes.ollama_server import CONTEXT
from tests.fakes.openai_server import models, openai_server
from tests.unit.node.ai.providers.vendors import PROMPT, VENDORS, collect

pytestmark = pytest.mark.trio

SCHEMA = schema_of("complex")
UNBOUNDED = {
    "type": "object",
    "properties": {"response": {"type": "string"}, "steps": {"type": "array", "items": {"type": "string"}}},
    "required": ["response"],
    "additionalProperties": False,
}
FORM = Form("complex_conversation", SCHEMA, (Turn("system", "Write JSON."), Turn("user", PROMPT)))
REFUSALS = {
    "openai": [
        (400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."),
        (400, "JSON schema conversion failed: unrecognized"),
        (422, "response_format: extra fields are forbidden"),
        (500, "failed to parse grammar"),
    ],
    "anthropic": [
        (400, "output_config: Extra inputs are not permitted"),
        (400, "'claude-3-haiku' does not support output format."),
        (400, "This model does not support structured outputs."),
    ],
    "ollama": [
        (400, "json: cannot unmarshal object into Go struct field ChatRequest.format of type string"),
        (400, 'invalid format: "{}"; expected "json" or a valid JSON Schema object'),
        (500, "invalid JSON schema in format"),
    ],
}


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.name)
def vendor(request):
    return request.param


def told(body):
    """Return what a body tells the model, whoever the vendor is."""
    return [body.get("system", ""), *(message["content"] for message in body["messages"])]


async def test_each_vendor_is_sent_the_schema_in_its_own_words(vendor):
    said = '{"response": "Yes."}'
    async with vendor.server(vendor.saying(said[:9], said[9:])) as server:
        *chunks, finish = await collect(vendor.make(server), vendor.request(form=FORM))
    assert chunks == [Chunk(said[:9], constrained=True), Chunk(said[9:], constrained=True)]
    assert "constrained" not in finish.ignored
    [request] = vendor.asked(server)
    assert "Write JSON." in told(request.json)
    match vendor.name:
        case "openai":
            held = {"name": "complex_conversation", "schema": SCHEMA, "strict": True}
            assert request.json["response_format"] == {"type": "json_schema", "json_schema": held}
        case "anthropic":
            assert request.json["output_config"] == {"format": {"type": "json_schema", "schema": UNBOUNDED}}
        case "ollama":
            assert request.json["format"] == SCHEMA


async def test_openais_own_server_is_sent_all_fields_and_no_bounds():
    request = Request("m", (Turn("user", "hi"),), form=FORM)
    call = ChatCompletions("X", official=True).call(request, model="m", context_tokens=0, refused=frozenset())
    schema = call.body["response_format"]["json_schema"]["schema"]
    assert schema["required"] == ["response", "steps"]
    assert schema["properties"]["steps"] == {"type": ["array", "null"], "items": {"type": "string"}}
    assert call.constrained


async def test_without_a_form_nothing_is_held(vendor):
    async with vendor.server(vendor.saying("ok")) as server:
        assert (await collect(vendor.make(server), vendor.request()))[0] == Chunk("ok")
    assert not {"response_format", "output_config", "format"} & set(vendor.asked(server)[0].json)


@pytest.mark.parametrize(
    ("vendor", "status", "message"),
    [(vendor, *refusal) for vendor in VENDORS for refusal in REFUSALS[vendor.name]],
    ids=lambda value: str(getattr(value, "name", value)),
    indirect=["vendor"],
)
async def test_who_does_not_take_it_is_asked_for_prose_then_and_from_then_on(vendor, status, message):
    async with vendor.server(vendor.refusing(status, message), vendor.saying("ok")) as server:
        provider = vendor.make(server)
        for _ in range(2):
            chunk, finish = await collect(provider, vendor.request(form=FORM))
            assert chunk == Chunk("ok")
            assert "constrained" in finish.ignored
        assert await provider.constrains(vendor.model) is False
    first, *others = vendor.asked(server)
    assert {"response_format", "output_config", "format"} & set(first.json)
    assert len(others) == 2
    for request in others:
        assert not {"response_format", "output_config", "format"} & set(request.json)
        assert "Write JSON." not in told(request.json)
        assert PROMPT in told(request.json)


async def test_openai_names_the_parameter():
    refused = as_json({"error": {"message": "no", "type": "x", "param": "response_format", "code": None}}, 400)
    vendor = VENDORS[0]
    async with vendor.server(refused, vendor.saying("ok")) as server:
        assert (await collect(vendor.make(server), vendor.request(form=FORM)))[-1].ignored == ("constrained",)


async def test_a_refusal_of_something_else_costs_the_form_nothing(vendor):
    name = "stop_sequences" if vendor.name == "anthropic" else "stop"
    other = vendor.refusing(400, f"Unsupported parameter: '{name}' is not supported with this model.")
    async with vendor.server(other, vendor.saying("{")) as server:
        chunk, finish = await collect(vendor.make(server), vendor.request(form=FORM, stop=("x",)))
    assert chunk.constrained
    assert "stop" in finish.ignored
    assert "constrained" not in finish.ignored


async def test_vendors_own_models_are_able():
    for provider in (OpenAI(ServerSettings(api_key="k")), Anthropic(ServerSettings(api_key="k"))):
        assert await provider.constrains("any-model")


@pytest.mark.parametrize(
    ("weights", "is_able"), [(134_515_008, False), (3_212_749_888, False), (6_738_415_616, True), (None, False)]
)
async def test_of_other_models_large_ones_are_able(weights, is_able):
    meta = {} if weights is None else {"n_params": weights}
    properties = as_json({"default_generation_settings": {"n_ctx": 4096}})
    async with openai_server(models({"id": "m", "meta": meta}), properties) as server:
        assert await OpenAI(ServerSettings(server.url)).constrains("m") is is_able
    ollama = VENDORS[2]
    counted = CONTEXT if weights is None else {**CONTEXT, "general.parameter_count": weights}
    for parameters in ("", "num_ctx 4096"):
        pulled = {"big:latest": {"model_info": counted, "parameters": parameters}}
        async with ollama.server(pulled=pulled) as server:
            assert await ollama.make(server).constrains("big") is is_able


async def test_a_server_that_does_not_answer_is_not_able():
    async with openai_server(Reply(503)) as server:
        assert await OpenAI(ServerSettings(server.url, retries=0)).constrains() is False
    assert await OpenAI(ServerSettings(server.url, retries=0)).constrains("m") is False


@pytest.mark.parametrize("name", ["", "with space", "x" * 65, "ä"])
async def test_a_form_has_a_name_that_all_vendors_take(name):
    with pytest.raises(ValueError, match="name"):
        Form(name, SCHEMA, FORM.turns)
    with pytest.raises(ValueError, match="turn"):
        Form("x", SCHEMA, ())
