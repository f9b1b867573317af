import pytest

from node.ai.providers.errors import ProviderError
from node.ai.providers.ollama import Ollama
from node.ai.providers.request import Chunk, Finish, Request, Turn
from node.ai.providers.settings import ServerSettings
from tests.fakes.ai_server import Reply
from tests.fakes.ollama_server import BERT, LLAMA, delta, ending, line, lines, ollama_server, refusing, saying
from tests.unit.node.ai.providers.vendors import Unhurried, collect

TURNS = (Turn("system", "Be brief."), Turn("user", "Ana: hi"))
EVERYTHING = Request("llama3.2", TURNS, 0.0, 20, 0.9, ("\nAna:",))

pytestmark = pytest.mark.trio


def provider(server, **settings):
    return Ollama(ServerSettings(server.url, **{"retries": 0, **settings}), chance=Unhurried())


async def refused(server, request=EVERYTHING):
    with pytest.raises(ProviderError) as caught:
        await collect(provider(server), request)
    return caught.value


async def test_an_answer_is_asked_for_with_all_parameters():
    async with ollama_server(saying("Hel", "lo")) as server:
        items = await collect(provider(server), EVERYTHING)
    assert items == [Chunk("Hel"), Chunk("lo"), Finish("stop", 7, 2, "llama3.2")]
    assert [request.path for request in server.requests] == ["/api/show", "/api/chat"]
    assert "authorization" not in server.requests[1].headers
    assert server.requests[1].json == {
        "model": "llama3.2",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Ana: hi"}],
        "stream": True,
        "options": {"temperature": 0.0, "top_p": 0.9, "stop": ["\nAna:"], "num_predict": 20, "num_ctx": 8192},
    }


@pytest.mark.parametrize(("model", "tokens"), [("llama3.2", 8192), ("small:1b", 2048), ("tuned", 16_384)])
async def test_the_window_is_asked_for_once_and_used_each_time(model, tokens):
    async with ollama_server(saying("ok")) as server:
        ollama = provider(server)
        window = await ollama.window(model, ("text",))
        assert (window.context_tokens, window.prompt_tokens) == (tokens, tokens * 3 // 4)
        for _ in range(2):
            await collect(ollama, Request(model, TURNS))
    assert [request.path for request in server.requests] == ["/api/show", "/api/chat", "/api/chat"]
    options = [request.json["options"] for request in server.requests[1:]]
    assert options == [{"num_ctx": tokens, "num_predict": tokens // 4}] * 2


async def test_a_window_that_was_set_is_used():
    async with ollama_server(saying("ok")) as server:
        ollama = provider(server, context_tokens=1000)
        assert (await ollama.window("llama3.2")).context_tokens == 1000
        await collect(ollama, EVERYTHING)
    assert server.requests[-1].json["options"]["num_ctx"] == 1000


async def test_an_option_that_is_refused_is_left_out_and_told():
    strange = refusing(400, "option num_predict is not supported by this model")
    async with ollama_server(strange, saying("ok")) as server:
        assert (await collect(provider(server), EVERYTHING))[-1].ignored == ("max_tokens",)
    assert "num_predict" not in server.requests[-1].json["options"]


@pytest.mark.parametrize("reason", ["stop", "length", "load"])
async def test_the_reason_for_the_end_is_told(reason):
    async with ollama_server(saying("a", reason=reason)) as server:
        assert (await collect(provider(server), EVERYTHING))[-1].reason == reason


async def test_thinking_is_no_text_and_the_last_line_needs_no_end():
    body = (delta("", thinking="hm"), b"\n", delta("So"), ending().rstrip(b"\n"))
    async with ollama_server(lines(*body)) as server:
        assert (await collect(provider(server), EVERYTHING))[:-1] == [Chunk("So")]


async def test_one_object_is_an_answer_too():
    whole = line({"model": "m", "message": {"role": "assistant", "content": "all"}, "done": True})
    async with ollama_server(Reply(body=(whole,), kind="application/json")) as server:
        assert await collect(provider(server), EVERYTHING) == [Chunk("all"), Finish("stop", None, None, "m")]


@pytest.mark.parametrize(
    ("reply", "code", "word"),
    [
        (refusing(500, "model requires more system memory (9.1 GiB) than is available"), "unavailable", "smaller"),
        (refusing(500, "llama runner process has terminated: exit status 2"), "unavailable", "again"),
        (refusing(503, "server busy, please try again. maximum pending requests exceeded"), "unavailable", "again"),
        (refusing(400, "invalid options"), "refused_request", "status 400"),
        (lines(line({"error": "an error was encountered while running the model"})), "unavailable", "again"),
        (lines(line({"error": "unauthorized: invalid_api_key"})), "unauthorized", "key"),
    ],
)
async def test_refusals_have_a_code(reply, code, word):
    async with ollama_server(reply) as server:
        caught = await refused(server)
    assert caught.code == code
    assert word in caught.message


async def test_a_model_that_was_not_pulled_is_missing():
    async with ollama_server(saying("never")) as server:
        caught = await refused(server, Request("mistral", TURNS))
        assert (caught.code, "ollama pull" in caught.message) == ("model_missing", True)
        assert (await provider(server).window("mistral")).context_tokens == 4096
        availability = await provider(server, default_model="mistral").availability()
        assert (availability.available, availability.models) == (False, ("llama3.2:latest", "small:1b", "tuned:latest"))
        assert "ollama pull" in availability.reason
        assert (await provider(server, default_model="llama3.2").availability()).available


async def test_a_model_that_only_embeds_is_not_offered():
    async with ollama_server(saying("ok"), pulled={"nomic-embed-text:latest": BERT}) as server:
        availability = await provider(server).availability()
        assert (availability.available, availability.models) == (False, ())
        assert "ollama pull" in availability.reason
        assert (await refused(server, Request("", TURNS))).code == "model_missing"
        assert (await refused(server, Request("nomic-embed-text", TURNS))).code == "refused_request"


async def test_the_model_changed_last_is_the_default():
    async with ollama_server(saying("ok"), pulled={"z:1b": LLAMA, "a:1b": LLAMA}) as server:
        ollama = provider(server)
        assert (await ollama.availability()).default_model == "z:1b"
        await collect(ollama, Request("", TURNS))
    assert server.requests[-1].json["model"] == "z:1b"


async def test_another_server_at_its_address_is_none():
    async with ollama_server(saying("never")) as server:
        server.judge = lambda _: Reply(404, body=(b"404 page not found",), kind="text/plain")
        caught = await refused(server)
    assert caught.code == "refused_request"
    assert "Ollama" in caught.message
