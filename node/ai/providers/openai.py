"""Provider `openai`: OpenAI's Chat Completions, and every server compatible with it (S40).

llama.cpp, vLLM, LM Studio and Ollama's /v1 differ by base URL alone. The key goes into one header and nowhere else.
"""

import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import orjson
import trio

from node.ai.providers.chat_answer import ChatAnswer, malformed, refusal, refused_parameter
from node.ai.providers.chat_body import Dialect, chat_body
from node.ai.providers.errors import ProviderError
from node.ai.providers.event_stream import EventStream, EventStreamError
from node.ai.providers.provider import Availability
from node.ai.providers.request import Chunk, Finish, Request
from node.ai.providers.retry import backoff_s
from node.ai.providers.transport import Response, Transport

OFFICIAL_URL = "https://api.openai.com/v1"
OFFICIAL_MODEL = "gpt-4o-mini"
_OFFICIAL_HOST = "api.openai.com"
_AVAILABILITY_S = 0.8
_LONGEST_WAIT_S = 20.0  # a person is waiting: after that the error shows, with a Retry button
_AFTER_END_S = 2.0  # for the counts which follow the last word
_log = logging.getLogger("node.ai")


@dataclass(frozen=True, slots=True)
class OpenAISettings:
    """How to reach one server.

    Attributes:
        base_url: http or https; what comes before `/chat/completions`.
        api_key: empty where the server needs none.
        default_model: empty: gpt-4o-mini at OpenAI, elsewhere the first one which the server names.
        context_tokens: the window to plan with; 0: 16384 at OpenAI, 4096 elsewhere.
        connect_s: how long connecting may take.
        read_s: how long the server may be silent.
        total_s: how long an answer may take altogether.
        retries: how often a request is repeated which failed before any text came.
        extra: further parameters for the body.
    """

    base_url: str = OFFICIAL_URL
    api_key: str = field(default="", repr=False)
    default_model: str = ""
    context_tokens: int = 0
    connect_s: float = 5.0
    read_s: float = 90.0
    total_s: float = 600.0
    retries: int = 2
    extra: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "OpenAISettings":
        """Return the settings in OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL."""
        return cls(
            base_url=environment.get("OPENAI_BASE_URL", "").strip() or OFFICIAL_URL,
            api_key=environment.get("OPENAI_API_KEY", "").strip(),
            default_model=environment.get("OPENAI_MODEL", "").strip(),
        )

    @property
    def official(self) -> bool:
        """Whether this is OpenAI itself, which needs a key and takes `max_completion_tokens`."""
        return urlsplit(self.base_url).hostname == _OFFICIAL_HOST

    @property
    def configured(self) -> bool:
        """Whether anybody asked for this provider: a key is there, or the address of another server."""
        return bool(self.api_key) or not self.official


