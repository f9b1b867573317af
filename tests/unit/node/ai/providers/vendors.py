"""The vendors whose APIs are spoken over HTTP, for tests which hold for all of them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from node.ai.providers.anthropic import Anthropic
from node.ai.providers.ollama import Ollama
from node.ai.providers.openai import OpenAI
from node.ai.providers.remote import Remote
from node.ai.providers.request import Request, Turn
from node.ai.providers.settings import ServerSettings
from tests.fakes import anthropic_server, ollama_server, openai_server
from tests.fakes.ai_server import AIServer, Reply

KEY = "sk-verysecret-1234567890"
PROMPT = "the secret plan of Ana"


class Unhurried:
    """Chance for the jitter: all waits are as short as they can be."""

    def uniform(self, _low, high):
        return high


@dataclass(frozen=True)
class Vendor:
    """How one vendor's server speaks.

    Attributes:
        model: one which the server has.
        key_header: the header which brings the key, and what it is.
        kind: the content type of a stream.
        head: what a stream begins with, before any text.
        delta: an event with text.
        saying: a complete answer with these texts.
        refusing: an answer with this status, its message, further headers.
        failing: an event which says that the server failed, with a message.
        limiting: an event which says that there were too many requests.
        end: the events after the text, the end marker left out.
    """

    name: str
    provider: type[Remote]
    server: Callable[..., AbstractAsyncContextManager[AIServer]]
    model: str
    key_header: tuple[str, str]
    kind: str
    head: tuple[bytes, ...]
    delta: Callable[[str], bytes]
    saying: Callable[..., Reply]
    refusing: Callable[..., Reply]
    failing: Callable[[str], bytes]
    limiting: bytes
    end: tuple[bytes, ...] = ()

    def make(self, server: AIServer, *, key=KEY, **settings):
        return self.provider(ServerSettings(server.url, key, **settings), chance=Unhurried())

    @staticmethod
    def make_settings(**settings):
        return ServerSettings(**settings)

    def request(self, **more):
        return Request(self.model, (Turn("user", PROMPT),), **{"temperature": 0.5, "max_tokens": 20, **more})

    def reply(self, *texts, then="end"):
        """An answer which is not complete, or goes on as told."""
        return Reply(body=(*self.head, *map(self.delta, texts)), kind=self.kind, then=then)

    @staticmethod
    def asked(server):
        """Return the requests for answers."""
        return [each for each in server.requests if each.path.rpartition("/")[2] in {"completions", "messages", "chat"}]


def _openai_refusing(status, message="", *headers):
    return openai_server.refusing(status, *headers, message=message, type="some_error")


def _anthropic_refusing(status, message="", *headers):
    kinds = {
        400: "invalid_request_error",
        401: "authentication_error",
        429: "rate_limit_error",
        529: "overloaded_error",
    }
    return anthropic_server.refusing(status, kinds.get(status, "api_error"), message, *headers)


VENDORS = (
    Vendor(
        "openai",
        OpenAI,
        openai_server.openai_server,
        "fake-1",
        ("authorization", f"Bearer {KEY}"),
        "text/event-stream",
        (openai_server.ROLE,),
        openai_server.delta,
        openai_server.saying,
        _openai_refusing,
        lambda message: openai_server.event({"error": {"message": message, "type": "server_error"}}),
        openai_server.event({"error": {"code": 429, "message": "slow down"}}),
    ),
    Vendor(
        "anthropic",
        Anthropic,
        anthropic_server.anthropic_server,
        "claude-sonnet-5",
        ("x-api-key", KEY),
        "text/event-stream",
        (anthropic_server.START, anthropic_server.PING, anthropic_server.BLOCK),
        anthropic_server.delta,
        anthropic_server.saying,
        _anthropic_refusing,
        lambda message: anthropic_server.event("error", error={"type": "api_error", "message": message}),
        anthropic_server.event("error", error={"type": "rate_limit_error", "message": "slow down"}),
        (anthropic_server.BLOCK_END, anthropic_server.ending()),
    ),
    Vendor(
        "ollama",
        Ollama,
        ollama_server.ollama_server,
        "llama3.2",
        ("authorization", f"Bearer {KEY}"),
        "application/x-ndjson",
        (ollama_server.delta("", thinking="hm"),),
        ollama_server.delta,
        ollama_server.saying,
        ollama_server.refusing,
        lambda message: ollama_server.line({"error": message}),
        ollama_server.line({"error": "rate_limit reached"}),
    ),
)


async def collect(provider, request):
    async with provider.stream(request) as pieces:
        return [piece async for piece in pieces]