class OpenAI:
    """Streams answers from one server.

    Args:
        settings: how to reach it.
        name: the provider's name.
        label: what messages call the server.
        chance: where the waiting times get their jitter from.
    """

    def __init__(
        self,
        settings: OpenAISettings,
        *,
        name: str = "openai",
        label: str = "",
        chance: random.Random | None = None,
    ) -> None:
        self.name = name
        self.context_tokens = settings.context_tokens or (16_384 if settings.official else 4096)
        self.prompt_tokens = self.context_tokens * 3 // 4
        self._settings = settings
        self._label = label or ("OpenAI" if settings.official else "The AI server")
        self._transport = Transport(
            settings.base_url, label=self._label, connect_s=settings.connect_s, read_s=settings.read_s
        )
        self._chance = chance or random.Random()
        self._dialects: dict[str, Dialect] = {}
        self._default_model = settings.default_model or (OFFICIAL_MODEL if settings.official else "")

    async def availability(self) -> Availability:
        """Return whether the server answers; one that is slow, not down, counts as available."""
        if error := self._missing_key():
            return Availability(False, error.message, (), self._default_model)
        models: tuple[str, ...] = ()
        reason = f"{self._label} has not answered yet."
        with trio.move_on_after(_AVAILABILITY_S):
            try:
                models, reason = await self._models(), ""
            except ProviderError as error:
                usable = error.code in {"rate_limited", "refused_request", "timeout"}
                return Availability(usable, error.message, (), self._default_model)
        return Availability(True, reason, models, self._default_model or next(iter(models), ""))

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[AsyncIterator[Chunk | Finish]]:
        """Return the answer as it is generated; see Provider."""
        with trio.move_on_after(self._settings.total_s) as total:
            async with aclosing(self._answer(request)) as answer:
                yield answer
        if total.cancelled_caught:
            raise ProviderError("timeout", f"{self._label} took too long to answer: try again, or ask for less.")

    async def aclose(self) -> None:
        """Return at once: every connection belongs to a stream and ends with it."""
        await trio.lowlevel.checkpoint()

    async def _answer(self, request: Request) -> AsyncGenerator[Chunk | Finish, None]:
        """Yield the answer; try again where it fails before its first text."""
        if error := self._missing_key():
            raise error
        model = request.model or self._default_model or await self._first_model()
        for attempt in range(self._settings.retries + 1):
            shown = False
            try:
                async with aclosing(self._attempt(request, model)) as pieces:
                    async for piece in pieces:
                        shown = True
                        yield piece
                return
            except ProviderError as error:
                wait_s = error.retry_after_s
                if wait_s is None:
                    wait_s = backoff_s(attempt + 1, self._chance.uniform(0.0, 1.0))
                last = attempt == self._settings.retries
                if shown or last or not error.transient or wait_s > _LONGEST_WAIT_S:
                    _log.info("answer failed provider=%s code=%s attempt=%d", self.name, error.code, attempt)
                    raise
            await trio.sleep(wait_s)

    async def _attempt(self, request: Request, model: str) -> AsyncGenerator[Chunk | Finish, None]:
        """Yield the answer of one request; repeat it without a parameter which the server does not take."""
        while True:
            dialect = self._dialects.get(model) or self._first_dialect()
            body, ignored = chat_body(request, dialect, model=model, extra=self._settings.extra)
            answer = ChatAnswer(label=self._label, model=model, ignored=ignored)
            async with self._transport.request(
                "POST", "/chat/completions", headers=self._headers(), body=orjson.dumps(body)
            ) as response:
                if response.status == 200:
                    async with aclosing(self._pieces(response, answer)) as pieces:
                        async for piece in pieces:
                            yield piece
                    return
                said = _json(await response.body())
            parameter = refused_parameter(response.status, said)
            poorer = dialect.without(parameter) if parameter else None
            if poorer is None:
                raise refusal(response.status, response.headers, said, label=self._label)
            self._dialects[model] = poorer

    async def _pieces(self, response: Response, answer: ChatAnswer) -> AsyncGenerator[Chunk | Finish, None]:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            for piece in answer.take_whole(await response.body()):
                yield piece
            return
        if kind not in {"text/event-stream", ""}:
            raise malformed(self._label)
        events = EventStream()
        while True:
            data = await self._next_bytes(response, answer)
            try:
                complete = events.feed(data) if data else events.finish()
            except EventStreamError:
                raise malformed(self._label) from None
            for event in complete:
                for piece in answer.take(event):
                    yield piece
                    if isinstance(piece, Finish):
                        return
            if not data:
                yield answer.end()
                return

    @staticmethod
    async def _next_bytes(response: Response, answer: ChatAnswer) -> bytes:
        """Return the next bytes of the body, empty at its end; do not wait long once the answer is complete."""
        if not answer.finish_reason:
            return await anext(response.chunks, b"")
        with trio.move_on_after(_AFTER_END_S):
            try:
                return await anext(response.chunks, b"")
            except ProviderError:
                pass
        return b""

    async def _models(self) -> tuple[str, ...]:
        """Return the names of the server's models, sorted."""
        async with self._transport.request("GET", "/models", headers=self._headers()) as response:
            said = _json(await response.body())
            if response.status != 200:
                raise refusal(response.status, response.headers, said, label=self._label)
        listed = said.get("data") if isinstance(said, dict) else None
        if not isinstance(listed, list):
            raise malformed(self._label)
        names = {entry.get("id") for entry in listed if isinstance(entry, dict)}
        return tuple(sorted(name for name in names if isinstance(name, str) and name))

    async def _first_model(self) -> str:
        """Return the default model of a server which was not told about; asked once."""
        models = await self._models()
        if not models:
            raise ProviderError("model_missing", f"{self._label} has no model: load one there and try again.")
        self._default_model = models[0]
        return self._default_model

    def _first_dialect(self) -> Dialect:
        return Dialect(limit="max_completion_tokens" if self._settings.official else "max_tokens")

    def _missing_key(self) -> ProviderError | None:
        if self._settings.api_key or not self._settings.official:
            return None
        return ProviderError("no_key", f"{self._label} needs an API key: set OPENAI_API_KEY and start the app again.")

    def _headers(self) -> dict[str, str]:
        headers = {"accept": "text/event-stream, application/json", "content-type": "application/json"}
        if self._settings.api_key:
            headers["authorization"] = f"Bearer {self._settings.api_key}"
        return headers


def _json(body: bytes) -> Any:
    """Return the parsed body; None where it is not JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
